import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest

from adapters.teams.connector import seconds_in
from adapters.teams.hosts import may_call, may_see_token
from adapters.teams.pace import Pace
from adapters.teams.settings import TeamsSettings
from adapters.teams.tokens import Tokens
from bot.errors import TryLater, Undeliverable
from bot.ports import PlaceKind
from bot.view import card
from tests.fakes.teams import APP, BOT, CHANNEL, OTHER_TENANT, TEAM, TENANT, activity, member, mentioning
from tests.teams.conftest import Bot, Start

PRIYA = f"@teams:{TENANT}:aad-Priya"
ACCOUNTS = f"teams:{TENANT}:{CHANNEL}"
NUDGE = card("Acme, week 2.")
LONG = card("word " * 9_000)


async def met(start: Start, **more: Any) -> Bot:
    """A bot that Priya has written to, in her own chat and in a channel."""
    bot = await start(**more)
    await bot.receives(activity(text="hello"))
    await bot.receives(mentioning("hello"))
    while bot.teams._running:
        await asyncio.wait(set(bot.teams._running))
    bot.fake.sent.clear()
    bot.fake.calls.clear()
    bot.fake._times.clear()
    return bot


# --- sending later -----------------------------------------------------------------------------------------


async def test_a_check_in_reaches_a_channel_after_a_restart(start: Start) -> None:
    before = await met(start)
    after = await start(notes=before.notes, fake=before.fake)
    ref = await after.teams.messenger.send(ACCOUNTS, NUDGE, key="k")
    [thread] = after.fake.threads()
    assert "Acme, week 2." in str(thread)
    await after.teams.messenger.update(ACCOUNTS, ref, card("Acme: warmer, said Priya."))
    [thread] = after.fake.threads()
    assert len(thread) == 1
    assert "Acme: warmer" in str(thread)


async def test_a_message_reaches_a_person_after_a_restart(start: Start) -> None:
    before = await met(start)
    after = await start(notes=before.notes, fake=before.fake)
    await after.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert after.fake.words("a:Priya") == "Acme, week 2."


async def test_a_long_message_is_paged_and_every_page_edited(start: Start) -> None:
    bot = await met(start)
    ref = await bot.teams.messenger.send(ACCOUNTS, LONG, key="k")
    [thread] = bot.fake.threads()
    assert len(thread) > 1
    await bot.teams.messenger.update(ACCOUNTS, ref, NUDGE)
    [thread] = bot.fake.threads()
    assert len(thread) == 1
    await bot.teams.messenger.update(ACCOUNTS, {**ref, "activities": thread[0]["id"]}, LONG)
    [thread] = bot.fake.threads()
    assert len(thread) > 1


async def test_a_send_that_broke_off_between_pages_goes_on_where_it_was(start: Start) -> None:
    bot = await met(start)
    pages = len((await bot.teams.messenger.send(PRIYA, LONG, key="whole"))["activities"].split())
    bot.fake.sent.clear()
    posts = bot.fake.calls.count(("POST", "/v3/conversations/a:Priya/activities"))
    assert posts == pages
    bot.fake.stumbles.extend([(200, {}, '{"id": "first"}'), (500, {}, "<html>")])
    with pytest.raises(TryLater):
        await bot.teams.messenger.send(PRIYA, LONG, key="broken")
    await bot.teams.messenger.send(PRIYA, LONG, key="broken")
    assert len(bot.fake.sent["a:Priya"]) == pages - 1


async def test_what_was_sent_under_a_key_is_found(start: Start) -> None:
    bot = await met(start)
    ref = await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert await bot.teams.messenger.find(PRIYA, key="k") == ref
    assert await bot.teams.messenger.find(PRIYA, key="other") is None


async def test_a_place_never_seen_cannot_be_written_to(start: Start) -> None:
    bot = await start()
    for place in (f"teams:{TENANT}:19:none", f"@teams:{TENANT}:nobody"):
        with pytest.raises(Undeliverable):
            await bot.teams.messenger.send(place, NUDGE, key="k")


