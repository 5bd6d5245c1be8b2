"""From a story to likely causes, whose doing it was, and how bad it is."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import cast

from bot.coach.causes.features import features
from bot.coach.causes.labels import Cause
from bot.coach.causes.model import models
from bot.coach.causes.words import clipped
from bot.coach.playbook_facts import Fault, Severity

_CLAUSE = re.compile(r"[^.;!?\n]+")
_SHOWN = 90  # characters of a story shown back beside a guess
_CLAUSES = 60  # as many as are looked at for pointers
_TELLING = 0.5  # how strongly a clause must speak for a cause before it is shown


@dataclass(frozen=True)
class Guess:
    """A cause, its share (all sixteen sum to 1), and the words of the story that point there."""

    cause: Cause
    weight: float
    words: str


def likely_causes(story: str) -> tuple[Guess, ...]:
    """All sixteen causes, the most likely first; any text will do, also an empty one."""
    shares = _shares(story)
    pointers = _pointers(story)
    ranked = sorted(shares, key=lambda cause: -shares[cause])
    return tuple(Guess(cause, shares[cause], pointers.get(cause, "")) for cause in ranked)


def likely_fault(story: str) -> Fault:
    """Whose doing it was, as the story tells it."""
    return cast(Fault, _best("fault", story, "unclear"))


def likely_severity(story: str) -> Severity:
    """How bad it is, as the story tells it: high is loss, law, safety, or a client about to leave."""
    return cast(Severity, _best("severity", story, "medium"))


def _says_nothing(story: str) -> bool:
    return not any(letter.isalpha() for letter in clipped(story))


def _shares(story: str) -> dict[Cause, float]:
    if _says_nothing(story):
        even = 1 / (len(Cause) + 4)
        return {cause: even * (5 if cause is Cause.unknown else 1) for cause in Cause}
    shares = models()["cause"].shares(features(story))
    return {Cause(label): share for label, share in shares.items()}


def _best(what: str, story: str, otherwise: str) -> str:
    if _says_nothing(story):
        return otherwise
    shares = models()[what].shares(features(story))
    return max(shares, key=lambda label: shares[label])


def _pointers(story: str) -> dict[Cause, str]:
    """For each cause the clause that speaks for it most, where one does."""
    model = models()["cause"]
    best: dict[Cause, tuple[float, str]] = {}
    for clause in islice(_clauses(story), _CLAUSES):
        for label, score in zip(model.labels, model.scores(features(clause)), strict=True):
            if score > best.get(Cause(label), (_TELLING, ""))[0]:
                best[Cause(label)] = (score, clause)
    return {cause: clause for cause, (_, clause) in best.items()}


def _clauses(story: str) -> Iterable[str]:
    for match in _CLAUSE.finditer(clipped(story)):
        clause = " ".join(match.group().split())
        if any(letter.isalpha() for letter in clause):
            yield clause if len(clause) <= _SHOWN else textwrap.shorten(clause, _SHOWN, placeholder=" …")
