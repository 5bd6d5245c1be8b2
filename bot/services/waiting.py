"""The fast lane: while a case is not healed, its client's questions are answered within business hours counted."""

from __future__ import annotations

from datetime import timedelta

from bot.coach.hours import add_working
from bot.services import cases, planned
from bot.services.people import hours_of
from bot.services.turn import Result, Turn, offer, told
from bot.storage.tables import Case, Person
from bot.view import Actions, Card, card, say

TARGET = {"high": timedelta(hours=1), "medium": timedelta(hours=4), "low": timedelta(hours=8)}
"""Business hours within which a client with an open case gets an answer, by severity."""


async def begin(turn: Turn, case: Case) -> Result:
    """Start the clock for an answer and remind the owner when it runs out."""
    if case.closed_at is not None:
        return told(f"SAL-{case.number} is closed; this client is back to standard priority.")
    if case.waiting_since is not None and case.reply_due_at is not None:
        return told(f"The clock is running already: answer by {cases.local_day(turn, case.reply_due_at)}.")
    owner = await turn.db.get_one(Person, case.owner_id)
    case.waiting_since = turn.now
    case.reply_due_at = add_working(hours_of(owner), turn.now, TARGET[case.severity])
    cases.note(turn, case, "waiting", "The client is waiting for an answer")
    file = await cases.settle(turn, case)
    due = cases.local_day(turn, case.reply_due_at)
    turn.post(
        tenant=owner.tenant,
        place="@" + owner.key,
        key=f"waiting:{case.id}:{case.version}",
        shows=_overdue(case, file.client),
        case_id=case.id,
        owner_id=owner.id,
        not_before=case.reply_due_at,
    )
    return told(
        f"{file.client} goes first until it is healed. Answer by {due}, even if only to say when there will be news.",
        offer("Answered", f"answered {file.label}"),
        offer("Draft an answer", f"draft no_news {file.label}"),
    )


def _overdue(case: Case, client: str) -> Card:
    return card(
        say(
            "**{client}** is still waiting for an answer (SAL-{n}). A line with the next time is enough.",
            client=client,
            n=case.number,
        ),
        Actions(
            (
                offer("Answered", f"answered SAL-{case.number}"),
                offer("Draft it", f"draft no_news SAL-{case.number}"),
            )
        ),
    )


async def end(turn: Turn, case: Case) -> Result:
    """Stop the clock."""
    if case.waiting_since is None:
        return told(f"Nobody is waiting in SAL-{case.number}. Nothing was changed.")
    late = case.reply_due_at is not None and turn.now > case.reply_due_at
    await planned.stop_clock(turn.db, case)
    case.last_contact_at = turn.now
    cases.note(turn, case, "answered", "late" if late else "in time")
    await cases.settle(turn, case)
    return told("Noted, the clock has stopped." + (" It was late; say so to them before they do." if late else ""))
