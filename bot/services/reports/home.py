"""What needs this person today."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bot.services.cases import STAGE_WORDS, local_day
from bot.services.reports import portfolio
from bot.services.reports.portfolio import Row
from bot.services.turn import Result, Turn, offer, shown
from bot.storage.tables import Case, PromiseRow
from bot.view import Actions, Card, Element, Heading, Line, Note, Table, card, clip, say

NAME_SHOWN = 60
LISTED = 50
AT_RISK_SHOWN = 5


async def home(turn: Turn) -> Result:
    """The person's own cases, worst first, what they promised, and one thing to begin with."""
    rows = await portfolio.page(turn, portfolio.own(turn))
    if not rows:
        return shown(await _welcome(turn))
    elements: list[Element | Line | None] = [Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}")]
    elements += [_today(turn, row) for row in rows]
    elements += [
        say("Promised: {words}, {when}.", words=clip(p.words, 150), when=local_day(turn, p.due_at))
        for p in await _promises(turn)
    ]
    elements += await _others_at_risk(turn)
    first = rows[0]
    buttons = [
        offer(f"Next: {clip(first.client.name, 40)}", f"next {first.label}"),
        offer("Tell me about a client", "start"),
        offer("Every client at risk", "summary"),
        offer("Help", "help"),
    ]
    return shown(card(*elements, Actions(tuple(buttons))))


async def _welcome(turn: Turn) -> Card:
    others = (await portfolio.totals(turn)).cases
    team = f" Your team has {others} open." if others else ""
    return card(
        Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}"),
        f"Nothing needs you today.{team} When a client is unhappy, tell me about it, in your own words.",
        *await _others_at_risk(turn),
        Actions(
            (offer("Tell me about a client", "start"), offer("Every client at risk", "summary"), offer("Help", "help"))
        ),
    )


async def _others_at_risk(turn: Turn) -> list[Element | Line]:
    """What a manager has to know besides: the clients at risk whom others look after, the worst first."""
    if not turn.manages:
        return []
    theirs = portfolio.visible(turn).where(Case.owner_id != turn.person.id)
    rows = await portfolio.page(turn, theirs, most=AT_RISK_SHOWN)
    title = [Heading("At risk in the team")] if rows else []
    return [*title, *(_today(turn, row, clip(row.owner, 40)) for row in rows)]


def play_words(turn: Turn, play: str | None) -> str:
    """A play's title mid-sentence; '' where every step is done."""
    title = turn.playbook.get(play).title if play and play in turn.playbook else ""
    return title[:1].lower() + title[1:]


def _today(turn: Turn, row: Row, owner: str = "") -> Line:
    when = ""
    if row.case.next_due_at:
        late = "overdue since" if row.case.next_due_at < turn.now else "due"
        when = f", {late} {local_day(turn, row.case.next_due_at)}"
    wait = ""
    if row.case.waiting_since and row.case.reply_due_at:
        wait = f" They are waiting: answer by {local_day(turn, row.case.reply_due_at)}."
    return say(
        "**{label} · {client}** · {stage}" + (" · {owner}" if owner else "") + " · next: {play}{when}.{wait}",
        label=row.label,
        client=clip(row.client.name, NAME_SHOWN),
        stage=STAGE_WORDS[row.stage].lower(),
        play=play_words(turn, row.case.next_play) or "keep in touch",
        when=when,
        wait=wait,
        owner=owner,
    )


async def _promises(turn: Turn) -> Sequence[PromiseRow]:
    query = select(PromiseRow).where(PromiseRow.owner_id == turn.person.id, PromiseRow.state == "open")
    return (await turn.db.scalars(query.order_by(PromiseRow.due_at).limit(5))).all()


async def clients_list(turn: Turn) -> Result:
    """Every client with an open case, as a table."""
    rows = await portfolio.page(turn, portfolio.visible(turn), most=LISTED)
    turn.audit("read the list of clients")
    if not rows:
        return shown(card("No client has an open case. Type start and a client's name to open one."))
    return shown(
        card(
            Table(
                ("Case", "Client", "Stage", "Owner"),
                tuple(
                    (r.label, clip(r.client.name, NAME_SHOWN), STAGE_WORDS[r.stage], clip(r.owner, 40)) for r in rows
                ),
                "Clients with an open case",
            ),
            Note(say("These are the {n} worst. Type summary csv for all of them.", n=LISTED))
            if len(rows) == LISTED
            else None,
        )
    )
