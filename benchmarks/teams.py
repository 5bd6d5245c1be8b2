"""How much a turn in Teams costs: ours beside botbuilder's own adapter and a bare handler, in one run.

``python -m benchmarks.teams`` starts each server in a process of its own, one after the other, with a small Bot
Connector in another, and posts the same activities to each.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import os
import platform
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks import results

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS = 5
"""The fastest round counts: the others were disturbed."""

ECHOES = ("bare", "cloud", "echo", "signed")

AT_ONCE = 32
PEOPLE = 1_500
"""Enough that nobody's chat is written to faster than Teams allows."""

APP = "33333333-3333-3333-3333-333333333333"
TENANT = "11111111-1111-1111-1111-111111111111"


# --- a small Bot Connector -----------------------------------------------------------------------------------


def serve_connector(port: int, slow: Any) -> None:
    """A connector that takes everything, after as many seconds as ``slow`` says, and remembers each last card."""
    from tests.fakes.teams import FakeTeams, member

    fake = FakeTeams()
    fake.url = f"http://127.0.0.1:{port}"
    last: dict[str, bytes] = {}
    count = itertools.count(1)

    async def post(request: web.Request) -> web.Response:
        last[request.match_info["conversation"]] = await request.read()
        if slow.value:
            await asyncio.sleep(slow.value)
        return web.json_response({"id": str(next(count))})

    async def who(request: web.Request) -> web.Response:
        return web.json_response(member(request.match_info["member"].removeprefix("29:")))

    async def shown(request: web.Request) -> web.Response:
        return web.Response(body=last.get(request.match_info["conversation"], b"{}"))

    async def sent(_: web.Request) -> web.Response:
        return web.json_response(next(count) - 1)

    app = web.Application()
    app.add_routes([
        web.post("/v3/conversations/{conversation}/activities", post),
        web.post("/v3/conversations/{conversation}/activities/{activity}", post),
        web.get("/v3/conversations/{conversation}/members/{member}", who),
        web.get("/last/{conversation}", shown),
        web.get("/sent", sent),
        web.get("/openid", fake._openid),
        web.get("/keys", fake._keys),
        web.get("/token", lambda _: _text(fake.token(aud=APP))),
        web.post("/{tenant}/oauth2/v2.0/token", lambda _: _json({"access_token": "t", "expires_in": 3_600})),
    ])  # fmt: skip
    web.run_app(app, host="127.0.0.1", port=port, print=None)


async def _text(words: str) -> web.Response:
    return web.Response(text=words)


async def _json(body: Any) -> web.Response:
    return web.json_response(body)


# --- the servers -----------------------------------------------------------------------------------------------


def serve(kind: str, port: int, connector: str) -> None:
    """One server under test, with a watch on how long its event loop stands still."""
    app = web.Application()
    app.add_routes([web.get("/healthz", lambda _: _text("ok"))])
    _watch(app)
    SERVERS[kind](app, connector)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def _watch(app: web.Application) -> None:
    """What the process spends, and how long its event loop stands still (by the clock, and by its own work)."""
    stalls: list[tuple[float, float]] = [(0.0, 0.0)]

    async def watching(_: web.Application) -> Any:
        async def watch() -> None:
            while True:
                at, worked = time.perf_counter(), time.thread_time()
                await asyncio.sleep(0.002)
                stalls.append((time.perf_counter() - at - 0.002, time.thread_time() - worked))

        task = asyncio.create_task(watch())
        yield
        task.cancel()

    async def spent(_: web.Request) -> web.Response:
        seen = {
            "cpu": time.process_time(), "stall": max(s for s, _ in stalls), "work": max(w for _, w in stalls),
        }  # fmt: skip
        stalls[:] = [(0.0, 0.0)]
        return web.json_response(seen)

    app.cleanup_ctx.append(watching)
    app.add_routes([web.get("/spent", spent)])


def bare(app: web.Application, connector: str) -> None:
    """A handler that reads the activity and answers: what aiohttp itself costs."""

    async def messages(request: web.Request) -> web.Response:
        await request.json()
        return web.Response()

    app.add_routes([web.post("/api/messages", messages)])


