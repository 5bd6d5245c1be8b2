"""Whatever people answer, edit and take back: no crash, no question twice, and the same end as straight through."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialog import (
    Ask,
    Choice,
    Confirm,
    Date,
    Dialog,
    Done,
    Form,
    Load,
    Many,
    Money,
    Person,
    Say,
    Scale,
    Text,
)
from bot.view import Option, card
from dialogs.edit import edit
from dialogs.options import made_money, read_money, read_when
from dialogs.promise import promise
from dialogs.registry import DIALOGS
from dialogs.reminder import reminder
from tests.dialogs.play import NOW, case_json
from tests.dialogs.world import RAW, RICH, TEAM, Seat, look_up, straight_through

OPTIONS = tuple(Option(f"Option {n}", f"o{n}") for n in range(3))
LATER = (Option("Later", "later"),)


def synthetic(args: Mapping[str, Any]) -> Dialog[tuple[Any, ...]]:
    """Every kind of step, with branches, a loop and look-ups that hang on answers."""
    name = yield from Text("name", "Name?", options=LATER)
    yield from Say(f"hello_{len(name) % 3}", card("Hello."))
    kind = yield from Choice("kind", "Kind?", options=OPTIONS, near={"best": "o1"})
    fact = yield from Load("fact", "client", lambda d: d["name"], {"name": kind})
    if kind == "o0":
        return (name, fact)
    form = yield from Form("form", "Form", (
        Many("many", "Many?", options=OPTIONS), Scale("scale", "Scale?", options=LATER),
        Text("maybe", "Maybe?", optional=True),
    ))  # fmt: skip
    if kind == "o2":
        when = yield from Date[Any](
            "when", "When?", options=(Option("Soon", "in 3 days"), *LATER), reader=read_when, made=lambda r: r
        )
        sure = yield from Confirm("sure", "Sure?")
        return (name, fact, form, when, sure)
    cost = yield from Money[Any]("cost", "Cost?", reader=read_money, made=made_money)
    extra = []
    for n in form["many"]:
        extra.append((yield from Text(f"about_{n}", "About?", options=tuple(Option(o.label, n) for o in OPTIONS[:1]))))
    who = yield from Person("who", "Who?", options=tuple(Option(p["name"], p["key"]) for p in TEAM["people"]))
    other = yield from Load("other", "client", lambda d: d["case"], {"name": who})
    return (name, fact, form, cost, tuple(extra), who, other)


BARE = case_json()
CASES: dict[str, tuple[Any, Mapping[str, Any], Any]] = {
    "synthetic": (synthetic, {}, None),
    "diagnose": ("diagnose", {}, None),
    "diagnose a known client": ("diagnose", {"client": "Acme", "quoted": "Where is it?"}, None),
    "diagnose near names": ("diagnose", {"client": "Acm"}, None),
    "next": ("next", {"case": 1}, None),
    "draft": ("draft", {"case": 1}, None),
    "draft for a bare case": ("draft", {"case": 1}, BARE),
    "check": ("check", {}, None),
    "log": ("log", {"case": 1}, None),
    "log for a bare case": ("log", {"case": 1}, BARE),
    "log without a case": ("log", {"words": "Wants an answer by Friday and a refund."}, None),
    "close": ("close", {"case": 1}, None),
    "close a bare case": ("close", {"case": 1}, BARE),
    "remind": ("remind", {"case": 1}, None),
    "remind with bad words": (
        "remind", {"case": 1, "rhythm": "sometimes", "day": "31 February", "time": "25:00", "place": "#nowhere"}, None,
    ),
    "remind once, at a bad day": ("remind", {"case": 1, "rhythm": "once", "day": "31 February", "time": "15:00"}, None),
    "reparation": ("reparation", {"case": 1}, None),
    "reparation for a bare case": ("reparation", {"case": 1}, BARE),
    "reminder": (reminder, {"id": 4, "what": ""}, None),
    "reminder, snooze": (reminder, {"id": 4, "what": "snooze", "rest": "31 February"}, None),
    "promise": (promise, {"client_id": 3}, None),
    "promise seen in words": (promise, {"client_id": 3, "case": 1, "words": "A mail by Friday 15:00"}, None),
    "promise without a case": (promise, {"client_id": 4, "when": "2025-11-25T11:00:00+00:00"}, None),
    "edit": (edit, {"case": 1}, None),
    "override": ("override", {"case": 1}, None),
    "review": ("review", {"case": 1}, None),
    "decide": ("decide", {"case": 1}, None),
    "decide with a reason": ("decide", {"case": 1, "reason": "No budget"}, None),
    "handover": ("handover", {"case": 1}, None),
    "handover to somebody": ("handover", {"case": 1, "person": "omar"}, None),
    "person": ("person", {"client_id": 3}, None),
    "person by name": ("person", {"client_id": 4, "name": "Dana"}, None),
    "draft with words known": ("draft", {"case": 1, "kind": "introduction", "known": {"to": "Omar"}}, None),
    "draft of a new date": (
        "draft", {"case": 1, "kind": "new_date", "promise": 9, "known": {"promise": "A mail"}}, None,
    ),
}  # fmt: skip

MOVES = st.lists(
    st.tuples(st.sampled_from(("answer", "answer", "answer", "press", "press", "edit", "back")), st.integers(0, 60),
              st.integers(0, len(RAW) - 1)),
    max_size=22,
)  # fmt: skip


def seat_for(name: str) -> Seat:
    dialog, args, case = CASES[name]
    make = DIALOGS[dialog](args) if isinstance(dialog, str) else partial(dialog, args)
    return Seat(make, lambda load, params: look_up(load, params, case))


def move(seat: Seat, what: str, which: int, raw: int) -> None:
    """One thing a person does: answer what is asked, press one of its options, change an answer, go back."""
    standing = seat.stand()
    assert len(set(standing.path.keys)) == len(standing.path.keys), "a question was asked twice on one path"
    if what == "back":
        seat.back()
    elif what == "edit" and standing.path.answered:
        question = standing.path.answered[which % len(standing.path.answered)]
        seat.give(question, press_of(question, which) if raw % 2 else RAW[raw])
    elif isinstance(standing, Ask):
        seat.give(standing.question, press_of(standing.question, which) if what == "press" else RAW[raw])


def press_of(question: Any, which: int) -> Any:
    """One of the question's own options."""
    if not question.options:
        return "A few words"
    value = question.options[which % len(question.options)].value
    return [value] if question.kind == "many" else {"pick": value}


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=40, deadline=None)
@given(moves=MOVES)
def test_any_way_through_ends_like_the_straight_way(name: str, moves: list[tuple[str, int, int]]) -> None:
    seat = seat_for(name)
    for what, which, raw in moves:
        move(seat, what, which, raw)
    assert all(words.strip() for words in seat.refused), "a refusal without a word"
    end = seat.finish()
    fresh = straight_through(seat, end)
    again = fresh.stand()
    assert isinstance(again, Done)
    assert again.result == end.result
    assert tuple(fresh.asked) == end.path.keys == again.path.keys


@pytest.mark.parametrize("name", CASES)
def test_every_question_can_be_taken_back_to_the_first(name: str) -> None:
    seat = seat_for(name)
    end = seat.finish()
    for left in range(len(end.path.keys), 0, -1):
        assert len(seat.stand().path.keys) == left
        seat.back()
    assert not seat.stand().path.keys
    assert seat.finish().result == end.result


@pytest.mark.parametrize("name", CASES)
def test_a_case_that_is_closed_meanwhile_or_looks_different_is_no_crash(name: str) -> None:
    seat = seat_for(name)
    seat.finish()
    closed = case_json(closed_at=NOW) if name != "synthetic" else RICH
    other = Seat(seat.make, lambda load, params: look_up(load, params, closed))
    other.answers = {k: v for k, v in seat.answers.items() if not k.startswith("load:")}
    assert isinstance(other.stand(), Ask | Done)
