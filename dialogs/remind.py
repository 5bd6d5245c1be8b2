"""Check-ins for a case: how often, on which day, at what time, and where; only what is missing is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.coach import casefile
from bot.coach.cadence import WEEKDAYS, Cadence, Rhythm, localise, ordinal
from bot.coach.casefile import CaseFile
from bot.coach.dates import parse_date, parse_time, parse_weekday, parse_when, say_when
from bot.coach.outcomes import Nothing, Reminder
from bot.dialog import Choice, Date, Dialog, Load, Moment, Read, Say
from bot.view import Note, Option, card, clip, say
from dialogs.options import argument
from dialogs.places import where

A = TypeVar("A")

RHYTHMS = (
    Option("Every week", "weekly"),
    Option("Every second week", "biweekly"),
    Option("Every month", "monthly"),
    Option("Once", "once"),
)
RHYTHM_WORDS = {
    "weekly": "weekly", "week": "weekly", "each week": "weekly", "once a week": "weekly", "biweekly": "biweekly",
    "fortnightly": "biweekly", "every other week": "biweekly", "every two weeks": "biweekly",
    "every 2 weeks": "biweekly",
    "monthly": "monthly", "month": "monthly", "each month": "monthly", "once a month": "monthly", "one time": "once",
}  # fmt: skip
TIMES = (Option("09:00", "09:00"), Option("14:00", "14:00"), Option("16:30", "16:30"))
MONTHDAYS = (
    Option("1st", "1"), Option("15th", "15"), Option("Last day", "last day"), Option("First Monday", "first Monday"),
)  # fmt: skip
LAST_DAY = -1
MONTHDAY_FIELDS: Mapping[str, Mapping[str, int]] = {
    "1": {"monthday": 1}, "15": {"monthday": 15}, "last day": {"monthday": LAST_DAY}, "first Monday": {"weekday": 0},
}  # fmt: skip


def remind(args: Mapping[str, Any]) -> Dialog[Reminder | Nothing]:
    """A cadence for a case, and the place where its check-ins come."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    if not case.open:
        return Nothing(f"{case.label} is closed, so there is nothing to check in on. Start anew: start {case.client}.")
    rhythm = yield from how_often(case, argument(args, "rhythm"), argument(args, "on"))
    given = Given(argument(args, "day") or argument(args, "on"), argument(args, "time"))
    cadence = yield from when_of(rhythm, given, Clock(case.now, case.zone))
    place = yield from where(argument(args, "place"))
    return Reminder(case=case.number, cadence=cadence, place=place)


def how_often(case: CaseFile, given: str, on: str) -> Dialog[Rhythm]:
    """The rhythm; a date alone means once."""
    typed = given or ("once" if on else "")
    picked = yield from given_or("rhythm", typed, read_rhythm, lambda: Choice(
        "rhythm", say("How often shall I ask how {client} is?", client=case.client), options=RHYTHMS, near=RHYTHM_WORDS
    ))  # fmt: skip
    return Rhythm(picked)


# --- when --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A day and a time as they were typed with the command, '' where they were not."""

    day: str = ""
    time: str = ""


