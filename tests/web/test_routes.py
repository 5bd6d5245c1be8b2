from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.app import mount
from bot.errors import CannotStart, Refusal
from bot.loopback import is_loopback
from bot.ports import Inbound, Pressed, Reply, Said
from bot.view import Actions, Attachment, button, card

from .fakes import FakeClock, FakeConversations, FakeLog


class Site:
    """A running chat with its fakes at hand."""

    def __init__(self, client: TestClient, log: FakeLog, coach: FakeConversations, clock: FakeClock, bell) -> None:
        self.client, self.log, self.coach, self.clock, self.bell = client, log, coach, clock, bell

    async def turn(self, headers: dict[str, str] | None = None, **data: object) -> ClientResponse:
        sent = {
            "event": str(uuid.uuid4()),
            "as": "Priya",
            "in": "private",
            "zone": "Europe/Berlin",
            "act": "say",
        } | data
        return await self.client.post("/chat/turn", json=sent, headers=headers)


@asynccontextmanager
async def chat(answer=None) -> AsyncIterator[Site]:
    clock = FakeClock()
    log, coach, app = FakeLog(clock), FakeConversations(answer), web.Application()
    bell = mount(app, coach, log, clock, host="127.0.0.1")
    async with TestClient(TestServer(app)) as client:
        site = Site(client, log, coach, clock, bell)
        yield site


async def next_event(response: ClientResponse, name: str) -> tuple[str, dict]:
    number = kind = ""
    async with asyncio.timeout(10):
        while True:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line.startswith("id: "):
                number = line[4:]
            elif line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind == name:
                return number, json.loads(line[6:])


async def test_the_page_is_shown_with_a_strict_policy():
    async with chat() as site:
        page = await site.client.get("/")
        html = await page.text()
        policy = page.headers["Content-Security-Policy"]
        assert page.status == 200
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in policy
        assert " style=" not in html
        assert "<script>" not in html
        assert "http://" not in html.replace("http://www.w3.org", "")
        assert "https://" not in html


@pytest.mark.parametrize("name", ["chat.css", "chat.js", "icon.svg"])
async def test_what_the_page_needs_is_served_by_the_page_itself(name):
    async with chat() as site:
        got = await site.client.get(f"/chat/static/{name}")
        assert got.status == 200
        assert "://" not in (await got.text()).replace("http://www.w3.org", "")
        assert got.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_other_file_can_be_had():
    async with chat() as site:
        for name in ("../app.py", "..%2fapp.py", "page.html", "%2e%2e%2fapp.py"):
            assert (await site.client.get(f"/chat/static/{name}")).status == 404


async def test_words_and_their_answer_are_kept_for_this_person_alone():
    async with chat() as site:
        assert (await site.turn(text="start Bluebird", **{"in": "accounts"})).status == 200
        said, heard = site.log.rows
        assert (said.author, said.to, said.place) == ("Priya", "local:priya", "local:#accounts")
        assert (heard.author, heard.to, heard.card) == ("", "local:priya", card("I hear you."))
        assert "start Bluebird" in await (await site.client.get("/?as=Priya&in=accounts")).text()
        assert "start Bluebird" not in await (await site.client.get("/?as=Omar&in=accounts")).text()
        assert "start Bluebird" not in await (await site.client.get("/?as=Priya")).text()


async def test_the_same_event_sent_twice_is_one_turn():
    async with chat() as site:
        event = str(uuid.uuid4())
        await site.turn(event=event, text="next")
        await site.turn(event=event, text="next")
        assert [i.act for i in site.coach.taken] == [Said("next")]
        assert len(site.log.rows) == 2


async def test_an_answered_message_is_changed_in_its_place():
    def answer(inbound: Inbound) -> Reply:
        return Reply((card("Noted."),), pressed=card("Warmer, thank you."))

    async with chat(answer) as site:
        press = button("Warmer", "log warmer")
        number = await site.log.append("local:#accounts", "", card("How are they?", Actions((press,))))
        await site.turn(act="press", value=press.value, message=number, **{"in": "accounts"})
        assert site.log.rows[0].card == card("Warmer, thank you.")
        assert [r.card for r in site.log.rows[1:]] == [card("Noted.")]
        assert site.coach.taken[0].act == Pressed(press.value)


