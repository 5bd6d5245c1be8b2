from typing import Any

import pytest

from bot.coach.casefile import Commitment, Wish
from bot.coach.outcomes import ContactLogged, Nothing
from dialogs.log import log
from tests.dialogs.play import NOW, Played, case_json, play, prompt
from tests.dialogs.world import client_named

WISHES = (Wish(5, "A mail every Thursday"), Wish(6, "A refund"))


def logged(answers: list[Any], words: str = "", **changes: Any) -> Played:
    args = {"case": 1, "words": words, "play": "listen_before_defending"}
    return play(lambda: log(args), answers, {"case": case_json(**changes)})


def test_no_reply_ends_the_questions_at_once() -> None:
    played = logged(["No reply"])
    assert played.asked == ["words"]
    assert played.result == ContactLogged(1, "", "no_reply", heard=False, play="listen_before_defending")


def test_no_reply_typed_with_the_command_is_a_reading_and_not_their_words() -> None:
    assert logged([], "no reply.").result.words == ""
    assert logged([], "No answer").result.temperature == "no_reply"


def test_words_that_got_no_answer_leave_nobody_heard() -> None:
    played = logged(["no reply"], "I left a message on the machine.")
    assert not played.result.heard
    assert played.result.words == "I left a message on the machine."


def test_their_words_are_kept_to_the_letter() -> None:
    words = "“Never  AGAIN”,\nshe said <b>twice</b>"
    assert logged([words, "colder", "I still need to ask"]).result.words == words


def test_an_angry_reading_is_kept_and_not_judged() -> None:
    played = logged(["Shouted at me.", "angry", "later"])
    assert played.result.temperature == "colder"
    assert played.text == ""


def test_wishes_heard_are_shown_back_in_their_words() -> None:
    played = logged([], "He wants a refund of €300 and a written report.")
    assert prompt(played) == "Noted, in their words. How did Dana sound at the end?"
    played = logged(["same"], "He wants a refund of €300 and a written report.")
    assert prompt(played) == "I've kept two things that would make it right: a refund of €300, a written report."
    played = logged(["same", "correct"], "He wants a refund of €300 and a written report.")
    assert played.result.wishes == ("a refund of €300", "a written report")


def test_wishes_heard_wrongly_are_put_right_or_dropped() -> None:
    words = "He wants a refund and a report."
    assert logged(["same", "edit", "Money back\n- Report by Omar"], words).result.wishes == (
        "Money back", "Report by Omar",
    )  # fmt: skip
    assert logged(["same", "neither"], words).result.wishes == ()


def test_a_wish_that_is_known_is_not_kept_twice() -> None:
    assert logged(["same", "none"], "She wants a refund.", wishes=WISHES).result.wishes == ()


def test_one_wish_with_a_date_is_offered_as_a_promise() -> None:
    played = logged(["warmer", "yes"], "She wants a refund and a status mail every Thursday.")
    assert prompt(played) == "The second is a promise with a date: 27 November 17:30. Shall I watch it?"
    watched = logged(["warmer", "yes", "yes"], "She wants a refund and a status mail every Thursday.")
    assert watched.result.promises == ("a status mail every Thursday",)
    left = logged(["warmer", "yes", "no"], "She wants a refund and a status mail every Thursday.")
    assert left.result.promises == ()


@pytest.mark.parametrize(
    ("typed", "watched"),
    [
        ("both", ("a call by Friday", "a report by 3 December")),
        ("1 and 2", ("a call by Friday", "a report by 3 December")),
        ("2", ("a report by 3 December",)),
        ("none", ()),
        ("neither", ()),
    ],
)
def test_of_several_wishes_with_a_date_each_can_be_watched(typed: str, watched: tuple[str, ...]) -> None:
    words = "They want a call by Friday and a report by 3 December."
    assert logged(["same", "yes", typed], words).result.promises == watched


def test_a_wish_that_is_watched_already_is_not_offered_again() -> None:
    watched = (Commitment(9, "a call by Friday", NOW, "open"),)
    played = logged(["same", "yes"], "They want a call by Friday.", promises=watched)
    assert played.result.promises == ()


def test_only_open_wishes_can_be_ticked() -> None:
    wishes = (*WISHES, Wish(7, "One contact", met=True))
    played = logged(["warmer", "1, 2"], "It came on Thursday, thanks.", wishes=wishes)
    assert played.asked == ["temperature", "met"]
    assert played.result.met == (5, 6)


def test_what_fixed_means_is_asked_once_where_nobody_knows() -> None:
    played = logged(["same"], "It is a mess.")
    assert prompt(played) == "What would have to be true for Dana to say “this is fixed”?"
    assert logged(["same", "I still need to ask"], "It is a mess.").result.wishes == ()
    assert logged(["same", "One contact\nA date"], "It is a mess.").result.wishes == ("One contact", "A date")


def test_a_closed_case_takes_no_contact_and_says_what_to_do() -> None:
    assert logged([], closed_at=NOW).result == Nothing("SAL-1 is closed. Start a new one with: start Acme.")


@pytest.mark.parametrize(("name", "ends"), [("Acme", ContactLogged), ("Northwind", Nothing), ("Initech", Nothing)])
def test_a_message_picked_up_elsewhere_is_asked_for_its_client(name: str, ends: type) -> None:
    answers = [name, "same", "yes"] if name == "Acme" else [name]
    loads = {"my_clients": ["Acme"], "client": client_named(name), "case": case_json()}
    played = play(lambda: log({"words": "We want a refund."}), answers, loads)
    assert isinstance(played.result, ends)
    assert played.asked[0] == "client"
