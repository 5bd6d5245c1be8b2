"""Keeping what became of a play, and what follows from it."""

from __future__ import annotations

from sqlalchemy import select

from bot.coach import outcomes as o
from bot.services import cases, planned
from bot.services.turn import Begin, Result, Turn, offer, told
from bot.storage.tables import Case, Client, Step
from bot.view import Actions, Card, Note, card, clip, say


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
    return await _after_step(turn, case, play.id, outcome, heads_up)


def _step_words(turn: Turn, title: str, outcome: o.StepTaken) -> str:
    if outcome.state == "later" and outcome.due:
        return f"{title}: later, {cases.local_day(turn, outcome.due)}"
    because = f" ({outcome.reason})" if outcome.reason else ""
    early = ", out of order" if outcome.out_of_order else ""
    return f"{title}: {outcome.state}{early}{because}"


async def _after_step(turn: Turn, case: Case, play: str, outcome: o.StepTaken, heads_up: list[Card]) -> Result:
    if outcome.state == "later" and outcome.due:
        client = await turn.db.get_one(Client, case.client_id)
        when = cases.local_day(turn, outcome.due)
        turn.post(
            tenant=turn.who.tenant,
            place=turn.who.private.key,
            key=f"later:{case.id}:{play}:{turn.event}"[:200],
            shows=card(
                say(
                    "You asked me to bring this up again for **{client}** (SAL-{n}): {title}.",
                    client=clip(client.name, 60),
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


async def done_once(turn: Turn, case: Case, play: str) -> None:
    """Tick a play off, where that has not been done."""
    known = await turn.db.scalar(
        select(Step.id).where(Step.case_id == case.id, Step.play == play, Step.state == "done")
    )
    if known is None:
        done(turn, case, play)


def done(turn: Turn, case: Case, play: str) -> None:
    """Tick a play off."""
    turn.db.add(Step(case_id=case.id, play=play, state="done", reason="", by_id=turn.person.id, at=turn.now))
