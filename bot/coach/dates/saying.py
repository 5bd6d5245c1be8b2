"""Dates as the coach says them."""

from datetime import date, datetime

from bot.coach.cadence import MONTHS, WEEKDAYS, zone_named


def say_when(when: datetime, now: datetime, zone: str) -> str:
    """'today 15:00', 'tomorrow 09:00', 'Tuesday 15:00' within the week to come, '3 December 09:00' beyond."""
    local, today = when.astimezone(zone_named(zone)), now.astimezone(zone_named(zone)).date()
    return f"{say_day(local.date(), today)} {local.hour:02}:{local.minute:02}"


def say_day(day: date, today: date) -> str:
    """'today', 'tomorrow', 'yesterday', 'Tuesday', '3 December', and with its year where that is another."""
    ahead = (day - today).days
    if ahead in (-1, 0, 1):
        return ("today", "tomorrow", "yesterday")[ahead]
    if 1 < ahead < 7:
        return WEEKDAYS[day.weekday()]
    return say_date(day) if day.year != today.year else f"{day.day} {MONTHS[day.month - 1]}"


def say_date(day: date) -> str:
    """'3 December 2026', whichever day is today."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
