"""The page a manager runs the Monday meeting from: every client at risk, worst first, and one thing to do about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.coach.causes import INFO, Cause
from bot.coach.dates import say_day
from bot.coach.money import Money, say_money
from bot.services import scoring
from bot.services.cards import READING_WORDS
from bot.services.cases import STAGE_WORDS, local_day
from bot.services.reports import portfolio
from bot.services.reports.home import NAME_SHOWN, play_words
from bot.services.reports.portfolio import ON_ONE_SCREEN, Movement, Row, Totals
from bot.services.turn import Result, Turn, offer, shown
from bot.storage.tables import Look
from bot.view import Action, Actions, Card, Chart, Element, Line, Note, Series, card, clip, say

SILENT_DAYS = 7
A_LOOK = timedelta(hours=1)
"""Looks within an hour are one look: what is new stays new while somebody is reading."""


async def summary(turn: Turn, page: int = 0) -> Result:
    """Every open case this person may see, with why it stands where it stands."""
    totals = await portfolio.totals(turn)
    if not totals.cases:
        words = "No client is at risk. When one is, tell me about it."
        return shown(card(words, Actions((offer("Tell me about a client", "start"),))))
    since = await last_look(turn)
    made = await build(turn, totals, since, page)
    if turn.manages:
        turn.audit("read the summary")
    return shown(made)


async def build(turn: Turn, totals: Totals, since: datetime, page: int) -> Card:
    """The page itself."""
    rows = await portfolio.page(turn, portfolio.visible(turn), skip=page * ON_ONE_SCREEN)
    before = await portfolio.risk_before(turn, rows, since)
    elements: list[Element | Line | None] = []
    if page == 0:
        elements += await _head(turn, totals, since)
    elements += [line(turn, n, row, before.get(row.case.id)) for n, row in enumerate(rows, page * ON_ONE_SCREEN + 1)]
    if page == 0 and rows:
        elements.append(await _why_first(turn, rows[0]))
        elements += await _pictures(turn, totals)
    return card(*elements, Actions(_buttons(turn, rows, totals.cases - (page + 1) * ON_ONE_SCREEN, page)))


async def last_look(turn: Turn) -> datetime:
    """From when changes count as new: the look before this one, a week ago for a first look."""
    row = await turn.db.scalar(select(Look).where(Look.person_id == turn.person.id))
    if row is None:
        week_ago = turn.now - timedelta(days=7)
        turn.db.add(Look(person_id=turn.person.id, at=turn.now, before_at=week_ago))
        return week_ago
    if turn.now - row.at > A_LOOK:
        row.before_at, row.at = row.at, turn.now
    return row.before_at or row.at


async def _head(turn: Turn, totals: Totals, since: datetime) -> list[Element | Line | None]:
    clients = f"{totals.cases} client" + ("s" if totals.cases != 1 else "") + " at risk"
    worth = "".join(f" · {say_money(m)} a month" for m in totals.sums)
    moved = moved_words(await portfolio.movement(turn, since), _day(turn, since))
    head: list[Element | Line | None] = [say("**{clients}{worth}{moved}**", clients=clients, worth=worth, moved=moved)]
    if len(totals.sums) > 1:
        head.append(Note(say("Sums in different currencies are not added together.")))
    common = ", ".join(f"{INFO[Cause(c)].said} ({n})" for c, n in totals.causes[:2] if n > 1)
    if common:
        head.append(Note(say("Most often: {common}.", common=common)))
    for ask, case, client in await portfolio.overdue_asks(turn):
        head.append(
            say(
                "You wanted this by {when}: {words} ({client}, SAL-{n}).",
                when=local_day(turn, ask.due_at), words=clip(ask.words, 120), client=clip(client, NAME_SHOWN), n=case.number,
            )
        )  # fmt: skip
    return head


def _day(turn: Turn, instant: datetime) -> str:
    zone = ZoneInfo(turn.person.zone)
    return say_day(instant.astimezone(zone).date(), turn.now.astimezone(zone).date())


def moved_words(moved: Movement, since: str) -> str:
    """' · 1 better, 2 worse since Monday', or '' where nothing moved."""
    pairs = (("new", moved.new), ("better", moved.better), ("worse", moved.worse), ("closed", moved.closed))
    words = ", ".join(f"{n} {name}" for name, n in pairs if n)
    return f" · {words} since {since}" if words else ""


def line(turn: Turn, n: int, row: Row, before: int | None) -> Line:
    """One client: how it goes, what is at stake, who has it, what comes next."""
    case, client = row.case, row.client
    quiet = scoring.days_quiet(turn.now, case)
    bits = [_trend(case.risk, before), INFO[Cause(case.cause)].said, _contact(turn, row, quiet)]
    if client.value_cents is not None and client.currency:
        bits.append(f"{say_money(Money(client.value_cents, client.currency))} a {client.period}")
    if client.notice_on:
        bits.append(f"notice by {client.notice_on.day} {client.notice_on:%b}")
    elif client.renewal_on:
        bits.append(f"renewal on {client.renewal_on.day} {client.renewal_on:%b}")
    if case.override_why and case.override_until:
        bits.append(f"set by hand until {local_day(turn, case.override_until)}: {clip(case.override_why, 80)}")
    late = case.next_due_at is not None and case.next_due_at < turn.now
    bits += [
        clip(row.owner, 40),
        ("overdue: " if late else "next: ") + (play_words(turn, case.next_play) or "close it"),
    ]
    return say(
        "{n}. **{client}** · {label} · {bits}",
        n=n, client=clip(client.name, NAME_SHOWN), label=row.label, bits=" · ".join(b for b in bits if b),
    )  # fmt: skip


def _trend(now: int, before: int | None) -> str:
    if before is None or before == now:
        return ""
    return "getting worse" if now > before else "getting better"


def _contact(turn: Turn, row: Row, quiet: int) -> str:
    reading = f"{READING_WORDS[row.case.temperature]}, " if row.case.temperature else ""
    if quiet >= SILENT_DAYS:
        return f"{reading}no contact for {quiet} days"
    if row.case.last_contact_at is None:
        return "no contact yet"
    return f"{reading}last contact {local_day(turn, row.case.last_contact_at)}"


async def _why_first(turn: Turn, row: Row) -> Element:
    """Why the first one is first, as its facts stand today."""
    found = await scoring.assess(turn.db, turn.now, row.case, row.client)
    why = list(found.reasons)
    if row.case.override_why:
        why.insert(0, f"set by hand ({clip(row.case.override_why, 80)})")
    words = ", ".join(why) or "it was opened first"
    return Note(say("Why {client} is first: {why}.", client=clip(row.client.name, NAME_SHOWN), why=words))


async def _pictures(turn: Turn, totals: Totals) -> list[Element]:
    made: list[Element] = []
    if totals.sums:
        currency = totals.sums[0].currency
        staged = [(STAGE_WORDS[s], m.cents / 100) for s, m in totals.sums_by_stage if m.currency == currency]
        names, values = tuple(n for n, _ in staged), tuple(v for _, v in staged)
        made.append(Chart("bar", f"Value at stake a month, {currency}", names, (Series("", values),)))
    weeks, counts = await portfolio.temperatures(turn)
    if any(any(c) for c in counts.values()):
        series = tuple(Series(READING_WORDS[k].capitalize(), v) for k, v in counts.items() if any(v))
        made.append(Chart("line", "Readings a week", weeks, series))
    return made


def _buttons(turn: Turn, rows: Sequence[Row], more: int, page: int) -> tuple[Action, ...]:
    buttons = [one_thing(turn, row) for row in rows[:5]]
    if more > 0:
        buttons.append(offer(f"More ({more})", f"summary {page + 2}"))
    if turn.manages and page == 0:
        buttons.append(offer("Go through them", "review"))
    return tuple(buttons)


def one_thing(turn: Turn, row: Row) -> Action:
    """The one thing this person can do about a client."""
    name, label = clip(row.client.name, 30), row.label
    if not turn.manages or row.case.owner_id == turn.person.id:
        return offer(f"Next: {name}", f"next {label}")
    if row.case.decide_at is not None and row.case.decide_at <= turn.now:
        return offer(f"Decide: {name}", f"decide {label}")
    if scoring.days_quiet(turn.now, row.case) >= SILENT_DAYS and row.case.severity == "high":
        return offer(f"I'll call {name}", f"call {label}")
    if row.case.backup_id is None and row.case.severity == "high":
        return offer(f"Lend a person: {name}", f"edit {label} backup")
    return offer(f"Ask {clip(row.owner, 20)}: {name}", f"ask {label}")


def as_csv(rows: Sequence[Row], seen: Mapping[str, str]) -> str:
    """The portfolio as CSV; a cell that a spreadsheet would run as a formula is kept as text."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(seen.values())
    for row in rows:
        writer.writerow([_safe(_cell(row, name)) for name in seen])
    return out.getvalue()


