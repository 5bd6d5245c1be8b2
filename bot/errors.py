"""Everything that can go wrong, as one tree.

SalvageError
├── Refusal            the person asked for something they can mend; the message is the sentence they read
│   ├── NotAllowed     somebody else may do this; the sentence says whom to ask
│   ├── NotFound       nothing goes by that name; the sentence offers what is near
│   └── Stale          somebody else was first; the sentence says what they did
├── DialogError        a dialog breaks the engine's rules: a bug, never the person's doing
├── CannotStart        settings or database are wrong; the sentence is for the operator
└── DeliveryError      a message did not get through
    ├── TryLater       it may get through later, not before ``after`` seconds
    └── Undeliverable  it never will; ``reason`` is a code, the message says what to do
"""

from __future__ import annotations


class SalvageError(Exception):
    """The root of the tree; its text is always fit to be shown."""


class Refusal(SalvageError):
    """What was asked cannot be done; the text says why and what to do instead."""


class NotAllowed(Refusal):
    """The person's role or place does not allow it."""


class NotFound(Refusal):
    """Nothing goes by that name or number."""


class Stale(Refusal):
    """Somebody else changed the thing first."""


class DialogError(SalvageError):
    """A dialog broke a rule of the engine."""


class CannotStart(SalvageError):
    """The program cannot start as it is set up."""


class DeliveryError(SalvageError):
    """A message did not get through."""


class TryLater(DeliveryError):
    """A platform is busy or away."""

    def __init__(self, message: str, *, after: float = 1.0) -> None:
        super().__init__(message)
        self.after = after


class Undeliverable(DeliveryError):
    """A platform will never take this message."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
