"""Carrying out what a dialog came to: one function an outcome, all named in one table."""

from bot.services.effects.table import EFFECTS, perform

__all__ = ["EFFECTS", "perform"]