# --- no for good -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "conversation"), [(PRIYA, "a:Priya"), (ACCOUNTS, CHANNEL)])
async def test_blocked_writes_end_the_place_for_good(start: Start, place: str, conversation: str) -> None:
    bot = await met(start)
    bot.fake.blocked.add(conversation)
    with pytest.raises(Undeliverable) as never:
        await bot.teams.messenger.send(place, NUDGE, key="k")
    assert never.value.reason == "blocked"
    bot.fake.calls.clear()
    with pytest.raises(Undeliverable):
        await bot.teams.messenger.send(place, NUDGE, key="k2")
    assert bot.fake.calls == []


async def test_a_deleted_channel_ends_the_place(start: Start) -> None:
    bot = await met(start)
    bot.fake.gone.add(CHANNEL)
    with pytest.raises(Undeliverable) as never:
        await bot.teams.messenger.send(ACCOUNTS, NUDGE, key="k")
    assert never.value.reason == "gone"


async def test_a_deleted_message_does_not_end_its_place(start: Start) -> None:
    bot = await met(start)
    with pytest.raises(Undeliverable):
        await bot.teams.messenger.update(PRIYA, {"conversation": "a:Priya", "activities": "77"}, NUDGE)
    await bot.teams.messenger.send(PRIYA, NUDGE, key="k")


async def test_hearing_from_a_blocked_person_again_makes_the_chat_live(start: Start) -> None:
    bot = await met(start)
    bot.fake.blocked.add("a:Priya")
    with pytest.raises(Undeliverable):
        await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    bot.fake.blocked.clear()
    await bot.receives(activity(text="I am back"))
    await bot.teams.messenger.send(PRIYA, NUDGE, key="k")


# --- try again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_a_busy_connector_is_asked_again(start: Start, status: int) -> None:
    bot = await met(start)
    bot.fake.stumbles.extend([(status, {}, "<html>busy</html>")])
    await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert bot.fake.words() == "Acme, week 2."


async def test_retry_after_is_obeyed(start: Start) -> None:
    bot = await met(start)
    bot.fake.stumbles.extend([(429, {"Retry-After": "1"}, "")])
    began = time.monotonic()
    await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert time.monotonic() - began >= 1.0


async def test_a_long_retry_after_is_handed_to_the_delivery_engine_and_holds_that_chat_only(start: Start) -> None:
    bot = await met(start)
    bot.fake.stumbles.extend([(429, {"Retry-After": "120"}, "")])
    with pytest.raises(TryLater) as later:
        await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert 119 <= later.value.after <= 121
    with pytest.raises(TryLater) as held:
        await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert held.value.after > 100
    await bot.teams.messenger.send(ACCOUNTS, NUDGE, key="k")


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("", 0, 0),
        ("3", 3, 3),
        ("0.5", 0.5, 0.5),
        ("-4", 0, 0),
        ("soon", 0, 0),
        ("1e9", 3_600, 3_600),
        ("nan", 0, 3_600),
    ],
)
def test_any_retry_after_is_read(header: str, least: float, most: float) -> None:
    assert least <= seconds_in(header) <= most


def test_a_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 <= seconds_in(soon) <= 31


async def test_an_expired_token_is_fetched_anew_once(start: Start) -> None:
    bot = await met(start)
    bot.fake.tokens.clear()
    await bot.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert bot.fake.fetched["tokens"] == 2


async def test_a_wrong_password_is_told_and_nothing_is_lost(start: Start) -> None:
    bot = await start(app_password="wrong")
    await bot.receives(activity("conversationUpdate", membersAdded=[{"id": BOT}]))
    with pytest.raises(TryLater):
        await bot.teams.messenger.send(PRIYA, NUDGE, key="k")


