"""Sending into Slack: pace, failures, finding again, changing, files, and who reads there."""

import asyncio
import time

import pytest

from adapters.slack.client import SlackMessenger, spot_of
from adapters.slack.owners import Owners
from adapters.slack.pace import Pace
from adapters.slack.people import FEW, People
from adapters.slack.places import Places, shared_because
from adapters.slack.threads import Threads
from adapters.slack.tokens import OneToken, SlackSettings, Web
from bot.errors import TryLater, Undeliverable
from bot.ports import PlaceKind
from bot.view import Attachment, Card, Chart, Series, Table, card
from tests.fakes.notes import MemoryNotes
from tests.fakes.slack import FakeSlack
from tests.slack.stage import furnish


class Sender:
    """A messenger on a fake Slack, with a pace of its own."""

    def __init__(self, slack: FakeSlack, gap: float = 0.0) -> None:
        self.slack = slack
        self.web = Web(SlackSettings(bot_token="xoxb-one", signing_secret="s", api_url=slack.api_url))
        self.tokens = OneToken(self.web, "xoxb-one")
        self.people = People(self.web, self.tokens, Owners(MemoryNotes()))
        self.places = Places(self.web, self.tokens, self.people)
        self.messenger = SlackMessenger(self.web, self.tokens, self.places, Threads(MemoryNotes()), Pace(gap))


@pytest.fixture
async def sender():  # type: ignore[no-untyped-def]
    async with FakeSlack() as slack:
        furnish(slack)
        made = Sender(slack)
        yield made
        await made.web.close()


async def test_a_message_is_found_again_by_its_key(sender: Sender) -> None:
    ref = await sender.messenger.send("slack:T1:C1", card("Acme, week 2"), key="occurrence:7")
    assert await sender.messenger.find("slack:T1:C1", key="occurrence:7") == ref
    assert await sender.messenger.find("slack:T1:C1", key="occurrence:8") is None


async def test_where_slack_does_not_let_us_look_nothing_is_known(sender: Sender) -> None:
    sender.slack.failing["conversations.history"] = ["missing_scope", ("429", 60)]
    assert await sender.messenger.find("slack:T1:C1", key="k") is None
    assert await sender.messenger.find("slack:T1:C1", key="k") is None
    assert await sender.messenger.find("slack:T1:CNOWHERE", key="k") is None


async def test_a_message_is_changed_in_place(sender: Sender) -> None:
    ref = await sender.messenger.send("slack:T1:C1", card("How are they?"), key="k")
    await sender.messenger.update("slack:T1:C1", ref, card("Warmer. Priya"))
    (message,) = sender.slack.messages
    assert (message.text, message.edits) == ("Warmer. Priya", 1)


async def test_a_long_message_has_parts_that_are_added_and_deleted(sender: Sender) -> None:
    long = card("x" * 30_000)
    ref = await sender.messenger.send("slack:T1:C1", long, key="k")
    assert len(sender.slack.messages) == 4
    assert await sender.messenger.find("slack:T1:C1", key="k") == ref
    await sender.messenger.update("slack:T1:C1", ref, card("short"))
    assert [m.text for m in sender.slack.messages] == ["short"]
    await sender.messenger.update("slack:T1:C1", {"channel": "C1", "ts": ref["ts"]}, long)
    assert len(sender.slack.messages) == 4


async def test_a_send_that_stopped_half_way_goes_on_where_it_stopped(sender: Sender) -> None:
    sender.slack.failing["chat.postMessage"] = [None, 503]
    long = card("x" * 30_000)
    with pytest.raises(TryLater):
        await sender.messenger.send("slack:T1:C1", long, key="k")
    assert await sender.messenger.find("slack:T1:C1", key="k") is None, "half a message is not sent"
    ref = await sender.messenger.send("slack:T1:C1", long, key="k")
    assert len(sender.slack.messages) == 4
    assert await sender.messenger.find("slack:T1:C1", key="k") == ref


async def test_private_messages_go_to_the_chat_with_that_person(sender: Sender) -> None:
    for _ in range(2):
        await sender.messenger.send("@slack:T1:UPRIYA", card("Hello"), key="k")
    assert [m.channel for m in sender.slack.messages] == ["DUPRIYA", "DUPRIYA"]
    assert [m for m, _ in sender.slack.calls].count("conversations.open") == 1