COLUMNS = {
    "case": "Case", "client": "Client", "stage": "Stage", "cause": "Cause", "severity": "Severity", "risk": "Risk",
    "why": "Why", "value": "Value", "currency": "Currency", "period": "Per", "notice": "Notice", "renewal": "Renewal",
    "owner": "Owner", "temperature": "Last reading", "contact": "Last contact", "opened": "Opened",
}  # fmt: skip


def _cell(row: Row, name: str) -> str:
    case, client = row.case, row.client
    cells: dict[str, object] = {
        "case": row.label, "client": client.name, "stage": STAGE_WORDS[row.stage], "cause": INFO[Cause(case.cause)].said,
        "severity": case.severity, "risk": case.risk, "why": "; ".join(case.risk_why),
        "value": "" if client.value_cents is None else f"{client.value_cents / 100:.2f}", "currency": client.currency,
        "period": client.period if client.value_cents is not None else "", "notice": client.notice_on,
        "renewal": client.renewal_on, "owner": row.owner, "temperature": case.temperature,
        "contact": case.last_contact_at and f"{case.last_contact_at:%Y-%m-%d}", "opened": f"{case.opened_at:%Y-%m-%d}",
    }  # fmt: skip
    value = cells[name]
    return "" if value is None else str(value)


def _safe(cell: str) -> str:
    """A cell no spreadsheet runs (OWASP, CSV injection)."""
    return "'" + cell if cell.lstrip()[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n") else cell
