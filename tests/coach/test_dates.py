from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.dates import (
    BadDate,
    find_dates,
    parse_date,
    parse_since,
    parse_span,
    parse_time,
    parse_weekday,
    parse_when,
    say_day,
    say_when,
)

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # Wednesday 10:30 in Berlin
TODAY = date(2026, 11, 18)


def read(text: str, now: datetime = NOW, zone: str = BERLIN, past: bool = False) -> str:
    return f"{parse_when(text, now, zone, past=past).astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


def refusal(text: str, now: datetime = NOW) -> str:
    with pytest.raises(BadDate) as caught:
        parse_when(text, now, BERLIN)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-12-01", "Tue 2026-12-01 09:00"),
        ("2026-12-01 15:00", "Tue 2026-12-01 15:00"),
        ("2026-12-01T15:00", "Tue 2026-12-01 15:00"),
        ("2026-12-01T15:00Z", "Tue 2026-12-01 16:00"),
        ("1.12.2026", "Tue 2026-12-01 09:00"),
        ("1.12.", "Tue 2026-12-01 09:00"),
        ("1.12.26, 8:15", "Tue 2026-12-01 08:15"),
        ("31/12/2026", "Thu 2026-12-31 09:00"),
        ("12/31/2026", "Thu 2026-12-31 09:00"),
        ("5/5", "Wed 2027-05-05 09:00"),
        ("1 Dec", "Tue 2026-12-01 09:00"),
        ("Dec 1", "Tue 2026-12-01 09:00"),
        ("Dec 1 3pm", "Tue 2026-12-01 15:00"),
        ("1st of December", "Tue 2026-12-01 09:00"),
        ("December 1st, 2026", "Tue 2026-12-01 09:00"),
        ("3 May", "Mon 2027-05-03 09:00"),
        ("29 February", "Tue 2028-02-29 09:00"),
        ("Tuesday 24 November", "Tue 2026-11-24 09:00"),
        ("Tue, 24 Nov 2026 15:00", "Tue 2026-11-24 15:00"),
        ("the 15th", "Tue 2026-12-15 09:00"),
        ("31st", "Thu 2026-12-31 09:00"),
    ],
)
def test_a_calendar_date_is_read_however_it_is_written(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow", "Thu 2026-11-19 09:00"),
        ("tomorow morning", "Thu 2026-11-19 09:00"),
        ("9am tomorrow", "Thu 2026-11-19 09:00"),
        ("tomorrow afternoon at 3", "Thu 2026-11-19 15:00"),
        ("day after tomorrow", "Fri 2026-11-20 09:00"),
        ("Tuesday", "Tue 2026-11-24 09:00"),
        ("Tue noon", "Tue 2026-11-24 12:00"),
        ("by noon on Tuesday", "Tue 2026-11-24 12:00"),
        ("Thursday 15:00", "Thu 2026-11-19 15:00"),
        ("Friday, 3 p.m.", "Fri 2026-11-20 15:00"),
        ("this Friday", "Fri 2026-11-20 09:00"),
        ("next Friday", "Fri 2026-11-27 09:00"),
        ("Friday next week", "Fri 2026-11-27 09:00"),
        ("next week Friday", "Fri 2026-11-27 09:00"),
        ("Friday week", "Fri 2026-11-27 09:00"),
        ("a week on Friday", "Fri 2026-11-27 09:00"),
        ("every second Thursday 15:00", "Thu 2026-11-19 15:00"),
        ("next week", "Mon 2026-11-23 09:00"),
        ("next month", "Tue 2026-12-01 09:00"),
        ("in 3 days", "Sat 2026-11-21 09:00"),
        ("in two weeks", "Wed 2026-12-02 09:00"),
        ("in 3 working days", "Mon 2026-11-23 09:00"),
        ("in 2 months", "Mon 2027-01-18 09:00"),
        ("in an hour", "Wed 2026-11-18 11:30"),
        ("in 1 hour and 20 minutes", "Wed 2026-11-18 11:50"),
        ("2h from now", "Wed 2026-11-18 12:30"),
        ("end of day", "Wed 2026-11-18 17:30"),
        ("EOD tomorrow", "Thu 2026-11-19 17:30"),
        ("end of Friday", "Fri 2026-11-20 17:30"),
        ("end of week", "Fri 2026-11-20 17:30"),
        ("end of next week", "Fri 2026-11-27 17:30"),
        ("end of month", "Mon 2026-11-30 17:30"),
        ("end of February", "Sun 2027-02-28 17:30"),
        ("end of the quarter", "Thu 2026-12-31 17:30"),
        ("tonight", "Wed 2026-11-18 20:00"),
        ("tonight at 8", "Wed 2026-11-18 20:00"),
        ("midnight", "Wed 2026-11-18 23:59"),
        ("now", "Wed 2026-11-18 10:30"),
    ],
)
def test_a_day_is_read_from_how_people_speak_of_it(text: str, meant: str) -> None:
    assert read(text) == meant


