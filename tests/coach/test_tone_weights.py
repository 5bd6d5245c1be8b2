"""The learned side of the tone check: it marks words too, it never speaks alone about structure, and it is measured."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.tone import Issue, check
from bot.coach.tone.check import matches
from bot.coach.tone.features import features
from bot.coach.tone.learned import model, read
from bot.coach.tone.openings import of_words, openings
from bot.coach.tone.rules import RULES
from bot.coach.tone.text import plain, sentences

CORPUS = Path(__file__).parents[2] / "bot" / "coach" / "tone" / "corpus.jsonl"
SHARED = Path(__file__).parents[3] / "shared" / "taxonomy" / "tone.dev.jsonl"


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def test_what_only_the_weights_see_still_marks_its_words_and_says_why() -> None:
    text = "Thank you. It's a pity that so few clients understand how this works."
    assert not any(finding.issue is Issue.TALKING_DOWN for finding in matches(text, "fragment"))
    finding = next(f for f in check(text, scope="fragment").findings if f.issue is Issue.TALKING_DOWN)
    assert 0 < len(finding.words) < len(text)
    assert finding.why.endswith(".")


def test_a_score_is_the_sum_of_what_the_text_has() -> None:
    weights = model()
    reading = read("We will never let you down again.", "fragment", weights.weights)
    assert reading.score(Issue.OVER_PROMISE, weights) > reading.score(Issue.JARGON, weights)


def test_features_keep_their_place_in_the_text() -> None:
    text = "We never said that."
    placed = {feature.name: feature.place for feature in features(text, "fragment")}
    assert placed["w never"] == (3, 8)
    assert placed["c WE NEG"] == (0, 8)


def test_a_message_with_a_step_is_never_told_that_it_lacks_one() -> None:
    for text in ("The lift is out again, I'm sorry. I'll ring you at 4.", "It broke again. Could you send me a photo?"):
        assert Issue.NO_NEXT_STEP not in {f.issue for f in check(text).findings}


@pytest.mark.parametrize(
    ("source", "letters"),
    [("never again", {"neve"}), ("(?:a|an) cat", {"a", "an"}), (r"\w+ing", None), ("(?:very )?late", {"very", "late"})],
)
def test_the_letters_a_pattern_can_begin_with(source: str, letters: set[str] | None) -> None:
    assert openings(source) == letters


@given(st.sampled_from([str(text["text"]) for text in lines(CORPUS)]))
@settings(max_examples=120, deadline=None)
def test_skipping_a_pattern_by_its_openings_never_loses_a_match(text: str) -> None:
    for sentence in sentences(plain(text)):
        for rule in RULES:
            for wording in rule.wordings:
                if not wording.may_stand_in(of_words(sentence.words)):
                    assert wording.words.search(sentence.text) is None


def test_every_text_of_the_corpus_names_only_known_issues() -> None:
    known = set(Issue)
    for text in lines(CORPUS):
        issues = text["issues"]
        assert isinstance(issues, list)
        assert known.issuperset(issues)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared development texts are not here")
def test_the_development_texts_are_not_in_the_corpus_and_are_judged_well() -> None:
    trained = {text["text"] for text in lines(CORPUS)}
    right = wrong = missed = clean = flagged = 0
    for text in lines(SHARED):
        assert text["text"] not in trained
        gold, scope = text["issues"], text["scope"]
        assert isinstance(gold, list)
        report = check(str(text["text"]), scope="message" if scope == "message" else "fragment")
        said = {finding.issue.value for finding in report.findings}
        right, wrong, missed = (
            right + len(said & set(gold)),
            wrong + len(said - set(gold)),
            missed + len(set(gold) - said),
        )
        clean, flagged = clean + (not gold), flagged + (bool(said) and not gold)
    assert 2 * right / (2 * right + wrong + missed) >= 0.75
    assert flagged / clean <= 0.08
