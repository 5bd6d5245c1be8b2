"""Facts a story gives away besides its cause: anger, a second time, a broken promise, a small client."""

from bot.coach.causes.features import Mention, mentions
from bot.coach.causes.guess import Guess, likely_causes, likely_fault, likely_severity
from bot.coach.causes.words import words
from bot.coach.playbook_facts import CaseFacts

_SECONDARY = 0.25  # the share from which a second cause is worth naming
_MANY = 3  # this many words of repetition make a second failure


def facts_from(story: str) -> CaseFacts:
    """What a fresh case would look like, judged from the story alone; a person confirms or corrects it."""
    found = [mention for mention in mentions(words(story)) if not mention.denied]
    guesses = likely_causes(story)
    return CaseFacts(
        causes=tuple(guess.cause for guess in guesses[:2] if guess is guesses[0] or _worth_naming(guess)),
        fault=likely_fault(story),
        severity=likely_severity(story),
        story=story,
        emotion_high=_count(found, "anger", "abuse") >= 1,
        second_failure=_count(found, "again") >= _MANY,
        broken_promise=_count(found, "promised") >= 1 and _count(found, "late", "no_show") >= 1,
        small_client=_count(found, "small") >= 1,
    )


def _worth_naming(guess: Guess) -> bool:
    return guess.weight >= _SECONDARY


def _count(found: list[Mention], *concepts: str) -> int:
    return sum(mention.concept in concepts for mention in found)
