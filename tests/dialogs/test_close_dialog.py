from typing import Any

import pytest

from bot.coach.casefile import Wish
from bot.coach.outcomes import Closing, KeptOpen, Nothing
from dialogs.close import close
from tests.dialogs.play import NOW, Played, case_json, play, prompt

WISHES = (Wish(5, "A mail every Thursday"), Wish(6, "A refund"), Wish(7, "One contact", met=True))


def closed(answers: list[Any], lessons: tuple[str, ...] = (), **changes: Any) -> Played:
    case = case_json(**({"wishes": WISHES, "last_entry": 8} | changes))
    return play(lambda: close({"case": 1}), answers, {"case": case, "lessons": list(lessons)})


def test_healed_needs_every_wish_and_the_clients_own_word() -> None:
    played = closed(["healed", "all", "“Now it works.”", "nothing new"])
    assert played.result == Closing(1, 8, "healed", confirmed="“Now it works.”", met=(5, 6))


def test_what_is_missing_is_said_in_their_words() -> None:
    played = closed(["healed", "2"])
    assert prompt(played).startswith("One thing is still open in Dana's words: A mail every Thursday.")
    assert [o.label for o in played.standing.question.options] == [  # type: ignore[union-attr]
        "They are met now", "Keep open", "They left us",
    ]  # fmt: skip


def test_met_after_all_still_asks_for_the_confirmation() -> None:
    played = closed(["healed", "none", "they are met now", "She said so on the phone", "Nothing new"])
    assert played.asked == ["how", "met", "missing", "confirmed", "lesson"]
    assert played.result.met == (5, 6)


def test_kept_open_says_what_to_do() -> None:
    words = closed(["healed", "1", "keep open"]).result.words
    assert "A refund" in words
    assert "log SAL-1" in words
    assert "close SAL-1" in words


def test_what_was_ticked_is_kept_although_the_case_stays_open() -> None:
    kept = closed(["healed", "1", "keep open"]).result
    assert isinstance(kept, KeptOpen)
    assert kept.met == (5,)
    assert "What you ticked is kept." in kept.words


def test_a_client_who_has_not_confirmed_keeps_the_case_open() -> None:
    played = closed(["healed", "all", "not yet"])
    assert isinstance(played.result, KeptOpen)
    assert played.result.met == (5, 6)
    assert "Ask Dana" in played.result.words


def test_missing_wishes_can_turn_out_to_be_a_loss() -> None:
    played = closed(["healed", "1", "they left us", "they said nothing", "Call within a day"])
    assert played.result == Closing(1, 8, "lost", lesson="Call within a day", met=(5,))


def test_without_wishes_what_fixed_meant_is_asked_first_and_kept() -> None:
    played = closed(["healed", "- A working door\n- No bill", "He shook my hand", "nothing new"], wishes=())
    assert played.asked == ["how", "wishes", "confirmed", "lesson"]
    assert played.result.confirmed == "He shook my hand"
    assert played.result.wishes == ("A working door", "No bill")


def test_what_they_said_on_leaving_is_kept() -> None:
    played = closed(["they left us", "“You never called.”", "Call back the same day."])
    assert played.result == Closing(1, 8, "lost", confirmed="“You never called.”", lesson="Call back the same day.")


def test_parting_keeps_reasons_what_is_handed_back_and_the_farewell() -> None:
    played = closed(["we part ways", "does_not_pay, 1", "Four reminders, no payment.", "1, money", "Keys by Friday",
                     "draft it", "Ask for a deposit."])  # fmt: skip
    assert played.result == Closing(
        1, 8, "parted", lesson="Ask for a deposit.", farewell=True,
        reasons=("They are abusive to our people", "They do not pay", "Four reminders, no payment."),
        handed_back="To hand back: files and documents, money or credits. Keys by Friday",
    )  # fmt: skip


def test_parting_for_none_of_the_reasons_is_asked_about() -> None:
    stays = closed(["we part ways", "none", "keep open"])
    assert isinstance(stays.result, Nothing)
    assert "It may still be saved." in stays.text
    parts = closed(["we part ways", "none", "part all the same", "No fit.", "none", "no", "nothing new"])
    assert parts.result == Closing(1, 8, "parted", reasons=("No fit.",))


@pytest.mark.parametrize("way", [["healed", "all", "Fixed"], ["they left us", "Bye"]])
def test_earlier_lessons_of_the_cause_are_shown_before_the_new_one_is_asked_for(way: list[str]) -> None:
    played = closed([*way, "Again: tell them first."], lessons=("Tell them first.",))
    assert "Learned before, when they were kept in the dark:\n– Tell them first." in played.text
    assert played.result.lesson == "Again: tell them first."


def test_a_closed_case_is_not_closed_twice() -> None:
    assert closed([], closed_at=NOW).result == Nothing("SAL-1 is already closed. Start a new one with: start Acme.")
