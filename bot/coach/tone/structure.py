"""What a whole message must have: a next step, and an apology that does not come last."""

import re
from collections.abc import Iterator

from bot.coach.tone.apology import owns, regret_at
from bot.coach.tone.reasons import BETTER, WHY
from bot.coach.tone.rules import mark, signs
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Finding, Issue

_SIGNS = signs("structure")
_QUESTION = re.compile(
    r"\b(?:would|do|does|is|are|can|could|may|shall|will|have|has|did|what|when|which|where|how|who|any)\b[^?]{6,}\?",
    re.I,
)
_TAG = re.compile(r",\s*\w+(?:n't)? (?:i|you|he|she|it|we|they)\?\s*$", re.I)

_A_LONG_SENTENCE = 25


def no_next_step(sentences: tuple[Sentence, ...], troubled: bool) -> Iterator[Finding]:
    """Yield a finding where a message about an open problem has no action, time or question.

    `troubled` says that the message has other issues, which tells that there is a problem.
    """
    if not sentences or any(map(has_step, sentences)):
        return
    if troubled or (_any("trouble_sign", sentences) and not _any("calm", sentences)):
        last = sentences[-1]
        yield mark(
            Issue.NO_NEXT_STEP, last, (0, len(last.text.rstrip())), WHY[Issue.NO_NEXT_STEP], BETTER[Issue.NO_NEXT_STEP]
        )


def has_step(sentence: Sentence) -> bool:
    """Whether the sentence says what happens now: somebody acts, something is done, a time, a question."""
    text = sentence.text
    if any(_SIGNS[name].search(text) for name in ("doing", "asking", "arriving")):
        return True
    if _SIGNS["done"].search(text) and not _SIGNS["undone"].search(text):
        return True
    return asks(sentence) or gives_a_time(sentence)


def gives_a_time(sentence: Sentence) -> bool:
    """Whether the sentence says when something will happen."""
    if not _SIGNS["when"].search(sentence.text):
        return False
    return _SIGNS["future"].search(sentence.text) is not None or not _SIGNS["past"].search(sentence.text)


def asks(sentence: Sentence) -> bool:
    """Whether the sentence asks the reader something; a tag such as “did it?” asks nothing."""
    return _QUESTION.search(sentence.text) is not None and not _TAG.search(sentence.text)


def names_what_happened(sentence: Sentence) -> bool:
    """Whether the sentence says what was done or left undone."""
    return _SIGNS["named"].search(sentence.text) is not None


def buried_apology(sentences: tuple[Sentence, ...]) -> Iterator[Finding]:
    """Yield a finding where the first sorry comes at the end, after news, excuses or technicalities."""
    said = [sentence for sentence in sentences if len(sentence.words) > 3 or regret_at(sentence)]
    for place, sentence in enumerate(said):
        if owns(sentence) and not regret_at(sentence):
            return
        if span := regret_at(sentence):
            if _comes_late(place, said):
                rest = (span[0], len(sentence.text.rstrip()))
                yield mark(
                    Issue.BURIED_APOLOGY, sentence, rest, WHY[Issue.BURIED_APOLOGY], BETTER[Issue.BURIED_APOLOGY]
                )
            return


def _comes_late(place: int, said: list[Sentence]) -> bool:
    if place == 1:
        aside = _SIGNS["aside"].match(said[place].text) is not None
        return aside or (len(said) == 2 and len(said[0].words) > _A_LONG_SENTENCE)
    return place >= 2 and place >= len(said) - (2 if place > 2 else 1)


def _any(name: str, sentences: tuple[Sentence, ...]) -> bool:
    return any(_SIGNS[name].search(sentence.text) for sentence in sentences)
