"""Wording to have somebody look at before it leaves: liability, blame of one employee, an insurer's business, threats.

These are pointers, not legal advice. Insurance conditions commonly forbid admitting liability or promising a payment
without the insurer's consent; saying sorry and saying what happened is not the same as admitting liability.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NOT_ADVICE = "This is not legal advice; ask whoever handles contracts and insurance with you."


@dataclass(frozen=True)
class Concern:
    """A stretch of the text (``text[start:end] == words``), why it matters, and a safer sentence."""

    start: int
    end: int
    words: str
    why: str
    safer: str


_RULES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), why, safer)
    for pattern, why, safer in (
        (
            r"\b(?:we|i)(?:'re| are| am|'m)? (?:fully |legally |solely )?(?:liable|negligent|in breach)\b"
            r"|\b(?:accept|admit|assume|acknowledge)(?:s|ed)? (?:full |all |legal |the )*liability\b"
            r"|\bour (?:gross )?negligence\b|\bbreach of (?:contract|duty)\b",
            "This admits legal liability, which is more than owning a mistake.",
            "We got this wrong and we are sorry. This is what we do now.",
        ),
        (
            r"\b(?:compensate|reimburse|indemnify|pay)(?: you)? (?:for )?(?:all|any|every|whatever)(?: of)?"
            r"(?: your| the)? (?:loss(?:es)?|damages?|costs?|consequen\w+)\b",
            "This promises to pay for a loss nobody has counted yet.",
            "Please tell us what it has cost you, so that we can look at it together.",
        ),
        (
            r"\b(?:our|the) (?:junior|intern|trainee|apprentice|technician|engineer|developer|assistant|accountant"
            r"|colleague|employee|new starter)\b[^.!?\n]{0,40}?\b(?:forgot|messed|made (?:a|the) mistake|failed to"
            r"|was careless|is to blame|was at fault|has been (?:disciplined|fired|dismissed|warned)|screwed)\b"
            r"|\b(?-i:[A-Z][a-z]+) (?:has been|was) (?:disciplined|fired|dismissed|let go)(?: for| over| because)\b"
            r"|\bit was (?-i:[A-Z][a-z]+)(?:'s|’s) (?:fault|mistake|error)\b",
            "This names one person as the culprit; the client hired all of you.",
            "That was our mistake.",
        ),
        (
            r"\b(?:our|the) insur(?:er|ers|ance)(?: company)? (?:will|is going to|should|would|must|can) "
            r"(?:pay|cover|settle|compensate|reimburse)\b|\b(?:claim|file|filed)\b[^.!?\n]{0,30}\bour insurance\b",
            "Promising for an insurer can cost you the cover.",
            "We are clearing up what can be done, and you hear from me by a day you name here.",
        ),
        (
            r"\b(?:our|my) (?:lawyers?|solicitors?|attorneys?|legal (?:team|department|counsel))\b[^.!?\n]{0,40}?"
            r"\b(?:will|shall|(?:are|is) going to|would)\b[^.!?\n]{0,60}"
            r"|\b(?:tak(?:e|ing)|pursu(?:e|ing)|start(?:ing)?|consider(?:ing)?) legal (?:action|steps|proceedings)\b"
            r"|\bsee you in court\b"
            r"|\b(?:if you (?:don['’]t|do not|fail to|refuse to)|unless you|otherwise,?|or else)\b[^.!?\n]{0,120}?"
            r"\b(?:stop|suspend|cut off|switch off|shut down|terminate|withhold|block|cancel)\b[^.!?\n]{0,20}?"
            r"\b(?:services?|account|access|deliver(?:y|ies)|work|contract|support)\b",
            "This is a threat; in writing it stays, and whoever makes it has to go through with it.",
            "I want to settle this with you. When can we speak, today or tomorrow?",
        ),
    )
)


def concerns(text: str) -> tuple[Concern, ...]:
    """Every stretch worth a second pair of eyes, in order."""
    found = [
        Concern(m.start(), m.end(), m.group(), why, safer) for rule, why, safer in _RULES for m in rule.finditer(text)
    ]
    return tuple(sorted(found, key=lambda c: (c.start, c.end)))
