from datetime import date, time
from typing import Any

import pytest

from bot.coach.cadence import Cadence, Rhythm
from bot.coach.outcomes import Nothing, Reminder
from dialogs.remind import remind
from tests.dialogs.play import NOW, Played, case_json, play
from tests.dialogs.world import PLACES

ZONE = "Europe/Berlin"


def reminded(args: dict[str, Any], answers: list[Any], places: Any = PLACES, **changes: Any) -> Played:
    return play(lambda: remind({"case": 1} | args), answers, {"case": case_json(**changes), "places": places})


def test_a_whole_command_needs_no_question() -> None:
    played = reminded({"rhythm": "weekly", "day": "Friday", "time": "15:00", "place": "#ops"}, [])
    assert played.result == Reminder(1, Cadence(Rhythm.weekly, time(15), weekday=4, zone=ZONE), "C2")


def test_only_what_is_missing_is_asked() -> None:
    played = reminded({"day": "mondays"}, ["every second week", "9:00", "here"])
    assert played.asked == ["rhythm", "time", "place"]
    assert played.result == Reminder(1, Cadence(Rhythm.biweekly, time(9), weekday=0, zone=ZONE), "C1")


@pytest.mark.parametrize(
    ("args", "says", "asks"),
    [
        ({"rhythm": "sometimes"}, "I can't ask “sometimes”. Pick one of these.", "rhythm"),
        ({"rhythm": "weekly", "day": "31 February"}, "as a weekday", "day"),
        ({"rhythm": "monthly", "day": "31 February"}, "February has no 31st", "monthday"),
        ({"rhythm": "monthly", "day": "45"}, "I need a day of the month", "monthday"),
        ({"rhythm": "monthly", "day": "3 December"}, "I need a day of the month", "monthday"),
        ({"rhythm": "weekly", "day": "Monday", "time": "25:00"}, "A day has no 25:00", "time"),
        ({"rhythm": "weekly", "day": "Monday", "time": "9:00", "place": "#nowhere"}, "I don't know #nowhere", "place"),
        ({"rhythm": "once", "day": "31 February"}, "February has no 31st", "when"),
        ({"rhythm": "once", "day": "31 February", "time": "15:00"}, "February has no 31st", "on"),
        ({"rhythm": "once", "day": "yesterday"}, "That is in the past", "when"),
        ({"rhythm": "once", "day": "today", "time": "8:00"}, "That is in the past", "on"),
        ({"rhythm": "once", "day": "x" * 5000}, "too long for a date", "when"),
    ],
)
def test_a_word_that_cannot_be_meant_is_said_and_asked_again(args: dict[str, str], says: str, asks: str) -> None:
    played = reminded(args, [])
    assert says in played.text
    assert played.open_key == asks


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("the 15th", {"monthday": 15}), ("31", {"monthday": 31}), ("last day of the month", {"monthday": -1}),
        ("First Monday", {"weekday": 0}), ("1st tue of each month", {"weekday": 1}), ("1.", {"monthday": 1}),
    ],
)  # fmt: skip
def test_days_of_the_month_as_people_type_them(typed: str, fields: dict[str, int]) -> None:
    played = reminded({"rhythm": "monthly", "day": typed, "time": "9:00", "place": "private"}, [])
    assert played.result.cadence == Cadence(Rhythm.monthly, time(9), zone=ZONE, **fields)
    assert played.result.place == "@priya"


def test_days_and_times_can_be_pressed_by_label_or_number() -> None:
    assert reminded({}, ["1", "Wednesday", "2", "2"]).result == Reminder(
        1, Cadence(Rhythm.weekly, time(14), weekday=2, zone=ZONE), "@priya"
    )
    last = reminded({}, ["every month", "last day", "09:00", "#ops"]).result.cadence
    assert last == Cadence(Rhythm.monthly, time(9), monthday=-1, zone=ZONE)


def test_a_day_alone_means_nine_in_the_persons_own_zone() -> None:
    played = reminded({"rhythm": "once", "day": "3 December", "place": "here"}, [])
    assert played.result.cadence == Cadence(Rhythm.once, time(9), zone=ZONE, on=date(2025, 12, 3))


def test_a_date_without_a_rhythm_means_once() -> None:
    played = reminded({"on": "3 December", "time": "15:30", "place": "here"}, [])
    assert played.result.cadence == Cadence(Rhythm.once, time(15, 30), zone=ZONE, on=date(2025, 12, 3))


def test_a_time_alone_for_once_asks_for_its_day_and_refuses_what_is_over() -> None:
    played = reminded({"rhythm": "once", "time": "8:00", "place": "here"}, ["today"])
    assert "That has passed (today 08:00)." in played.text
    assert played.open_key == "when"
    played = reminded({"rhythm": "once", "time": "8:00", "place": "here"}, ["today", "now", "tomorrow"])
    assert played.refused == ["That is now, or over. Write a time to come, like tomorrow 9:00."]
    assert played.result.cadence == Cadence(Rhythm.once, time(9), zone=ZONE, on=date(2025, 11, 21))


def test_where_only_the_private_chat_is_known_nothing_is_asked() -> None:
    alone = {"here": "", "private": "@priya", "places": []}
    assert reminded({"rhythm": "weekly", "day": "Monday", "time": "9:00"}, [], alone).result.place == "@priya"


def test_here_is_refused_where_outsiders_may_read() -> None:
    shared = {"here": "", "private": "@priya", "places": [{"key": "C2", "name": "#ops"}]}
    args = {"rhythm": "weekly", "day": "Monday", "time": "9:00", "place": "here"}
    played = reminded(args, ["ops"], shared)
    assert "People from outside may read here" in played.text
    assert played.result.place == "C2"


def test_a_place_key_that_is_not_offered_is_not_taken() -> None:
    args = {"rhythm": "weekly", "day": "Monday", "time": "9:00", "place": "@omar"}
    assert reminded(args, []).open_key == "place"


def test_a_closed_case_gets_no_check_ins() -> None:
    assert isinstance(reminded({}, [], closed_at=NOW).result, Nothing)