async def test_a_press_that_changes_nothing_is_shown_as_said():
    async with chat() as site:
        press = button("What next?", "next")
        number = await site.log.append("@local:priya", "local:priya", card(Actions((press,))))
        await site.turn(act="press", value=press.value, message=number)
        assert [r.card.text for r in site.log.rows[1:]] == ["What next?", "I hear you."]
        assert site.log.rows[1].author == "Priya"


async def test_nobody_presses_in_somebody_elses_message():
    async with chat() as site:
        number = await site.log.append("@local:omar", "local:omar", card(Actions((button("Go", "next"),))))
        got = await site.turn(act="press", value=button("Go", "next").value, message=number)
        assert got.status == 400
        assert not site.coach.taken


async def test_a_refusal_is_a_sentence():
    def refuse(inbound: Inbound) -> Reply:
        raise Refusal("Only a manager can do this. Ask yours.")

    async with chat(refuse) as site:
        got = await site.turn(text="x")
        assert got.status == 400
        assert (await got.json())["error"] == "Only a manager can do this. Ask yours."


async def test_a_turn_that_breaks_is_told_to_the_operator_and_can_be_sent_again(caplog):
    failures = [ValueError("boom")]

    def breaks_once(inbound: Inbound) -> Reply:
        if failures:
            raise failures.pop()
        return Reply((card("There."),))

    async with chat(breaks_once) as site:
        site.coach.taken.clear()
        event = str(uuid.uuid4())
        got = await site.turn(event=event, text="x")
        assert got.status == 500
        assert "try again" in (await got.json())["error"]
        assert "boom" not in await got.text()
        assert "a turn broke" in caplog.text
        site.coach.taken.clear()
        assert (await site.turn(event=event, text="x")).status == 200
        assert [r.card.text for r in site.log.rows] == ["x", "There."]


async def test_a_turn_that_was_taken_but_never_answered_says_so_when_it_comes_again():
    def dies(inbound: Inbound) -> Reply:
        raise ConnectionError("killed after the commit")

    async with chat(dies) as site:
        event = str(uuid.uuid4())
        assert (await site.turn(event=event, text="log Acme warmer")).status == 500
        for _ in range(2):
            assert (await site.turn(event=event, text="log Acme warmer")).status == 200
        assert len(site.coach.taken) == 1
        assert [r.card.text[:14] for r in site.log.rows] == ["log Acme warme", "I took that in"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"null", b"\xff\xfe", b'{"act":"say"}'])
async def test_a_body_that_makes_no_sense_is_refused_with_a_sentence(body):
    async with chat() as site:
        got = await site.client.post("/chat/turn", data=body, headers={"Content-Type": "application/json"})
        assert got.status == 400
        assert (await got.json())["error"].endswith(".")


async def test_a_body_too_large_is_refused_and_forty_thousand_characters_are_not():
    async with chat() as site:
        assert (await site.turn(text="x" * 1_100_000)).status == 400
        assert (await site.turn(text="é🙂" * 20_000)).status == 200


async def test_only_json_is_taken_so_that_a_foreign_form_cannot_speak():
    async with chat() as site:
        got = await site.client.post("/chat/turn", data={"text": "x"})
        assert got.status == 400
        assert not site.coach.taken


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3978", "127.0.0.1.nip.io", "192.168.1.4", "", "[::2]", ":::"]
)
@pytest.mark.parametrize("path", ["/", "/chat/events", "/chat/static/chat.js", "/chat/file/1/1"])
async def test_a_name_that_merely_leads_here_is_refused(host, path):
    async with chat() as site:
        got = await site.client.get(path, headers={"Host": host})
        assert got.status in (400, 403)


@pytest.mark.parametrize("host", ["localhost:3978", "127.0.0.1", "[::1]:3978", "LOCALHOST."])
async def test_the_machines_own_names_are_let_in(host):
    async with chat() as site:
        assert (await site.client.get("/", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:1"},
    ],
)  # fmt: skip
async def test_another_site_cannot_speak_for_the_person(headers):
    async with chat() as site:
        got = await site.turn(headers=headers, text="close Acme")
        assert got.status == 403
        assert not site.coach.taken
        assert not site.log.rows


async def test_another_site_cannot_listen_but_may_link_here():
    async with chat() as site:
        away = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        assert (await site.client.get("/chat/events", headers=away)).status == 403
        assert (await site.client.get("/", headers=away)).status == 200


