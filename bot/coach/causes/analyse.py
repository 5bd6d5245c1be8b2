"""A story in, ranked causes and a short plan out: what `salvage analyse causes` prints."""

from functools import cache

from bot.coach.causes.guess import likely_causes
from bot.coach.playbook import Playbook

PLAN = 4
"""How many plays a plan for a fresh story names."""


@cache
def _playbook() -> Playbook:
    return Playbook.load()


def analyse(text: str) -> tuple[list[str], list[str]]:
    """All causes, most likely first, and the plays of a first plan in the order to take them."""
    guesses = likely_causes(text)
    weights = {guess.cause: guess.weight for guess in guesses}
    plan = _playbook().recommended(weights, PLAN)
    return [str(guess.cause) for guess in guesses], [play.id for play in plan]
