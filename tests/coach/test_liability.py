"""Wording for a second pair of eyes: what is pointed out, and what must be left in peace."""

import pytest

from bot.coach.liability import NOT_ADVICE, concerns
from dialogs.tonecard import tone_card

ADMITS = "Dana, we are liable for the outage and the fault is fixed by Friday 12:00."
PAYS_ALL = "We will compensate you for all your losses by Friday."
NAMES = "Our junior developer forgot the backup. It is back on Friday."
INSURER = "Our insurance will pay for the racks. I call you on Friday."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ADMITS, "we are liable"),
        ("We accept full liability for the loss.", "accept full liability"),
        ("This was a breach of contract on our side.", "breach of contract"),
        (PAYS_ALL, "compensate you for all your losses"),
        (NAMES, "Our junior developer forgot"),
        ("It was Tom's fault, and Tom has been warned.", "It was Tom's fault"),
        (INSURER, "Our insurance will pay"),
        ("We have filed it with our insurance.", "filed it with our insurance"),
    ],
)
def test_risky_words_are_marked_exactly(text: str, words: str) -> None:
    found = concerns(text)
    assert [c.words for c in found] == [words]
    assert text[found[0].start : found[0].end] == words
    assert found[0].why.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "Dana, on Friday we moved your migration and did not tell you. That was our failure, and I am sorry. The "
        "migration is finished by Tuesday 12:00; I will call you then myself. We will not charge the migration days.",
        "We made a mistake with your invoice. I am sorry. You get €300 back by Friday.",
        "Our engineer calls you at 15:00 and stays until it works.",
        "Our accountant will send you the corrected invoice tomorrow.",
        "We will pay you the €2,400 it cost you by Friday.",
        "Please ask your own insurance what they need from us.",
        "Tom has been with us for ten years and looks after you from Monday.",
        "You are not liable for any of this.",
        "We failed to call you back. That was ours.",
    ],
)
def test_a_good_apology_is_left_in_peace(text: str) -> None:
    assert concerns(text) == ()


def test_the_tone_check_shows_the_safer_sentence_and_that_it_is_no_advice() -> None:
    text = tone_card(ADMITS).text
    assert "Have somebody look at this: “we are liable” This admits legal liability" in text
    assert "We got this wrong and we are sorry." in text
    assert NOT_ADVICE in text


def test_the_safer_sentences_are_safe() -> None:
    for text in (ADMITS, PAYS_ALL, NAMES, INSURER):
        assert all(concerns(c.safer) == () for c in concerns(text))


def test_a_text_without_such_words_says_nothing_of_the_law() -> None:
    assert NOT_ADVICE not in tone_card("I am sorry. I call you on Friday at 15:00.").text


@pytest.mark.parametrize(
    "text",
    [
        "If you don't pay by Friday we will stop the service and our lawyers will be in touch.",
        "Otherwise we suspend your account on Monday.",
        "We are considering legal action.",
        "See you in court.",
    ],
)
def test_a_threat_is_read_by_somebody_else_first(text: str) -> None:
    assert any("This is a threat" in c.why for c in concerns(text))


@pytest.mark.parametrize(
    "text",
    [
        "We will stop the service tonight at 22:00 for an hour to mend it, and I will call you after.",
        "Our lawyer has read the new contract.",
        "If you don't hear from me by noon, call me. Your account is safe.",
    ],
)
def test_a_plain_notice_is_no_threat(text: str) -> None:
    assert not concerns(text)