def test_a_bare_time_is_the_next_time_the_clock_shows_it() -> None:
    assert read("3pm") == "Wed 2026-11-18 15:00"
    assert read("10:00") == "Thu 2026-11-19 10:00"


def test_today_means_what_is_left_of_it() -> None:
    assert read("today") == "Wed 2026-11-18 17:30"
    assert read("today", NOW.replace(hour=19)) == "Wed 2026-11-18 23:59"
    assert read("today", NOW.replace(hour=5)) == "Wed 2026-11-18 09:00"


def test_a_weekday_is_the_coming_one_and_today_only_with_a_time_still_to_come() -> None:
    assert read("Wednesday") == "Wed 2026-11-25 09:00"
    assert read("Wednesday 15:00") == "Wed 2026-11-18 15:00"
    assert read("Wednesday 9:00") == "Wed 2026-11-25 09:00"


def test_what_lies_behind_is_read_where_it_is_asked_for() -> None:
    assert read("yesterday 15:00", past=True) == "Tue 2026-11-17 15:00"
    assert read("Friday", past=True) == "Fri 2026-11-13 09:00"
    assert read("this Friday", past=True) == "Fri 2026-11-20 09:00"
    assert read("3 May", past=True) == "Sun 2026-05-03 09:00"
    assert read("two days ago", past=True) == "Mon 2026-11-16 09:00"
    assert read("29 February", past=True) == "Thu 2024-02-29 09:00"
    assert read("last month", past=True) == "Thu 2026-10-01 09:00"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31 February", "February has no 31st. Try 28 February or 1 March."),
        ("30 February 2028", "February has no 30th. Try 29 February or 1 March."),
        ("29 Feb 2027", "February 2027 has no 29th. Try 28 February or 1 March."),
        ("31.4.2027", "April has no 31st. Try 30 April or 1 May."),
        ("32 December", "December has no 32nd. Try 31 December or 1 January."),
        ("2026-13-01", "There is no month 13. Write the date like 3 December or 2026-12-03."),
        ("0 May", "There is no day 0. Write the date like 3 December or 2026-12-03."),
        ("99th", "No month has a 99th. Write the date like 3 December or 2026-12-03."),
        ("03/04/2026", "Is 03/04/2026 3 April or 4 March? Write the month as a word."),
        ("3 May 2026", "That is in the past (3 May 2026). When should it be?"),
        ("yesterday", "That is in the past (17 November 2026). When should it be?"),
        ("today 9am", "That is in the past (today 09:00). When should it be?"),
        ("2020-01-01T00:00Z", "That is in the past (1 January 2020). When should it be?"),
        ("Tuesday 25 November", "25 November 2026 is a Wednesday, not a Tuesday. Which one is it?"),
        ("Friday at 3", "Is that 03:00 or 15:00? Write the one you mean."),
        ("Friday 25:00", "A day has no 25:00. Write a time like 09:00 or 3pm."),
        ("December", "Which day in December? Write it like 3 December."),
        ("1 Jan 2099", "That is too far away to keep an eye on. When should it be?"),
        ("in 9999 years", "That is too far away to keep an eye on. When should it be?"),
        ("flurb", "I could not read “flurb” as a date. Try Tuesday 15:00, 3 December or in 3 days."),
        (
            "finish migration by Tuesday",
            "“finish migration by Tuesday” says more than a date. Try Tuesday 15:00, 3 December or in 3 days.",
        ),
        (
            "Finish the migration",
            "I could not read “Finish the migration” as a date. Try Tuesday 15:00, 3 December or in 3 days.",
        ),
        ("half a day", "“half a day” is a length of time, not a day. Which day is it?"),
        ("20 minutes ago", "That is in the past. When should it be?"),
        (" ", "I need a date. Try Tuesday 15:00, 3 December or in 3 days."),
        ("by", "I could not read “by” as a date. Try Tuesday 15:00, 3 December or in 3 days."),
        ("9" * 40_000, "That is too long for a date. Try Tuesday 15:00, 3 December or in 3 days."),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_that_says_what_to_do(text: str, sentence: str) -> None:
    assert refusal(text) == sentence


