"""Opening a case from what went wrong."""

from __future__ import annotations

from dataclasses import replace

from bot.coach import outcomes as o
from bot.coach.casefile import CaseFile
from bot.coach.causes import INFO
from bot.coach.dates import find_dates
from bot.coach.wishes import each_dated
from bot.services import cards, cases, clients, lessons, scoring
from bot.services.follow import contacts
from bot.services.turn import Begin, Result, Turn, offer
from bot.storage.tables import Case, Client, Criterion, Person
from bot.view import Actions, Card, Note, card, clip, say

_GRAVER = {"low": "medium", "medium": "high", "high": "high"}


async def diagnosed(turn: Turn, outcome: o.Diagnosis) -> Result:
    """Open a case, say what was kept, recall what was learned before, and go on to the next step."""
    client = await _client_of(turn, outcome)
    owner = await cases.person_named(turn, outcome.owner) if outcome.owner else turn.person
    wishes = tuple(part for w in outcome.wishes for part in each_dated(w, turn.now, turn.person.zone))
    case = await _open(turn, replace(outcome, wishes=wishes), client, owner)
    again = await scoring.second_failure(turn.db, case)
    if again:
        case.severity = _GRAVER[case.severity]
    file = await cases.settle(turn, case)
    made = [cards.opened(file)]
    if again:
        made.append(_second_failure(file))
    if owner.id != turn.person.id:
        _tell(turn, owner, file)
    made += await _learned(turn, case, file)
    if any(find_dates(words, turn.now, turn.person.zone) for words in wishes):
        # The case is open by now, so that who leaves this question unanswered loses nothing.
        asked = {"client_id": client.id, "case": case.number, "wishes": list(wishes)}
        return Result(tuple(made), Begin("promise", asked, case.id))
    return Result(tuple(made), Begin("next", {"case": case.number}, case.id))


async def told_again(turn: Turn, outcome: o.SameTrouble) -> Result:
    """What was told becomes a contact of the case that is open; where nothing was, its next step is shown."""
    if outcome.words:
        case = await cases.by_number(turn, outcome.case)
        return Result(begin=Begin("log", {"case": outcome.case, "words": outcome.words}, case.id))
    return Result(begin=Begin("next", {"case": outcome.case}))


async def _client_of(turn: Turn, outcome: o.Diagnosis) -> Client:
    client = await turn.db.get(Client, outcome.client_id) if outcome.client_id else None
    if client is None or client.workspace_id != turn.workspace.id:
        return await clients.make(turn, outcome.client)
    return client


async def _open(turn: Turn, outcome: o.Diagnosis, client: Client, owner: Person) -> Case:
    case = await cases.open_case(
        turn,
        client,
        owner=owner,
        backup=await cases.person_named(turn, outcome.backup) if outcome.backup else None,
        story=outcome.story,
        cause=outcome.cause,
        second_cause=outcome.second_cause.value if outcome.second_cause else None,
        fault=outcome.fault,
        severity=outcome.severity,
        contact=outcome.contact,
        client_words=outcome.client_words,
        our_words=outcome.our_words,
        cost_cents=outcome.cost.cents if outcome.cost else None,
        cost_currency=outcome.cost.currency if outcome.cost else None,
        cost_words=outcome.cost_words,
        since=outcome.since,
    )
    for words in outcome.wishes:
        turn.db.add(Criterion(case_id=case.id, words=words))
    await contacts.hurt(turn, case)
    return case


def _second_failure(file: CaseFile) -> Card:
    """What is different the second time: graver, no stock apology, another remedy, a sponsor."""
    remedy = f" Last time it was: {clip(file.last_remedy, 150)}." if file.last_remedy else ""
    return card(
        say(
            "It is the second failure with {client} within 90 days, so I've put it one step higher. I won't offer the "
            "usual apology: say what is different this time, and give another remedy than before.{remedy}",
            client=file.client,
            remedy=remedy,
        ),
        Actions((offer("Name a sponsor", f"edit {file.label} sponsor"),)),
    )


def _tell(turn: Turn, owner: Person, file: CaseFile) -> None:
    """Whoever was named the owner by somebody else hears of it in private."""
    shows = card(
        say("{who} opened a case and named you its owner.", who=turn.person.name),
        cards.headline(file),
        Actions((offer("Next step", f"next {file.label}"),)),
    )
    turn.tell(owner, f"owner:{file.id}", shows, case_id=file.id)


async def _learned(turn: Turn, case: Case, file: CaseFile) -> list[Card]:
    """What earlier cases of this cause taught, and the pattern this one may belong to."""
    made = []
    rows = await lessons.for_cause(turn, case.cause)
    if rows:
        words = "\n".join(f"– {clip(row.words, 300)}" for row in rows)
        made.append(card(say("Learned the last time {cause}:\n{rows}", cause=INFO[file.cause].said, rows=words)))
    pattern = await lessons.pattern(turn, case)
    if pattern:
        made.append(card(Note(say("{pattern}", pattern=pattern))))
    return made
