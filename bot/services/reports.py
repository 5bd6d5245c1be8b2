"""What needs me today, and every client at risk: lists that cost a few queries however many cases there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from bot.coach.causes import INFO, Cause
from bot.coach.money import Money, add, say_money
from bot.coach.playbook import Stage
from bot.services.cases import STAGE_WORDS, local_day
from bot.services.turn import Result, Turn, offer, shown
from bot.storage.tables import Case, Client, Lesson, Person, PromiseRow
from bot.view import Actions, Card, Chart, Element, Heading, Line, Note, Series, Table, card, clip, say

ON_ONE_SCREEN = 10
NAME_SHOWN = 60


@dataclass(frozen=True)
class Row:
    """A case in a list, with its client and owner."""

    case: Case
    client: Client
    owner: str

    @property
    def label(self) -> str:
        """SAL-7."""
        return f"SAL-{self.case.number}"


def _visible(turn: Turn) -> Select[Case, Client, str]:
    """Open cases this person may see."""
    query = (
        select(Case, Client, Person.name)
        .join(Client, Client.id == Case.client_id)
        .join(Person, Person.id == Case.owner_id)
        .where(Case.workspace_id == turn.workspace.id, Case.closed_at.is_(None))
    )
    if turn.manages:
        return query
    mine = or_(Case.owner_id == turn.person.id, Case.backup_id == turn.person.id, Case.sponsor_id == turn.person.id)
    return query.where(or_(Case.confidential.is_(False), mine))


async def _rows(turn: Turn, query: Select[Case, Client, str], most: int, skip: int = 0) -> Sequence[Row]:
    found = await turn.db.execute(query.order_by(Case.risk.desc(), Case.id).offset(skip).limit(most))
    return [Row(case, client, name) for case, client, name in found]


async def home(turn: Turn) -> Result:
    """What needs this person today, one thing first."""
    mine = _visible(turn).where(or_(Case.owner_id == turn.person.id, Case.backup_id == turn.person.id))
    rows = await _rows(turn, mine, ON_ONE_SCREEN)
    if not rows:
        return shown(await _welcome(turn))
    elements: list[Element | Line | None] = [Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}")]
    for row in rows:
        elements.append(_today(turn, row))
    elements += [_due_promises(turn, p) for p in await _promises(turn)]
    first = rows[0]
    buttons = [
        offer(f"Next: {clip(first.client.name, 40)}", f"next {first.label}"),
        offer("Tell me about a client", "start"),
    ]
    if turn.manages:
        buttons.append(offer("Every client at risk", "summary"))
    buttons.append(offer("Help", "help"))
    return shown(card(*elements, Actions(tuple(buttons))))


async def _welcome(turn: Turn) -> Card:
    others = await turn.db.scalar(select(func.count()).select_from(_visible(turn).subquery()))
    team = f" Your team has {others} open." if others else ""
    return card(
        Heading(f"Good to see you, {clip(turn.person.name, NAME_SHOWN)}"),
        f"Nothing needs you today.{team} When a client is unhappy, tell me about it, in your own words.",
        Actions(
            (
                offer("Tell me about a client", "start"),
                offer("Every client at risk", "summary"),
                offer("Help", "help"),
            )
        ),
    )


def _today(turn: Turn, row: Row) -> Line:
    play = _play_words(turn, row.case.next_play) or "keep in touch"
    when = ""
    if row.case.next_due_at:
        late = "overdue since" if row.case.next_due_at < turn.now else "due"
        when = f", {late} {local_day(turn, row.case.next_due_at)}"
    wait = ""
    if row.case.waiting_since and row.case.reply_due_at:
        wait = f" They are waiting: answer by {local_day(turn, row.case.reply_due_at)}."
    return say(
        "**{label} · {client}** · {stage} · next: {play}{when}.{wait}",
        label=row.label,
        client=clip(row.client.name, NAME_SHOWN),
        stage=STAGE_WORDS[_stage(row)].lower(),
        play=play.lower() if play else "",
        when=when,
        wait=wait,
    )


def _play_words(turn: Turn, play: str | None) -> str:
    return turn.playbook.get(play).title if play and play in turn.playbook else ""


def _stage(row: Row) -> Stage:
    return Stage(row.case.stage)


async def _promises(turn: Turn) -> Sequence[PromiseRow]:
    query = select(PromiseRow).where(PromiseRow.owner_id == turn.person.id, PromiseRow.state == "open")
    return (await turn.db.scalars(query.order_by(PromiseRow.due_at).limit(5))).all()


def _due_promises(turn: Turn, promise: PromiseRow) -> Line:
    return say("Promised: {words}, {when}.", words=clip(promise.words, 150), when=local_day(turn, promise.due_at))


async def summary(turn: Turn, page: int = 0) -> Result:
    """Every open case, worst first, with why it stands where it stands."""
    count = (await turn.db.scalar(select(func.count()).select_from(_visible(turn).subquery()))) or 0
    if not count:
        return shown(
            card(
                "No client is at risk. When one is, type start and the client's name.",
                Actions((offer("Tell me about a client", "start"),)),
            )
        )
    rows = await _rows(turn, _visible(turn), ON_ONE_SCREEN, page * ON_ONE_SCREEN)
    elements: list[Element | Line | None] = []
    if page == 0:
        elements += await _head(turn, count)
    elements += [_line(turn, n, row) for n, row in enumerate(rows, page * ON_ONE_SCREEN + 1)]
    if page == 0 and rows:
        elements.append(
            Note(
                say(
                    "Why {client} is first: {why}.",
                    client=clip(rows[0].client.name, NAME_SHOWN),
                    why=", ".join(rows[0].case.risk_why) or "it was opened first",
                )
            )
        )
    buttons = [offer(f"Open {r.label}", r.label) for r in rows[:3]]
    if count > (page + 1) * ON_ONE_SCREEN:
        buttons.append(offer(f"More ({count - (page + 1) * ON_ONE_SCREEN})", f"summary {page + 2}"))
    return shown(card(*elements, Actions(tuple(buttons))))


async def _head(turn: Turn, count: int) -> list[Element | Line | None]:
    totals = await turn.db.execute(
        select(Client.currency, func.sum(Client.value_cents))
        .where(Client.id.in_(_visible(turn).with_only_columns(Case.client_id)), Client.value_cents.is_not(None))
        .group_by(Client.currency)
    )
    sums = add([Money(int(cents), currency) for currency, cents in totals if currency and cents])
    worth = "".join(f" · {say_money(m)} a month" for m in sums)
    stages = dict(
        (await turn.db.execute(_visible(turn).with_only_columns(Case.stage, func.count()).group_by(Case.stage))).all()
    )
    named = [(words, stages.get(stage.value, 0)) for stage, words in STAGE_WORDS.items()]
    shown_stages = [(words, n) for words, n in named if n]
    head: list[Element | Line | None] = [
        say("**{n} at risk{worth}**", n=f"{count} client" + ("s" if count != 1 else ""), worth=worth)
    ]
    if count > 1:
        head.append(
            Chart(
                "bar",
                "Cases by stage",
                tuple(w for w, _ in shown_stages),
                (Series("", tuple(float(n) for _, n in shown_stages)),),
            )
        )
    return head


def _line(turn: Turn, n: int, row: Row) -> Line:
    case, client = row.case, row.client
    bits = [INFO[Cause(case.cause)].said]
    if case.temperature:
        bits.append(
            {"warmer": "warmer", "same": "the same", "colder": "colder", "no_reply": "no reply"}[case.temperature]
        )
    quiet = (turn.now - (case.last_contact_at or case.opened_at)).days
    bits.append(
        "no contact yet" if not case.last_contact_at else f"last contact {local_day(turn, case.last_contact_at)}"
    )
    if quiet >= 7:
        bits.append(f"silent for {quiet} days")
    if client.value_cents is not None and client.currency:
        bits.append(f"{say_money(Money(client.value_cents, client.currency))} a {client.period}")
    if client.notice_on:
        bits.append(f"notice by {client.notice_on.day} {client.notice_on:%b}")
    bits.append(row.owner)
    play = _play_words(turn, case.next_play) or "every step is done"
    late = case.next_due_at is not None and case.next_due_at < turn.now
    bits.append(("overdue: " if late else "next: ") + play.lower())
    return say(
        "{n}. **{client}** · {label} · {bits}",
        n=n,
        client=clip(client.name, NAME_SHOWN),
        label=row.label,
        bits=" · ".join(bits),
    )


async def clients_list(turn: Turn) -> Result:
    """Every client with an open case, as a table."""
    rows = await _rows(turn, _visible(turn), 50)
    if not rows:
        return shown(card("No client has an open case. Type start and a client's name to open one."))
    table = Table(
        ("Case", "Client", "Stage", "Owner"),
        tuple((r.label, clip(r.client.name, NAME_SHOWN), STAGE_WORDS[_stage(r)], clip(r.owner, 40)) for r in rows),
        "Clients with an open case",
    )
    return shown(card(table))


async def lessons_card(turn: Turn, found: Sequence[Lesson], words: str) -> Result:
    """Lessons as a list, with the cause each came from."""
    if not found:
        more = f" about “{clip(words, 60)}”" if words else " yet"
        return shown(card(f"No lessons{more}. I ask for one before each case is closed."))
    lines = "\n".join(f"– {clip(row.words, 300)} ({INFO[Cause(row.cause)].said})" for row in found)
    return shown(card(Heading("Lessons"), say("{lines}", lines=lines)))
