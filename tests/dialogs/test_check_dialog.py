import pytest

from bot.coach.outcomes import Nothing
from bot.coach.tone import Apology, Finding, Issue, Part, ToneReport
from bot.view import Quote, Span, plain
from dialogs.check import check
from dialogs.tonecard import ISSUE_WORDS, finding_line, praise, rewritten, tone_card
from tests.dialogs.play import play

POOR = "I am sorry if you feel that the crates came late. As I said, you simply need to count them again."
SOUND = (
    "On Monday we sent the wrong crates. That was our failure, and I am sorry. "
    "We will bring the right ones by 15:00 on Tuesday, and I will call you then."
)


def test_a_text_given_with_the_command_is_checked_at_once() -> None:
    played = play(lambda: check({"text": POOR}), [])
    assert played.result == Nothing()
    assert ISSUE_WORDS[Issue.NON_APOLOGY] in played.text


def test_a_missing_text_is_asked_for() -> None:
    played = play(lambda: check({"text": "  "}), [])
    assert played.open_key == "text"
    again = play(lambda: check({}), [SOUND])
    assert again.result == Nothing()
    assert "nothing to change" in again.text


def test_a_poor_text_is_told_its_words_and_why() -> None:
    text = tone_card(POOR).text
    assert "things to change" in text
    assert "sorry if you feel" in text
    assert "→" in text


def test_an_apology_is_told_its_parts_in_their_order() -> None:
    text = tone_card(SOUND).text
    assert "in this order" in text
    assert text.index("responsibility") < text.index("the offer of repair")
    assert "does not say yet" not in text


def test_an_apology_without_ownership_or_repair_is_told_so() -> None:
    text = tone_card("I am sorry about the crates on Monday.").text
    assert "that part matters most" in text
    assert "It offers no repair yet" in text


def test_a_short_text_with_several_changes_is_shown_whole_and_struck() -> None:
    quotes = [e for e in tone_card(POOR).elements if isinstance(e, Quote)]
    assert len(quotes) == 1
    assert any(span.strike for span in quotes[0].line)


def test_a_long_text_is_not_repeated() -> None:
    shown = tone_card(POOR + " The crates are blue." * 2000)
    assert not any(isinstance(e, Quote) for e in shown.elements)
    assert len(shown.text) < 6000


def test_many_findings_are_cut_to_the_first_and_counted() -> None:
    shown = tone_card("I am sorry if you feel that way. " * 60)
    assert "more like these" in shown.text
    assert len(shown.text) < 8000


def test_words_of_a_text_are_never_read_as_markup() -> None:
    text = "I am sorry if you feel **bold** {name} ~~gone~~ that we came late. You simply forgot."
    assert "**bold** {name} ~~gone~~" in "".join(
        plain(e.line) for e in tone_card(text).elements if isinstance(e, Quote)
    )


def test_a_finding_without_a_replacement_says_to_leave_it_out() -> None:
    line = finding_line(Finding(Issue.TALKING_DOWN, 0, 6, "simply", "It says that they are slow.", ""))
    assert plain(line) == "Talks down: simply → leave it out. It says that they are slow."
    assert Span("simply", strike=True) in line


def test_structure_is_told_as_what_to_add_or_move() -> None:
    step = Finding(Issue.NO_NEXT_STEP, 0, 3, "Bye", "They are left waiting.", "Say when you call.")
    late = Finding(Issue.BURIED_APOLOGY, 0, 5, "sorry", "It comes last.", "Move it up.")
    assert plain(finding_line(step)) == "No next step. Add: Say when you call. They are left waiting."
    assert plain(finding_line(late)) == "The apology comes late: “sorry” Move it up. It comes last."


def test_overlapping_findings_do_not_double_the_text() -> None:
    one = Finding(Issue.HOSTILE, 0, 9, "Read this", "", "Here it is")
    two = Finding(Issue.TALKING_DOWN, 5, 9, "this", "", "it")
    assert plain(rewritten("Read this now.", [one, two])) == "Read this → Here it is now."


@pytest.mark.parametrize("text", ["?", "a" * 40_000, "\u202etxet", "👍", "<b>*hi*</b> " * 500])
def test_any_text_gets_a_card(text: str) -> None:
    assert tone_card(text).text


def test_praise_names_what_the_apology_does() -> None:
    apology = Apology((Part.RESPONSIBILITY, Part.REGRET, Part.REPAIR), (), True)
    assert praise(ToneReport("", (), apology, ())) == "It takes responsibility, says sorry and offers repair."
    assert praise(ToneReport("I call on Monday.", (), None, ())) == "It names a time."
    assert praise(ToneReport("", (), None, ())) == ""


def test_every_issue_has_words() -> None:
    assert set(ISSUE_WORDS) == set(Issue)


def test_a_text_of_many_pages_is_read_as_far_as_anybody_would() -> None:
    few = tone_card(POOR * 20).text
    many = tone_card(POOR * 400).text
    assert "first 12,000 characters" not in few
    assert "I've read the first 12,000 characters." in many
    assert len(many) < 2 * len(few)


def test_a_text_in_another_language_is_not_called_fine() -> None:
    shown = tone_card(
        "Liebe Dana, es tut uns leid, falls Sie sich ungerecht behandelt fühlen. Wir melden uns bald."
    ).text
    assert "I read English only" in shown
    assert "nothing to change" not in shown
    assert "No next step" not in shown


def test_two_words_are_too_few_to_judge() -> None:
    for text in ("Hi", "ok", "thank you"):
        assert "too short" in tone_card(text).text
        assert "hostile" not in tone_card(text).text
