"""From a story in a person's own words to the likely causes behind it."""

from bot.coach.causes.guess import Guess, likely_causes, likely_fault, likely_severity
from bot.coach.causes.labels import INFO, Cause, CauseInfo

__all__ = ["INFO", "Cause", "CauseInfo", "Guess", "likely_causes", "likely_fault", "likely_severity"]
