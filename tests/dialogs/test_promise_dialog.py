from datetime import UTC, datetime
from typing import Any

import pytest

from bot.coach.outcomes import Nothing, Promise
from dialogs.promise import promise
from tests.dialogs.play import Played, case_json, play, prompt
from tests.dialogs.world import client_named

TUESDAY = datetime(2025, 11, 25, 11, tzinfo=UTC)


def promised(args: dict[str, Any], answers: list[Any], client: str = "Acme") -> Played:
    loads = {"client": client_named(client), "case": case_json()}
    return play(lambda: promise({"client_id": 3} | args), answers, loads)


SEEN = {"case": 1, "words": "A status mail", "when": TUESDAY.isoformat()}


def test_a_promise_seen_is_shown_in_the_persons_own_time() -> None:
    played = promised(SEEN, [])
    assert prompt(played) == "I've seen a promise: A status mail, due Tuesday 12:00. Shall I watch it?"
    assert promised(SEEN, ["watch it"]).result == Promise(3, "A status mail", TUESDAY, 1, of=1)


def test_a_promise_seen_wrongly_gets_another_time_or_is_left() -> None:
    assert promised(SEEN, ["another time", "friday 10:00"]).result.due == datetime(2025, 11, 21, 9, tzinfo=UTC)
    assert isinstance(promised(SEEN, ["no"]).result, Nothing)


def test_a_promise_typed_whole_is_kept_without_a_question() -> None:
    assert promised(SEEN | {"sure": "yes"}, []).result == Promise(3, "A status mail", TUESDAY, 1, of=1)


def test_words_and_time_are_asked_where_they_are_missing() -> None:
    played = promised({}, ["The new stock list", "yesterday", "tomorrow noon"])
    assert played.asked == ["words", "when"]
    assert "That is in the past" in played.refused[0]
    assert played.result == Promise(3, "The new stock list", datetime(2025, 11, 21, 11, tzinfo=UTC), of=1)


def test_a_time_in_the_words_is_found() -> None:
    played = promised({"words": "The list by Tuesday noon"}, ["watch it"])
    assert played.result == Promise(3, "The list by Tuesday noon", TUESDAY, of=1)


def test_a_time_that_has_passed_is_said_and_asked_again() -> None:
    played = promised(SEEN | {"when": "2025-11-19T11:00:00+00:00", "sure": "yes"}, ["in a week"])
    assert "That time has passed (yesterday 12:00)." in played.text
    assert played.result.due == datetime(2025, 11, 27, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("when", ["", "soon", "2025-11-25", "31 February", "2025-11-25T11:00:00"])
def test_a_time_without_its_zone_is_none(when: str) -> None:
    assert promised({"words": "A list", "when": when}, []).open_key == "when"


def test_a_client_without_a_case_can_be_promised_something() -> None:
    args = {"client_id": 4, "words": "A list", "when": TUESDAY.isoformat()}
    played = promised(args, ["watch it"], "Northwind")
    assert played.result == Promise(4, "A list", TUESDAY)
