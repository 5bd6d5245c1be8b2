"""A channel whose id changes: what is said there follows it, once, and only within its own workspace."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from adapters.slack import parse
from bot.ports import Inbound, Place, PlaceChanged, PlaceKind, PlaceMoved, Who
from bot.storage.tables import ConversationRow, Digest, Outgoing, PlaceRow, Schedule
from tests.fakes.slack import Message
from tests.house import House
from tests.slack.stage import Stage, open_stage
from tests.slack.test_slack_install import an_installation, installations
from tests.slack.test_slack_story import with_check_in

MOVED = {"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C7"}


@pytest.fixture
async def http(house: House) -> AsyncIterator[Stage]:
    async with open_stage(house.conversation, house=house) as opened:
        yield opened


def posted(stage: Stage, *channels: str) -> list[Message]:
    return [m for m in stage.slack.messages if m.channel in channels and not m.only]


def asked_to_post(stage: Stage) -> list[str]:
    """The channels in which the coach tried to post."""
    return [body["channel"] for method, body in stage.slack.calls if method == "chat.postMessage"]


async def places_of(house: House) -> dict[str, list[str]]:
    """Every place that a row names, by table."""
    async with house.database.begin() as db:
        named = {t.__tablename__: (await db.scalars(select(t.place).order_by(t.id))).all()
                 for t in (Schedule, Digest, Outgoing, ConversationRow)}  # fmt: skip
        return {**named, "places": (await db.scalars(select(PlaceRow.key).order_by(PlaceRow.key))).all()}


async def test_a_check_in_follows_its_channel_to_the_new_id(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.slack.change_id("T1", "C1", "C7")
    await priya.event(dict(MOVED), event_id="Ev-moved")
    moved = await places_of(http.house)
    assert moved["places"] == ["slack:T1:C7"]
    for event in ("Ev-moved", "Ev-moved-again"):
        await priya.event(dict(MOVED), event_id=event)
    assert await places_of(http.house) == moved
    http.slack.calls.clear()
    await http.house.skip(days=7)
    await http.deliver()
    assert [m.channel for m in posted(http, "C1", "C7")] == ["C7"]
    assert asked_to_post(http) == ["C7"]
    await priya.command("reminders", channel_id="C7")
    assert "every Monday at 09:00, in #accounts" in "\n".join(m.text for m in http.slack.messages)


async def test_a_message_that_waits_and_one_that_was_posted_follow_too(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    await http.house.skip(days=7)
    (nudge,) = posted(http, "C1")
    await priya.press("Warmer", nudge)
    http.slack.change_id("T1", "C1", "C7")
    await priya.event(dict(MOVED))
    await http.deliver()
    assert nudge.channel == "C7"
    assert "Warmer. Priya" in nudge.text, "the edit was still to be sent when the channel moved"
    await http.house.skip(days=7)
    stale = posted(http, "C7")[-1]
    await http.actor("UOMAR", channel="C7").press("Colder", stale)
    await http.deliver()
    assert "Colder. Omar" in stale.text


async def test_who_reads_under_the_new_id_is_looked_at_before_the_next_word_there(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.slack.change_id("T1", "C1", "C7")
    http.slack.teams["T1"].channels["C7"]["is_ext_shared"] = True
    await priya.event(dict(MOVED))
    http.slack.calls.clear()
    await http.house.skip(days=7)
    assert not posted(http, "C1", "C7")
    assert {"C1", "C7"}.isdisjoint(asked_to_post(http))
    assert any("shared with people outside" in m.text for m in posted(http, "DUPRIYA"))


async def test_a_channel_slack_does_not_show_us_keeps_its_name_and_gets_nothing(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    await priya.event({**MOVED, "new_channel_id": "CNONE"})
    async with http.house.database.begin() as db:
        (place,) = await db.scalars(select(PlaceRow))
    assert (place.key, place.name, place.kind) == ("slack:T1:CNONE", "#accounts", "unknown")
    await http.house.skip(days=7)
    assert not posted(http, "C1", "CNONE")
    assert any("how are they" in m.text for m in posted(http, "DUPRIYA"))


async def test_somebody_who_spoke_under_the_new_id_first_changes_nothing(http: Stage) -> None:
    assert http.house
    priya = await with_check_in(http)
    http.slack.change_id("T1", "C1", "C7")
    await priya.command("home", channel_id="C7")
    assert (await places_of(http.house))["places"] == ["slack:T1:C1", "slack:T1:C7"]
    await priya.event(dict(MOVED))
    assert (await places_of(http.house))["places"] == ["slack:T1:C7"]
    await http.house.skip(days=7)
    assert len(posted(http, "C7")) == 1


async def test_another_workspaces_channel_moves_nothing_here(house: House) -> None:
    async with open_stage(house.conversation, house=house, engine=house.database.engine) as stage:
        other = stage.slack.team("T2", "xoxb-two")
        other.person("UTHEA", "Thea", is_owner=True)
        other.channel("C7", "theirs", ["UTHEA"])
        for team, token in (("T1", "xoxb-one"), ("T2", "xoxb-two")):
            await installations(stage).store.async_save(an_installation(team, token))
        await with_check_in(stage)
        thea = stage.actor("UTHEA", "C7", "T2")
        await thea.command("home")
        before = await places_of(house)
        await thea.event(dict(MOVED))
        for old, new in (("slack:T1:C1", "slack:T2:C7"), ("slack:T2:C7", "slack:T1:C1")):
            who = Who("slack:T2", "slack:T2:UTHEA", "Thea")
            act = PlaceMoved(old, Place("slack:T2", new, PlaceKind.internal, "#theirs"))
            await house.conversation.handle(Inbound(f"moves:{old}", who, who.private, act))
        assert await places_of(house) == before
        await house.skip(days=7)
        await stage.deliver()
        assert len([c for c in asked_to_post(stage) if c == "C1"]) == 1


@pytest.mark.parametrize("new", [{}, {"new_channel_id": "C1"}, {"new_channel_id": 7}])
def test_an_event_without_a_new_id_only_means_to_look_again(new: dict[str, Any]) -> None:
    body = {"team_id": "T1", "event_id": "Ev1", "event": {"type": "channel_id_changed", "old_channel_id": "C1", **new}}
    heard = parse.event(body, "UBOT")
    assert heard
    assert heard.act == PlaceChanged("slack:T1:C1")