async def test_slacks_wait_is_obeyed_in_that_channel_and_no_other(sender: Sender) -> None:
    sender.slack.failing["chat.postMessage"] = [("429", 30)]
    with pytest.raises(TryLater) as first:
        await sender.messenger.send("slack:T1:C1", card("x"), key="a")
    assert first.value.after == 30
    with pytest.raises(TryLater) as second:
        await sender.messenger.send("slack:T1:C1", card("x"), key="b")
    assert second.value.after > 25, "not asked again before the time is up"
    await sender.messenger.send("slack:T1:CGUEST", card("x"), key="c")
    assert len([m for m, _ in sender.slack.calls if m == "chat.postMessage"]) == 2


async def test_one_message_a_second_in_a_channel_while_others_go_on() -> None:
    async with FakeSlack() as slack:
        furnish(slack)
        slack.keeps_pace = True
        sender = Sender(slack, gap=1.0)
        began = time.monotonic()
        await asyncio.gather(
            *(sender.messenger.send("slack:T1:C1", card(str(n)), key=f"a{n}") for n in range(2)),
            *(sender.messenger.send(f"@slack:T1:{u}", card("x"), key=u) for u in ("UPRIYA", "UOMAR", "USAM")),
        )
        assert 0.9 < time.monotonic() - began < 2.5
        assert len(slack.messages) == 5
        await sender.web.close()


def test_a_long_queue_for_one_channel_is_given_back() -> None:
    pace = Pace(gap=1.0, clock=lambda: 100.0)
    pace.hold("C1", 10)

    async def go() -> None:
        with pytest.raises(TryLater) as later:
            await pace.turn("C1")
        assert later.value.after == 10

    asyncio.run(go())


@pytest.mark.parametrize("wrong", [500, 503, "internal_error", "ratelimited", "fatal_error", "token_expired"])
async def test_passing_troubles_are_tried_again_later(sender: Sender, wrong: object) -> None:
    sender.slack.failing["chat.postMessage"] = [wrong]
    with pytest.raises(TryLater):
        await sender.messenger.send("slack:T1:C1", card("x"), key="k")
    assert [m for m, _ in sender.slack.calls].count("chat.postMessage") == 1, "a post is never repeated blindly"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("channel_not_found", "Invite me"),
        ("not_in_channel", "Invite me"),
        ("is_archived", "archived"),
        ("account_inactive", "install Salvage again"),
        ("token_revoked", "install Salvage again"),
        ("invalid_auth", "install Salvage again"),
        ("restricted_action", "Pick another channel"),
        ("team_access_not_granted", "has not added Salvage to this workspace"),
        ("something_new", "something_new"),
    ],
)
async def test_lasting_troubles_say_what_to_do(sender: Sender, wrong: str, says: str) -> None:
    sender.slack.failing["chat.postMessage"] = [wrong]
    with pytest.raises(Undeliverable) as no:
        await sender.messenger.send("slack:T1:C1", card("x"), key="k")
    assert no.value.reason == wrong
    assert says in str(no.value)


async def test_slack_out_of_reach_is_for_later() -> None:
    web = Web(SlackSettings(bot_token="x", signing_secret="s", api_url="http://127.0.0.1:9/api/"))
    tokens = OneToken(web, "x")
    people = People(web, tokens, Owners(MemoryNotes()))
    messenger = SlackMessenger(web, tokens, Places(web, tokens, people), Threads(MemoryNotes()), Pace(0))
    with pytest.raises(TryLater):
        await messenger.send("slack:T1:C1", card("x"), key="k")
    assert (await messenger.audience("slack:T1:C1")).kind is PlaceKind.unknown
    await web.close()


@pytest.mark.parametrize("place", ["local:private", "slack:T1", "slack::C1", "", "@teams:x:y"])
def test_a_place_that_is_not_slacks_is_refused(place: str) -> None:
    with pytest.raises(Undeliverable):
        spot_of(place)


async def test_a_workspace_without_charts_gets_them_in_words(sender: Sender) -> None:
    sender.slack.failing["chat.postMessage"] = ["invalid_blocks"]
    shown = Card((Chart("bar", "At risk", ("Mon",), (Series("cases", (3.0,)),)), Table(("a",), (("b",),))))
    await sender.messenger.send("slack:T1:C1", shown, key="k")
    (message,) = sender.slack.messages
    assert {b["type"] for b in message.blocks} == {"rich_text"}
    assert "Mon 3" in message.text


