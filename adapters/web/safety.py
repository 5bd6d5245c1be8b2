"""What keeps a page without a log-in safe on a machine where other pages are open too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from bot.errors import CannotStart, SalvageError
from bot.loopback import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def refuse_beyond_loopback(host: str) -> None:
    """Raise CannotStart where others than this machine could reach the page."""
    if not is_loopback(host):
        raise CannotStart(
            f"The browser chat has no log-in, so it does not open on {host or 'every address'}. "
            "Set HOST=127.0.0.1, or use Slack or Teams there."
        )


def guarded(handler: Handler) -> Handler:
    """A handler that is open only to this machine's own pages; every failure is one sentence of JSON."""

    async def guard(request: web.Request) -> web.StreamResponse:
        try:
            refused = _refusal(request)
            response = sentence(403, refused) if refused else await handler(request)
        except SalvageError as wrong:
            response = sentence(400, str(wrong))
        except web.HTTPException as wrong:
            response = sentence(wrong.status, wrong.text or wrong.reason)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guard


def sentence(status: int, words: str) -> web.Response:
    """An error as the page shows it."""
    return web.json_response({"error": words}, status=status)


def _refusal(request: web.Request) -> str:
    # A name that merely resolves to this machine (DNS rebinding) would let a foreign page read along.
    if not is_loopback(_host(request)):
        return "The chat answers on this machine only. Open it as http://127.0.0.1 with its port."
    if request.method == "GET" and request.path == "/":
        return ""
    if not _is_own_page(request):
        return "Another site asked for this, so nothing was done. Open the chat itself and try there."
    return ""


def _host(request: web.Request) -> str | None:
    try:
        return URL(f"//{request.headers.get('Host', '')}").host
    except ValueError:
        return None


def _is_own_page(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.headers.get('Host', '')}"
