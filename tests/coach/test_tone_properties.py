"""What holds for every text: no crash, words that match their place, and a bounded amount of work."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.tone import check
from bot.coach.tone.text import LONGEST, plain, sentences

PIECES = st.sampled_from(
    [
        "sorry if you",
        "we",
        "guarantee",
        "never",
        "your team",
        "policy",
        "!!",
        "…",
        "\n",
        "’",
        "ALL",
        "\u202e",
        "😀",
        "İ",
        "\x00",
        " ",
        ".",
        "a" * 90,
    ]
)
TEXTS = st.one_of(
    st.text(max_size=400), st.lists(PIECES, max_size=60).map(" ".join), st.lists(PIECES, max_size=60).map("".join)
)


@given(TEXTS, st.sampled_from(["message", "fragment"]))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_report_whose_words_match_their_place(text: str, scope: str) -> None:
    report = check(text, scope="message" if scope == "message" else "fragment")
    starts = [finding.start for finding in report.findings]
    assert starts == sorted(starts)
    for finding in report.findings:
        assert text[finding.start : finding.end] == finding.words != ""


@given(TEXTS)
@settings(deadline=None)
def test_plain_text_keeps_every_position(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(st.lists(PIECES, max_size=400).map("".join))
@settings(max_examples=50, deadline=None)
def test_no_sentence_is_long_so_no_pattern_can_run_away(text: str) -> None:
    cut = sentences(plain(text))
    assert all(len(sentence.text) <= LONGEST for sentence in cut)
    assert sum(len(sentence.text) for sentence in cut) <= len(text)


def test_forty_thousand_hostile_characters_are_answered() -> None:
    for text in ("sorry if you " * 3077, "a" * 40_000, "we never " * 4444, "!?. \n" * 8000, "A1" * 20_000):
        report = check(text[:40_000])
        assert all(text[f.start : f.end] == f.words for f in report.findings)
