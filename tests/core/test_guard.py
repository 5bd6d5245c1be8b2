"""Nothing leaks: not into places where clients read, not to outsiders, and not from one team to another."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands import COMMANDS
from bot.local import LocalMessenger
from bot.ports import (
    Commanded,
    Group,
    GroupChanged,
    PersonLeft,
    Place,
    PlaceChanged,
    PlaceKind,
    Pressed,
    Quoted,
    Removed,
    Role,
    Said,
    Submitted,
    Who,
)
from bot.storage.tables import Base, ConversationRow, Outgoing, Schedule, Tenant
from bot.view import AnswerPress, press_value
from tests.core.told import manager, opened
from tests.house import House, Seat

SECRET = "Xylophone Dana is furious about the stock list"
ELSEWHERE = "I've answered you privately"


async def furnished(house: House) -> None:
    """One of everything: a case with wishes, a promise, an offer that waits, check-ins, an occurrence, a question."""
    priya, sam = house.seat(place="#accounts"), manager(house)
    await sam.say("home")
    await opened(priya, "Acme", f"{SECRET}, nobody told her for a week.")
    await priya.say("edit Acme contact", "Dana Xylophone", "edit Acme wish", "Xylophone tuned")
    await priya.say("promise Acme Xylophone list by Friday 15:00")
    await priya.say("offer Acme", "2000 euros", "2100 euros", "Xylophone credit", "cancel")
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts", "cancel")
    await priya.say("waiting Acme", "person Acme Lena Xylophone", "1", "phone", "cancel")
    await house.skip(days=7)
    await priya.say("close Acme")


# --- places ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        Place("local", "local:#client-acme", PlaceKind.shared, "#client-acme", "#client-acme is shared"),
        Place("local", "local:#odd", PlaceKind.unknown, "#odd"),
    ],
    ids=["shared", "unknown"],
)
async def test_in_a_place_others_can_read_every_command_is_answered_privately(house: House, place: Place) -> None:
    await furnished(house)
    there = replace(house.seat(), place=place)
    tries = [f"{c.name} {rest}" for c in COMMANDS for rest in ("", "Acme", "SAL-1", "1", "1 warmer")]
    for words in [*tries, "Acme", "SAL-1", "Xylophone", f"start Globex: {SECRET}", "back", "cancel"]:
        reply = await there.act(Commanded(words))
        assert reply.moved or not reply.cards, words
        assert "ylophone" not in there.words, words
        assert "Acme" not in there.words, words
        assert reply.pressed is None or "ylophone" not in reply.pressed.text
    assert not [m for m in await house.shown_in(place.key) if "Acme" in m.card.text]


async def test_the_answer_moved_to_the_private_place_is_whole_and_can_be_gone_on_with_there(house: House) -> None:
    private, there = house.seat(), house.seat(place="#client-acme")
    await opened(private)
    assert ELSEWHERE in await there.say("/salvage close Acme")
    asked = (await house.shown_in("@local:priya"))[-1].card
    assert "how does it end?" in asked.text
    assert "What did Acme say when they left?" in await private.say("They left us")


async def test_an_outsider_is_told_whom_to_speak_to_and_nothing_else(house: House) -> None:
    await furnished(house)
    guest = replace(house.seat("Guest"), who=Who("local", "local:guest", "Guest", Role.admin, outsider=True))
    pressed = Pressed(press_value(AnswerPress(1, "how", "lost")))
    form = Submitted(1, {"how": {"pick": "lost"}})
    for act in (Said("summary"), Commanded("Acme"), pressed, form, Quoted(SECRET, "start"), PersonLeft("local:priya")):
        await guest.act(act)
        assert guest.words == "I only talk with the team that runs me. Please speak to your contact there."
    assert "Guest" not in await house.seat().say("review")


async def test_an_outsider_who_is_mentioned_is_not_taken_into_the_team(house: House) -> None:
    from bot.ports import Inbound

    priya = house.seat()
    guest = Who("local", "local:guest", "Guest Xylophone", outsider=True)
    await house.conversation.handle(Inbound("e1", priya.who, priya.place, Said("start Acme"), mentioned=(guest,)))
    await priya.say("cancel", "start Acme: They waited and nobody told them.", "cancel")
    assert "don't know anyone in the team called Guest" in await priya.say("handover Acme to Guest Xylophone")


@dataclass
class Changing(LocalMessenger):
    """A local platform in which who reads a place can change."""

    kinds: dict[str, PlaceKind] = field(default_factory=dict)

    def __init__(self, inner: LocalMessenger) -> None:
        super().__init__(inner.log)
        self.kinds = {}

    async def audience(self, place: str) -> Place:
        seen = await super().audience(place)
        kind = self.kinds.get(place, seen.kind)
        return replace(seen, kind=kind, why="" if kind is seen.kind else f"{seen.name} is shared with people outside")


async def reminded(house: House) -> Changing:
    """Check-ins in #accounts, on a platform where its readers can change."""
    messenger = Changing(house.messengers["local"])  # type: ignore[arg-type] # the house is local
    house.messengers["local"] = messenger
    priya = house.seat(place="#accounts")
    await opened(priya)
    await priya.say("remind Acme weekly on Monday at 9:00 in #accounts")
    return messenger


