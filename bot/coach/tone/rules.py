"""The rulebook: which words make which issue, read from `rulebook/`, one file an issue."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.coach.tone.notation import Families, expanded, pattern
from bot.coach.tone.openings import Openings, openings
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Finding, Issue

_RULEBOOK = Path(__file__).parent / "rulebook"


def _shared_families() -> dict[str, list[str]]:
    families: dict[str, list[str]] = tomllib.loads((_RULEBOOK / "families.toml").read_text(encoding="utf-8"))
    return families


FAMILIES: Families = _shared_families()
_OWNED = pattern(FAMILIES["owned"], FAMILIES)
_REASONED = pattern(FAMILIES["reasoned"], FAMILIES)


@dataclass(frozen=True)
class Scene:
    """What the rules may ask of the whole text around a sentence."""

    sentences: tuple[Sentence, ...]

    def has(self, sign: re.Pattern[str]) -> bool:
        """Whether any sentence shows the sign."""
        return any(sign.search(sentence.text) for sentence in self.sentences)

    @cached_property
    def owned(self) -> bool:
        """Whether the writer says somewhere that it was their doing."""
        return self.has(_OWNED)

    @cached_property
    def reasoned(self) -> bool:
        """Whether the writer gives a reason or offers another way."""
        return self.has(_REASONED)


@dataclass(frozen=True)
class Wording:
    """One way of saying it, with the letters it can begin with."""

    words: re.Pattern[str]
    openings: Openings

    def may_stand_in(self, offered: frozenset[str]) -> bool:
        """Whether a sentence that offers these openings is worth a search."""
        return self.openings is None or not self.openings.isdisjoint(offered)


@dataclass(frozen=True)
class Rule:
    """Wordings that make one issue, why they do, and what to write instead.

    `unless` spares a sentence that holds it; `spare` names a property of the whole `Scene` that spares it.
    """

    issue: Issue
    wordings: tuple[Wording, ...]
    why: str
    better: str
    unless: re.Pattern[str] | None
    spare: str

    def matches(self, sentence: Sentence, scene: Scene) -> list[Finding]:
        """Return a finding for each place in the sentence that the rule marks."""
        found = [
            mark(self.issue, sentence, _span(match), self.why, self.better)
            for wording in self.wordings
            if wording.may_stand_in(sentence.openings)
            for match in wording.words.finditer(sentence.text)
        ]
        return [] if found and self._spared(sentence, scene) else found

    def _spared(self, sentence: Sentence, scene: Scene) -> bool:
        if self.unless is not None and self.unless.search(sentence.text):
            return True
        return (self.spare == "owned" and scene.owned) or (self.spare == "reasoned" and scene.reasoned)


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.span("mark") if match.re.groupindex and match["mark"] else match.span()


def mark(issue: Issue, sentence: Sentence, span: tuple[int, int], why: str, better: str) -> Finding:
    """Make a finding from a place within a sentence."""
    start, end = span
    return Finding(issue, sentence.start + start, sentence.start + end, sentence.text[start:end], why, better)


def signs(name: str) -> dict[str, re.Pattern[str]]:
    """Read a file of the rulebook that names signs of a text: each a list of wordings that may use each other."""
    book: dict[str, list[str]] = tomllib.loads((_RULEBOOK / f"{name}.toml").read_text(encoding="utf-8"))
    families = {**FAMILIES, **book}
    return {sign: pattern(wordings, families) for sign, wordings in book.items()}


def _read(issue: Issue) -> tuple[Rule, ...]:
    file = _RULEBOOK / f"{issue}.toml"
    if not file.exists():
        return ()
    book = tomllib.loads(file.read_text(encoding="utf-8"))
    families = {**FAMILIES, **book.get("families", {})}
    return tuple(
        Rule(
            issue=issue,
            wordings=tuple(
                Wording(pattern([words], families), openings(expanded(words, families))) for words in entry["words"]
            ),
            why=entry["why"],
            better=entry["better"],
            unless=pattern(entry["unless"], families) if "unless" in entry else None,
            spare=entry.get("spare", ""),
        )
        for entry in book["rule"]
        if entry.get("sure", True)
    )


RULES: tuple[Rule, ...] = tuple(rule for issue in Issue for rule in _read(issue))