async def test_a_file_follows_its_card(sender: Sender) -> None:
    file = Attachment("draft.txt", "text/plain", "Dana, we are sorry. – Priya")
    await sender.messenger.send("slack:T1:C1", card("The draft", file), key="k")
    assert list(sender.slack.files.values()) == ["Dana, we are sorry. – Priya".encode()]


# --- who reads there ---------------------------------------------------------------------------------------


async def kind_of(sender: Sender, channel: str) -> PlaceKind:
    return (await sender.messenger.audience(f"slack:T1:{channel}")).kind


async def test_the_audience_is_asked_of_slack(sender: Sender) -> None:
    assert await kind_of(sender, "C1") is PlaceKind.internal
    assert await kind_of(sender, "CSHARED") is PlaceKind.shared
    assert await kind_of(sender, "CPENDING") is PlaceKind.shared
    assert await kind_of(sender, "CGUEST") is PlaceKind.shared
    assert await kind_of(sender, "CNOWHERE") is PlaceKind.unknown
    assert (await sender.messenger.audience("@slack:T1:UPRIYA")).kind is PlaceKind.private
    assert (await sender.messenger.audience("elsewhere")).kind is PlaceKind.unknown


async def test_the_reason_is_said(sender: Sender) -> None:
    assert (await sender.messenger.audience("slack:T1:CSHARED")).why == "it is shared with people outside"
    assert "about to be shared" in (await sender.messenger.audience("slack:T1:CPENDING")).why
    assert "guest" in (await sender.messenger.audience("slack:T1:CGUEST")).why
    assert shared_because({"is_shared": True, "is_org_shared": True}) == ""


async def test_a_failed_look_up_means_unknown_and_is_not_kept(sender: Sender) -> None:
    sender.slack.failing["conversations.members"] = ["fetch_members_failed"]
    assert await kind_of(sender, "C1") is PlaceKind.unknown
    assert await kind_of(sender, "C1") is PlaceKind.internal


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
async def test_a_look_up_that_slack_puts_off_is_no_reason_to_give_a_channel_up(sender: Sender, method: str) -> None:
    sender.slack.failing[method] = [("429", 17)]
    with pytest.raises(TryLater) as later:
        await sender.messenger.audience("slack:T1:C1")
    assert later.value.after == 17
    assert await kind_of(sender, "C1") is PlaceKind.internal


async def test_an_answer_is_kept_for_a_minute_at_most(sender: Sender) -> None:
    clock = [0.0]
    places = Places(sender.web, sender.tokens, sender.people, lambda: clock[0])
    assert (await places.audience("T1", "C1")).kind is PlaceKind.internal
    sender.slack.teams["T1"].channels["C1"]["is_ext_shared"] = True
    assert (await places.audience("T1", "C1")).kind is PlaceKind.internal
    clock[0] = 61
    assert (await places.audience("T1", "C1")).kind is PlaceKind.shared


async def test_a_guest_in_a_big_channel_is_found_without_a_call_each(sender: Sender) -> None:
    team = sender.slack.teams["T1"]
    many = [team.person(f"U{n}", f"Person {n}") for n in range(FEW * 8)]
    team.channel("CBIG", "everyone", many)
    assert await kind_of(sender, "CBIG") is PlaceKind.internal
    team.channel("CBIG2", "everyone-else", [*many, "UGUEST"])
    assert await kind_of(sender, "CBIG2") is PlaceKind.shared
    assert len([m for m, _ in sender.slack.calls if m == "users.info"]) == 0


async def test_somebody_slack_does_not_know_counts_as_from_outside(sender: Sender) -> None:
    team = sender.slack.teams["T1"]
    team.channel("CODD", "odd", ["UPRIYA", "UGHOST"])
    assert await kind_of(sender, "CODD") is PlaceKind.unknown


async def test_a_stale_person_is_better_than_none_for_a_day(sender: Sender) -> None:
    clock = [0.0]
    people = People(sender.web, sender.tokens, Owners(MemoryNotes()), lambda: clock[0])
    assert (await people.who("T1", "UPRIYA")).name == "Priya"
    sender.slack.failing["users.info"] = ["internal_error"] * 9
    clock[0] = 3_600
    assert not (await people.who("T1", "UPRIYA")).outsider
    sender.slack.slow["users.info"] = 5.0
    assert not (await people.who("T1", "UPRIYA")).outsider, "a slow answer counts as none"
    sender.slack.slow.clear()
    clock[0] = 100_000
    assert (await people.who("T1", "UPRIYA", name="priya")).outsider