@pytest.mark.parametrize("kind", [PlaceKind.shared, PlaceKind.unknown])
async def test_a_check_in_whose_channel_became_shared_goes_to_its_owner_with_the_reason(
    house: House, kind: PlaceKind
) -> None:
    messenger = await reminded(house)
    messenger.kinds["local:#accounts"] = kind
    await house.skip(days=7)
    assert not [m for m in await house.shown_in("local:#accounts") if "week" in m.card.text]
    note = (await house.shown_in("@local:priya"))[-1].card
    assert "#accounts is shared with people outside" in note.text
    assert {"Warmer", "Same", "Colder"} <= {a.label for a in note.actions}
    priya = house.seat()
    await priya.act(Pressed(next(a.value for a in note.actions if a.label == "Warmer")))
    assert "Acme: warmer, noted." in priya.words
    await house.skip(days=7)
    assert not [m for m in await house.shown_in("local:#accounts") if "Acme" in m.card.text]


async def test_a_channel_that_changes_moves_its_check_ins_at_once(house: House) -> None:
    await reminded(house)
    priya = house.seat()
    await priya.act(PlaceChanged("local:#accounts"))
    note = (await house.shown_in("@local:priya"))[-1].card
    assert "Acme's check-ins come to you here instead" in note.text
    await house.skip(days=7)
    assert [m for m in await house.shown_in("@local:priya") if "how are they?" in m.card.text]
    assert not [m for m in await house.shown_in("local:#accounts") if "how are they?" in m.card.text]


async def test_a_paused_check_in_moves_too(house: House) -> None:
    await reminded(house)
    priya = house.seat()
    await priya.say("pause 1")
    await priya.act(PlaceChanged("local:#accounts"))
    await priya.say("resume 1")
    async with house.database.begin() as db:
        assert await db.scalar(select(Schedule.place)) == "@local:priya"


async def test_check_ins_meant_for_a_place_others_can_read_come_to_the_owner(house: House) -> None:
    priya = house.seat(place="#client-acme")
    private = house.seat()
    await opened(private)
    await priya.say("home")
    await private.say("remind Acme")
    assert "#client-acme" not in private.labels
    await private.say("cancel", "remind Acme weekly on Monday at 9:00 in #client-acme")
    assert "People from outside can read there" in private.words
    await house.skip(days=7)
    assert not await house.shown_in("local:#client-acme")
    assert "how are they?" in (await house.shown_in("@local:priya"))[-1].card.text


# --- another team ------------------------------------------------------------------------------------------

EVE = Who("slack:T9", "slack:T9:U1", "Eve", Role.admin, "Europe/Berlin")


async def everything(house: House, workspace: int) -> dict[str, list[Any]]:
    """Every row that belongs to a workspace or hangs on one of its cases, clients and people."""
    held: dict[str, list[Any]] = {}
    ids: dict[str, set[int]] = {"workspaces": {workspace}}
    async with house.database.begin() as db:
        for table in Base.metadata.sorted_tables:
            keys = [(c, fk.column.table.name) for c in table.columns for fk in c.foreign_keys]
            rows = [tuple(row) for row in await db.execute(select(table))]
            names = [c.name for c in table.columns]
            mine = [
                row for row in rows
                if any(row[names.index(c.name)] in ids.get(target, ()) for c, target in keys)
            ]  # fmt: skip
            if table.name == "workspaces":
                mine = [row for row in rows if row[names.index("id")] == workspace]
            if mine:
                held[table.name] = mine
                if "id" in names:
                    ids[table.name] = {row[names.index("id")] for row in mine}
    return held


