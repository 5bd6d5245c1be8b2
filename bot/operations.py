"""What the operator has of the server: liveness, readiness, metrics, and an id on every request."""

from __future__ import annotations

import re
import uuid

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.compose import Coach
from bot.errors import CannotStart
from bot.storage import migrate

REQUEST_ID = "X-Request-ID"
_ID = web.RequestKey("request_id", str)
_PLAIN = re.compile(r"[\w.-]{1,100}", re.ASCII)


@web.middleware
async def named(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request with an id in its log lines and its answer: the one it came with where that is plain, else ours."""
    brought = request.headers.get(REQUEST_ID, "")
    request_id = brought if _PLAIN.fullmatch(brought) else uuid.uuid4().hex
    request[_ID] = request_id
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        return await handler(request)


async def name_answer(request: web.Request, answer: web.StreamResponse) -> None:
    """Say the request's id in its answer."""
    if _ID in request:
        answer.headers[REQUEST_ID] = request[_ID]


def mount(app: web.Application, coach: Coach) -> None:
    """Add /healthz, /readyz and /metrics, and name every request."""
    app.middlewares.append(named)
    app.on_response_prepare.append(name_answer)

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        try:
            standing = await migrate.standing(coach.database)
        except (CannotStart, SQLAlchemyError, OSError):
            return web.json_response({"status": "the database is away"}, status=503)
        return web.json_response({"status": standing}, status=200 if standing == "ready" else 503)

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
