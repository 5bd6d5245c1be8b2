"""Terms of art and acronyms that a lay client would not know, left without a gloss."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.coach.tone.rules import Scene, mark
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Finding, Issue

_WORDS = json.loads((Path(__file__).parent / "jargon.json").read_text(encoding="utf-8"))
_KNOWN = frozenset(_WORDS["known"])
_EVERYDAY = frozenset(_WORDS["everyday"])
_ACRONYMS = frozenset({"VAT", "PDF", "IT", "HR"})
_TERMS = re.compile(
    r"(?<![\w])(?:" + "|".join(sorted(_WORDS["terms"], key=len, reverse=True)) + r")(?:s|es|ed|d|ing)?(?![\w])", re.I
)
_STRONG = re.compile(
    r"(?<![\w])(?:" + "|".join(sorted(_WORDS["strong"], key=len, reverse=True)) + r")(?:s|es|ed|d|ing)?(?![\w])", re.I
)
_ACRONYM = re.compile(r"(?<![\w@#/.£$€-])(?=[\w/&-]*[A-Z][\w/&-]*[A-Z])[A-Za-z0-9][A-Za-z0-9/&]{1,9}(?![\w@])")
_CAPS = re.compile(r"[A-Z]")
_REFERENCE = re.compile(r"[A-Z]{1,5}[-/ ]?\d[\w-]*|[A-Z]\d|\d+[A-Za-z]{1,2}")
_GLOSS = re.compile(
    r"\(|^\W*(?:an?|the|your|our)? ?[\w&-]+(?: [\w-]+)? (?:is|are|means|was) (?:an?|the|our|your|what|how|when|where)\b"
    r"|\b(?:that is|that's|which (?:means|is|are|was)|we call|called|meaning|in other words|so[- ]called|stands for)\b"
    r"|\b(?:in plain (?:words|english|terms)|short for|known as|in short|basically)\b|\bi\.e\.",
    re.I,
)
_WHY = "They would have to look this up, and not knowing it makes people feel stupid."
_BETTER = "[the same in everyday words]"


def _terms(sentence: Sentence) -> Iterator[tuple[int, int, float]]:
    for match in _ACRONYM.finditer(sentence.text):
        word = match[0]
        if (
            word.lower() in _EVERYDAY
            or word.upper().rstrip("S") in _KNOWN
            or word.upper() in _KNOWN
            or _REFERENCE.fullmatch(word)
        ):
            continue
        caps = len(_CAPS.findall(word))
        if caps >= 2 and caps * 2 >= len(re.findall(r"[A-Za-z]", word)):
            yield *match.span(), 1.0
        elif caps >= 2:
            yield *match.span(), 0.5
    for match in _STRONG.finditer(sentence.text):
        yield *match.span(), 1.0
    for match in _TERMS.finditer(sentence.text):
        yield *match.span(), 0.34


def jargon(sentence: Sentence, scene: Scene) -> Iterator[Finding]:
    """Yield a finding for each term, once a sentence holds enough of them and explains none."""
    if _GLOSS.search(sentence.text):
        return
    found: dict[tuple[int, int], float] = {}
    for start, end, weight in _terms(sentence):
        if not any(s < end and start < e for s, e in found):
            found[start, end] = weight
    if sum(found.values()) >= 1.0:
        for span in sorted(found):
            yield mark(Issue.JARGON, sentence, span, _WHY, _BETTER)


_SHOUT = re.compile(r"(?<![\w.@/-])[A-Z][A-Z']{2,}(?:\W{1,3}[A-Z][A-Z']+){0,12}(?![\w@])")
_SHOUT_WHY = "Capitals read as shouting."


def shouting(sentence: Sentence, scene: Scene) -> Iterator[Finding]:
    """Yield a finding for everyday words of three letters and more that stand in capitals."""
    for match in _SHOUT.finditer(sentence.text):
        words = re.findall(r"[A-Z']{3,}", match[0])
        everyday = [word for word in words if word.lower() in _EVERYDAY and word not in _ACRONYMS]
        if len(everyday) * 2 >= len(words) and any(len(word) > 3 or len(words) > 1 for word in everyday):
            yield mark(Issue.HOSTILE, sentence, match.span(), _SHOUT_WHY, match[0].lower())
