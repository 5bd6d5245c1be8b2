"""How fast Slack is answered: a signed home command and a press that records an answer, against a bare Bolt app.

Three processes on one machine: the server, a stand-in for Slack's Web API, and this load. Every figure of a run
comes from the same load; run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
import multiprocessing
import os
import socket
import sqlite3
import tempfile
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks import results

SECRET = "bench-signing-secret"
CONNECTIONS = 16
Request = tuple[str, bytes]


# --- the other side: as little of Slack as the adapter asks for -------------------------------------------


def run_api(port: int) -> None:
    """A Web API that always agrees."""

    async def answer(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        channel = {"id": "C1", "name": "accounts", "is_channel": True}
        user = {"id": "U1", "team_id": "T1", "tz": "Europe/Berlin", "profile": {"display_name": "Priya"}}
        told = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT", "channel": channel, "user": user,
                "members": ["U1"], "ts": "1.1", "view": {"id": "V1"}}  # fmt: skip
        return web.json_response(told if method else {"ok": True})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    app.router.add_post("/response", lambda request: answer_ok())
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


async def answer_ok() -> web.Response:
    """What a response address says."""
    return web.json_response({"ok": True})


# --- the servers -------------------------------------------------------------------------------------------


def run_raw(port: int) -> None:
    """aiohttp alone: check the signature, answer."""

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        at = request.headers["X-Slack-Request-Timestamp"]
        if not hmac.compare_digest(signature(body, at), request.headers["X-Slack-Signature"]):
            return web.Response(status=401)
        return web.Response(text="")

    app = web.Application()
    app.router.add_post("/slack/events", answer)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def run_bare_bolt(port: int) -> None:
    """Bolt with a listener for each payload that only acks."""
    import re

    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.app.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="x", bot_id="B", bot_user_id="U")

    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @bolt.command(re.compile(""))
    async def on_command(ack: Any) -> None:
        await ack()

    @bolt.action(re.compile(""))
    async def on_press(ack: Any) -> None:
        await ack()

    async def answer(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.router.add_post("/slack/events", answer)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def run_adapter(port: int, api: int) -> None:
    """The Slack adapter alone, in front of a core that answers at once."""
    asyncio.run(_adapter(port, api))


async def _adapter(port: int, api: int) -> None:
    from adapters.slack.app import Slack
    from bot.ports import Inbound, Reply
    from bot.view import card
    from tests.fakes.notes import MemoryNotes

    class Instant:
        async def handle(self, inbound: Inbound) -> Reply:
            return Reply((card("Nothing needs you today."),))

    slack = Slack(slack_settings(api), Instant(), MemoryNotes())
    app = web.Application()
    app.add_routes(slack.routes())
    await serve(app, port)


def slack_settings(api: int) -> Any:
    """Settings that point at the stand-in."""
    from adapters.slack.tokens import SlackSettings

    return SlackSettings(bot_token="xoxb-bench", signing_secret=SECRET, api_url=f"http://127.0.0.1:{api}/api/")


async def serve(app: web.Application, port: int) -> None:
    """Serve until the process is ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def run_salvage(port: int, api: int, database: str, ready: Connection) -> None:
    """The coach with its Slack adapter on SQLite, and a case whose question can be answered again and again."""
    asyncio.run(_salvage(port, api, database, ready))


async def _salvage(port: int, api: int, database: str, ready: Connection) -> None:
    from adapters.slack.app import Slack
    from bot import metrics
    from bot.compose import running
    from bot.config import Settings
    from bot.logs import set_up_logs
    from bot.serving import settle

    set_up_logs(quiet=True)
    async with running(Settings(database_url=database), real_time=True) as coach:
        slack = Slack(slack_settings(api), coach.conversation, coach.notes)
        conversations = [await _open_question(coach.conversation, n) for n in range(CONNECTIONS)]
        app = web.Application()
        app.add_routes(slack.routes())

        async def spent(request: web.Request) -> web.Response:
            samples = {s.name: s.value for m in metrics.TURN_SECONDS.collect() for s in m.samples}
            return web.json_response(
                {"sum": samples["salvage_turn_seconds_sum"], "count": samples["salvage_turn_seconds_count"],
                 "cpu": time.process_time()}
            )  # fmt: skip

        app.router.add_get("/spent", spent)
        settle()
        ready.send(conversations)
        await serve(app, port)


