"""Six faults of botbuilder 4.17 that users of the library meet; each is avoided here and stays avoided."""

import ast
import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.ports import Reply
from bot.view import card
from tests.fakes.teams import TENANT, activity, execute, hand_over, mentioning
from tests.teams.conftest import Start

ADAPTER = Path(__file__).parents[2] / "adapters" / "teams"


async def test_1_an_invoke_is_answered_with_its_body(start: Start) -> None:
    bot = await start(lambda inbound: Reply((card("Next."),)))
    for sent in (execute({"press": "x"}), execute({"form": 3}, on="card-2"), hand_over("<p>late</p>")):
        status, body = await bot.receives(sent)
        assert status == 200
        assert body


async def test_2_a_bad_token_is_never_a_servers_error_and_a_new_key_is_found(start: Start) -> None:
    bot = await start()
    for token in (bot.fake.token(exp=1), "a.b.c", bot.fake.token(aud="x")):
        status, _ = await bot.receives(activity(text="x"), token=token)
        assert status in (401, 403)
    bot.fake.add_key("rotated")
    status, _ = await bot.receives(activity(text="x"), token=bot.fake.token(kid="rotated"))
    assert status == 200


async def test_3_nothing_blocks_the_event_loop_while_keys_and_tokens_are_fetched(start: Start) -> None:
    # Keys and tokens are served by this very loop: a call that blocks it would wait for itself, and never come back.
    bot = await start()
    await asyncio.gather(*(bot.receives(activity(text="x", by=f"p{n}")) for n in range(10)))
    assert bot.fake.fetched == {"keys": 1, "tokens": 1}


def test_3_and_4_the_adapter_calls_no_blocking_client_and_not_the_librarys_adapters() -> None:
    imported: set[str] = set()
    for file in ADAPTER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {a.name for a in node.names}
            if isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{a.name}" for a in node.names}
    library = {i for i in imported if i.startswith(("botbuilder", "botframework", "requests", "msrest", "msal"))}
    assert library == {
        "botbuilder.schema.ChannelAccount",
        "botbuilder.schema.ConversationParameters",
        "botframework.connector.auth.AuthenticationConstants",
    }


async def test_4_many_turns_are_sent_over_one_session_with_one_token(start: Start) -> None:
    bot = await start()
    for n in range(12):
        await bot.receives(activity(text="x", by=f"p{n}"))
    assert bot.fake.fetched["tokens"] == 1
    assert len({c for c, m in bot.fake.sent.items() if m}) == 12
    assert len(bot.fake.connections) <= 3


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_5_a_busy_connector_is_asked_again_also_when_it_answers_with_a_page_of_html(
    start: Start, status: int
) -> None:
    bot = await start()
    await bot.receives(activity(text="x"))
    bot.fake.stumbles.append((status, {"Retry-After": "0"}, "<html><body>Bad gateway</body></html>"))
    ref = await bot.teams.messenger.send(f"@teams:{TENANT}:aad-Priya", card("Hello."), key="k")
    assert ref["activities"]


async def test_6_the_tenant_is_kept_and_put_into_new_conversations(start: Start) -> None:
    bot = await start(lambda inbound: Reply((card("Privately."),)))
    sent: dict[str, Any] = mentioning("next")
    sent["conversation"].pop("tenantId")
    await bot.receives(sent)
    assert bot.heard.inbound[0].who.tenant == f"teams:{TENANT}"
    while bot.teams._running:
        await asyncio.wait(set(bot.teams._running))
    assert bot.fake.created[0]["tenantId"] == TENANT
    assert "tenantID" not in bot.fake.created[0]
