"""The rulebook: which words make which issue, read from `rulebook/`, one file an issue."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.coach.tone.notation import Families, pattern
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
class Rule:
    """Words that make one issue, why they do, and what to write instead.

    `unless` spares a sentence that holds it; `spare` names a property of the whole `Scene` that spares it.
    A rule that is not `sure` counts only where the learned weights agree.
    """

    issue: Issue
    words: re.Pattern[str]
    why: str
    better: str
    unless: re.Pattern[str] | None
    spare: str
    sure: bool

    def matches(self, sentence: Sentence, scene: Scene) -> Iterator[Finding]:
        """Yield a finding for each place in the sentence that the rule marks."""
        if self.words.search(sentence.text) is None or self._spared(sentence, scene):
            return
        for match in self.words.finditer(sentence.text):
            group = "mark" if "mark" in self.words.groupindex and match["mark"] else 0
            yield mark(self.issue, sentence, match.span(group), self.why, self.better)

    def _spared(self, sentence: Sentence, scene: Scene) -> bool:
        if self.unless is not None and self.unless.search(sentence.text):
            return True
        return (self.spare == "owned" and scene.owned) or (self.spare == "reasoned" and scene.reasoned)


def mark(issue: Issue, sentence: Sentence, span: tuple[int, int], why: str, better: str) -> Finding:
    """Make a finding from a place within a sentence."""
    start, end = span
    return Finding(issue, sentence.start + start, sentence.start + end, sentence.text[start:end], why, better)


def _read(issue: Issue) -> tuple[Rule, ...]:
    file = _RULEBOOK / f"{issue}.toml"
    if not file.exists():
        return ()
    book = tomllib.loads(file.read_text(encoding="utf-8"))
    families = {**FAMILIES, **book.get("families", {})}
    return tuple(
        Rule(
            issue=issue,
            words=pattern(entry["words"], families),
            why=entry["why"],
            better=entry["better"],
            unless=pattern(entry["unless"], families) if "unless" in entry else None,
            spare=entry.get("spare", ""),
            sure=entry.get("sure", True),
        )
        for entry in book["rule"]
    )


RULES: tuple[Rule, ...] = tuple(rule for issue in Issue for rule in _read(issue))