async def test_an_address_that_makes_no_sense_leads_to_the_front_page():
    async with chat() as site:
        got = await site.client.get("/?as=Priya&in=moon", allow_redirects=False)
        assert (got.status, got.headers["Location"]) == (302, "/")


async def test_a_new_message_arrives_by_itself_and_after_a_break_only_what_was_missed():
    async with chat() as site:
        async with site.client.get("/chat/events?as=Priya&in=private&after=0") as stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            first = await site.log.append("local:#accounts", "", card("Acme, week 2."))
            site.bell.ring()
            number, told = await next_event(stream, "message")
            assert (told["id"], told["place"]) == (first, "accounts")
            assert "Acme, week 2." in told["html"]
        second = await site.log.append("@local:priya", "local:priya", card("Second."))
        async with site.client.get("/chat/events?as=Priya", headers={"Last-Event-ID": number}) as stream:
            _, told = await next_event(stream, "message")
            assert told["id"] == second


async def test_what_another_process_adds_is_seen_without_a_ring():
    async with chat() as site, site.client.get("/chat/events?as=Priya") as stream:
        await next_event(stream, "clock")
        await site.log.append("local:#accounts", "", card("From the worker."))
        _, told = await next_event(stream, "message")
        assert "From the worker." in told["html"]


async def test_a_changed_message_arrives_again_under_its_own_number():
    async with chat() as site, site.client.get("/chat/events?as=Priya") as stream:
        number = await site.log.append("local:#accounts", "", card("How are they?"))
        site.bell.ring()
        await next_event(stream, "message")
        await site.log.replace(number, card("Warmer."))
        site.bell.ring()
        _, told = await next_event(stream, "message")
        assert told["id"] == number
        assert "Warmer." in told["html"]


async def test_a_stream_tells_when_the_clock_is_moved():
    async with chat() as site, site.client.get("/chat/events?as=Priya") as stream:
        await next_event(stream, "clock")
        await site.clock.skip(timedelta(days=7))
        site.bell.ring()
        _, told = await next_event(stream, "clock")
        assert told["now"] == site.clock.now().isoformat()


async def test_nobody_hears_what_is_said_to_another():
    async with chat() as site, site.client.get("/chat/events?as=Dana&role=client&in=client-acme") as stream:
        await site.log.append("local:#client-acme", "local:priya", card("Between us."))
        await site.log.append("local:#accounts", "", card("Team only."))
        await site.log.append("@local:priya", "", card("Private."))
        await site.log.append("local:#client-acme", "", card("For everybody."))
        site.bell.ring()
        _, told = await next_event(stream, "message")
        assert "For everybody." in told["html"]


async def test_an_attachment_is_kept_as_a_file_and_never_shown_as_a_page():
    async with chat() as site:
        hostile = Attachment('a"\r\n<b>é.html', "text/html", "<script>alert(1)</script>")
        number = await site.log.append("@local:priya", "local:priya", card("Here.", hostile))
        got = await site.client.get(f"/chat/file/{number}/1?as=Priya")
        assert await got.text() == hostile.content
        assert got.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''a%22%0D%0A%3Cb%3E")
        assert got.content_type == "application/octet-stream"
        assert (await site.client.get(f"/chat/file/{number}/0?as=Priya")).status == 400
        assert (await site.client.get(f"/chat/file/{number}/1?as=Omar")).status == 400


async def test_an_open_page_does_not_hold_up_the_stop():
    clock = FakeClock()
    app = web.Application()
    mount(app, FakeConversations(), FakeLog(clock), clock, host="localhost")
    client = TestClient(TestServer(app))
    await client.start_server()
    stream = await client.get("/chat/events?as=Priya")
    await next_event(stream, "clock")
    async with asyncio.timeout(5):
        await app.shutdown()
        assert (await stream.content.read()).count(b"event: clock") == 0
    await client.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.7", "salvage.example", "127.0.0.1.example"])
def test_the_chat_refuses_to_open_beyond_this_machine(host):
    with pytest.raises(CannotStart, match="no log-in"):
        mount(web.Application(), FakeConversations(), FakeLog(), FakeClock(), host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_loopback_is_known_by_its_names(host):
    assert is_loopback(host)