@dataclass(frozen=True)
class Clock:
    """The moment a cadence is made, and the zone it is kept in."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


def when_of(rhythm: Rhythm, given: Given, clock: Clock, present: Cadence | None = None) -> Dialog[Cadence]:
    """The whole cadence of a rhythm; ``present`` is offered where a schedule is changed."""
    match rhythm:
        case Rhythm.once:
            return (yield from once(given, clock))
        case Rhythm.monthly:
            day = yield from given_or(
                "monthday", given.day, lambda words: read_monthday(words, clock.today),
                lambda: monthday_question(present),
            )  # fmt: skip
            at = yield from what_time(given.time, present)
            return Cadence(rhythm, at, weekday=day.get("weekday"), monthday=day.get("monthday"), zone=clock.zone)
        case _:
            weekday = yield from given_or("day", given.day, parse_weekday, lambda: weekday_question(present))
            at = yield from what_time(given.time, present)
            return Cadence(rhythm, at, weekday=weekday, zone=clock.zone)


def once(given: Given, clock: Clock) -> Dialog[Cadence]:
    """A single check-in at a time still to come."""
    when = None
    if given.day:
        try:
            when = to_come(f"{given.day} {given.time}".strip(), clock)
        except ValueError as wrong:
            yield from Say("bad_when", card(Note(say("{wrong}", wrong=str(wrong)))))
    if when is None:
        when = yield from (on_a_day(given.time, clock) if is_time(given.time) else moment_question())
    local = when.astimezone(ZoneInfo(clock.zone))
    return Cadence(Rhythm.once, local.time().replace(second=0, microsecond=0), zone=clock.zone, on=local.date())


def is_time(typed: str) -> bool:
    """Whether a time of day was typed that can be kept."""
    try:
        parse_time(typed)
    except ValueError:
        return False
    return True


def on_a_day(typed: str, clock: Clock) -> Dialog[datetime]:
    """The day for a time that was typed; where both together are past, another moment."""
    at = parse_time(typed)
    day = yield from Date[date](
        "on", "On which day?", hint="Such as Thursday, or 3 December.", options=(Option("Tomorrow", "tomorrow"),),
        reader=_read_day, made=date.fromisoformat,
    )  # fmt: skip
    when = localise(datetime.combine(day, at), clock.zone)
    if when > clock.now:
        return when
    said = say_when(when, clock.now, clock.zone)
    yield from Say("past", card(Note(say("That has passed ({when}).", when=said))))
    return (yield from moment_question())


def moment_question() -> Date[datetime]:
    """The question for a day and a time."""
    return Date[datetime](
        "when", "When shall I ask?", hint="Such as Thursday 15:00. A day alone means 09:00.",
        options=(Option("Tomorrow", "tomorrow 9:00"), Option("In a week", "in 7 days")),
        reader=_read_to_come, made=datetime.fromisoformat,
    )  # fmt: skip


def weekday_question(present: Cadence | None = None) -> Read[int]:
    """The question for a day of the week."""
    now_on = present.weekday if present else None
    return Read[int](
        "day", "On which day?", options=tuple(Option(_as_now(d, n == now_on), d) for n, d in enumerate(WEEKDAYS)),
        reader=_read_weekday, made=_made_weekday,
    )  # fmt: skip


def monthday_question(present: Cadence | None = None) -> Read[dict[str, int]]:
    """The question for a day of the month."""
    offered = [Option(_as_now(o.label, is_on(present, MONTHDAY_FIELDS[o.value])), o.value) for o in MONTHDAYS]
    if present and present.monthday and not any(is_on(present, fields) for fields in MONTHDAY_FIELDS.values()):
        offered.insert(0, Option(_as_now(ordinal(present.monthday), True), str(present.monthday)))
    return Read[dict[str, int]](
        "monthday", "On which day of the month?", hint="Such as the 15th, last day or first Monday.",
        options=tuple(offered), reader=_read_monthday, made=_made_monthday,
    )  # fmt: skip


def is_on(present: Cadence | None, fields: Mapping[str, int]) -> bool:
    """Whether a cadence comes on that day of the month now."""
    if present is None or present.rhythm is not Rhythm.monthly:
        return False
    now = {"weekday": present.weekday} if present.monthday is None else {"monthday": present.monthday}
    return now == fields


def what_time(given: str, present: Cadence | None) -> Dialog[time]:
    """The local time of day; nine o'clock is offered first."""
    times: tuple[Option, ...] = TIMES
    if present is not None:
        now_at = f"{present.at:%H:%M}"
        times = (Option(_as_now(now_at, True), now_at), *(t for t in TIMES if t.value != now_at))
    return (
        yield from given_or(
            "time", given, read_time,
            lambda: Read[time](
                "time", "At what time?", hint="Such as 9:00 or 3pm.", options=times,
                reader=_read_time, made=time.fromisoformat,
            ),
        )
    )  # fmt: skip


