from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from adapters.web.app import mount
from bot.ports import Commanded, Inbound, Opened, Pressed, Reply, Said, Submitted
from bot.view import (
    Actions,
    Attachment,
    Card,
    Chart,
    Facts,
    Form,
    Heading,
    Input,
    Note,
    Option,
    Quote,
    Series,
    Table,
    button,
    card,
    say,
)

from .browsing import browsing, needs_browser, visit
from .fakes import FakeClock, FakeConversations, FakeLog

pytestmark = [needs_browser, pytest.mark.asyncio(loop_scope="module")]

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
FAULT = Input(
    "fault", "choice", say("Whose doing was it?"), options=(Option("Ours", "ours"), Option("Theirs", "theirs"))
)
FORM = Form(
    5,
    "Before the draft",
    (
        FAULT,
        Input("cost", "money", say("What did it cost them?"), hint="A sum.", optional=True),
        Input("met", "many", say("Which are met?"), options=(Option("Migration", "m"), Option("Status mail", "s"))),
        Input("why", "text", say("Anything to repeat?"), multiline=True),
    ),
    can_go_back=True,
)
RICH = Card(
    (
        Heading("SAL-1 · Acme"), Facts((("Fault", say("ours")), ("Owner", say("you")))),
        Quote(say("I get the sense that we haven’t lived up to your expectations. Could you tell me how?")),
        Note(say("*Why now:* she ~~was~~ has not been heard.")), Table(("Client", "Value"), (("Acme", "€6,200"),)),
        Chart("bar", "Value", ("Acme", "Northwind"), (Series("now", (6200, 12000)),), "€"),
        Chart("line", "Mood", ("Mon", "Tue"), (Series("Acme", (-1, 1)), Series("Northwind", (1, -2)))),
        Chart("donut", "Causes", ("Late", "Broken"), (Series("", (3, 1)),)), Attachment("summary.csv", "text/csv", "a"),
        Actions((button("I called her", "done", "primary"), button("Later", "later"), button("Stop", "x", "danger"))),
    ),
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with browsing() as one:
        yield one


def coach(inbound: Inbound) -> Reply:
    match inbound.act:
        case Said("ask"):
            return Reply((Card((), FORM),))
        case Said("rich"):
            return Reply((RICH,))
        case Said(text):
            return Reply((card(f"You said {text}"),))
        case Pressed(value) if "fault" in value:
            return Reply((card("Noted as ours."),), pressed=card(say("Whose doing was it? **Ours**")))
        case Commanded() | Opened() | Pressed() | Submitted():
            return Reply((card("All right."),))
    raise AssertionError(inbound)


class Site:
    """A running chat with its fakes at hand."""

    def __init__(self, url: str, log: FakeLog, taken: FakeConversations, clock: FakeClock, bell) -> None:
        self.url, self.log, self.coach, self.clock, self.bell = url, log, taken, clock, bell


@asynccontextmanager
async def chat() -> AsyncIterator[Site]:
    clock = FakeClock()
    log, taken, app = FakeLog(clock), FakeConversations(coach), web.Application()
    bell = mount(app, taken, log, clock, host="127.0.0.1")
    server = TestServer(app)
    await server.start_server()
    try:
        yield Site(str(server.make_url("/")).rstrip("/"), log, taken, clock, bell)
    finally:
        await server.close()


async def test_enter_sends_and_shift_enter_starts_a_new_line(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.keyboard.type("first")
        await seen.page.keyboard.press("Shift+Enter")
        await seen.page.keyboard.type("second")
        await seen.page.keyboard.press("Enter")
        await seen.sees("You said first")
        assert site.coach.taken[0].act == Said("first\nsecond")
        assert site.coach.taken[0].who.zone == "Europe/Berlin"
        assert await seen.page.get_by_label("Message to the coach").input_value() == ""
        assert not seen.wrong


async def test_an_empty_message_is_not_sent(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("   ")
        await seen.say("now")
        await seen.sees("You said now")
        assert len(site.coach.taken) == 1


async def test_a_question_is_answered_by_its_button_and_keeps_the_answer(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("ask")
        await seen.press("Ours")
        await seen.sees("Noted as ours.")
        await seen.sees("Whose doing was it? Ours")
        assert await seen.page.get_by_role("button", name="Theirs").count() == 0
        assert await seen.page.evaluate("document.activeElement.id") == "words"
        assert not seen.wrong


async def test_a_question_answered_in_words_falls_quiet_but_can_still_be_pressed(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("ask")
        await seen.sees("Whose doing was it?")
        asked = seen.page.locator(".message", has=seen.page.get_by_role("button", name="Theirs"))
        assert "settled" not in str(await asked.get_attribute("class"))
        await seen.say("theirs, I think")
        await seen.sees("You said theirs, I think")
        assert "settled" in str(await asked.get_attribute("class"))
        await seen.press("Theirs")
        await seen.sees("Noted as ours.")


async def test_the_box_asks_for_an_answer_while_a_question_is_open(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        box = seen.page.locator("#words")
        assert "What happened?" in str(await box.get_attribute("placeholder"))
        await seen.say("ask")
        await seen.sees("Whose doing was it?")
        assert await box.get_attribute("placeholder") == "Your answer, in your own words"
        await seen.press("Ours")
        await seen.sees("Noted as ours.")
        assert "What happened?" in str(await box.get_attribute("placeholder"))


async def test_several_questions_can_be_answered_all_at_once(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("ask")
        await seen.page.get_by_text("Answer all 4 at once").click()
        form = seen.page.get_by_role("form", name="Before the draft")
        await form.get_by_label("Theirs").check()
        await form.get_by_label("Status mail").check()
        await form.get_by_label("Anything to repeat?").fill("Her words")
        await form.get_by_role("button", name="Send all answers").click()
        await seen.sees("All right.")
        answers = {"fault": {"pick": "theirs"}, "cost": "", "met": ["s"], "why": "Her words"}
        assert site.coach.taken[-1].act == Submitted(5, answers)
        await seen.sees("Status mail")


async def test_a_keyboard_that_comes_up_leaves_the_open_question_in_sight(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.set_viewport_size({"width": 400, "height": 780})
        for _ in range(3):
            await seen.say("rich")
            await seen.sees("rich")
        await seen.say("ask")
        await seen.sees("Whose doing was it?")
        await seen.page.set_viewport_size({"width": 400, "height": 460})
        await expect(seen.page.get_by_role("button", name="Theirs").last).to_be_in_viewport()


async def test_a_double_click_is_one_turn(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("rich")
        await seen.page.get_by_role("button", name="I called her").dblclick()
        await seen.sees("All right.")
        await seen.say("end")
        await seen.sees("You said end")
        assert len([i for i in site.coach.taken if isinstance(i.act, Pressed)]) == 1


async def test_everything_can_be_done_with_the_keyboard_alone(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        keys = seen.page.keyboard
        await keys.type("ask")
        await keys.press("Enter")
        await seen.sees("Whose doing was it?")
        reached = []
        for _ in range(5):
            await keys.press("Shift+Tab")
            reached.append(await seen.page.evaluate("document.activeElement.innerText.trim()"))
            outline = await seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
        assert reached[:4] == ["Answer all 4 at once", "Back", "Theirs", "Ours"]
        await keys.press("Tab")
        await keys.press("Enter")
        await seen.sees("Noted as ours.")
        await keys.type("still here")
        await keys.press("Enter")
        await seen.sees("You said still here")


async def test_the_tab_key_visits_people_places_tools_conversation_and_words_in_this_order(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.get_by_role("link", name="Skip to the message box").focus()
        stops = ["Skip to the message box"]
        for _ in range(22):
            await seen.page.keyboard.press("Tab")
            stops.append(
                await seen.page.evaluate(
                    "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
                    " || document.activeElement.id"
                )
            )
        told = [" ".join(str(s).split()) for s in stops]
        order = [
            "Skip to the message box", "P Priya member", "Someone else…", "@ Private chat", "# client-acme",
            "Skip 7 days", "Load demo clients", "Today", "Conversation with the coach", "words", "Send",
        ]  # fmt: skip
        places = [next(n for n, stop in enumerate(told) if stop.startswith(want)) for want in order]
        assert places == sorted(places)


async def test_a_check_in_arrives_by_itself_and_marks_its_place(browser):
    async with chat() as site, visit(browser, site.url + "/?as=Priya&in=accounts") as seen:
        await site.log.append("local:#accounts", "", card("Acme, week 2. How are they?"))
        site.bell.ring()
        await seen.sees("Acme, week 2.")
        await seen.page.get_by_text("posted for everyone here").wait_for()
        await site.log.append("@local:priya", "", card("I kept this between us."))
        site.bell.ring()
        await seen.page.get_by_role("status").get_by_role("link", name="Private chat").click()
        await seen.sees("I kept this between us.")
        assert await seen.page.locator(".unread:visible").count() == 0


async def test_a_message_from_another_process_arrives_within_two_seconds(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await site.log.append("@local:priya", "", card("From the worker."))
        await seen.page.get_by_role("log").get_by_text("From the worker.").wait_for(timeout=2_500)


async def test_what_was_said_is_there_after_a_reload(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("remember me")
        await seen.sees("You said remember me")
        await seen.page.reload()
        await seen.sees("You said remember me")
        assert await seen.page.locator(".message").count() == 2


async def test_the_date_follows_the_clock_when_it_is_moved(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        before = await seen.page.locator("#today").inner_text()
        assert before == "Monday 2 March 2026"
        await site.clock.skip(timedelta(days=7))
        site.bell.ring()
        await seen.page.locator("#today", has_text="Monday 9 March 2026").wait_for()
        await site.log.append("@local:priya", "", card("A week later."))
        site.bell.ring()
        await seen.sees("A week later.")


async def test_the_two_tools_send_their_words(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.press("Skip 7 days")
        await seen.sees("You said skip 7 days")
        await seen.press("Load demo clients")
        await seen.sees("You said demo")
        await seen.press("Today")
        await seen.sees("What needs me today?")
        assert site.coach.taken[-1].act == Opened()


async def test_somebody_else_can_be_named_and_keeps_their_role(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.get_by_text("Someone else…").click()
        await seen.page.get_by_label("Name").fill("Zoë “Z” O'Neill <b>")
        await seen.page.get_by_label("Role").select_option("manager")
        await seen.press("Be this person")
        await seen.page.wait_for_selector("body[data-live]")
        await seen.say("hello")
        await seen.sees("You said hello")
        who = site.coach.taken[0].who
        assert (who.name, str(who.role), who.key) == ("Zoë “Z” O'Neill <b>", "manager", "local:zoë “z” o'neill <b>")


async def test_a_shared_place_says_so_in_words(browser):
    async with chat() as site, visit(browser, site.url + "/?as=Priya&in=client-acme") as seen:
        await seen.page.get_by_role("note").get_by_text("Shared with the client.").wait_for()
        await seen.say("next Acme")
        await seen.page.get_by_text("only you see this").first.wait_for()
        dana = "/?as=Dana&role=client&in=client-acme"
        async with visit(browser, site.url + dana) as client:
            assert await client.page.get_by_text("next Acme").count() == 0
            assert await client.page.locator("[data-place]").count() == 1


async def test_hostile_words_stay_words_and_nothing_is_fetched_from_outside(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say(HOSTILE)
        await seen.sees("You said <img src=x")
        await seen.say("rich")
        await seen.sees("SAL-1 · Acme")
        await seen.page.reload()
        await seen.sees("You said <img src=x")
        assert not seen.wrong
        assert all(url.startswith(site.url) for url in seen.asked)


async def test_a_script_or_style_put_into_the_page_does_not_run(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "document.title = 'taken'";
              document.body.append(script);
            }"""
        )
        assert await seen.page.title() != "taken"
        assert any("Content Security Policy" in w for w in seen.wrong)


async def test_a_turn_that_cannot_be_sent_is_kept_and_can_be_tried_again(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.route("**/chat/turn", lambda route: route.abort())
        await seen.say("do not lose me")
        await seen.page.get_by_role("status").get_by_text("can’t be reached").wait_for()
        assert await seen.page.get_by_label("Message to the coach").input_value() == "do not lose me"
        await seen.page.unroute("**/chat/turn")
        await seen.press("Try again")
        await seen.sees("You said do not lose me")
        assert await seen.page.get_by_label("Message to the coach").input_value() == ""


async def test_a_turn_whose_answer_was_lost_is_not_taken_twice(browser):
    async with chat() as site, visit(browser, site.url) as seen:

        async def lose(route):
            await route.fetch()
            await route.abort()

        await seen.page.route("**/chat/turn", lose)
        await seen.say("only once")
        await seen.page.get_by_role("status").get_by_text("can’t be reached").wait_for()
        await seen.page.unroute("**/chat/turn")
        async with seen.page.expect_response("**/chat/turn"):
            await seen.page.keyboard.press("Enter")
        assert [i.act for i in site.coach.taken] == [Said("only once")]


async def test_news_from_another_place_outlasts_the_turn_that_caused_it(browser):
    async with chat() as site, visit(browser, site.url + "/?as=Priya&in=client-acme") as seen:

        async def slowly(route):
            answer = await route.fetch()
            await site.log.append("@local:priya", "", card("The answer itself."))
            site.bell.ring()
            await seen.page.get_by_role("status").get_by_role("link", name="Private chat").wait_for()
            await route.fulfill(response=answer)

        await seen.page.route("**/chat/turn", slowly)
        async with seen.page.expect_response("**/chat/turn"):
            await seen.say("next Acme")
        await seen.page.get_by_role("status").get_by_role("link", name="Private chat").click()
        await seen.sees("The answer itself.")


async def test_half_typed_words_wait_in_their_place(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.page.keyboard.type("half a thou")
        await seen.page.get_by_role("link", name="accounts").click()
        await seen.page.wait_for_selector("body[data-live]")
        assert await seen.page.get_by_label("Message to the coach").input_value() == ""
        await seen.page.get_by_role("link", name="Private chat").click()
        await seen.page.wait_for_selector("body[data-live]")
        assert await seen.page.get_by_label("Message to the coach").input_value() == "half a thou"


async def test_the_page_reads_well_aloud(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("ask")
        await seen.say("rich")
        await seen.sees("SAL-1 · Acme")
        tree = await seen.page.locator("body").aria_snapshot()
        for line in (
            'navigation "Who you are"', 'navigation "Where you talk"', "main", 'heading "Private chat" [level=1]',
            'log "Conversation with the coach"', 'textbox "Message to the coach"', 'button "Send"',
            'group "Whose doing was it?"', 'button "Ours"', "columnheader", 'heading "SAL-1 · Acme" [level=3]',
            'img "Value. The numbers follow."', 'link "summary.csv"', "blockquote", "deletion",
        ):  # fmt: skip
            assert line in tree, line
        assert await seen.page.locator("[role=log]").get_attribute("aria-live") == "polite"


async def test_every_control_has_a_name_and_every_id_is_used_once(browser):
    async with chat() as site, visit(browser, site.url) as seen:
        await seen.say("ask")
        await seen.say("ask")
        await seen.page.locator(".ask").nth(1).wait_for()
        await seen.page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
        unnamed = await seen.page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea, a")]
              .filter(e => !(e.innerText.trim() || e.getAttribute("aria-label") || e.labels?.length))
              .map(e => e.outerHTML)"""
        )
        assert unnamed == []
        ids = await seen.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["private", "client-acme"])
async def test_every_word_stands_out_from_what_is_behind_it(browser, scheme, place):
    async with chat() as site, visit(browser, f"{site.url}/?in={place}", color_scheme=scheme) as seen:
        await seen.say("rich")
        await seen.sees("SAL-1 · Acme")
        await seen.say("ask")
        await seen.sees("Whose doing was it?")
        assert await seen.page.evaluate(FAINT) == []


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
async def test_nothing_sticks_out_of_a_narrow_window(browser, width):
    async with chat() as site, visit(browser, site.url, viewport={"width": width, "height": 700}) as seen:
        await seen.say("rich")
        await seen.sees("SAL-1 · Acme")
        await seen.say("x" * 300)
        await seen.sees("You said x")
        assert await seen.page.evaluate("document.documentElement.scrollWidth") <= width
        log = seen.page.get_by_role("log")
        assert await log.evaluate("e => e.scrollWidth <= e.clientWidth")


async def test_on_a_narrow_window_the_menu_opens_and_closes_by_keyboard(browser):
    async with chat() as site, visit(browser, site.url, viewport={"width": 390, "height": 800}) as seen:
        menu = seen.page.get_by_role("button", name="Menu")
        await menu.focus()
        assert await menu.get_attribute("aria-expanded") == "false"
        await seen.page.keyboard.press("Enter")
        assert await menu.get_attribute("aria-expanded") == "true"
        assert "Priya" in await seen.page.evaluate("document.activeElement.innerText")
        await seen.page.keyboard.press("Escape")
        assert await menu.get_attribute("aria-expanded") == "false"
        assert await menu.evaluate("e => e === document.activeElement")


async def test_nothing_moves_for_people_who_asked_for_that(browser):
    async with chat() as site, visit(browser, site.url, reduced_motion="reduce") as seen:
        await seen.say("hello")
        await seen.sees("You said hello")
        names = await seen.page.locator(".message").evaluate_all(
            "all => all.map(e => getComputedStyle(e).animationName)"
        )
        assert set(names) == {"none"}


FAINT = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest(".settled, .sr, noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${e.outerHTML.slice(0, 80)}`);
  }
  return faint;
}"""