def test_a_time_that_the_clock_skips_moves_on_by_the_gap() -> None:
    assert read("29 March 2027 2:30am") == "Mon 2027-03-29 02:30"
    assert read("28 March 2027 2:30am") == "Sun 2027-03-28 03:30"


def test_a_time_that_comes_twice_is_the_first_that_is_still_to_come() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert parse_when("25 October 2026 2:30am", first - timedelta(hours=9), BERLIN) == first
    assert parse_when("today 2:30am", first + timedelta(minutes=5), BERLIN) == second


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("two weeks", date(2026, 11, 4)),
        ("for about 3 days now", date(2026, 11, 15)),
        ("the last two weeks", date(2026, 11, 4)),
        ("over a week", date(2026, 11, 11)),
        ("an hour ago", TODAY),
    ],
)
def test_since_when_counts_back(typed: str, day: date) -> None:
    assert parse_date(typed, TODAY, past=True) == day


@pytest.mark.parametrize("typed", ["half a day", "flurb"])
def test_what_is_no_day_in_the_past_is_refused_with_one_that_is(typed: str) -> None:
    with pytest.raises(BadDate, match=r"not a day|Try last Friday, 3 November or 2 weeks ago\."):
        parse_date(typed, TODAY, past=True)


def test_a_date_alone_leaves_the_time_aside() -> None:
    assert parse_date("Tuesday 15:00", TODAY) == date(2026, 11, 24)
    assert parse_date("3 May", TODAY, past=True) == date(2026, 5, 3)
    with pytest.raises(BadDate, match="in the past"):
        parse_date("3 May 2026", TODAY)
    with pytest.raises(BadDate, match="Try Tuesday"):
        parse_date("15:00", TODAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15:00", time(15)),
        ("3pm", time(15)),
        ("9.30", time(9, 30)),
        ("9", time(9)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("noon", time(12)),
        ("at 15h30", time(15, 30)),
        ("9 o’clock", time(9)),
        ("end of day", time(17, 30)),
        ("8 in the evening", time(20)),
    ],
)
def test_a_time_of_day_is_read(text: str, meant: time) -> None:
    assert parse_time(text) == meant


def test_a_weekday_is_read_in_full_or_short() -> None:
    assert [parse_weekday(t) for t in ("Mon", "tuesdays", "WEDS", "Thurs.", "on Friday", "every sat", "Sun")] == [
        *range(7)
    ]
    with pytest.raises(BadDate, match="Write Monday"):
        parse_weekday("Moonday")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("7 days", timedelta(days=7)),
        ("2 weeks", timedelta(days=14)),
        ("3h", timedelta(hours=3)),
        ("an hour and a half", timedelta(minutes=90)),
        ("1 week, 2 days and 3 hours", timedelta(days=9, hours=3)),
        ("1.5 hours", timedelta(minutes=90)),
        ("a fortnight", timedelta(days=14)),
        ("2 months", timedelta(days=60)),
    ],
)
def test_a_length_of_time_is_read(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["0 days", "-3 days", "9999 years", "7", "3 apples", "", "1 day 2"])
def test_what_is_no_length_of_time_gets_an_example(text: str) -> None:
    with pytest.raises(BadDate, match=r"Write it like 7 days|Try Tuesday"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "The server is replaced by Tuesday noon, and you get a report every Thursday.",
            [("by Tuesday noon", "Tuesday 12:00"), ("every Thursday", "tomorrow 17:30")],
        ),
        ("I call you tomorrow at 3pm.", [("tomorrow at 3pm", "tomorrow 15:00")]),
        ("You have it no later than 5pm on Monday", [("no later than 5pm on Monday", "Monday 17:00")]),
        ("Ready on Tuesday, November 24 at 10am", [("on Tuesday, November 24 at 10am", "Tuesday 10:00")]),
        ("Done within 3 working days.", [("within 3 working days", "Monday 17:30")]),
        ("by the 15th we are ready", [("by the 15th", "15 December 17:30")]),
        ("before the end of the month", [("before the end of the month", "30 November 17:30")]),
        ("finished in two\n weeks", [("in two\n weeks", "2 December 17:30")]),
        ("I will write by EOD", [("by EOD", "today 17:30")]),
        ("We sat in the sun and may 3 times", []),
        ("It took 3 days, 24/7, the 3rd time", []),
        ("Version 1.12. came last Friday", []),
        ("", []),
    ],
)
def test_commitments_are_found_in_running_text(text: str, found: list[tuple[str, str]]) -> None:
    assert [(text[a:b], say_when(when, NOW, BERLIN)) for a, b, when in find_dates(text, NOW, BERLIN)] == found


