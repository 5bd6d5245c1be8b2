"""The whole story in a real browser on the running program: from a furious client to a closed, healed case."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.async_api import TimeoutError as PlaywrightTimeout

from .browsing import Visit, browsing, needs_browser, visit

pytestmark = needs_browser

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """The program as a newcomer starts it, on a fresh database; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'salvage.db'}"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "MICROSOFT_", "SALVAGE_", "TEAMS_"))}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=kept | settings, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"ready" not in (line := await program.stdout.readline()):
                assert line, "the program ended before it was ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        await asyncio.wait_for(program.wait(), 30)


async def tell(seen: Visit, *steps: tuple[str, str]) -> None:
    """Type words, or press a ``[Button]``, and wait for what the coach's newest messages say to each."""
    for does, hears in steps:
        async with seen.page.expect_response("**/chat/turn"):
            if does.startswith("["):
                await seen.page.get_by_role("log").get_by_role("button", name=does[1:-1]).last.click()
            else:
                await seen.say(does)
        newest = seen.page.locator(".message:nth-last-child(-n+3)")
        try:
            await newest.get_by_text(hears).locator("visible=true").last.wait_for()
        except PlaywrightTimeout:
            shown = await newest.all_inner_texts()
            raise AssertionError(f"after {does!r} I looked for {hears!r} and saw {shown}") from None


async def test_a_furious_client_is_heard_helped_and_healed(tmp_path):
    soon = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011 - the page's own day
    async with served(tmp_path) as url, browsing() as browser, visit(browser, f"{url}/?as=Priya&in=accounts") as seen:
        await tell(
            seen,
            ("start Acme", "What happened?"),
            (
                "The migration we promised slipped by four days and nobody told them. Their warehouse stood still. "
                "Dana is furious: she found out from her own staff.",
                "kept in the dark",
            ),
            ("[They were kept in the dark]", "Whose doing was it"),
            ("[Ours]", "How bad is it?"),
            ("[Serious]", "What has it cost Acme"),
            ("about 2,400 euros, half a day of picking", "Since when?"),
            ("[Don't know]", "Who at Acme is upset?"),
            ("Dana", "What did Dana say?"),
            ("Nobody told me. I had to hear it from my own people.", "how do we see it?"),
            ("The export failed and we forgot to call.", "What would have to be true for Dana"),
            ("Migration done; a status mail every week", "SAL-1 is open"),
        )
        await seen.sees("Hear their side to the end")
        await tell(
            seen,
            ("[Done]", "What did Dana say?"),
            ("Very angry at first, and glad that we called.", "How did Dana sound"),
            ("[Same]", "Which of Dana's wishes are true by now?"),
            ("none", "Next:"),
            ("draft apology Acme", "What happened? One plain sentence"),
            ("We moved your migration by four days and did not tell you.", "What do you do to put it right?"),
            ("We finish the migration and send you a status mail every week.", "By when is that done?"),
            (f"{soon} 12:00", "That was our failure"),
        )
        await seen.sees("Tone: nothing to change")
        await tell(
            seen,
            ("[I sent it]", "you sent it"),
            ("cancel", "Stopped"),
            ("remind Acme weekly on Monday at 9:00 in #accounts", "every Monday at 09:00"),
        )
        await seen.press("Skip 7 days")
        await seen.page.get_by_text("posted for everyone here").wait_for()
        await seen.page.locator("#ahead", has_text="moved 7 days ahead").wait_for()
        async with visit(browser, f"{url}/?as=Sam&in=private") as manager:
            await manager.say("summary")
            await manager.sees("Acme")
        await tell(
            seen,
            ("[Warmer]", "Acme: warmer, noted."),
            ("close Acme", "how does it end?"),
            ("[Healed]", "What Dana asked for."),
        )
        for wish in await seen.page.locator("form.fields").last.get_by_role("checkbox").all():
            await wish.check()
        await tell(
            seen,
            ("[Send these]", "How did Dana say that it is fixed?"),
            ("It is fixed, thank you.", "What should we do differently next time"),
            ("Call before a date moves, not after.", "Acme is healed"),
        )
        async with visit(browser, f"{url}/?as=Dana&role=client&in=client-acme") as client:
            assert await client.page.locator(".message").count() == 0
            await client.say("Acme")
            await client.sees("I only talk with the team")
        assert not seen.wrong


async def test_what_is_asked_in_a_shared_place_is_answered_in_private(tmp_path):
    async with (
        served(tmp_path) as url,
        browsing() as browser,
        visit(browser, f"{url}/?as=Priya&in=client-acme") as seen,
    ):
        await seen.say("start Acme")
        await seen.sees("answered you privately")
        await seen.page.get_by_role("status").get_by_role("link", name="Private chat").click()
        await seen.sees("What happened?")
        assert not seen.wrong
