"""The doors, HTTP and Socket Mode: what is too big or unreadable is turned away before Bolt sees it, and counted."""

from __future__ import annotations

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack import limits
from adapters.slack.parse import shaped
from bot.metrics import REFUSED

log = structlog.get_logger()

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


class Door:
    """Lets Slack's requests in."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def knock(self, request: web.Request) -> web.Response:
        """One request: Bolt checks its signature and finds its listener."""
        body = await _body(request)
        if body is None:
            return _refused("too_large", 413)
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdigit():
            return _refused("signature", 401)
        try:
            asked = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=dict(request.headers))
            if not shaped(asked.body):
                return _refused("unreadable", 400)
            # A turn that fails is answered by Bolt's error handler; what comes out here is a body of no known shape.
            answer = await self._app.async_dispatch(asked)
        except UNREADABLE:
            return _refused("unreadable", 400)
        if answer.status == 401:
            return _refused("signature", 401)
        return await to_aiohttp_response(answer)


class Socket(AsyncSocketModeHandler):
    """Lets in what comes over Socket Mode; what has no known shape is acknowledged, so that it does not come again."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt
        """One envelope."""
        try:
            if shaped(req.payload):
                await super().handle(client, req)
                return
        except UNREADABLE as wrong:
            log.info("slack.unreadable", because=type(wrong).__name__)
        _count("unreadable")
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


async def _body(request: web.Request) -> bytes | None:
    """The body, or None where it is larger than anything Slack sends."""
    if (request.content_length or 0) > limits.BODY_BYTES:
        return None
    read = bytearray()
    async for part in request.content.iter_any():
        read += part
        if len(read) > limits.BODY_BYTES:
            return None
    return bytes(read)


def _count(reason: str) -> None:
    REFUSED.labels("slack", reason).inc()
    log.info("slack.refused", reason=reason)


def _refused(reason: str, status: int) -> web.Response:
    _count(reason)
    return web.Response(status=status, text="")
