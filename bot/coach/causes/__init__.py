"""From a story in a person's own words to the likely causes behind it."""

from bot.coach.causes.labels import INFO, Cause, CauseInfo

__all__ = ["INFO", "Cause", "CauseInfo"]
