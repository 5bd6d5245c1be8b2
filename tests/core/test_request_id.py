"""Every request has an id: in its log lines, and in its answer."""

import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.operations import REQUEST_ID, name_answer, named


async def what_is_logged(request: web.Request) -> web.Response:
    return web.json_response(structlog.contextvars.get_contextvars())


def client() -> TestClient[web.Request, web.Application]:
    app = web.Application(middlewares=[named])
    app.on_response_prepare.append(name_answer)
    app.router.add_get("/", what_is_logged)
    return TestClient(TestServer(app))


async def test_a_request_keeps_the_id_it_came_with() -> None:
    async with client() as http, http.get("/", headers={REQUEST_ID: "proxy-7f3a"}) as answer:
        assert answer.headers[REQUEST_ID] == "proxy-7f3a"
        assert (await answer.json())["request_id"] == "proxy-7f3a"


async def test_a_request_without_an_id_or_with_a_strange_one_is_given_one() -> None:
    async with client() as http:
        for brought in ({}, {REQUEST_ID: 'x" forged="1'}, {REQUEST_ID: "a" * 5000}):
            async with http.get("/", headers=brought) as answer:
                given = answer.headers[REQUEST_ID]
                assert len(given) == 32
                assert (await answer.json())["request_id"] == given


async def test_what_nobody_serves_is_named_too() -> None:
    async with client() as http, http.get("/nowhere") as answer:
        assert answer.status == 404
        assert answer.headers[REQUEST_ID]