async def test_a_connector_that_is_away_is_tried_later(start: Start) -> None:
    bot = await met(start)
    key = ("teams.place", PRIYA)
    bot.notes.kept[key] = bot.notes.kept[key].replace(bot.fake.url, "http://127.0.0.1:9")
    again = await start(notes=bot.notes, fake=bot.fake, service_hosts=("http://127.0.0.1:9", bot.fake.url))
    with pytest.raises(TryLater):
        await again.teams.messenger.send(PRIYA, NUDGE, key="k")


# --- hosts -------------------------------------------------------------------------------------------------

FOREIGN = [
    "https://evil.example/", "https://smba.trafficmanager.net.evil.example/", "http://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net@evil.example/", "https://evil.example/?smba.trafficmanager.net",
    "https://botframework.com.evil.example/", "https://botframework.com/", "file:///etc/passwd", "", "//x",
    "https://smba.trafficmanager.net\\@evil.example/", "https://[::1", "https://smba.trafficmanager.net:99999/",
    "https://xbotframework.com/", "http://127.0.0.1:80/",
]  # fmt: skip


@pytest.mark.parametrize("url", FOREIGN)
def test_no_token_and_no_message_goes_to_a_foreign_host(url: str) -> None:
    assert not may_see_token(url, TeamsSettings(app_id=APP))
    assert not may_call(url, TeamsSettings(app_id=APP))


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://europe.botframework.com/",
        "https://SMBA.trafficmanager.net./amer",
    ],
)
def test_microsofts_own_hosts_are_written_to(url: str) -> None:
    assert may_call(url, TeamsSettings(app_id=APP))


def test_this_machine_is_written_to_in_local_mode_only_and_without_a_token() -> None:
    local = TeamsSettings(app_id=APP, local=True)
    assert may_call("http://127.0.0.1:56150/_connector", local)
    assert not may_see_token("http://127.0.0.1:56150/_connector", local)
    assert not may_call("http://127.0.0.1.evil.example/", local)


async def test_a_redirect_is_not_followed_with_the_token(start: Start) -> None:
    bot = await met(start)
    bot.fake.stumbles.extend([(307, {"Location": "http://127.0.0.1:9/"}, "")])
    with pytest.raises(Undeliverable):
        await bot.teams.messenger.send(PRIYA, NUDGE, key="k")


async def test_a_reference_to_a_foreign_host_is_never_used(start: Start) -> None:
    bot = await met(start)
    key = ("teams.place", PRIYA)
    bot.notes.kept[key] = bot.notes.kept[key].replace(bot.fake.url, "https://evil.example")
    again = await start(notes=bot.notes, fake=bot.fake)
    with pytest.raises(Undeliverable) as never:
        await again.teams.messenger.send(PRIYA, NUDGE, key="k")
    assert never.value.reason == "foreign_host"


# --- pace --------------------------------------------------------------------------------------------------


