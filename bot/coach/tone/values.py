"""What a tone check finds: issues, the parts of an apology, and the report."""

from dataclasses import dataclass
from enum import StrEnum


class Issue(StrEnum):
    """A way in which words to an upset client make things worse (the tone issues of the taxonomy)."""

    TALKING_DOWN = "talking_down"
    JARGON = "jargon"
    BLAME_SHIFTING = "blame_shifting"
    NON_APOLOGY = "non_apology"
    DEFENSIVE = "defensive"
    OVER_PROMISE = "over_promise"
    NO_NEXT_STEP = "no_next_step"
    BLIND_POLICY = "blind_policy"
    FANFARE = "fanfare"
    BURIED_APOLOGY = "buried_apology"
    HOSTILE = "hostile"
    MINIMISING = "minimising"


@dataclass(frozen=True)
class Finding:
    """One issue at one place: `words` is `text[start:end]`, `better` replaces exactly them ('' leaves them out).

    For the structural issues (no next step, buried apology) `better` is the sentence to add or what to move.
    """

    issue: Issue
    start: int
    end: int
    words: str
    why: str
    better: str


class Part(StrEnum):
    """A part of an apology, after Lewicki, Polin and Lount (2016)."""

    REGRET = "regret"
    EXPLANATION = "explanation"
    RESPONSIBILITY = "responsibility"
    REPENTANCE = "repentance"
    REPAIR = "repair"
    FORGIVENESS = "forgiveness"


@dataclass(frozen=True)
class Apology:
    """The parts an apology has, in the order they stand, and those it lacks; forgiveness is never missed."""

    parts: tuple[Part, ...]
    missing: tuple[Part, ...]
    first: bool


@dataclass(frozen=True)
class ToneReport:
    """All that the check has to say about one text; findings are ordered by where they start."""

    text: str
    findings: tuple[Finding, ...]
    apology: Apology | None
    good: tuple[str, ...]
