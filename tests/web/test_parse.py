from __future__ import annotations

import pytest

from adapters.web import parse
from adapters.web.chat import LONGEST_BUBBLE, answered, said_card, used_card
from adapters.web.places import places, seat
from bot.errors import Refusal
from bot.ports import Commanded, Inbound, Opened, PlaceKind, Pressed, Role, Said, Submitted
from bot.view import AnswerPress, Card, Form, Input, Option, button, card, press_value, say

EVENT = "0b0c58f4-5d8c-4d16-9a5a-3c5f3d6f2a11"


def sent(**more):
    return {
        "event": EVENT,
        "as": "Priya",
        "in": "private",
        "zone": "Asia/Kolkata",
        "act": "say",
        "text": "hi",
    } | more


def test_words_arrive_as_said_with_the_person_and_their_zone():
    turn = parse.turn(sent())
    assert turn.inbound.act == Said("hi")
    assert turn.inbound.who.key == "local:priya"
    assert turn.inbound.who.zone == "Asia/Kolkata"
    assert turn.inbound.place == turn.inbound.who.private
    assert turn.words == "hi"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/salvage next Acme", Commanded("next Acme")), ("/salvage", Commanded("")), ("/next", Commanded("next")),
        ("  /SALVAGE help", Commanded("help")), ("/salvager", Commanded("salvager")), ("next", Said("next")),
        ("and/or", Said("and/or")),
    ],
)  # fmt: skip
def test_a_slash_makes_a_command(typed, meant):
    assert parse.spoken(typed) == meant


def test_a_press_a_form_and_the_home_button_are_told_apart():
    assert parse.turn(sent(act="press", value="v", message=3)).inbound.act == Pressed("v")
    answers = {"a": "x", "b": {"pick": "y"}, "c": ["z"]}
    assert parse.turn(sent(act="submit", conversation=4, answers=answers)).inbound.act == Submitted(4, answers)
    assert parse.turn(sent(act="home")).inbound.act == Opened()


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", 7, {}, sent(event="1"), sent(event=7), sent(act="dance"), sent(text=7),
        sent(**{"in": "moon"}),
        sent(**{"as": ""}), sent(**{"as": "x" * 400}), sent(**{"as": "x" * 61}), sent(act="press", value=None),
        sent(act="press", value="x" * 9000), sent(act="submit", conversation="4", answers={}),
        sent(act="submit", conversation=4, answers=[]), sent(act="submit", conversation=True, answers={}),
        sent(act="submit", conversation=4, answers={"a": {"b": 1}}), sent(message=-1), sent(message=1.5),
        sent(act="submit", conversation=4, answers={str(n): "" for n in range(100)}),
        sent(**{"as": "Dana", "role": "king"}),
    ],
)  # fmt: skip
def test_what_the_page_never_sends_is_refused_with_a_sentence(data):
    with pytest.raises(Refusal) as refused:
        parse.turn(data)
    assert str(refused.value).endswith(".")


def test_a_zone_nobody_knows_is_left_out():
    assert parse.turn(sent(zone="Mars/Olympus")).inbound.who.zone is None
    assert parse.turn(sent(zone="../../etc/passwd")).inbound.who.zone is None


def test_the_team_keeps_its_roles_whatever_an_address_says():
    assert seat("PRIYA", "manager", "private").who.role is Role.member
    assert seat("sam", "", "private").who.role is Role.manager
    assert seat("Dana Q", "manager", "private").who.role is Role.manager


def test_somebody_at_the_client_only_reads_what_is_shared_with_them():
    dana = seat("Dana", "client", "client-acme").who
    assert dana.outsider
    assert dana.role is None
    assert [p.kind for p in places(dana).values()] == [PlaceKind.shared]
    assert dana.key != seat("Dana", "member", "private").who.key
    with pytest.raises(Refusal):
        seat("Dana", "client", "accounts")


def test_a_very_long_text_is_shown_by_its_beginning_and_its_length():
    shown = said_card("x" * 40_000)
    assert shown is not None
    assert len(shown.text) < LONGEST_BUBBLE + 100
    assert "40,000 characters" in shown.text
    assert said_card(" \x00 \n") is None


def asks(*inputs: Input) -> Card:
    return Card(card("Noted.").elements, Form(5, "", inputs))


def inbound(act) -> Inbound:
    here = seat("Priya", "", "private")
    return Inbound("e", here.who, here.place, act)


def test_a_pressed_button_speaks_through_its_label():
    shown = asks(Input("fault", "choice", say("Whose?"), options=(Option("Ours", "o"),)))
    spoken = used_card(inbound(Pressed(press_value(AnswerPress(5, "fault", "o")))), shown)
    assert spoken is not None
    assert spoken.text == "Ours"
    assert used_card(inbound(Pressed("something else")), shown) is None


def test_a_sent_form_is_repeated_back_in_the_words_of_its_options():
    shown = asks(
        Input("fault", "choice", say("Whose?"), options=(Option("Ours", "o"),)),
        Input("met", "many", say("Met?"), options=(Option("A", "a"), Option("B", "b"))),
        Input("why", "text", say("Why?")),
    )
    spoken = used_card(inbound(Submitted(5, {"fault": {"pick": "o"}, "met": ["a", "b"], "why": ""})), shown)
    assert spoken is not None
    assert spoken.text == "Whose?: Ours\nMet?: A, B\nWhy?: Skip"


def test_what_a_message_told_stays_when_its_question_is_answered():
    shown = asks(Input("fault", "choice", say("Whose?"), options=(Option("Ours", "o"),)))
    press = Pressed(press_value(AnswerPress(5, "fault", "o")))
    assert answered(inbound(press), shown, card("Whose? Ours")).text == "Noted.\nWhose? Ours"
    check_in = Pressed(button("Warmer", "log warmer").value)
    assert answered(inbound(check_in), shown, card("Warmer, thank you")).text == "Warmer, thank you"
