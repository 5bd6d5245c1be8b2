"""Facts a dialog asks for by name: quick look-ups within the turn, given as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import func, select

from bot.coach import casefile
from bot.coach.causes import INFO, Cause, likely_causes, likely_fault, likely_severity
from bot.coach.playbook import Suggestion
from bot.errors import DialogError
from bot.ports import PlaceKind
from bot.services import access, cases, clients, lessons, people, schedules
from bot.services.follow import approvals
from bot.services.turn import Turn
from bot.storage.tables import Case, Client, ContactPerson, Person, PlaceRow

SECOND_CAUSE = 0.2
"""From which weight a second cause is worth keeping."""

SURE = 0.15
"""From which weight the first cause is named; below it nobody is told what their words sound like."""

ALL_WELL = 0.5
"""From which weight somebody who tells of a client is asked whether anything is wrong at all."""

MOST_OFFERED = 5
"""How many of a person's clients are offered as buttons where one is asked for."""


async def look_up(turn: Turn, name: str, params: dict[str, Any]) -> Any:
    """The fact of that name, as JSON."""
    if name not in LOADS:
        raise DialogError(f"no fact is called {name!r}")
    return await LOADS[name](turn, **params)


async def client(turn: Turn, name: str = "", client_id: int | None = None) -> Any:
    """A client by name or id, with names like it and its open case."""
    row = await turn.db.get(Client, client_id) if client_id is not None else await clients.exact(turn, name)
    if row is not None and row.workspace_id != turn.workspace.id:
        row = None
    near = [] if row is not None else await clients.near(turn, name)
    open_cases = await cases.open_cases_of(turn, row.id) if row is not None else ()
    return {
        "id": row.id if row else None,
        "name": row.name if row else " ".join(name.split()),
        "near": [{"id": c.id, "name": c.name} for c in near],
        "case": open_cases[0].number if open_cases else None,
        "cases": [{"number": c.number, "words": await _case_in_words(turn, c)} for c in open_cases],
        "contact": await _contact(turn, row.id) if row else "",
    }


async def my_clients(turn: Turn) -> Any:
    """The names of the clients whose open cases are this person's, those heard of last first."""
    query = (
        select(Client.name)
        .join(Case, Case.client_id == Client.id)
        .where(Case.owner_id == turn.person.id, Case.closed_at.is_(None))
        .group_by(Client.id, Client.name)
        .order_by(func.max(Case.id).desc())
    )
    return list(await turn.db.scalars(query.limit(MOST_OFFERED)))


async def _case_in_words(turn: Turn, case: Case) -> str:
    """A case as one of several: what went wrong and since when; of a confidential one only whose it is."""
    if not access.may_read(turn, case):
        owner = await turn.db.get_one(Person, case.owner_id)
        return f"confidential, {owner.name}'s"
    return f"{INFO[Cause(case.cause)].said}, {cases.local_day(turn, case.opened_at)}"


async def _contact(turn: Turn, client_id: int) -> str:
    query = select(ContactPerson.name).where(ContactPerson.client_id == client_id)
    found = await turn.db.scalar(query.order_by(ContactPerson.hurt.desc(), ContactPerson.id).limit(1))
    if found:
        return found
    last = select(Case.contact).where(Case.client_id == client_id, Case.contact != "").order_by(Case.id.desc())
    return (await turn.db.scalar(last.limit(1))) or ""


async def causes_of(turn: Turn, story: str) -> Any:
    """What a story points to: causes in order, a second cause where it is strong, fault and severity."""
    ranked = likely_causes(story)
    if ranked[0].cause is Cause.nothing_wrong and ranked[0].weight < ALL_WELL:
        ranked = (*ranked[1:3], ranked[0], *ranked[3:])
    second = ranked[1] if ranked[1].weight >= SECOND_CAUSE and ranked[1].cause is not Cause.nothing_wrong else None
    return {
        "causes": [g.cause.value for g in ranked],
        "sure": ranked[0].weight >= SURE,
        "second": second.cause.value if second else None,
        "fault": likely_fault(story),
        "severity": likely_severity(story),
    }


async def team(turn: Turn) -> Any:
    """The person who asks, and everybody of the team."""
    rows = await people.team(turn.db, turn.workspace)
    return {"me": turn.person.key, "people": [{"key": p.key, "name": p.name} for p in rows]}


async def approval(turn: Turn, cents: int) -> Any:
    """Whether this person may offer a sum alone, up to what, and who is asked otherwise."""
    within = approvals.may_offer(turn.workspace, turn.person, cents)
    asked = [] if within else await approvals.approvers(turn, cents)
    return {
        "within": within,
        "limit": approvals.limit(turn.workspace, turn.person.role),
        "asked": asked[0].name if asked else "",
    }


async def case(turn: Turn, number: int) -> Any:
    """A case as it stands."""
    row = await cases.by_number(turn, number)
    return casefile.to_json(await cases.snapshot(turn, row))


async def advice(turn: Turn, number: int, play: str = "") -> Any:
    """The plays for a case, the best first; ``play`` puts one in front whatever its place."""
    row = await cases.by_number(turn, number)
    facts = (await cases.snapshot(turn, row)).facts()
    ranked = [s for s in turn.playbook.rank(facts) if not s.deferred or s.play.id == play]
    if play and play in turn.playbook:
        known = next((s for s in ranked if s.play.id == play), None)
        first = known or Suggestion(turn.playbook.get(play), turn.playbook.get(play).why, 0.0)
        ranked = [first, *(s for s in ranked if s.play.id != play)]
    return [_advice(turn, facts, s) for s in ranked[:10]]


def _advice(turn: Turn, facts: Any, suggestion: Suggestion) -> dict[str, Any]:
    play = suggestion.play
    return {
        "play": play.id,
        "title": play.title,
        "why_now": suggestion.why_now,
        "how": list(play.how),
        "source": play.source,
        "draft": play.draft or "",
        "early": list(turn.playbook.out_of_order(facts, play.id)),
    }


async def places(turn: Turn) -> Any:
    """Where check-ins can be posted: here, the internal channels known, and the person's private place."""
    rows = (
        await turn.db.scalars(
            select(PlaceRow)
            .where(
                PlaceRow.workspace_id == turn.workspace.id,
                PlaceRow.kind != PlaceKind.private.value,
                PlaceRow.key.not_in([p.key for p in turn.places if p.kind is PlaceKind.unknown]),
            )
            .order_by(PlaceRow.key.in_([p.key for p in turn.places]).desc(), PlaceRow.folded)
            .limit(20)
        )
    ).all()
    return {
        "here": turn.origin.key if turn.origin.kind is PlaceKind.internal else "",
        "private": turn.who.private.key,
        "places": [{"key": r.key, "name": r.name, "safe": r.kind == PlaceKind.internal} for r in rows],
        "unsure": _unsure(turn),
    }


def _unsure(turn: Turn) -> list[dict[str, str]]:
    """The places named just now, or this one, that nobody can vouch for."""
    named = [(p.name, p.why) for p in turn.places if p.kind is PlaceKind.unknown]
    here = [("here", turn.origin.why)] if turn.origin.kind is PlaceKind.unknown else []
    return [{"name": name, "why": why} for name, why in (*named, *here) if why]


LOADS: dict[str, Callable[..., Awaitable[Any]]] = {
    "client": client,
    "my_clients": my_clients,
    "likely_causes": causes_of,
    "team": team,
    "approval": approval,
    "case": case,
    "advice": advice,
    "places": places,
    "schedule": schedules.as_json,
    "lessons": lessons.as_json,
}
