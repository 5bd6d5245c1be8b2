"""A headless browser for the tests, or the reason why there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str:
    """Where the browser is; '' where there is none."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named if Path(named).exists() else ""
    return shutil.which("chromium") or ""


needs_browser = pytest.mark.skipif(
    not chromium(), reason="no browser here: install chromium, or name one in CHROMIUM, to run these tests"
)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


class Visit:
    """An open page, with what went wrong on it and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.on("dialog", lambda d: self.wrong.append(f"dialog {d.message}"))
        page.on("request", lambda r: self.asked.append(r.url))

    async def say(self, words: str) -> None:
        await self.page.get_by_label("Message to the coach").fill(words)
        await self.page.keyboard.press("Enter")

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def sees(self, words: str) -> None:
        await self.page.get_by_role("log").get_by_text(words).locator("visible=true").last.wait_for()


@asynccontextmanager
async def visit(browser: Browser, url: str, **look: object) -> AsyncIterator[Visit]:
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **look)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    seen = Visit(page)
    await page.goto(url)
    await page.wait_for_selector("body[data-live]")
    try:
        yield seen
    finally:
        await context.close()