def given_or(key: str, typed: str, read: Callable[[str], A], question: Callable[[], Any]) -> Dialog[A]:
    """What was typed with the command; where it cannot be read that is said in a sentence, and it is asked for."""
    if typed:
        try:
            return read(typed)
        except ValueError as wrong:
            yield from Say(f"bad_{key}", card(Note(say("{wrong}", wrong=str(wrong)))))
    answer: A = yield from question()
    return answer


def _as_now(label: str, is_now: bool) -> str:
    return f"{label} (as now)" if is_now else label


# --- reading -----------------------------------------------------------------------------------------------

_LAST = re.compile(r"(?:the )?last(?: day)?(?: of (?:the|each|every) month)?")
_FIRST = re.compile(r"(?:the )?(?:first|1st) ([a-z]+day|mon|tue|wed|thu|fri|sat|sun)(?: of (?:the|each|every) month)?")
_NUMBER = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?(?: of (?:the|each|every) month)?")


HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def read_time(words: str) -> time:
    """A time of day, also as a word ('nine'); raises ValueError that speaks of times, not of dates."""
    typed = words.strip().casefold().removeprefix("at ").removesuffix(" o'clock")
    return parse_time(str(HOURS.index(typed) + 1) if typed in HOURS else words)


def read_rhythm(words: str) -> str:
    """A rhythm by its name or another wording; raises ValueError with what to do."""
    typed = words.strip().casefold()
    by_label = {o.label.casefold(): o.value for o in RHYTHMS} | {o.value: o.value for o in RHYTHMS}
    found = by_label.get(typed) or RHYTHM_WORDS.get(typed)
    if found is None:
        raise ValueError(f"I can't ask “{clip(words, 40)}”. Pick one of these.")
    return found


def read_monthday(words: str, today: date) -> dict[str, int]:
    """'the 15th', 'last day', 'first Monday' as the fields of a cadence; raises ValueError with what to do."""
    typed = " ".join(words.casefold().split()).removeprefix("on ").strip(" .")
    if _LAST.fullmatch(typed):
        return {"monthday": LAST_DAY}
    first = _FIRST.fullmatch(typed)
    if first:
        return {"weekday": parse_weekday(first[1])}
    number = _NUMBER.fullmatch(typed)
    if number and 1 <= int(number[1]) <= 31:
        return {"monthday": int(number[1])}
    if not number:
        parse_date(words, today)
    raise ValueError("I need a day of the month for that. Write it like the 15th, last day or first Monday.")


def to_come(words: str, clock: Clock) -> datetime:
    """A typed moment in whole minutes, still to come; raises ValueError with what to do."""
    when = parse_when(words, clock.now, clock.zone).astimezone(UTC).replace(second=0, microsecond=0)
    if when <= clock.now:
        raise ValueError("That is now, or over. Write a time to come, like tomorrow 9:00.")
    return when


def _local_day(at: Moment) -> date:
    return at.now.astimezone(ZoneInfo(at.zone)).date()


def _read_to_come(words: str, at: Moment) -> str:
    return to_come(words, Clock(at.now, at.zone)).isoformat()


def _read_day(words: str, at: Moment) -> str:
    return parse_date(words, _local_day(at)).isoformat()


def _read_weekday(words: str, at: Moment) -> int:
    return parse_weekday(words)


def _made_weekday(recorded: Any) -> int:
    if not isinstance(recorded, int) or not 0 <= recorded <= 6:
        raise ValueError("not a weekday")
    return recorded


def _read_monthday(words: str, at: Moment) -> dict[str, int]:
    return read_monthday(words, _local_day(at))


def _made_monthday(recorded: Any) -> dict[str, int]:
    Cadence(Rhythm.monthly, time(9), weekday=recorded.get("weekday"), monthday=recorded.get("monthday"))
    return dict(recorded)


def _read_time(words: str, at: Moment) -> str:
    return read_time(words).isoformat()
