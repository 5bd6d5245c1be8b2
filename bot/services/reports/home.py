"""What needs this person today."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach.playbook import Stage
from bot.services.cases import STAGE_WORDS, local_day
from bot.services.reports import counts, portfolio
from bot.services.reports.portfolio import Today
from bot.services.turn import Result, Turn, offer, shown
from bot.view import Actions, Card, Element, Heading, Line, Note, Span, Table, card, clip, say

NAME_SHOWN = 60
LISTED = 50


async def home(turn: Turn) -> Result:
    """The person's own cases, worst first, what they promised, and one thing to begin with."""
    found = await portfolio.begun(turn)
    if found.others:
        turn.audit("saw at home who is at risk with others")
    if not found.own:
        return shown(await _welcome(turn, found.others))
    elements: list[Element | Line | None] = [Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}")]
    elements += [_today(turn, row) for row in found.own]
    elements += [_promised(turn, row) for row in found.promised]
    elements += _others_at_risk(turn, found.others)
    first = found.own[0]
    buttons = [
        offer(f"Next: {clip(first.client, 40)}", f"next {first.label}"),
        offer("Tell me about a client", "start"),
        offer("Every client at risk", "summary"),
        offer("Help", "help"),
    ]
    return shown(card(*elements, Actions(tuple(buttons))))


async def _welcome(turn: Turn, others: Sequence[Today]) -> Card:
    open_cases = (await counts.counts(turn)).totals.cases
    team = f" Your team has {open_cases} open." if open_cases else ""
    return card(
        Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}"),
        f"Nothing needs you today.{team} When a client is unhappy, tell me about it, in your own words.",
        *_others_at_risk(turn, others),
        Actions(
            (offer("Tell me about a client", "start"), offer("Every client at risk", "summary"), offer("Help", "help"))
        ),
    )


def _others_at_risk(turn: Turn, others: Sequence[Today]) -> list[Element | Line]:
    """What a manager has to know besides: the clients at risk whom others look after, the worst first."""
    title = [Heading("At risk in the team")] if others else []
    return [*title, *(_today(turn, row, clip(row.owner, 40)) for row in others)]


def play_words(turn: Turn, play: str | None) -> str:
    """A play's title mid-sentence; '' where every step is done."""
    title = turn.playbook.get(play).title if play and play in turn.playbook else ""
    return title[:1].lower() + title[1:]


def _today(turn: Turn, row: Today, owner: str = "") -> Line:
    when = ""
    if row.next_due_at:
        late = "overdue since" if row.next_due_at < turn.now else "due"
        when = f", {late} {local_day(turn, row.next_due_at)}"
    wait = ""
    if row.waiting_since and row.reply_due_at:
        wait = f" They are waiting: answer by {local_day(turn, row.reply_due_at)}."
    stands = [STAGE_WORDS[Stage(row.stage)].lower(), *([owner] if owner else [])]
    play = play_words(turn, row.next_play) or "keep in touch"
    named = Span(f"{row.label} · {clip(row.client, NAME_SHOWN)}", bold=True)
    return named, Span(f" · {' · '.join(stands)} · next: {play}{when}.{wait}")


def _promised(turn: Turn, row: Today) -> Line:
    when = local_day(turn, row.next_due_at) if row.next_due_at else ""
    return say("Promised: {words}, {when}.", words=clip(row.client, 150), when=when)


async def clients_list(turn: Turn) -> Result:
    """Every client with an open case, as a table."""
    found = await portfolio.listed(turn, LISTED)
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
