"""The whole story through the real coach and the fake Bot Connector, over HTTP both ways."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.fakes.teams import CHANNEL, TEAM, TENANT, activity, execute, hand_over, member, mentioning, walk, words_of
from tests.house import House
from tests.teams.conftest import Bot, Start


class Person:
    """Somebody who talks to the bot in Teams: types, presses what is shown, reads the answers."""

    def __init__(self, bot: Bot, house: House, name: str) -> None:
        self.bot, self.house, self.name = bot, house, name
        self.chat = f"a:{name}"
        self.seen: list[str] = []
        self.cards: list[tuple[str, Any]] = []
        self.presses = 0

    async def says(self, words: str) -> str:
        return await self._answered(activity(text=words, by=self.name))

    async def says_in_channel(self, words: str) -> str:
        return await self._answered(mentioning(words, by=self.name))

    async def presses_button(self, label: str) -> str:
        on, data = self._control(label)
        return await self._answered(execute(data, on=on, by=self.name, timestamp=self._later()))

    async def presses_in_channel(self, label: str) -> Any:
        for thread in reversed(self.bot.fake.threads()):
            for node in walk(thread[-1]):
                if node.get("type") == "Action.Execute" and node["title"] == label:
                    sent = execute(node["data"], on=thread[-1]["id"], by=self.name, where="channel")
                    _, body = await self.bot.receives(sent)
                    await self._settle()
                    return body
        raise AssertionError(f"no {label!r} in the channel")

    async def _answered(self, sent: dict[str, Any]) -> str:
        before = len(self.bot.fake.sent[self.chat])
        status, body = await self.bot.receives(sent)
        assert status == 200
        await self._settle()
        new = self.bot.fake.sent[self.chat][before:]
        if body and isinstance(body.get("value"), dict):
            self.cards.append((sent["replyToId"], body["value"]))
        self.cards += [(m["id"], m) for m in new]
        shown = ([body["value"]] if body else []) + new
        return " ".join(w for part in shown for w in (words_of(part) if isinstance(part, dict) else [part]))

    def _control(self, label: str) -> tuple[str, dict[str, Any]]:
        for on, shown in reversed(self.cards):
            for node in walk(shown):
                if node.get("type") == "Action.Execute" and node["title"] == label:
                    return on, node["data"]
        raise AssertionError(f"no button {label!r}: {[words_of(c) for _, c in self.cards[-2:]]}")

    def _later(self) -> str:
        self.presses += 1
        return f"2026-11-02T09:{self.presses:02}:00Z"

    async def _settle(self) -> None:
        while self.bot.teams._running:
            await asyncio.wait(set(self.bot.teams._running))
        await self.house.engine.drain()


Meet = Callable[[str], Awaitable[Person]]


@pytest.fixture
async def meet(start: Start, house: House) -> Meet:
    bot = await start(house.conversation.handle, notes=house.notes)
    bot.heard.handle = house.conversation.handle  # type: ignore[method-assign]
    house.messengers["teams"] = bot.teams.messenger

    async def met(name: str) -> Person:
        person = Person(bot, house, name)
        await bot.receives(activity("installationUpdate", action="add", by=name))
        return person

    return met


async def opened(meet: Meet, client: str = "Acme") -> Person:
    """Priya, who has told of a furious client."""
    priya = await meet("Priya")
    await priya.says(f"start {client}")
    await priya.says("The migration slipped to Tuesday and nobody told them.")
    await priya.says("1")
    shown = await priya.presses_button("Open the case now, the rest later")
    assert "SAL-1" in shown
    return priya


async def test_a_furious_client_becomes_a_case_with_a_next_step(meet: Meet) -> None:
    priya = await opened(meet)
    shown = await priya.says("next Acme")
    assert "Next" in shown


async def test_a_question_pressed_turns_into_its_answer(meet: Meet) -> None:
    priya = await meet("Priya")
    await priya.says("start Acme")
    await priya.says("The migration slipped and nobody told them.")
    label = next(n["title"] for _, c in reversed(priya.cards) for n in walk(c) if n.get("type") == "Action.Execute")
    shown = await priya.presses_button(label)
    assert label in shown


async def test_a_check_in_arrives_in_the_channel_and_is_answered_there(meet: Meet, house: House) -> None:
    priya = await opened(meet)
    await priya.says_in_channel("next Acme")
    assert priya.bot.fake.words(f"{CHANNEL};messageid=1") == "I've answered you privately."
    await priya.says("remind Acme weekly on Monday at 9:00 in #accounts")
    await house.skip(days=8)
    [thread] = [t for t in priya.bot.fake.threads() if "Acme" in " ".join(words_of(t))]
    assert "Acme" in thread[0]["summary"]
    sam = await meet("Sam")
    body = await sam.presses_in_channel("Warmer")
    assert "Sam" in str(body) or body["statusCode"] == 200
    assert "Warmer" not in [n.get("title") for n in walk(thread)]


async def test_a_channel_that_was_shared_gets_nothing_and_the_owner_is_told_why(meet: Meet, house: House) -> None:
    priya = await opened(meet)
    await priya.says_in_channel("next Acme")
    await priya.says("remind Acme weekly on Monday at 9:00 in #accounts")
    priya.bot.fake.channels[TEAM][0]["type"] = "shared"
    changed = activity("conversationUpdate", where="channel")
    changed["channelData"]["eventType"] = "channelShared"
    await priya.bot.receives(changed)
    before = len(priya.bot.fake.sent["a:Priya"])
    await house.skip(days=8)
    assert all("Acme" not in " ".join(words_of(t)) for t in priya.bot.fake.threads())
    told = " ".join(w for m in priya.bot.fake.sent["a:Priya"][before:] for w in words_of(m))
    assert "shared" in told
    assert "Acme" in told


async def test_a_check_in_is_delivered_after_a_restart(meet: Meet, house: House, start: Start) -> None:
    priya = await opened(meet)
    await priya.says("remind Acme weekly on Monday at 9:00")
    await priya.bot.teams.stop()
    again = await start(house.conversation.handle, notes=house.notes, fake=priya.bot.fake)
    house.messengers["teams"] = again.teams.messenger
    before = len(again.fake.sent["a:Priya"])
    await house.skip(days=8)
    assert "Acme" in " ".join(w for m in again.fake.sent["a:Priya"][before:] for w in words_of(m))


async def left_the_team(priya: Person) -> None:
    changed = activity("conversationUpdate", where="channel", membersRemoved=[member(priya.name)])
    changed["channelData"]["eventType"] = "teamMemberRemoved"
    await priya.bot.receives(changed)
    await priya._settle()


async def test_who_leaves_the_organisation_hands_everything_on(meet: Meet, house: House) -> None:
    omar = await meet("Omar")
    priya = await opened(meet)
    await priya.says("edit Acme backup")
    await priya.says("Omar")
    priya.bot.fake.gone.add(priya.chat)
    await left_the_team(priya)
    assert "SAL-1 · Acme is yours" in omar.bot.fake.words(omar.chat)
    assert "Owner:  you" in await omar.says("Acme")


async def test_who_only_leaves_a_team_keeps_the_case(meet: Meet) -> None:
    omar = await meet("Omar")
    priya = await opened(meet)
    await priya.says("edit Acme backup")
    await priya.says("Omar")
    await left_the_team(priya)
    priya.bot.fake.stumbles.append((503, {}, ""))
    await left_the_team(priya)
    assert "is yours" not in omar.bot.fake.words(omar.chat)
    assert "Owner:  you" in await priya.says("Acme")


async def test_an_unhappy_clients_message_opens_a_case_from_the_message_itself(meet: Meet) -> None:
    priya = await meet("Priya")
    _, body = await priya.bot.receives(hand_over("<p>Acme: you were late again, nobody told us.</p>", by="Priya"))
    assert body["task"]["type"] == "continue"


async def test_a_guest_sees_nothing_of_a_case(meet: Meet) -> None:
    priya = await opened(meet)
    priya.bot.fake.members["a:Dana"] = [member("Dana", userRole="guest")]
    dana = Person(priya.bot, priya.house, "Dana")
    for words in ("summary", "next Acme", "SAL-1", "clients", "Acme"):
        shown = await dana.says(words)
        assert "SAL-1" not in shown
        assert "migration" not in shown


async def test_another_tenant_never_sees_or_changes_a_case(meet: Meet, start: Start, house: House) -> None:
    priya = await opened(meet)
    other = await start(house.conversation.handle, notes=house.notes, fake=priya.bot.fake, app_type="MultiTenant")
    other.heard.handle = house.conversation.handle  # type: ignore[method-assign]
    elsewhere = "55555555-5555-5555-5555-555555555555"
    priya.bot.fake.members["a:Eve"] = [member("Eve", tenantId=elsewhere)]
    where = {
        "conversation": {"id": "a:Eve", "conversationType": "personal"},
        "channelData": {"tenant": {"id": elsewhere}},
    }
    for words in ("summary", "SAL-1", "next Acme", "clients", "log Acme she is gone", "close SAL-1"):
        before = len(other.fake.sent["a:Eve"])
        await other.receives(activity(text=words, by="Eve", **where))
        shown = " ".join(w for m in other.fake.sent["a:Eve"][before:] for w in words_of(m))
        assert "migration" not in shown
        assert "in the dark" not in shown
    _, data = priya._control(next(
        n["title"] for _, c in reversed(priya.cards) for n in walk(c) if n.get("type") == "Action.Execute"
    ))  # fmt: skip
    status, _ = await other.receives(execute(data, by="Eve", **where))
    assert status == 200
    assert TENANT not in str(other.fake.sent["a:Eve"])


async def test_a_removed_app_is_sent_nothing_more(meet: Meet, house: House) -> None:
    priya = await opened(meet)
    await priya.says("remind Acme weekly on Monday at 9:00")
    await priya.bot.receives(activity("installationUpdate", action="remove", by="Priya"))
    before = len(priya.bot.fake.sent["a:Priya"])
    await house.skip(days=8)
    assert len(priya.bot.fake.sent["a:Priya"]) == before


class TaskDialog:
    """A dialog opened from a message: what it shows now, and its controls."""

    def __init__(self, priya: Person, body: dict[str, Any]) -> None:
        self.priya, self.task = priya, body["task"]

    @property
    def words(self) -> str:
        return str(self.task["value"]) if self.task["type"] == "message" else " ".join(words_of(self.task["value"]))

    async def sends(self, label: str, **typed: str) -> str:
        data = next(n["data"] for n in walk(self.task) if n.get("type") == "Action.Submit" and n["title"] == label)
        value = {"commandId": "start", "data": {**data, **{f"text.{k}": v for k, v in typed.items()}}}
        sent = activity("invoke", name="composeExtension/submitAction", value=value, by=self.priya.name)
        status, body = await self.priya.bot.receives(sent)
        assert status == 200
        self.task = body["task"]
        return self.words


async def test_a_case_is_opened_in_the_dialog_of_an_unhappy_message_from_end_to_end(meet: Meet) -> None:
    priya = await meet("Priya")
    sent = hand_over("<p>You were late again, nobody told us.</p>", by="Priya", where="channel")
    _, body = await priya.bot.receives(sent)
    asked = TaskDialog(priya, body)
    assert "Which client is it?" in asked.words
    said = await asked.sends("Send", client="Acme")
    assert "You were late again, nobody told us." in said
    assert "Their message, kept in their words" in said
    assert "What happened, in one sentence?" in await asked.sends("They heard nothing from us")
    await asked.sends("Send", story_words="The export slipped.")
    said = await asked.sends("Open the case now, the rest later")
    assert "SAL-1 is open" in said
    assert "Acme" in said
    said = await priya.says("SAL-1")
    assert "kept in the dark" in said
    assert all("late again" not in " ".join(words_of(t)) for t in priya.bot.fake.threads()), "nothing in the channel"


async def test_a_clients_message_is_logged_in_its_dialog(meet: Meet) -> None:
    priya = await opened(meet)
    _, body = await priya.bot.receives(hand_over("<p>When is it done?</p>", command="log", by="Priya"))
    asked = TaskDialog(priya, body)
    assert "Which client is it?" in asked.words
    assert "How did" in await asked.sends("Send", client="Acme")
    assert "What would have to be true" in await asked.sends("Colder")
