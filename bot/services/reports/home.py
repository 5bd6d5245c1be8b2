"""What needs this person today."""

from __future__ import annotations

from sqlalchemy import select

from bot.coach.playbook import Stage
from bot.services.access import PERSON
from bot.services.cases import STAGE_WORDS, local_day
from bot.services.reports import portfolio
from bot.services.reports.portfolio import Row
from bot.services.reports.ready import rows
from bot.services.turn import Result, Turn, offer, shown
from bot.storage.tables import PromiseRow
from bot.view import Actions, Card, Element, Heading, Line, Note, Table, card, clip, say

NAME_SHOWN = 60
LISTED = 50
AT_RISK_SHOWN = 5


async def home(turn: Turn) -> Result:
    """The person's own cases, worst first, what they promised, and one thing to begin with."""
    found = await portfolio.own(turn)
    if not found:
        return shown(await _welcome(turn))
    elements: list[Element | Line | None] = [Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}")]
    elements += [_today(turn, row) for row in found]
    elements += await _promises(turn)
    elements += await _others_at_risk(turn)
    first = found[0]
    buttons = [
        offer(f"Next: {clip(first.client, 40)}", f"next {first.label}"),
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
    found = await portfolio.visible(turn, AT_RISK_SHOWN, others=True)
    title = [Heading("At risk in the team")] if found else []
    if found:
        turn.audit("saw at home who is at risk with others")
    return [*title, *(_today(turn, row, clip(row.owner, 40)) for row in found)]


def play_words(turn: Turn, play: str | None) -> str:
    """A play's title mid-sentence; '' where every step is done."""
    title = turn.playbook.get(play).title if play and play in turn.playbook else ""
    return title[:1].lower() + title[1:]


def _today(turn: Turn, row: Row, owner: str = "") -> Line:
    when = ""
    if row.next_due_at:
        late = "overdue since" if row.next_due_at < turn.now else "due"
        when = f", {late} {local_day(turn, row.next_due_at)}"
    wait = ""
    if row.waiting_since and row.reply_due_at:
        wait = f" They are waiting: answer by {local_day(turn, row.reply_due_at)}."
    return say(
        "**{label} · {client}** · {stage}" + (" · {owner}" if owner else "") + " · next: {play}{when}.{wait}",
        label=row.label,
        client=clip(row.client, NAME_SHOWN),
        stage=STAGE_WORDS[Stage(row.stage)].lower(),
        play=play_words(turn, row.next_play) or "keep in touch",
        when=when,
        wait=wait,
        owner=owner,
    )


_PROMISED = (
    select(PromiseRow.words, PromiseRow.due_at)
    .where(PromiseRow.owner_id == PERSON, PromiseRow.state == "open")
    .order_by(PromiseRow.due_at)
    .limit(5)
)


async def _promises(turn: Turn) -> list[Line]:
    return [
        say("Promised: {words}, {when}.", words=clip(words, 150), when=local_day(turn, due))
        for words, due in await rows(turn, _PROMISED)
    ]


async def clients_list(turn: Turn) -> Result:
    """Every client with an open case, as a table."""
    found = await portfolio.visible(turn, LISTED)
    turn.audit("read the list of clients")
    if not found:
        return shown(card("No client has an open case. Type start and a client's name to open one."))
    return shown(
        card(
            Table(
                ("Case", "Client", "Stage", "Owner"),
                tuple(
                    (r.label, clip(r.client, NAME_SHOWN), STAGE_WORDS[Stage(r.stage)], clip(r.owner, 40)) for r in found
                ),
                "Clients with an open case",
            ),
            Note(say("These are the {n} worst. Type summary csv for all of them.", n=LISTED))
            if len(found) == LISTED
            else None,
        )
    )
