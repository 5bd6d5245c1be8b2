"""One client in the summary: how it stands and why, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.coach.causes import INFO, Cause
from bot.coach.money import Money, say_money
from bot.coach.risk import SILENT_AFTER_DAYS, VERY_SILENT_AFTER_DAYS, Risk
from bot.services import scoring
from bot.services.cases import local_day
from bot.services.follow import approvals
from bot.services.reports.home import NAME_SHOWN, play_words
from bot.services.reports.portfolio import Row
from bot.services.turn import Turn, offer
from bot.storage.tables import Reparation
from bot.view import Action, Line, clip, say

LOUD = {"colder", "silent", "very_silent", "no_reply", "waiting", "broken_promise"}
"""What a client does, or has to bear: shown in bold, silence as loudly as anger."""

SOUNDED = {"warmer": "sounded warmer", "same": "sounded the same", "colder": "sounded colder", "no_reply": "no reply"}

SAID_ELSEWHERE = {"date_near", "worth_much", "overdue"}
"""What the line says beside: the date itself, the sum itself, the step itself."""


@dataclass(frozen=True)
class Facts:
    """What is known of a case beside its own row: its score's reasons, its risk before, an offer that waits, and
    whether this person has asked about it in vain."""

    risk: Risk
    before: int | None = None
    waiting: Reparation | None = None
    asked: bool = False


def line(turn: Turn, n: int, row: Row, facts: Facts) -> Line:
    """One client: better or worse, why it stands here, what is at stake, who has it, what comes next."""
    loud = [p.words for p in facts.risk.points if LOUD & set(p.weights)]
    quiet = [p.words for p in facts.risk.points if not (LOUD | SAID_ELSEWHERE) & set(p.weights)]
    first = [_trend(row.case.risk, facts.before), INFO[Cause(row.case.cause)].said, *quiet]
    rest = [_contact(turn, row, facts.risk), _stake(row), _by_hand(turn, row), clip(row.owner, 40), _next(turn, row)]
    return say(
        "{n}. **{client}** · {label} · {first}" + (" · **{loud}**" if loud else "") + " · {rest}",
        n=n,
        client=clip(row.client.name, NAME_SHOWN),
        label=row.label,
        first=" · ".join(b for b in first if b),
        loud=", ".join(loud),
        rest=" · ".join(b for b in rest if b),
    )


def _trend(now: int, before: int | None) -> str:
    if before is None or before == now:
        return ""
    return "getting worse" if now > before else "getting better"


def _contact(turn: Turn, row: Row, risk: Risk) -> str:
    """The last contact and how warm it was, as far as the reasons do not say it."""
    counted = {w for p in risk.points for w in p.weights}
    reading = row.case.temperature
    bits = [] if reading is None or reading in counted else [SOUNDED[reading]]
    if "silent" in counted:
        return ", ".join(bits)
    if row.case.last_contact_at is None:
        bits.append("no contact yet")
    else:
        bits.append(f"last contact {local_day(turn, row.case.last_contact_at)}")
    return ", ".join(bits)


def _stake(row: Row) -> str:
    client = row.client
    bits = []
    if client.value_cents is not None and client.currency:
        bits.append(f"{say_money(Money(client.value_cents, client.currency))} a {client.period}")
    if client.notice_on:
        bits.append(f"notice by {client.notice_on.day} {client.notice_on:%b}")
    elif client.renewal_on:
        bits.append(f"renewal on {client.renewal_on.day} {client.renewal_on:%b}")
    return ", ".join(bits) or "value not known"


def _by_hand(turn: Turn, row: Row) -> str:
    case = row.case
    if case.override_risk is None:
        return ""
    until = f" until {local_day(turn, case.override_until)}" if case.override_until else ""
    return f"set by hand{until}: {clip(case.override_why, 80)}"


def _next(turn: Turn, row: Row) -> str:
    due = row.case.next_due_at
    play = play_words(turn, row.case.next_play) or "close it"
    if due is None:
        return f"next: {play}"
    return (
        f"overdue since {local_day(turn, due)}: {play}" if due < turn.now else f"next: {play}, {local_day(turn, due)}"
    )


def why_first(row: Row, risk: Risk) -> Line:
    """Why the first one is first: every fact that counts."""
    why = list(risk.reasons)
    if row.case.override_risk is not None:
        why.insert(0, f"set by hand ({clip(row.case.override_why, 80)})")
    words = ", ".join(why) or "nothing weighs on any of them, and it was opened last"
    return say("Why {client} is first: {why}.", client=clip(row.client.name, NAME_SHOWN), why=words)


def one_thing(turn: Turn, row: Row, facts: Facts) -> Action:
    """The one thing this person can do about a client."""
    name, label, case = clip(row.client.name, 30), row.label, row.case
    if not turn.manages:
        mine = turn.person.id in (case.owner_id, case.backup_id)
        return offer(f"Next: {name}", f"next {label}") if mine else offer(f"See {name}", label)
    waiting = facts.waiting
    if waiting is not None and approvals.may_offer(turn.workspace, turn.person, waiting.offer_cents):
        sum_words = say_money(Money(waiting.offer_cents, waiting.currency))
        return offer(f"Approve {sum_words}: {name}", f"approve {waiting.id}")
    if case.owner_id == turn.person.id:
        return offer(f"Next: {name}", f"next {label}")
    if case.decide_at is not None and case.decide_at <= turn.now:
        return offer(f"Decide: {name}", f"decide {label}")
    if facts.asked:
        return offer(f"Take over {name}", f"take {label}")
    silent = scoring.days_quiet(turn.now, case)
    if silent >= VERY_SILENT_AFTER_DAYS or (silent >= SILENT_AFTER_DAYS and case.severity == "high"):
        return offer(f"I'll call {name}", f"call {label}")
    if case.backup_id is None and case.severity == "high":
        return offer(f"Lend a person: {name}", f"edit {label} backup")
    return offer(f"Ask {clip(row.owner, 20)}: {name}", f"ask {label}")


def buttons(turn: Turn, rows: Sequence[Row], facts: dict[int, Facts], more: int, page: int) -> tuple[Action, ...]:
    """One for each line, in the order of the lines; then the next page, and the review."""
    made = [one_thing(turn, row, facts[row.case.id]) for row in rows]
    if more > 0:
        made.append(offer(f"More ({more:,})", f"summary {page + 2}"))
    if turn.manages and page == 0:
        made.append(offer("Go through them", "review"))
    return tuple(made)
