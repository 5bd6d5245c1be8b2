"""Carrying out what a dialog came to: one function an outcome, each within the turn's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from bot.coach import outcomes as o
from bot.coach.casefile import CaseFile
from bot.coach.causes import INFO
from bot.coach.dates import find_dates
from bot.coach.money import say_money
from bot.coach.promises import commitments
from bot.errors import DialogError
from bot.services import cards, cases, clients, editing, ending, lessons, planned, promises, schedules, scoring
from bot.services.follow import approvals, contacts, decisions, handover, watch
from bot.services.reports import asks
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client, Criterion, DraftRow, Reparation, Step
from bot.view import Actions, Card, Note, card, clip, say


async def perform(turn: Turn, outcome: Any) -> Result:
    """Carry out an outcome."""
    if isinstance(outcome, dict):
        return await _show_case(turn, outcome)
    if type(outcome) not in EFFECTS:
        raise DialogError(f"nothing is known to be done with {type(outcome).__name__}")
    return await EFFECTS[type(outcome)](turn, outcome)


async def _show_case(turn: Turn, outcome: dict[str, Any]) -> Result:
    """The trouble told belongs to a case that is open: its words become a contact, or it is shown."""
    if outcome.get("log"):
        return Result(begin=Begin("log", {"case": outcome["show"], "words": outcome["log"]}))
    return Result(begin=Begin("next", {"case": outcome["show"]}))


async def nothing(turn: Turn, outcome: o.Nothing) -> Result:
    """Only words."""
    return told(outcome.words) if outcome.words else Result()


async def diagnosed(turn: Turn, outcome: o.Diagnosis) -> Result:
    """Open a case, say what was kept, recall what was learned before, and go on to the next step."""
    client = await turn.db.get(Client, outcome.client_id) if outcome.client_id else None
    if client is None or client.workspace_id != turn.workspace.id:
        client = await clients.make(turn, outcome.client)
    owner = await cases.person_named(turn, outcome.owner) if outcome.owner else turn.person
    backup = await cases.person_named(turn, outcome.backup) if outcome.backup else None
    case = await cases.open_case(
        turn,
        client,
        owner=owner,
        backup=backup,
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
    again = await scoring.second_failure(turn.db, case)
    if again:
        case.severity = {"low": "medium", "medium": "high", "high": "high"}[case.severity]
    file = await cases.settle(turn, case)
    made = [cards.opened(file)]
    if again:
        made.append(_second_failure(file))
    if owner.id != turn.person.id:
        turn.tell(
            owner,
            f"owner:{case.id}",
            card(
                say("{who} opened a case and named you its owner.", who=turn.person.name),
                cards.headline(file),
                Actions((offer("Next step", f"next {file.label}"),)),
            ),
            case_id=case.id,
        )
    learned = await lessons.for_cause(turn, case.cause)
    if learned:
        rows = "\n".join(f"– {clip(row.words, 300)}" for row in learned)
        made.append(card(say("Learned the last time {cause}:\n{rows}", cause=INFO[file.cause].said, rows=rows)))
    pattern = await lessons.pattern(turn, case)
    if pattern:
        made.append(card(Note(say("{pattern}", pattern=pattern))))
    return Result(tuple(made), Begin("next", {"case": case.number}, case.id))


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


async def step_taken(turn: Turn, outcome: o.StepTaken) -> Result:
    """Keep what became of a play; two people at once are told of each other, and nothing is done twice."""
    case = await cases.by_number(turn, outcome.case)
    if case.closed_at is not None:
        return told(f"SAL-{case.number} is closed, so nothing was changed. Has it gone sour again? Then start it anew.")
    changes = await cases.changes_since(turn, case, outcome.last_entry)
    play = turn.playbook.get(outcome.play)
    earlier = next(
        (c for c in reversed(changes) if c[1].kind == "step" and c[1].data.get("play") == outcome.play), None
    )
    if earlier is not None:
        name, entry = earlier
        words = f"{name} was first: {entry.words} ({cases.local_day(turn, entry.at)}). Nothing was changed by you."
        return Result((card(words),), Begin("next", {"case": case.number}, case.id))
    turn.db.add(
        Step(
            case_id=case.id,
            play=play.id,
            state=outcome.state,
            reason=outcome.reason,
            out_of_order=outcome.out_of_order,
            due_at=outcome.due,
            by_id=turn.person.id,
            at=turn.now,
        )
    )
    words = _step_words(turn, play.title, outcome)
    cases.note(turn, case, "step", words, play=play.id, state=outcome.state)
    case.next_due_at = outcome.due if outcome.state == "later" else None
    await planned.take_back(turn.db, case, f"later:{case.id}:{play.id}:")
    await cases.settle(turn, case)
    heads_up = [card(Note(say("Meanwhile {name}: {what}", name=n, what=clip(e.words, 200)))) for n, e in changes[-3:]]
    return _after_step(turn, case, play.id, outcome, heads_up)


def _step_words(turn: Turn, title: str, outcome: o.StepTaken) -> str:
    if outcome.state == "later" and outcome.due:
        return f"{title}: later, {cases.local_day(turn, outcome.due)}"
    because = f" ({outcome.reason})" if outcome.reason else ""
    early = ", out of order" if outcome.out_of_order else ""
    return f"{title}: {outcome.state}{early}{because}"


def _after_step(turn: Turn, case: Case, play: str, outcome: o.StepTaken, heads_up: list[Any]) -> Result:
    if outcome.state == "later" and outcome.due:
        when = cases.local_day(turn, outcome.due)
        turn.post(
            tenant=turn.who.tenant,
            place=turn.who.private.key,
            key=f"later:{case.id}:{play}:{turn.event}"[:200],
            shows=card(
                say(
                    "You asked me to bring this up again: **{title}**, SAL-{n}.",
                    title=turn.playbook.get(play).title,
                    n=case.number,
                ),
                Actions((offer("Next step", f"next SAL-{case.number}"),)),
            ),
            case_id=case.id,
            owner_id=turn.person.id,
            not_before=outcome.due,
        )
        return Result((*heads_up, card(f"Good. I'll bring it up again {when}.")))
    if outcome.draft:
        return Result(
            tuple(heads_up), Begin("draft", {"case": case.number, "kind": outcome.draft, "play": play}, case.id)
        )
    if outcome.ask_contact:
        return Result((*heads_up, card("Noted.")), Begin("log", {"case": case.number, "play": play}, case.id))
    if outcome.state == "begun":
        return Result(tuple(heads_up), Begin("next", {"case": case.number, "play": play}, case.id))
    if outcome.state == "done" and play == "scheduled_check_ins":
        return Result(tuple(heads_up), Begin("remind", {"case": case.number}, case.id))
    if outcome.state == "done" and play in ("pay_or_reparation", "go_beyond"):
        return Result(tuple(heads_up), Begin("reparation", {"case": case.number}, case.id))
    return Result((*heads_up, card("Noted.")), Begin("next", {"case": case.number}, case.id))


async def contact_logged(turn: Turn, outcome: o.ContactLogged) -> Result:
    """Keep what the client said and how they sounded; the check-ins' pace follows."""
    case = await cases.by_number(turn, outcome.case)
    reopened = ""
    if case.closed_at is not None and outcome.temperature == "colder" and watch.watched(case, turn.now):
        reopened = await watch.reopen(turn, case, "colder after it had healed")
    await cases.read_temperature(turn, case, outcome.temperature)
    if outcome.temperature != "no_reply":
        await contacts.touched(turn, case)
    case.heard = case.heard or (outcome.heard and outcome.temperature != "no_reply")
    if outcome.words and not case.client_words and outcome.temperature != "no_reply":
        case.client_words = outcome.words
    for words in outcome.wishes:
        turn.db.add(Criterion(case_id=case.id, words=words))
    await ending.tick(turn, case, outcome.met)
    reading = cards.READING_WORDS[outcome.temperature]
    cases.note(turn, case, "contact", f"{outcome.words} ({reading})" if outcome.words else reading)
    file = await cases.settle(turn, case)
    pace = await schedules.after_reading(turn, case)
    kept = "Kept, in their words. " if outcome.words and outcome.temperature != "no_reply" else "Kept. "
    said = [say(kept + "Reading: {reading}.", reading=reading)]
    if pace:
        said.append(say("{pace}", pace=pace))
    if reopened:
        said.append(say("{reopened}", reopened=reopened))
    if not file.open:
        return Result((card(*said),))
    if file.wishes and not file.open_wishes:
        said.append(
            say(
                "Every wish of {who} is met. Ask whether it feels fixed, then: close {label}.",
                who=file.hurt,
                label=file.label,
            )
        )
        return Result((card(*said, Actions((offer("Close it", f"close {file.label}"),))),))
    found = find_dates(outcome.promise, turn.now, turn.person.zone) if outcome.promise else ()
    if found:
        return Result(
            (card(*said),),
            Begin(
                "promise",
                {
                    "client_id": case.client_id,
                    "case": case.number,
                    "words": outcome.promise,
                    "when": found[0][2].isoformat(),
                    "sure": "yes",
                },
                case.id,
            ),
        )
    return Result((card(*said),), Begin("next", {"case": case.number}, case.id))


