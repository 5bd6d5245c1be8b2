from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.coach import cadence
from bot.coach.cadence import Cadence, Rhythm
from bot.coach.outcomes import Nothing, ReminderChange
from dialogs.reminder import reminder
from tests.dialogs.play import Played, case_json, play, prompt
from tests.dialogs.world import SCHEDULE


def changed(what: str, answers: list[Any], rest: str = "", **schedule: Any) -> Played:
    loads = {"schedule": SCHEDULE | schedule, "case": case_json()}
    return play(lambda: reminder({"id": 4, "what": what, "rest": rest}), answers, loads)


@pytest.mark.parametrize("what", ["skip", "pause"])
def test_a_plain_change_needs_no_question(what: str) -> None:
    assert changed(what, []).result == ReminderChange(4, what)  # type: ignore[arg-type]


def test_a_paused_one_can_be_resumed_and_not_paused_again() -> None:
    assert changed("resume", [], state="paused").result == ReminderChange(4, "resume")
    for what in ("pause", "skip", "snooze"):
        assert "are paused. Start them again with: resume 4." in changed(what, [], state="paused").result.words
    played = changed("", [], state="paused")
    assert prompt(played) == "Acme: every Monday at 09:00. It is paused. What shall change?"
    assert changed("", ["start it again"], state="paused").result.what == "resume"


def test_one_that_is_on_is_not_started_again() -> None:
    assert changed("resume", []).result.words == "I ask about Acme every Monday at 09:00 already. Next: Monday 09:00."


@pytest.mark.parametrize("what", ["", "frobnicate"])
def test_without_a_change_that_fits_it_is_asked(what: str) -> None:
    assert prompt(changed(what, [])) == "Acme: every Monday at 09:00. Next: Monday 09:00. What shall change?"
    assert changed(what, ["leave the next one out"]).result.what == "skip"


@pytest.mark.parametrize(
    ("answer", "until"),
    [
        ("Tomorrow", "2025-11-21T08:00Z"), ("In three days", "2025-11-23T08:00Z"), ("Next week", "2025-11-24T08:00Z"),
        ("Thursday 15:00", "2025-11-20T14:00Z"),
    ],
)  # fmt: skip
def test_a_snooze_asks_until_when(answer: str, until: str) -> None:
    assert changed("snooze", [answer]).result == ReminderChange(4, "snooze", until=datetime.fromisoformat(until))


def test_a_time_typed_with_snooze_is_taken() -> None:
    assert changed("snooze", [], "until Friday 12:00").result.until == datetime(2025, 11, 21, 11, tzinfo=UTC)


def test_a_bad_time_typed_with_snooze_is_said_and_asked_again() -> None:
    played = changed("snooze", ["yesterday", "in 3 days"], "31 February")
    assert "February has no 31st" in played.text
    assert "That is in the past" in played.refused[0]
    assert isinstance(played.result, ReminderChange)


def test_an_edit_offers_what_is_kept_now_and_keeps_the_schedules_own_zone() -> None:
    tokyo = cadence.to_json(Cadence(Rhythm.weekly, time(8, 15), weekday=2, zone="Asia/Tokyo"))
    played = changed("edit", [], cadence=tokyo)
    labels = [o.label for o in played.standing.question.options]  # type: ignore[union-attr]
    assert labels == ["Every week (as now)", "Every second week", "Every month", "Once"]
    played = changed("edit", ["every second week", "Wednesday (as now)", "08:15 (as now)"], cadence=tokyo)
    assert played.result.cadence == Cadence(Rhythm.biweekly, time(8, 15), weekday=2, zone="Asia/Tokyo")


def test_an_unusual_day_of_the_month_is_offered_as_it_is_now() -> None:
    monthly = cadence.to_json(Cadence(Rhythm.monthly, time(9), monthday=23, zone="Europe/Berlin"))
    played = changed("edit", ["monthly", "23rd (as now)", "16:30"], cadence=monthly)
    assert played.result.cadence == Cadence(Rhythm.monthly, time(16, 30), monthday=23, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        ({"monthday": -1}, ["1st", "15th", "Last day (as now)", "First Monday"]),
        ({"weekday": 0}, ["1st", "15th", "Last day", "First Monday (as now)"]),
        ({"monthday": 31}, ["31st (as now)", "1st", "15th", "Last day", "First Monday"]),
        (None, ["1st", "15th", "Last day", "First Monday"]),
    ],
)
def test_only_the_day_that_is_kept_is_marked_as_now(now: dict[str, int] | None, labels: list[str]) -> None:
    kept = SCHEDULE["cadence"]
    if now is not None:
        kept = cadence.to_json(Cadence(Rhythm.monthly, time(9), zone="Europe/Berlin", **now))
    played = changed("edit", ["monthly" if now is None else "every month (as now)"], cadence=kept)
    assert [o.label for o in played.standing.question.options] == labels  # type: ignore[union-attr]


def test_cancelling_is_confirmed() -> None:
    assert changed("cancel", ["cancel them"]).result == ReminderChange(4, "cancel")
    kept = changed("cancel", ["no"]).result
    assert kept == Nothing("Kept. I ask about Acme every Monday at 09:00, next: Monday 09:00.")
