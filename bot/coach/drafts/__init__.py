"""Drafts of what to write or say to a client, made from the person's own facts."""

from bot.coach.drafts.compose import compose, phone_first, talking_points
from bot.coach.drafts.gap import BadDraft, Gap, fits
from bot.coach.drafts.gaps import gaps
from bot.coach.drafts.kinds import ALIASES, KIND_WORDS, DraftKind, best_kinds, kind_named
from bot.coach.drafts.openings import OPENING_LINE
from bot.coach.drafts.parts import Answer, Answers

__all__ = [
    "ALIASES",
    "KIND_WORDS",
    "OPENING_LINE",
    "Answer",
    "Answers",
    "BadDraft",
    "DraftKind",
    "Gap",
    "best_kinds",
    "compose",
    "fits",
    "gaps",
    "kind_named",
    "phone_first",
    "talking_points",
]