def cloud_adapter(app: web.Application, connector: str) -> None:
    """Botbuilder's own way: its cloud adapter, unsigned, echoing."""
    from botbuilder.core.cloud_adapter_base import CloudAdapterBase
    from botbuilder.schema import Activity
    from botframework.connector.auth import (
        BotFrameworkAuthenticationFactory,
        PasswordServiceClientCredentialFactory,
    )

    class CloudAdapter(CloudAdapterBase):
        """The integration package's adapter, without its faulty end point."""

    credentials = PasswordServiceClientCredentialFactory("", "")
    adapter = CloudAdapter(BotFrameworkAuthenticationFactory.create(credential_factory=credentials))

    async def on_turn(turn: Any) -> None:
        await turn.send_activity(f"heard: {turn.activity.text}")

    async def messages(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        await adapter.process_activity("", activity, on_turn)
        return web.Response()

    app.add_routes([web.post("/api/messages", messages)])


def echo(app: web.Application, connector: str) -> None:
    """Our adapter, unsigned, with a coach that echoes."""
    _ours(app, local=True)


def signed(app: web.Application, connector: str) -> None:
    """Our adapter checking Microsoft's signature and sending with its own token."""
    _ours(app, app_id=APP, openid_url=f"{connector}/openid", sign_in_url=connector, service_hosts=(connector,))


def _ours(app: web.Application, **settings: Any) -> None:
    from adapters.teams import Teams, TeamsSettings
    from bot.ports import Inbound, Reply, Said
    from bot.view import card
    from tests.fakes.notes import MemoryNotes

    class Echo:
        async def handle(self, inbound: Inbound) -> Reply:
            words = inbound.act.text if isinstance(inbound.act, Said) else ""
            return Reply((card(f"heard: {words}"),))

    teams = Teams(TeamsSettings(**settings), Echo(), MemoryNotes())
    app.add_routes(teams.routes())
    app.cleanup_ctx.append(_started(teams))


def coach(app: web.Application, connector: str) -> None:
    """The whole coach on SQLite behind our adapter, unsigned."""
    from adapters.teams import Teams, TeamsSettings
    from bot.compose import running
    from bot.config import Settings
    from bot.serving import settle

    folder = tempfile.TemporaryDirectory()
    settings = Settings(database_url=f"sqlite:///{Path(folder.name) / 'bench.db'}")

    class Later:
        """The coach opens its database only once the event loop runs."""

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    conversations, notes = Later(), Later()

    async def opened(_: web.Application) -> Any:
        async with running(settings, real_time=True) as made:
            conversations.real, notes.real = made.conversation, made.notes  # type: ignore[attr-defined]
            # Answers that nothing waits for leave through the outbox.
            made.messengers["teams"] = teams.messenger
            settle()
            delivering = asyncio.create_task(made.engine.run())
            yield
            await made.engine.stop()
            await asyncio.wait({delivering}, timeout=10)
        folder.cleanup()

    teams = Teams(TeamsSettings(local=True), conversations, notes)  # type: ignore[arg-type]
    app.add_routes(teams.routes())
    app.cleanup_ctx.extend([opened, _started(teams)])


def _started(teams: Any) -> Callable[[web.Application], Any]:
    async def around(_: web.Application) -> Any:
        _quiet()
        await teams.start()
        yield
        await teams.stop()

    return around


def _quiet() -> None:
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


SERVERS: dict[str, Callable[[web.Application, str], None]] = {
    "bare": bare, "cloud": cloud_adapter, "echo": echo, "signed": signed, "coach": coach,
}  # fmt: skip


@contextmanager
def started(target: Callable[..., None], *args: Any) -> Iterator[str]:
    """A server in a process of its own; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=target, args=(*args[:1], port, *args[1:]) if target is serve else (port, *args))
    process.start()
    try:
        _until_open(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _until_open(port: int, process: Any) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.is_alive():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("A server of the benchmark did not start.")


# --- the load --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """What one load gave: turns a second, seconds a turn, seconds of the server's CPU a turn, and the longest
    stall of its event loop: by the clock (which other programs on the machine lengthen) and by its own work."""

    rate: float
    p50: float
    p99: float
    cpu: float
    stall: float
    work: float
    bad: int


def message(person: int, number: int, service: str, **more: Any) -> dict[str, Any]:
    """An activity by one of many people, each in a chat of their own."""
    return {
        "type": "message", "id": f"m{number}", "channelId": "msteams", "serviceUrl": service, "text": "next Acme",
        "timestamp": f"2026-03-02T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        "from": {"id": f"29:p{person}", "name": f"Person {person}", "aadObjectId": f"aad-p{person}"},
        "recipient": {"id": "28:bot", "name": "Salvage"},
        "conversation": {"id": f"a:p{person}", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}}, **more,
    }  # fmt: skip


async def load(
    url: str, bodies: Iterator[bytes], *, seconds: float, at_once: int = AT_ONCE, token: str = "", most: int = 10**9
) -> Measured:
    """Post bodies as fast as they are answered, so many at once, for so long."""
    times: list[float] = []
    bad = 0
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async with session.get(f"{url}/spent") as answer:
            before = await answer.json()
        end = time.perf_counter() + seconds

        async def poster() -> None:
            nonlocal bad
            while time.perf_counter() < end and len(times) < most:
                body = next(bodies, None)
                if body is None:
                    return
                at = time.perf_counter()
                async with session.post(f"{url}/api/messages", data=body, headers=headers) as answer:
                    await answer.read()
                    bad += answer.status != 200
                times.append(time.perf_counter() - at)

        began = time.perf_counter()
        await asyncio.gather(*(poster() for _ in range(at_once)))
        took = time.perf_counter() - began
        async with session.get(f"{url}/spent") as answer:
            after = await answer.json()
    ordered = sorted(times)
    p50, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99) - 1]
    cpu = (after["cpu"] - before["cpu"]) / len(times)
    return Measured(len(times) / took, p50, p99, cpu, after["stall"], after["work"], bad)


def messages(service: str, start: int = 0) -> Iterator[bytes]:
    """Endless messages, one person after the other."""
    for number in itertools.count(start):
        yield json.dumps(message(number % PEOPLE, number, service)).encode()


async def echoing(connector: str) -> dict[str, Measured]:
    """An echo-sized turn on every server, in turns, so that what else the machine does meets all of them alike.

    The people have been met before, as in a running bot.
    """
    rounds: dict[str, list[Measured]] = {kind: [] for kind in ECHOES}
    with ExitStack() as stack:
        urls = {kind: stack.enter_context(started(serve, kind, connector)) for kind in ECHOES}
        token = await _get(f"{connector}/token", as_json=False)
        for kind, url in urls.items():
            people = AT_ONCE if kind == "cloud" else PEOPLE
            await load(url, itertools.islice(messages(connector), people), seconds=60, token=token)
        for round_ in range(ROUNDS):
            for kind, url in urls.items():
                # Built beforehand: the load shares the machine with what it measures.
                first = PEOPLE + round_ * 100_000
                bodies = list(itertools.islice(messages(connector, first), int(5_000 * SECONDS / ROUNDS) + AT_ONCE))
                before = await _get(f"{connector}/sent")
                rounds[kind].append(await load(url, iter(bodies), seconds=SECONDS / ROUNDS, token=token))
                arrived = await _get(f"{connector}/sent") - before - 1
                if kind != "bare" and not arrived:
                    sys.exit(f"No reply of {kind} arrived at the connector.")
    return {kind: best(found) for kind, found in rounds.items()}


def best(rounds: list[Measured]) -> Measured:
    """The fastest round, with the middle one's CPU."""
    fastest = max(rounds, key=lambda m: m.rate)
    return replace(fastest, cpu=statistics.median(m.cpu for m in rounds), bad=sum(m.bad for m in rounds))


async def recording(connector: str, people: int = 300) -> Measured:
    """A button that records an answer: pressed by many people, each in a dialog of their own, each time another."""
    with started(serve, "coach", connector) as url:
        opening = [message(p, p, connector, text=f"start Client {p}") for p in range(people)]
        telling = [message(p, people + p, connector, text="It slipped and nobody told them.") for p in range(people)]
        for part in (opening, telling):
            await load(url, iter([json.dumps(m).encode() for m in part]), seconds=120, at_once=8)
        await _all_sent(connector)
        presses = []
        for person in range(people):
            shown = await _get(f"{connector}/last/a:p{person}")
            presses.append([n["data"] for n in _walk(shown) if n.get("type") == "Action.Execute"][:2])
        bodies = [
            json.dumps(_press(person, 10_000 + 60 * round_ + person, connector, data[round_ % len(data)])).encode()
            for round_ in range(4) for person, data in enumerate(presses) if data
        ]  # fmt: skip
        return await load(url, iter(bodies), seconds=60, at_once=8)


async def _all_sent(connector: str) -> None:
    """Until the outbox is empty: two looks a second apart see nothing but each other."""
    seen = await _get(f"{connector}/sent")
    while True:
        await asyncio.sleep(1)
        now = await _get(f"{connector}/sent")
        if now - seen == 1:
            return
        seen = now


def _press(person: int, number: int, connector: str, data: Any) -> dict[str, Any]:
    value = {"action": {"type": "Action.Execute", "verb": "press", "data": data}}
    pressed = {"type": "invoke", "name": "adaptiveCard/action", "value": value, "replyToId": f"c{number}"}
    return message(person, number, connector, **pressed)


async def stalling(connector: str, slow: Any) -> Measured:
    """Fifty turns at once while the connector takes 150 ms."""
    with started(serve, "signed", connector) as url:
        token = await _get(f"{connector}/token", as_json=False)
        await load(url, itertools.islice(messages(connector), PEOPLE), seconds=60, token=token)
        slow.value = 0.15
        measured = await load(url, messages(connector, PEOPLE), seconds=SECONDS, at_once=50, token=token)
        slow.value = 0.0
        return measured


async def _get(url: str, *, as_json: bool = True) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return json.loads(await answer.read()) if as_json else await answer.text()


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _walk(child)


# --- the run ---------------------------------------------------------------------------------------------------


def line(name: str, m: Measured, cloud: Measured, bare: Measured) -> str:
    """One line of the table."""
    return (
        f"| {name} | {m.rate:,.0f} | {m.p50 * 1e3:.1f} | {m.p99 * 1e3:.1f} | {m.rate / cloud.rate:.1f}x "
        f"| {m.rate / bare.rate:.2f}x | {m.cpu * 1e3:.2f} | {cloud.cpu / m.cpu:.1f}x "
        f"| {m.stall * 1e3:.0f} / {m.work * 1e3:.0f} | {m.bad} |"
    )


async def run() -> None:
    """Measure everything and print the table."""
    slow = multiprocessing.get_context("spawn").Value("d", 0.0)
    with started(serve_connector, slow) as connector:
        found = await echoing(connector)
        stall = await stalling(connector, slow)
        recorded = await recording(connector)
    cloud, bare = found["cloud"], found["bare"]
    print(
        f"\nPython {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the end,"
    )
    print(f"{AT_ONCE} at once, the best of {ROUNDS} rounds in {SECONDS:g} s\n")
    print("| turn | a second | p50 ms | p99 ms | to Cloud | to bare | CPU ms | CPU to Cloud | stall/work ms | bad |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    names = {
        "bare": "bare aiohttp handler, answers nothing", "cloud": "botbuilder CloudAdapter, echo, unsigned",
        "echo": "Salvage's adapter, echo, unsigned", "signed": "Salvage's adapter, echo, signed both ways",
    }  # fmt: skip
    for kind, name in names.items():
        print(line(name, found[kind], cloud, bare))
    print(line("the same, 50 at once, connector takes 150 ms", stall, cloud, bare))
    print(line("a recorded answer (whole coach, SQLite)", recorded, cloud, bare))
    rate, cpu = found["echo"].rate / cloud.rate, cloud.cpu / found["echo"].cpu
    print(f"\nGoal 15x the CloudAdapter echo: {rate:.1f}x a second, {cpu:.1f}x by CPU.")
    print(f"Goal no stall over 50 ms: {stall.stall * 1e3:.0f} ms by the clock, {stall.work * 1e3:.0f} ms of own work.")


if __name__ == "__main__":
    with results.kept("teams", "Teams (`make bench-teams`)"):
        asyncio.run(run())
