"""One turn: an event comes in, the dialog or command behind it runs, and one transaction keeps all of it.

Commit, then ack: the answer is given only after everything it says has been stored. A version column settles
races: on a stale row the turn is taken again, which is safe because dialogs are pure.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import structlog
from sqlalchemy import Insert, bindparam, delete
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bot import commands, metrics, seat
from bot.coach.cadence import BadCadence
from bot.coach.dates import BadDate
from bot.coach.drafts import BadDraft
from bot.coach.hours import BadHours
from bot.coach.money import BadMoney
from bot.coach.playbook import Playbook
from bot.dialog import BadAnswer, Make
from bot.errors import Refusal, Stale
from bot.ports import (
    Clock,
    Commanded,
    GroupChanged,
    Inbound,
    Opened,
    PersonLeft,
    Place,
    PlaceChanged,
    PlaceKind,
    PlaceMoved,
    Pressed,
    Quoted,
    Removed,
    Reply,
    Said,
    Submitted,
)
from bot.rows import look_again
from bot.services import groups, people, schedules, shown, upkeep
from bot.services.follow import leaving
from bot.services.reports import asks
from bot.services.turn import Begin, Result, Turn, told
from bot.storage.database import Database, is_away
from bot.storage.inserting import dialect_of, inserting
from bot.storage.tables import Event
from bot.view import AnswerPress, CommandPress, card, read_press

log = structlog.get_logger()

TRIES = 6
ELSEWHERE = "I've answered you privately: people from outside can read here, or I can't be sure that they can't."
OUTSIDER = "I only talk with the team that runs me. Please speak to your contact there."

BUSY = "Too many people are changing this at once. Nothing was changed. Please try again."
BROKEN = (
    "That did not work, and nothing was changed; the fault is mine and whoever runs me can see it. "
    "Please try again, or type cancel to leave the question that is open."
)

AWAY = "I can't reach my notes right now, so nothing of this was kept. Please say it again in a minute."

UNREADABLE = (BadAnswer, BadCadence, BadDate, BadDraft, BadHours, BadMoney)
"""What reading a person's words may raise; the text of each is a sentence for that person."""

UNSEEN = (Removed, PersonLeft, PlaceChanged, PlaceMoved, GroupChanged)
"""Events nobody waits for: where one fails, the platform has to hear of it and bring it again."""

Dialogs = Mapping[str, Callable[[Mapping[str, Any]], Make]]
Wake = Callable[[], Awaitable[None]]