async def _open_question(conversation: Any, number: int) -> int:
    """Somebody's open dialog, with an answered question that a press answers anew."""
    from bot.ports import Commanded, Inbound, Place, PlaceKind, Pressed, Said, Who

    who = Who("slack:T1", f"slack:T1:U{number}", f"Person {number}", zone="Europe/Berlin")
    place = Place("slack:T1", "slack:T1:C1", PlaceKind.internal, "#accounts")
    reply = None
    acts = [Commanded(f"start Client {number}"), Said("The migration was late and nobody told them")]
    for n, act in enumerate(acts):
        reply = await conversation.handle(Inbound(f"bench:{number}:{n}", who, place, act))
    assert reply is not None
    form = reply.cards[-1].form
    first = form.inputs[0]
    value = json.dumps(["a", form.conversation, first.key, first.options[0].value])
    await conversation.handle(Inbound(f"bench:{number}:x", who, place, Pressed(value)))
    return json.loads(value) + [o.value for o in first.options[:2]]  # type: ignore[no-any-return]


# --- requests ----------------------------------------------------------------------------------------------


def signature(body: bytes, at: str) -> str:
    """Slack's signature of a body."""
    return "v0=" + hmac.new(SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()


def home_requests(response: str = "") -> Iterator[bytes]:
    """``/salvage`` with nothing behind it, each a new event with a response address of its own, as Slack sends it."""
    for n in itertools.count():
        yield urllib.parse.urlencode(
            {"command": "/salvage", "text": "", "team_id": "T1", "user_id": f"U{n % CONNECTIONS}",
             "channel_id": "C1", "channel_name": "accounts", "trigger_id": f"t{os.getpid()}.{time.time_ns()}",
             "api_app_id": "A1", "response_url": response and f"{response}?home{n}"}
        ).encode()  # fmt: skip


def press_requests(opened: list[list[Any]], response: str = "") -> Iterator[bytes]:
    """A button of a question, each press another answer."""
    for n in itertools.count():
        _, conversation, key, _, *values = opened[n % len(opened)]
        value = json.dumps(["a", conversation, key, values[n // len(opened) % len(values)]])
        body = {
            "type": "block_actions", "team": {"id": "T1"}, "api_app_id": "A1", "trigger_id": "t",
            "user": {"id": f"U{n % len(opened)}", "team_id": "T1"}, "channel": {"id": "C1", "name": "accounts"},
            "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1", "is_ephemeral": True},
            "message": {"ts": "1.1", "team": "T1"}, "response_url": response and f"{response}?{n}",
            "actions": [
                {"action_id": "a:0", "action_ts": str(time.time_ns()), "type": "button", "value": value}
            ],
        }  # fmt: skip
        yield urllib.parse.urlencode({"payload": json.dumps(body)}).encode()


# --- the load ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """One server under one load."""

    name: str
    rate: float
    p50: float
    p99: float

    def line(self, bare: Measured | None) -> str:
        """A row of the report."""
        ratio = f"{bare.rate / self.rate:6.2f}x the time" if bare else ""
        return (
            f"{self.name:<50}{self.rate:>7.0f}/s   p50 {self.p50:7.2f} ms   p99 {self.p99:7.2f} ms   {ratio}".rstrip()
        )

    @classmethod
    def of(cls, name: str, took: list[float], seconds: float) -> Measured:
        """From what each request took, in seconds."""
        took = sorted(took)
        return cls(name, len(took) / seconds, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000)


def commits(database: Path, seconds: float) -> Measured:
    """The floor under every recorded answer: four rows and a commit that is on disk, with nothing but the driver."""
    took: list[float] = []
    began = time.perf_counter()
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE kept (words TEXT)")
        while time.perf_counter() - began < seconds:
            at = time.perf_counter()
            db.execute("BEGIN IMMEDIATE")
            for _ in range(4):
                db.execute("INSERT INTO kept VALUES (?)", ("x" * 400,))
            db.execute("COMMIT")
            took.append(time.perf_counter() - at)
    return Measured.of("four rows committed to disk, bare sqlite3", took, time.perf_counter() - began)


async def load(name: str, port: int, bodies: Iterator[bytes], seconds: float, rate: float = 0.0) -> Measured:
    """Send requests as fast as they are answered, or at a fixed ``rate``; latency counts from when one was due."""
    took: list[float] = []
    began = time.perf_counter()
    due = itertools.count()

    async def worker(session: aiohttp.ClientSession) -> None:
        while time.perf_counter() - began < seconds:
            at = time.perf_counter()
            if rate:
                at = began + next(due) / rate
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
            body = next(bodies)
            now = str(int(time.time()))
            headers = {
                "X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature(body, now),
                "Content-Type": "application/x-www-form-urlencoded",
            }  # fmt: skip
            async with session.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers) as answer:
                await answer.read()
                assert answer.status == 200, (name, answer.status)
            took.append(time.perf_counter() - at)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        await asyncio.gather(*(worker(session) for _ in range(CONNECTIONS)))
    return Measured.of(name, took, time.perf_counter() - began)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def server(target: Callable[..., None], *more: Any) -> AsyncIterator[int]:
    """A server in a process of its own; gives its port."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(port, *more), daemon=True)
    process.start()
    try:
        await _listening(port)
        yield port
    finally:
        process.terminate()
        process.join(5)


async def _listening(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


async def spent(port: int) -> dict[str, float]:
    """What the coach has spent so far: seconds in turns, their number, and processor time."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/spent") as answer:
        told: dict[str, float] = await answer.json()
        return told


async def measure(seconds: float) -> None:
    """Run everything and print it."""
    rows: list[tuple[Measured, Measured | None]] = []
    opened = [["a", 1, "k", "x", "x", "y"]]
    async with server(run_raw) as port:
        rows.append((await load("raw aiohttp with the same HMAC", port, home_requests(), seconds), None))
    async with server(run_bare_bolt) as port:
        await load("warm", port, home_requests(), 1)
        bare_home = await load("bare Bolt, a command", port, home_requests(), seconds)
        bare_press = await load("bare Bolt, a press", port, press_requests(opened), seconds)
        rows += [(bare_home, None), (bare_press, None)]
    async with server(run_api) as api, server(run_adapter, api) as port:
        await load("warm", port, home_requests(), 1)
        response = f"http://127.0.0.1:{api}/response"
        adapter = await load("the adapter alone, a command", port, home_requests(response), seconds)
        rows.append((adapter, bare_home))
        adapter = await load(
            "the adapter alone, a press and its answer", port, press_requests(opened, response), seconds
        )
        rows.append((adapter, bare_press))
    with tempfile.TemporaryDirectory() as folder:
        rows.append((commits(Path(folder) / "floor.db", seconds / 2), bare_press))
        ready, told = multiprocessing.Pipe(duplex=False)
        database = f"sqlite:///{Path(folder) / 'bench.db'}"
        async with server(run_api) as api, server(run_salvage, api, database, told) as port:
            opened = await asyncio.to_thread(ready.recv)
            response = f"http://127.0.0.1:{api}/response"
            await load("warm", port, home_requests(response), 2)
            for name, bare, bodies in (
                ("Salvage, /salvage (home)", bare_home, home_requests(response)),
                ("Salvage, a press that records an answer", bare_press, press_requests(opened, response)),
            ):
                before = await spent(port)
                row = await load(name, port, bodies, seconds)
                after = await spent(port)
                half = await load(f"{name}, half load", port, bodies, seconds, rate=row.rate / 2)
                rows += [(row, bare), (half, None)]
                turns = after["count"] - before["count"]
                print(
                    f"{name}: a turn of the core takes {(after['sum'] - before['sum']) / turns * 1000:.2f} ms with "
                    f"{CONNECTIONS} at once; {(after['cpu'] - before['cpu']) / turns * 1000:.2f} ms of processor a turn"
                )
    for row, compared in rows:
        print(row.line(compared))


def main() -> None:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=8.0)
    seconds = arguments.parse_args().seconds
    with results.kept("slack", "Slack (`make bench-slack`)"):
        asyncio.run(measure(seconds))


if __name__ == "__main__":
    main()