@pytest.mark.parametrize("unit", ["by ", "1.", "Tuesday ", "in ", "the ", "mon, the ", "a couple of ", "\n", "12"])
def test_a_huge_text_is_searched_without_trouble(unit: str) -> None:
    began = process_time()
    found = find_dates(unit * (40_000 // len(unit)), NOW, BERLIN)
    assert len(found) == (5_000 if unit == "Tuesday " else len(found[:1]))
    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (4.5, "today 15:00"),
        (22.5, "tomorrow 09:00"),
        (-25.5, "yesterday 09:00"),
        (24 * 6 + 4.5, "Tuesday 15:00"),
        (24 * 7 + 4.5, "25 November 15:00"),
        (24 * 60 + 4.5, "17 January 2027 15:00"),
        (-24 * 3, "15 November 10:30"),
    ],
)
def test_an_instant_is_said_in_the_reader_s_own_terms(hours: float, words: str) -> None:
    assert say_when(NOW + timedelta(hours=hours), NOW, BERLIN) == words


def test_the_same_instant_is_another_day_for_another_reader() -> None:
    late = datetime(2026, 11, 18, 20, tzinfo=UTC)
    assert say_when(late, NOW, BERLIN) == "today 21:00"
    assert say_when(late, NOW, "Asia/Kathmandu") == "tomorrow 01:45"


moments = st.integers(0, 4 * 365 * 24 * 60).map(lambda m: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC", "Africa/Cairo"])


@settings(deadline=None)
@given(moments, zones, st.integers(1, 400), st.integers(7, 23), st.sampled_from([0, 15, 30, 45]))
def test_what_the_coach_says_it_reads_back(now: datetime, zone: str, days: int, hour: int, minute: int) -> None:
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    when = datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)
    assert parse_when(say_when(when, now, zone), now, zone) == when
    assert parse_date(say_day(day, now.astimezone(ZoneInfo(zone)).date()), now.astimezone(ZoneInfo(zone)).date()) == day


WORDS = "next last in by Tue Friday 3 31 29 Feb May 12:30 am pm of the end week month 2 days ago . - 03/04 every noon"


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join) | st.text(max_size=40),
    moments,
    zones,
    st.booleans(),
)
def test_any_text_is_an_instant_to_come_or_a_sentence(text: str, now: datetime, zone: str, past: bool) -> None:
    find_dates(text, now, zone)
    try:
        when = parse_when(text, now, zone, past=past)
    except BadDate:
        return
    assert when.utcoffset() == timedelta()
    assert past or when >= now


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("a few weeks ago", date(2026, 10, 28)),
        ("for weeks", date(2026, 10, 28)),
        ("a couple of days ago", date(2026, 11, 16)),
        ("couple of days ago", date(2026, 11, 16)),
        ("the past few days", date(2026, 11, 15)),
        ("several months ago", date(2026, 7, 18)),
        ("a while back", date(2026, 10, 18)),
        ("recently", date(2026, 11, 11)),
        ("a week or two ago", date(2026, 11, 8)),
        ("2-3 weeks ago", date(2026, 10, 31)),
        ("a week and a half", date(2026, 11, 8)),
        ("a few hours ago", date(2026, 11, 18)),
        ("since last month", date(2026, 10, 1)),
        ("late last month", date(2026, 10, 25)),
        ("earlier this week", date(2026, 11, 16)),
        ("late this month", date(2026, 11, 18)),
        ("early March", date(2026, 3, 5)),
        ("since mid-September", date(2026, 9, 15)),
        ("late November", date(2025, 11, 25)),
        ("in October", date(2026, 10, 1)),
        ("in early March 2025", date(2025, 3, 5)),
        ("early 2025", date(2025, 2, 1)),
        ("end of March", date(2026, 3, 31)),
        ("last Friday", date(2026, 11, 13)),
    ],
)
def test_since_when_may_be_told_roughly(text: str, day: date) -> None:
    assert parse_since(text, TODAY) == day


@pytest.mark.parametrize("text", ["ages", "forever", "since the summer", "in a few weeks", "1.2.3.4"])
def test_a_since_without_a_day_says_how_to_tell_it(text: str) -> None:
    with pytest.raises(BadDate):
        parse_since(text, TODAY)


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_no_words_for_since_when_break_its_reader(text: str) -> None:
    try:
        parse_since(text, TODAY)
    except BadDate:
        return