@dataclass
class Conversation:
    """The way in for every adapter.

    ``wake`` is called after a commit that left something to send; ``zone`` is that of people whose platform does not
    say theirs.
    """

    database: Database
    dialogs: Dialogs
    clock: Clock
    playbook: Playbook
    wake: Wake
    zone: str = "UTC"

    async def handle(self, inbound: Inbound) -> Reply:
        """Take one turn, commit it, and give the answer to show."""
        began = time.perf_counter()
        kind = type(inbound.act).__name__.lower()
        with structlog.contextvars.bound_contextvars(event_id=inbound.event, tenant=inbound.who.tenant):
            try:
                reply, outcome = await self._answer(inbound)
            except Exception as wrong:
                log.exception("turn.failed", kind=kind)
                metrics.TURNS.labels(kind, "failed").inc()
                if isinstance(inbound.act, UNSEEN):
                    raise
                return _sorry(wrong)
        metrics.TURNS.labels(kind, outcome).inc()
        metrics.TURN_SECONDS.observe(time.perf_counter() - began)
        return reply

    async def offer_again(self, inbound: Inbound) -> Reply:
        """The question a person left open here, shown again; nothing where there is none."""
        try:
            return await self._offered(inbound)
        except Exception as wrong:
            log.exception("turn.offer_again_failed")
            return _sorry(wrong)

    async def _offered(self, inbound: Inbound) -> Reply:
        async with self.database.begin() as db:
            turn = await self._turn(db, inbound)
            result = await seat.offer_again(self.dialogs, turn)
            await shown.remember(db, turn.place.key, turn.who.key, result.cards)
            return Reply(result.cards)

    async def _answer(self, inbound: Inbound) -> tuple[Reply, str]:
        if inbound.who.outsider:
            log.info("turn.outsider")
            return Reply((card(OUTSIDER),)), "outsider"
        for attempt in range(TRIES):
            try:
                return await self._once(inbound), "ok"
            except (StaleDataError, IntegrityError) as race:
                log.info("turn.again", attempt=attempt, because=type(race).__name__)
            except DBAPIError as wrong:
                if not _passing(wrong):
                    raise
                log.warning("turn.database_busy", attempt=attempt)
        return Reply((card(BUSY),)), "busy"

    async def _once(self, inbound: Inbound) -> Reply:
        try:
            return await self._taken(inbound, lambda turn: self._act(turn, inbound.act))
        except (Refusal, *UNREADABLE) as no:
            # What was begun is rolled back with its transaction; the refusal is a turn of its own.
            return await self._taken(inbound, partial(self._refused, no))

    async def _taken(self, inbound: Inbound, act: Callable[[Turn], Awaitable[Result]]) -> Reply:
        async with self.database.begin() as db:
            if not await claimed(db, inbound.event, self.clock.now()):
                log.info("turn.repeated")
                return Reply()
            turn = await self._turn(db, inbound)
            result = await act(turn)
            await asks.settle_asks(turn)
            reply = await self._shown(turn, inbound, result)
        if turn.posted:
            await self.wake()
        return reply

    async def _refused(self, no: Exception, turn: Turn) -> Result:
        if isinstance(no, Stale):
            await look_again(turn)
        return await seat.reoffer(self.dialogs, turn, told(str(no)))

    async def _turn(self, db: AsyncSession, inbound: Inbound) -> Turn:
        now = self.clock.now()
        who, origin = inbound.who, inbound.origin or inbound.place
        zone: str | None = None
        seen = await people.seen_before(db, who, origin)
        workspace = seen.workspace or await people.workspace_of(db, who.tenant, now)
        if isinstance(inbound.act, UNSEEN):
            # Nobody speaks here: what the platform calls itself must not become anybody's name, and an event that
            # comes late after the coach was removed does not bring it back.
            person = await people.bystander(db, workspace, who, now)
        else:
            seen.wake()
            zone = seen.person.zone if seen.person else None
            known = people.up_to_date(seen.person, who) if seen.person else None
            person = known or await people.person_of(db, workspace, who, now, self.zone)
        for mentioned in inbound.mentioned:
            if not mentioned.outsider:
                await people.person_of(db, workspace, mentioned, now, self.zone)
        for named in inbound.places:
            if named.kind is not PlaceKind.unknown:
                await people.place_seen(db, workspace, named)
        if not seen.place:
            await people.place_seen(db, workspace, origin)
        place = inbound.place if _safe(inbound.place) else who.private
        turn = Turn(
            db, workspace, person, who, place, origin, now, inbound.event, self.playbook, inbound.places, inbound.groups
        )
        if zone not in (None, person.zone):
            await schedules.keep_wall_times(turn, zone)
        return turn

    async def _act(self, turn: Turn, act: object) -> Result:
        match act:
            case Said(text):
                return await seat.said(self.dialogs, turn, text)
            case Commanded(text):
                return await seat.commanded(self.dialogs, turn, text)
            case Pressed(value):
                return await self._pressed(turn, value)
            case Submitted(conversation, answers):
                return await seat.submitted(self.dialogs, turn, conversation, answers)
            case Opened():
                return await commands.run(turn, "")
            case Quoted(text, "start"):
                return await seat.follow(self.dialogs, turn, Result(begin=Begin("diagnose", {"quoted": text})))
            case Quoted(text, _):
                return await seat.follow(self.dialogs, turn, Result(begin=Begin("log", {"words": text})))
            case Removed():
                await people.remove_tenant(turn.db, turn.who.tenant, turn.now)
            case PersonLeft(key):
                await leaving.person_left(turn, key)
            case PlaceChanged(key):
                await upkeep.place_changed(turn, key)
            case PlaceMoved(key, place):
                await upkeep.place_moved(turn, key, place)
            case GroupChanged(group):
                await groups.follow(turn, group)
        return Result()

    async def _pressed(self, turn: Turn, value: str) -> Result:
        press = read_press(value)
        match press:
            case AnswerPress(conversation, key, answer):
                return await seat.pressed(self.dialogs, turn, conversation, key, answer)
            case CommandPress(command):
                return await seat.commanded(self.dialogs, turn, command)
        log.warning("turn.bad_press")
        raise Refusal("I can't read that button any more. Type help to see what I can do.")

    async def _shown(self, turn: Turn, inbound: Inbound, result: Result) -> Reply:
        await shown.remember(turn.db, turn.place.key, turn.who.key, result.cards)
        safe = turn.place == inbound.place
        if not result.cards or (safe and inbound.at_once):
            return Reply(result.cards, result.pressed)
        for n, shows in enumerate(result.cards):
            turn.tell(turn.person, f"reply:{inbound.event}:{n}", shows)
        return Reply(() if safe else (card(ELSEWHERE),), result.pressed, moved=True)


def _safe(place: Place) -> bool:
    return place.kind in (PlaceKind.private, PlaceKind.internal)


def _sorry(wrong: Exception) -> Reply:
    return Reply((card(AWAY if is_away(wrong) else BROKEN),))


def _passing(wrong: DBAPIError) -> bool:
    """Whether the database may take the same work a moment later (a lock, a deadlock, a serialisation)."""
    words = str(wrong.orig).casefold()
    return any(w in words for w in ("locked", "deadlock", "could not serialize"))


async def claimed(db: AsyncSession, key: str, now: Any) -> bool:
    """Claim an event for this transaction; False where it was taken before."""
    took = await db.execute(_claim(dialect_of(db)), {"event": key[:300], "now": now})
    return took.first() is not None


@cache
def _claim(dialect: str) -> Insert:
    table = Event.metadata.tables[Event.__tablename__]
    claim = inserting(dialect, table).values(key=bindparam("event"), at=bindparam("now"))
    return claim.on_conflict_do_nothing().returning(table.c.key)


async def forget_events(db: AsyncSession, before: Any) -> None:
    """Drop claims so old that no platform retries them any more."""
    await db.execute(delete(Event).where(Event.at < before))
