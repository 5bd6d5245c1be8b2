"""The operator's endpoints: liveness, readiness, metrics."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.compose import Coach
from bot.errors import CannotStart
from bot.storage import migrate


def mount(app: web.Application, coach: Coach) -> None:
    """Add /healthz, /readyz and /metrics."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        try:
            missing = await migrate.is_behind(coach.database)
        except (CannotStart, SQLAlchemyError, OSError):
            return web.json_response({"status": "the database is away"}, status=503)
        if missing:
            return web.json_response({"status": "migrations are missing"}, status=503)
        return web.json_response({"status": "ready"})

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
