import pytest

from bot.coach.drafts import DraftKind
from bot.coach.outcomes import DraftMade
from bot.dialog import Ask, Done, advance
from bot.view import Quote, plain
from dialogs.draft import draft
from tests.dialogs.play import Played, case_json, play, prompt

FACTS = [
    "on Monday we moved your delivery and did not tell you",
    "your shop counted by hand for three days",
    "rebuild the list tonight",
    "Tuesday 12:00",
]


def drafting(answers: list[str], kind: str = "apology", play_id: str = "", **case: object) -> Played:
    args = {"case": 1, "kind": kind, "play": play_id}
    return play(lambda: draft(args), answers, {"case": case_json(**case)})


def quoted(played: Played) -> list[str]:
    return [plain(e.line) for card in played.cards for e in card.elements if isinstance(e, Quote)]


def test_three_or_four_short_questions_make_an_apology() -> None:
    played = drafting(FACTS)
    assert played.asked == ["gap:happened", "gap:impact", "gap:do", "gap:by", "next:1"]
    assert "by phone first" in played.text
    assert quoted(played)[0].startswith("Dana, on Monday we moved your delivery and did not tell you.")
    assert "12:00 on Tuesday 25 November" in quoted(played)[0]
    assert "Tone: nothing to change." in played.text


def test_the_questions_form_one_sheet_with_the_drafts_name() -> None:
    played = drafting([])
    assert isinstance(played.standing, Ask)
    assert played.standing.title == "Apology for Dana"
    assert len(played.standing.fields) == 4


def test_a_draft_counts_as_sent_only_when_the_person_says_so() -> None:
    sent = drafting([*FACTS, "I sent it"], play_id="apologise_and_own").result
    kept = drafting([*FACTS, "Keep it for later"]).result
    assert isinstance(sent, DraftMade)
    assert (sent.case, sent.kind, sent.sent, sent.talk, sent.play) == (1, "apology", True, False, "apologise_and_own")
    assert kept.sent is False


def test_without_a_kind_the_best_ones_are_offered_first() -> None:
    played = drafting([], kind="", heard=True)
    assert isinstance(played.standing, Ask)
    assert [o.value for o in played.standing.question.options][:2] == ["apology", "status"]
    assert len(played.standing.question.options) == len(DraftKind)


@pytest.mark.parametrize("typed", ["sorry", "Apology", "an apology", "1"])
def test_a_kind_may_be_typed_in_other_words(typed: str) -> None:
    played = drafting([typed.removeprefix("an ")], kind="poem", heard=True)
    assert played.open_key == "gap:happened"


def test_an_edited_text_is_checked_again() -> None:
    played = drafting([*FACTS, "edit", "I am sorry if you feel that the list was late. I call you at 15:00.", "sent"])
    assert played.asked[-3:] == ["next:1", "edit:1", "next:2"]
    assert "Takes the apology back" in played.text
    assert played.result.words.startswith("I am sorry if you feel")
    assert played.result.sent


def test_the_present_text_stands_beside_the_edit() -> None:
    played = drafting([*FACTS, "edit"])
    assert isinstance(played.standing, Ask)
    assert played.standing.question.hint.startswith("Dana, on Monday")


def test_edits_may_follow_each_other() -> None:
    played = drafting([*FACTS, "edit", "One. I call you at 15:00.", "edit", "Two. I call you at 15:00.", "keep"])
    assert played.result.words == "Two. I call you at 15:00."
    assert [key for key in played.asked if key.startswith("edit")] == ["edit:1", "edit:2"]


def test_notes_for_a_call_take_the_place_of_the_message() -> None:
    played = drafting([*FACTS, "Call notes instead", "I called"])
    assert "1. Ask first, and let Dana finish" in played.text
    assert played.result.talk
    assert played.result.sent
    assert "Take it on yourself" in played.result.words


def test_from_the_notes_there_is_a_way_back_to_the_message() -> None:
    played = drafting([*FACTS, "call", "Write it instead", "keep"])
    assert len(quoted(played)) == 2
    assert played.result.talk is False


def test_the_second_time_the_same_remedy_is_not_taken() -> None:
    again = {"second_failure": True, "last_remedy": "we check the list twice"}
    played = drafting([*FACTS[:2], "We check the list twice.", "the shop sees the list first", "Tuesday"], **again)
    assert "last time" in played.refused[0]
    assert "The shop sees the list first." in quoted(played)[0]
    assert "again" in quoted(played)[0]


def test_what_cannot_be_read_is_asked_again() -> None:
    played = drafting([*FACTS[:3], "31 February", "...", "Tuesday"])
    assert len(played.refused) == 2
    assert played.open_key == "next:1"


def test_an_optional_answer_may_be_skipped() -> None:
    played = drafting([FACTS[0], "skip", *FACTS[2:]])
    assert "Your shop" not in quoted(played)[0]


def test_a_sum_is_read_as_money() -> None:
    told = ["you lost half a day", "300 francs", "a credit on your December invoice", "3 December"]
    assert "CHF 300" in quoted(drafting(told, kind="reparation"))[0]


def test_an_edited_answer_changes_the_draft_and_not_the_rest() -> None:
    played = drafting([*FACTS, "keep"])
    standing = advance(lambda: draft({"case": 1, "kind": "apology"}), played.answers | {"gap:do": "send a new list"})
    assert isinstance(standing, Done)
    assert "We will send a new list. It will be done by 12:00" in standing.result.words


def test_a_status_needs_no_phone_call() -> None:
    played = drafting(["the list stops at M", "testing the repair", "skip", "Thursday 15:00"], kind="eta")
    assert "by phone first" not in played.text
    assert "I do not have a date for you yet." in quoted(played)[0]


def test_without_a_contact_somebody_is_named() -> None:
    played = drafting([], contact="")
    assert prompt(played) == "Whom at Acme do you write to?"
    full = drafting(["Dana Kranz", *FACTS], contact="")
    assert "For Dana Kranz" in full.text


def test_a_name_full_of_marks_is_shown_as_it_is() -> None:
    name = "**Ops** {x} ~~Ltd~~ “" + "ж" * 200
    played = drafting(FACTS, contact=name)
    assert "**Ops** {x} ~~Ltd~~" in played.text
