"""What is known under a client's name, and which of several open cases is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.dialog import Choice, Dialog
from bot.view import Option, clip, say


@dataclass(frozen=True)
class Found:
    """What is known under a client's name: the client itself, names near it, and its open cases (the newest first)."""

    id: int | None
    name: str
    near: tuple[tuple[int, str], ...]
    case: int | None
    contact: str
    cases: tuple[tuple[int, str], ...] = ()


def found(data: Any) -> Found:
    """A look-up of a client as it was recorded."""
    near = tuple((int(n["id"]), str(n["name"])) for n in data["near"])
    cases = tuple((int(c["number"]), str(c["words"])) for c in data.get("cases", ()))
    return Found(data["id"], data["name"], near, data["case"], data["contact"], cases)


def case_options(client: Found) -> tuple[Option, ...]:
    """The open cases of a client, to choose from."""
    return tuple(Option(clip(f"SAL-{number}: {words}", 70), f"SAL-{number}") for number, words in client.cases)


def case_number(label: str) -> int:
    """7 of SAL-7."""
    return int(label.removeprefix("SAL-"))


def case_meant(client: Found) -> Dialog[int | None]:
    """The open case of a client; which of several is asked and never guessed. None where there is none."""
    if len(client.cases) < 2:
        return client.case
    picked = yield from Choice(
        "of_cases",
        say("**{client}** has {n} cases open. Which one do you mean?", client=client.name, n=len(client.cases)),
        options=case_options(client),
    )
    return case_number(picked)