async def test_another_teams_admin_reaches_nothing_by_any_command_or_number(house: House) -> None:
    await furnished(house)
    eve = Seat(house, EVE, EVE.private)
    await eve.say("home")
    before = await everything(house, 1)
    assert {"cases", "promises", "schedules", "occurrences", "reparations", "conversations"} <= before.keys()
    whom = ("", "Acme", "SAL-1", "1", "2", "3", "1 warmer", "1 skip", "1 cancel", "Acme to Eve", "SAL-1 to Eve",
            "Acme gone by Friday", "Priya manager", "private", "#accounts")  # fmt: skip
    for command in COMMANDS:
        for rest in whom:
            await eve.act(Commanded(f"{command.name} {rest}"))
            assert "ylophone" not in eve.words, (command.name, rest)
            assert "did not work" not in eve.words, (command.name, rest)
            await eve.say("cancel")
    assert await everything(house, 1) == before
    async with house.database.begin() as db:
        sent = await db.scalars(select(Outgoing).where(Outgoing.tenant == EVE.tenant))
        assert not [row.key for row in sent if "ylophone" in str(row.card)]


async def test_another_teams_admin_reaches_nothing_by_any_button_or_form(house: House) -> None:
    await furnished(house)
    eve = Seat(house, EVE, EVE.private)
    await eve.say("home")
    before = await everything(house, 1)
    async with house.database.begin() as db:
        rows = [(row.id, list(row.answers)) for row in await db.scalars(select(ConversationRow))]
    for number, keys in rows:
        for key in {*keys, "how", "do", "confirmed", "sure", "story"}:
            for value in ("healed", "lost", "done", "yes", "no"):
                await eve.act(Pressed(press_value(AnswerPress(number, key, value))))
                assert "isn't yours to answer" in eve.words
        await eve.act(Submitted(number, {"how": {"pick": "lost"}}))
        assert "isn't yours to answer" in eve.words
    assert await everything(house, 1) == before


@pytest.mark.parametrize("act", [PersonLeft("local:priya"), PlaceChanged("local:#accounts"), Removed()], ids=repr)
async def test_another_teams_events_touch_nothing_here(house: House, act: Any) -> None:
    await furnished(house)
    eve = Seat(house, EVE, EVE.private)
    await eve.say("home")
    before = await everything(house, 1)
    await eve.act(act)
    assert await everything(house, 1) == before


async def test_a_place_claimed_by_another_team_keeps_its_name_and_readers(house: House) -> None:
    await furnished(house)
    before = await everything(house, 1)
    claimed = Place("slack:T9", "local:#accounts", PlaceKind.shared, "#stolen")
    await Seat(house, EVE, claimed).say("home")
    assert (await everything(house, 1))["places"] == before["places"]


async def test_an_event_that_comes_late_does_not_bring_a_removed_team_back(house: House) -> None:
    priya = house.seat(place="#accounts")
    await priya.say("home")
    await priya.act(Removed())
    removed = house.clock.now()
    for late in (PlaceChanged("local:#accounts"), GroupChanged(Group("local:g", "G", ())), PersonLeft("x")):
        await priya.act(late)
        assert await removed_at(house) == removed
    await priya.say("home")
    assert await removed_at(house) is None


async def removed_at(house: House) -> datetime | None:
    async with house.database.begin() as db:
        return await db.scalar(select(Tenant.removed_at))


async def test_a_colleagues_question_is_not_answered_by_somebody_else(house: House) -> None:
    await furnished(house)
    omar = house.seat("Omar", place="#accounts")
    async with house.database.begin() as db:
        number = await db.scalar(select(ConversationRow.id).where(ConversationRow.dialog == "close"))
    await omar.act(Pressed(press_value(AnswerPress(int(number or 0), "how", "lost"))))
    assert "isn't yours to answer" in omar.words


async def test_a_confidential_case_is_closed_to_the_rest_of_the_team(house: House) -> None:
    await furnished(house)
    await house.seat().say("edit SAL-1 confidential", "yes")
    omar = house.seat("Omar")
    for command in COMMANDS:
        for rest in ("", "SAL-1", "Acme", "1", "1 warmer", "1 skip", "Acme to Omar"):
            await omar.act(Commanded(f"{command.name} {rest}"))
            assert "ylophone" not in omar.words, (command.name, rest, omar.words)
            await omar.say("cancel")
    assert "ylophone" in await manager(house).say("SAL-1")
