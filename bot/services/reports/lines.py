"""One client in the summary: how it stands and why, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date

from bot.coach.cadence import MONTHS
from bot.coach.causes import INFO, Cause
from bot.coach.money import Money, say_money
from bot.coach.risk import SILENT_AFTER_DAYS, VERY_SILENT_AFTER_DAYS, Risk
from bot.services.cases import local_day
from bot.services.follow import approvals
from bot.services.reports.home import NAME_SHOWN, play_words
from bot.services.reports.portfolio import Row, Standing
from bot.services.turn import Turn, offer
from bot.view import Action, Line, Span, clip, say

LOUD = {"colder", "silent", "very_silent", "no_reply", "waiting", "broken_promise"}
"""What a client does, or has to bear: shown in bold, silence as loudly as anger."""

SOUNDED = {"warmer": "sounded warmer", "same": "sounded the same", "colder": "sounded colder", "no_reply": "no reply"}

SAID_APART = LOUD | {"date_near", "worth_much", "overdue"}
"""What the line says in another place than among the reasons: in bold, or as the date, the sum, the step itself."""

YEAR_SAID = 300
"""Beyond how many days a date is said with its year."""


def line(turn: Turn, n: int, stands: Standing) -> Line:
    """One client: better or worse, why it stands here, what is at stake, who has it, what comes next."""
    row, risk = stands.row, stands.risk
    loud = ", ".join(p.words for p in risk.points if not LOUD.isdisjoint(p.weights))
    quiet = [p.words for p in risk.points if SAID_APART.isdisjoint(p.weights)]
    trend = "" if row.override_risk is not None else _trend(row.risk, stands.before)
    first = _joined(row.label, trend, INFO[Cause(row.cause)].said, *quiet)
    rest = _joined(
        _contact(turn, row, risk),
        _stake(row, turn.now.date()),
        _by_hand(turn, row),
        clip(row.owner, 40),
        _next(turn, row),
    )
    named = Span(f"{n}. "), Span(clip(row.client, NAME_SHOWN), bold=True)
    if not loud:
        return (*named, Span(f" · {first} · {rest}"))
    return (*named, Span(f" · {first} · "), Span(loud, bold=True), Span(f" · {rest}"))


def _joined(*bits: str) -> str:
    return " · ".join(bit for bit in bits if bit)


def _trend(now: int, before: int | None) -> str:
    if before is None or before == now:
        return ""
    return "getting worse" if now > before else "getting better"


def _contact(turn: Turn, row: Row, risk: Risk) -> str:
    """The last contact and how warm it was, as far as the reasons do not say it."""
    counted = {w for p in risk.points for w in p.weights}
    reading = row.temperature
    bits = [] if reading is None or reading in counted else [SOUNDED[reading]]
    if "silent" in counted:
        return ", ".join(bits)
    if row.last_contact_at is None:
        bits.append("no contact yet")
    else:
        bits.append(f"last contact {local_day(turn, row.last_contact_at)}")
    return ", ".join(bits)


def _stake(row: Row, today: date) -> str:
    bits = []
    if row.value_cents is not None and row.currency:
        bits.append(f"{say_money(Money(row.value_cents, row.currency))} a {row.period}")
    when = _date(row, today)
    if when:
        bits.append(when)
    return ", ".join(bits) or "value not known"


def _date(row: Row, today: date) -> str:
    """The client's own date that comes next, which is the one that counts; else the one that has passed."""
    dates = (("notice by", "notice was by", row.notice_on), ("renewal on", "renewal was on", row.renewal_on))
    known = [(day, by, was) for by, was, day in dates if day]
    ahead = [one for one in known if one[0] >= today]
    if ahead:
        day, by, _ = min(ahead)
        return f"{by} {_short(day, today)}"
    if known:
        day, _, was = max(known)
        return f"{was} {_short(day, today)}"
    return ""


def _short(day: date, today: date) -> str:
    """'16 Dec', and with its year where another one could be meant."""
    year = f" {day.year}" if abs((day - today).days) > YEAR_SAID else ""
    return f"{day.day} {MONTHS[day.month - 1][:3]}{year}"


def _by_hand(turn: Turn, row: Row) -> str:
    if row.override_risk is None:
        return ""
    until = f" until {local_day(turn, row.override_until)}" if row.override_until else ""
    return f"set by hand{until}: {clip(row.override_why, 80)}"


def _next(turn: Turn, row: Row) -> str:
    due = row.next_due_at
    play = play_words(turn, row.next_play) or "close it"
    if due is None:
        return f"next: {play}"
    return (
        f"overdue since {local_day(turn, due)}: {play}" if due < turn.now else f"next: {play}, {local_day(turn, due)}"
    )


def why_first(row: Row, risk: Risk) -> Line:
    """Why the first one is first: every fact that counts."""
    why = list(risk.reasons)
    if row.override_risk is not None:
        why.insert(0, f"set by hand ({clip(row.override_why, 80)})")
    words = ", ".join(why) or "nothing weighs on any of them, and it was opened last"
    return say("Why {client} is first: {why}.", client=clip(row.client, NAME_SHOWN), why=words)


def one_thing(turn: Turn, stands: Standing, *, asked: bool) -> Action:
    """The one thing this person can do about a client; ``asked`` where they have asked about it in vain."""
    row, waiting = stands.row, stands.waiting
    name, label = clip(row.client, 30), row.label
    if not turn.manages:
        mine = turn.person.id in (row.owner_id, row.backup_id)
        return offer(f"Next: {name}", f"next {label}") if mine else offer(f"See {name}", label)
    if waiting is not None and approvals.may_offer(turn.workspace, turn.person, waiting.sum.cents):
        return offer(f"Approve {say_money(waiting.sum)}: {name}", f"approve {waiting.id}")
    if row.owner_id == turn.person.id:
        return offer(f"Next: {name}", f"next {label}")
    if row.decide_at is not None and row.decide_at <= turn.now:
        return offer(f"Decide: {name}", f"decide {label}")
    if asked:
        return offer(f"Take over {name}", f"take {label}")
    quiet = stands.days_quiet
    if quiet >= VERY_SILENT_AFTER_DAYS or (quiet >= SILENT_AFTER_DAYS and row.severity == "high"):
        return offer(f"I'll call {name}", f"call {label}")
    if row.backup_id is None and row.severity == "high":
        return offer(f"Lend a person: {name}", f"edit {label} backup")
    return offer(f"Ask {clip(row.owner, 20)}: {name}", f"ask {label}")


def buttons(turn: Turn, page: Sequence[Standing], asked: Container[int], more: int, number: int) -> tuple[Action, ...]:
    """One for each line, in the order of the lines; then the next page, and the review."""
    made = [one_thing(turn, stands, asked=stands.row.id in asked) for stands in page]
    if more > 0:
        made.append(offer(f"More ({more:,})", f"summary {number + 2}"))
    if turn.manages and number == 0:
        made.append(offer("Go through them", "review"))
    return tuple(made)
