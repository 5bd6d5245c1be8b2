import asyncio
import time

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.teams.auth import LEEWAY_SECONDS, Forged, Keys, TokenCheck
from adapters.teams.settings import TeamsSettings
from tests.fakes.teams import APP, OTHER_TENANT, activity
from tests.teams.conftest import Start


async def test_a_good_token_is_let_in(start: Start) -> None:
    bot = await start()
    status, _ = await bot.receives(activity(text="hello"))
    assert status == 200
    assert len(bot.heard.inbound) == 1


FORGED = {
    "expired": {"exp": int(time.time()) - 3_600},
    "not yet good": {"nbf": int(time.time()) + 3_600},
    "without an end": {"exp": None},
    "for another app": {"aud": "44444444-4444-4444-4444-444444444444"},
    "for no app": {"aud": None},
    "of another issuer": {"iss": "https://evil.example"},
    "for another service": {"serviceurl": "https://evil.example/"},
    "for no service": {"serviceurl": None},
    "for a service that is no words": {"serviceurl": 7},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED)
async def test_a_token_with_a_wrong_claim_is_refused(start: Start, claims: dict[str, object]) -> None:
    bot = await start()
    status, _ = await bot.receives(activity(text="hello"), token=bot.fake.token(**claims))
    assert status in (401, 403)
    assert bot.heard.inbound == []


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 7_000, "é.é.é"])
async def test_what_is_no_token_is_refused(start: Start, token: str) -> None:
    bot = await start()
    status, _ = await bot.receives(activity(text="hello"), token=token)
    assert status == 401


async def test_a_request_without_a_token_is_refused(start: Start) -> None:
    bot = await start()
    async with bot.client.post("/api/messages", json=activity(text="x")) as answer:
        assert answer.status == 401
    async with bot.client.post(
        "/api/messages", json=activity(text="x"), headers={"Authorization": "Basic x"}
    ) as answer:
        assert answer.status == 401


async def test_a_bad_signature_is_refused(start: Start) -> None:
    bot = await start()
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    status, _ = await bot.receives(activity(text="x"), token=bot.fake.token(key=stranger))
    assert status == 401


async def test_a_key_that_is_not_endorsed_for_teams_is_refused(start: Start) -> None:
    bot = await start()
    bot.fake.add_key("web", ("webchat",))
    status, _ = await bot.receives(activity(text="x"), token=bot.fake.token(kid="web"))
    assert status == 403


@pytest.mark.parametrize("channel", ["emulator", None, ["msteams"], 7])
async def test_a_channel_the_key_is_not_endorsed_for_is_refused(start: Start, channel: object) -> None:
    bot = await start()
    status, _ = await bot.receives(activity(text="x", channelId=channel))
    assert status == 403


async def test_an_unknown_key_is_refused_after_one_look(start: Start) -> None:
    bot = await start()
    await bot.receives(activity(text="x"))
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    for n in range(5):
        status, _ = await bot.receives(activity(text="x"), token=bot.fake.token(kid=f"unknown{n}", key=stranger))
        assert status == 401
    assert bot.fake.fetched["keys"] == 2


async def test_a_new_key_is_found_by_looking_again_at_once(start: Start) -> None:
    bot = await start()
    await bot.receives(activity(text="x"))
    bot.fake.add_key("k2")
    status, _ = await bot.receives(activity(text="y"), token=bot.fake.token(kid="k2"))
    assert status == 200
    assert bot.fake.fetched["keys"] == 2


async def test_many_requests_at_once_fetch_the_keys_once(start: Start) -> None:
    bot = await start()
    await asyncio.gather(*(bot.receives(activity(text="x", by=f"p{n}")) for n in range(6)))
    assert bot.fake.fetched["keys"] == 1
    assert bot.fake.fetched["tokens"] == 1


async def test_keys_that_cannot_be_fetched_are_no_reason_to_let_anybody_in(start: Start) -> None:
    bot = await start(openid_url="http://127.0.0.1:9/openid")
    status, _ = await bot.receives(activity(text="x"))
    assert status == 503
    assert bot.heard.inbound == []


async def test_another_tenant_is_refused_by_a_single_tenant_bot(start: Start) -> None:
    bot = await start()
    sent = activity(text="summary")
    sent["channelData"]["tenant"]["id"] = OTHER_TENANT
    status, _ = await bot.receives(sent)
    assert status == 403
    assert bot.heard.inbound == []


async def test_a_token_once_good_is_refused_when_it_ends(start: Start) -> None:
    bot = await start()
    clock, sent = [0.0], {"channelId": "msteams", "serviceUrl": bot.fake.url}
    settings = TeamsSettings(app_id=APP, openid_url=f"{bot.fake.url}/openid")
    async with aiohttp.ClientSession() as session:
        check = TokenCheck(settings, Keys(settings.openid_url, lambda: session), lambda: clock[0])
        await check.check(f"Bearer {bot.fake.token()}", sent)  # the keys are at hand from here on
        last = int(time.time()) + 2
        ending = f"Bearer {bot.fake.token(exp=last - LEEWAY_SECONDS, nbf=None)}"
        await check.check(ending, sent)
        await asyncio.sleep(max(0.0, last + 0.05 - time.time()))  # until it has ended by the clock that checks it
        await check.check(ending, sent)  # by this clock it has not ended, and what was found good is kept
        clock[0] = time.time()
        with pytest.raises(Forged):
            await check.check(ending, sent)


async def test_a_token_once_good_is_refused_when_its_key_is_no_longer_listed(start: Start) -> None:
    bot = await start()
    good = bot.fake.token()
    await bot.receives(activity(text="x"), token=good)
    del bot.fake.listed["k1"]
    bot.fake.add_key("k2")
    await bot.receives(activity(text="y"), token=bot.fake.token(kid="k2"))
    status, _ = await bot.receives(activity(text="z"), token=good)
    assert status == 401


async def test_a_token_once_good_does_not_open_the_door_for_another_service_or_channel(start: Start) -> None:
    bot = await start()
    token = bot.fake.token()
    assert (await bot.receives(activity(text="x"), token=token))[0] == 200
    assert (await bot.receives(activity(text="x", channelId="emulator"), token=token))[0] == 403
    assert (await bot.receives(activity(text="x", serviceUrl=f"{bot.fake.url}/other"), token=token))[0] == 403