async def draft_made(turn: Turn, outcome: o.DraftMade) -> Result:
    """Keep a draft; a sent one is a step done and perhaps a promise."""
    case = await cases.by_number(turn, outcome.case)
    turn.db.add(
        DraftRow(
            case_id=case.id,
            kind=outcome.kind,
            words=outcome.words,
            by_id=turn.person.id,
            made_at=turn.now,
            sent_at=turn.now if outcome.sent else None,
        )
    )
    cases.note(turn, case, "sent" if outcome.sent else "draft", outcome.words, draft=outcome.kind)
    if not outcome.sent:
        await cases.settle(turn, case)
        return told(f"Kept with SAL-{case.number}. Nothing was sent; say so when you have sent it.")
    case.last_contact_at = turn.now
    await planned.stop_clock(turn.db, case)
    play = outcome.play or _play_of(turn, outcome.kind)
    replaced = await promises.renegotiated(turn, outcome.promise) if outcome.promise else None
    if play:
        turn.db.add(Step(case_id=case.id, play=play, state="done", reason="", by_id=turn.person.id, at=turn.now))
    await cases.settle(turn, case)
    when = cases.local_day(turn, turn.now)
    did = f"you called, {when}." if outcome.talk else f"you sent it, {when}. I never send anything myself."
    noted = card(f"Noted: {did}")
    found = commitments(outcome.words, turn.now, turn.person.zone)
    if found and not await promises.watched(turn, case.client_id, found[0].due):
        args = {
            "client_id": case.client_id,
            "case": case.number,
            "words": replaced.words if replaced else found[0].words,
            "when": found[0].due.isoformat(),
        }
        return Result((noted,), Begin("promise", args, case.id))
    return Result((noted,), Begin("next", {"case": case.number}, case.id))