class FakeTime:
    """A clock that moves only by sleeping on it."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


async def test_one_thread_is_written_to_at_most_seven_times_a_second_and_sixty_in_thirty() -> None:
    clock = FakeTime()
    pace = Pace(now=clock.now, sleep=clock.sleep)
    sent: list[float] = []
    while len(sent) < 400:
        try:
            await pace.turn("t")
            sent.append(clock.at)
        except TryLater as later:
            await clock.sleep(later.after)
    for n, at in enumerate(sent):
        assert sum(1 for s in sent[: n + 1] if s > at - 0.999) <= 7
        assert sum(1 for s in sent[: n + 1] if s > at - 29.999) <= 60
    assert sent[-1] < 30 * 400 / 60


async def test_a_busy_thread_does_not_hold_up_another() -> None:
    clock = FakeTime()
    pace = Pace(now=clock.now, sleep=clock.sleep)
    for _ in range(7):
        await pace.turn("busy")
    pace.hold("busy", 60)
    with pytest.raises(TryLater) as later:
        await pace.turn("busy")
    assert later.value.after > 59
    await pace.turn("other")
    assert clock.at == 0.0


async def test_many_messages_at_once_stay_within_teams_limits(start: Start) -> None:
    bot = await met(start)
    began = time.monotonic()
    await asyncio.gather(*(bot.teams.messenger.send(PRIYA, NUDGE, key=f"k{n}") for n in range(12)))
    assert len(bot.fake.sent["a:Priya"]) == 12
    assert time.monotonic() - began >= 0.9


# --- who reads ---------------------------------------------------------------------------------------------


async def test_a_channel_of_the_team_alone_is_internal(start: Start) -> None:
    bot = await met(start)
    seen = await bot.teams.messenger.audience(ACCOUNTS)
    assert (seen.kind, seen.name) == (PlaceKind.internal, "accounts")
    assert (await bot.teams.messenger.audience(PRIYA)).kind is PlaceKind.private


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"userRole": "guest"}, PlaceKind.shared),
        ({"tenantId": OTHER_TENANT}, PlaceKind.shared),
        ({"tenantId": ""}, PlaceKind.unknown),
        ({"userRole": "whatever"}, PlaceKind.unknown),
    ],
)
async def test_one_outsider_among_many_makes_a_channel_unsafe(
    start: Start, more: dict[str, str], kind: PlaceKind
) -> None:
    bot = await met(start)
    bot.fake.members[CHANNEL] = [*(member(f"p{n}") for n in range(1_200)), member("Dana", **more)]
    again = await start(notes=bot.notes, fake=bot.fake)
    seen = await again.teams.messenger.audience(ACCOUNTS)
    assert seen.kind is kind
    assert seen.why


@pytest.mark.parametrize(("told", "kind"), [("shared", PlaceKind.shared), ("new-kind", PlaceKind.unknown)])
async def test_a_shared_channel_or_one_of_a_new_kind_is_not_safe(start: Start, told: str, kind: PlaceKind) -> None:
    bot = await met(start)
    bot.fake.channels[TEAM][0]["type"] = told
    again = await start(notes=bot.notes, fake=bot.fake)
    assert (await again.teams.messenger.audience(ACCOUNTS)).kind is kind


async def test_a_look_that_fails_is_unknown_and_is_not_believed_for_a_minute(start: Start) -> None:
    bot = await met(start)
    again = await start(notes=bot.notes, fake=bot.fake)
    bot.fake.stumbles.extend([(404, {}, "<html>")])
    assert (await again.teams.messenger.audience(ACCOUNTS)).kind is PlaceKind.unknown
    assert (await again.teams.messenger.audience(ACCOUNTS)).kind is PlaceKind.internal


async def test_a_place_the_bot_is_not_in_is_unknown(start: Start) -> None:
    bot = await start()
    assert (await bot.teams.messenger.audience(f"teams:{TENANT}:19:none")).kind is PlaceKind.unknown


# --- tokens ------------------------------------------------------------------------------------------------


async def test_a_managed_identity_gets_its_token_from_the_machine(start: Start) -> None:
    from aiohttp import web
    from aiohttp.test_utils import TestServer

    asked: list[Any] = []

    async def give(request: web.Request) -> web.Response:
        asked.append((dict(request.query), request.headers.get("Metadata")))
        return web.json_response({"access_token": "t", "expires_in": "3600"})

    app = web.Application()
    app.add_routes([web.get("/identity", give)])
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        settings = TeamsSettings(app_id=APP, app_type="UserAssignedMSI", identity_url=str(server.make_url("/identity")))
        tokens = Tokens(settings, lambda: session)
        assert [await tokens.get(), await tokens.get()] == ["t", "t"]
    [(query, metadata)] = asked
    assert query["client_id"] == APP
    assert query["resource"] == "https://api.botframework.com"
    assert metadata == "true"


async def test_a_token_is_asked_of_the_apps_own_tenant(start: Start) -> None:
    assert TeamsSettings(app_id=APP, tenant_id=TENANT).token_tenant == TENANT
    assert TeamsSettings(app_id=APP, tenant_id=TENANT, app_type="MultiTenant").token_tenant == "botframework.com"
