"""The page a manager runs the Monday meeting from: every client at risk, worst first, one thing to do about each."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.coach.causes import INFO, Cause
from bot.coach.dates import say_day
from bot.coach.money import Money, say_money
from bot.errors import NotFound
from bot.services.cards import READING_WORDS
from bot.services.cases import STAGE_WORDS, local_day
from bot.services.reports import counts, movement, portfolio
from bot.services.reports.counts import Counts, Totals
from bot.services.reports.home import NAME_SHOWN
from bot.services.reports.lines import buttons, line, why_first
from bot.services.reports.portfolio import ON_ONE_SCREEN, Overdue
from bot.services.turn import Result, Turn, offer, shown
from bot.view import Actions, Card, Chart, Element, Line, Note, Series, card, clip, say


async def summary(turn: Turn, page: int = 0) -> Result:
    """Every open case this person may see, with why it stands where it stands."""
    counted = await counts.counts(turn)
    total = counted.totals.cases
    if not total:
        words = "No client is at risk. When one is, tell me about it."
        return shown(card(words, Actions((offer("Tell me about a client", "start"),))))
    pages = -(-total // ON_ONE_SCREEN)
    if page >= pages:
        raise NotFound(f"The summary has {pages:,} page{'s' * (pages != 1)}. Type summary to see the first.")
    since = await movement.last_look(turn, counted.looked_at, counted.looked_before)
    made = await build(turn, counted, since, page)
    turn.audit("read the summary")
    return shown(made)


async def build(turn: Turn, counted: Counts, since: datetime, page: int) -> Card:
    """The page itself."""
    total = counted.totals.cases
    found = await portfolio.page(turn, since, page)
    asks = await portfolio.overdue_asks(turn) if counted.overdue_asks else ()
    elements: list[Element | Line | None] = []
    if page == 0:
        elements += _head(counted.totals, found.moved.words(_day(turn, since)))
        elements += [_overdue(turn, ask) for ask in asks]
    elements += [line(turn, n, stands) for n, stands in enumerate(found.lines, page * ON_ONE_SCREEN + 1)]
    if page == 0 and found.lines:
        elements.append(Note(why_first(found.lines[0].row, found.lines[0].risk)))
        elements += _pictures(counted)
    more = total - (page + 1) * ON_ONE_SCREEN
    asked = {ask.case_id for ask in asks}
    return card(*elements, Actions(buttons(turn, found.lines, asked, more, page)))


def _head(totals: Totals, moved: str) -> list[Element | Line | None]:
    clients = f"{totals.cases:,} client" + ("s" if totals.cases != 1 else "") + " at risk"
    worth = "".join(f" · {say_money(m)} a month" for m in totals.sums)
    head: list[Element | Line | None] = [say("**{clients}{worth}{moved}**", clients=clients, worth=worth, moved=moved)]
    notes = []
    if len(totals.sums) > 1:
        notes.append("Sums in different currencies are not added together.")
    if totals.unknown and totals.sums:
        notes.append(f"Of {totals.unknown:,} I don't know what they are worth.")
    common = ", ".join(f"{INFO[Cause(c)].said} ({n:,})" for c, n in totals.causes[:2] if n > 1)
    if common:
        notes.append(f"Most often: {common}.")
    if notes:
        head.append(Note(say("{notes}", notes=" ".join(notes))))
    return head


def _overdue(turn: Turn, ask: Overdue) -> Line:
    said = re.search(rf"(?<!\w){re.escape(ask.client)}(?!\w)", ask.words, re.IGNORECASE)
    named = "" if said else f"{clip(ask.client, NAME_SHOWN)}, "
    return say(
        "You wanted this by {when}: {words} ({named}SAL-{n}).",
        when=local_day(turn, ask.due_at),
        words=clip(ask.words, 120),
        named=named,
        n=ask.number,
    )


def _day(turn: Turn, instant: datetime) -> str:
    zone = ZoneInfo(turn.person.zone)
    day, today = instant.astimezone(zone).date(), turn.now.astimezone(zone).date()
    return f"{day:%A}" if 1 < (today - day).days < 7 else say_day(day, today)


def _pictures(counted: Counts) -> list[Element]:
    """What is at stake by stage, and how clients sounded week by week; each with its numbers in words."""
    made: list[Element] = []
    totals = counted.totals
    if totals.sums:
        currency = totals.sums[0].currency
        staged = [(STAGE_WORDS[s], m.cents / 100) for s, m in totals.sums_by_stage if m.currency == currency]
        names, values = tuple(n for n, _ in staged), tuple(v for _, v in staged)
        made.append(Chart("bar", f"Value at stake a month, {currency}", names, (Series("", values),)))
        made += [Note(_by_stage(totals, m)) for m in totals.sums[1:]]
    series = tuple(
        Series(READING_WORDS[reading].capitalize(), tuple(float(n) for n in times))
        for reading, times in counted.sounded.items()
        if any(times)
    )
    if series:
        weeks = tuple(f"{day.day} {day:%b}" for day in counted.weeks)
        made.append(Chart("line", "How clients sounded, by week", weeks, series))
    return made


def _by_stage(totals: Totals, whole: Money) -> Line:
    """What the picture does not show: the same in another currency."""
    parts = ", ".join(
        f"{STAGE_WORDS[s]} {say_money(m)}" for s, m in totals.sums_by_stage if m.currency == whole.currency
    )
    return say("In {currency}: {parts}.", currency=whole.currency, parts=parts)