def _play_of(turn: Turn, kind: str) -> str:
    return next((p.id for p in turn.playbook.plays if p.draft == kind), "")


async def offer_made(turn: Turn, outcome: o.OfferMade) -> Result:
    """Keep what is offered, against what it cost them, and who approved."""
    case = await cases.by_number(turn, outcome.case)
    if outcome.cost:
        case.cost_cents, case.cost_currency = outcome.cost.cents, outcome.cost.currency
    approver = await cases.person_named(turn, outcome.approver) if outcome.approver else None
    within = approvals.may_offer(turn.workspace, turn.person, outcome.offer.cents)
    row = Reparation(
        case_id=case.id,
        words=outcome.words,
        cost_cents=outcome.cost.cents if outcome.cost else None,
        offer_cents=outcome.offer.cents,
        currency=outcome.offer.currency,
        state="approved" if within else "waiting",
        by_id=turn.person.id,
        approver_id=approver.id if approver and within else None,
        at=turn.now,
    )
    turn.db.add(row)
    if not within:
        await turn.db.flush()
        words = await approvals.ask(turn, case, row, approver)
        cases.note(turn, case, "offer", f"waits for approval: {say_money(outcome.offer)}, {outcome.words}")
        await cases.settle(turn, case)
        return told(words)
    by = f", approved by {approver.name}" if approver else ""
    cases.note(turn, case, "offer", f"{say_money(outcome.offer)}: {outcome.words}{by}")
    await cases.settle(turn, case)
    words = f"Kept: {say_money(outcome.offer)}{by}. Tell them yourself; I can help to word it."
    return Result((card(words),), Begin("next", {"case": case.number}, case.id))


async def reminder_set(turn: Turn, outcome: o.Reminder) -> Result:
    """A new check-in cadence, with the first time it comes."""
    case = await cases.by_number(turn, outcome.case)
    place = outcome.place or (turn.origin.key if turn.origin.kind.value == "internal" else turn.who.private.key)
    row = await schedules.make(turn, case, outcome.cadence, place)
    where = await schedules.place_name(turn, place)
    words = f"{schedules.in_words(turn, row)}, in {where}"
    cases.note(turn, case, "reminder", f"Check-ins {words}")
    await _done_once(turn, case, "scheduled_check_ins")
    file = await cases.settle(turn, case)
    first = cases.local_day(turn, row.next_due_at) if row.next_due_at else "never"
    return told(
        f"I'll ask about {file.client} {words}. {await schedules.warning(turn, place)}First: {first}.",
        offer("Snooze", f"reminder {row.id} snooze"),
        offer("Edit", f"reminder {row.id} edit"),
        offer("Cancel it", f"reminder {row.id} cancel"),
    )


async def _done_once(turn: Turn, case: Case, play: str) -> None:
    done = await turn.db.scalar(select(Step.id).where(Step.case_id == case.id, Step.play == play, Step.state == "done"))
    if done is None:
        turn.db.add(Step(case_id=case.id, play=play, state="done", reason="", by_id=turn.person.id, at=turn.now))


async def reminder_changed(turn: Turn, outcome: o.ReminderChange) -> Result:
    """A change of a schedule."""
    return told(await schedules.change(turn, outcome))


async def promised(turn: Turn, outcome: o.Promise) -> Result:
    """A promise to watch."""
    return await promises.make(turn, outcome)


EFFECTS: dict[type, Callable[[Turn, Any], Awaitable[Result]]] = {
    o.Nothing: nothing,
    o.Diagnosis: diagnosed,
    o.StepTaken: step_taken,
    o.ContactLogged: contact_logged,
    o.DraftMade: draft_made,
    o.OfferMade: offer_made,
    o.Reminder: reminder_set,
    o.ReminderChange: reminder_changed,
    o.Promise: promised,
    o.Closing: ending.closed,
    o.KeptOpen: ending.kept_open,
    o.CaseEdit: editing.edited,
    o.Override: asks.overridden,
    o.Decided: decisions.decided,
    o.HandedOver: handover.handed_over,
    o.PersonAtClient: contacts.keep,
    o.Reviewed: asks.reviewed,
}
