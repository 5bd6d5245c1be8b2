"""The tone check: twelve issues, the exact words, why, and what to write instead; no model, no network."""

from bot.coach.tone.check import check
from bot.coach.tone.values import Apology, Finding, Issue, Part, ToneReport

__all__ = ["Apology", "Finding", "Issue", "Part", "ToneReport", "check"]
