"""Structured logs on standard error: one JSON line each, never a person's words or a token."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

log = structlog.get_logger()


def set_up_logs(*, quiet: bool = False) -> None:
    """Send logs to standard error; a terminal chat keeps only errors."""
    level = logging.ERROR if quiet else logging.INFO
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(Wordless("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[libraries], level=logging.WARNING)
    colours = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_broke,
            structlog.dev.ConsoleRenderer() if colours else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class Wordless(logging.Formatter):
    """Lines of the libraries' own loggers: an exception in them is told as ours are, by type and place."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the standard library's name
        """The exception's type and where it was raised, on one line."""
        told = where_it_broke(None, "error", {"exc_info": ei})
        return f"{told.get('broke', '')} at {', '.join(told.get('at', ()))}"


def unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A loop's exception handler: what broke where nobody waited for it; asyncio's own would print the exception."""
    # A callback is named with its arguments, which may be somebody's words.
    what = str(context.get("message", "")).partition(" in callback ")[0]
    log.error("loop.unheard", what=what, exc_info=context.get("exception"))


def where_it_broke(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its types and places; its message is left out, for it may quote what somebody typed."""
    info = event.pop("exc_info", None)
    broken = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(broken, BaseException):
        frames = traceback.extract_tb(broken.__traceback__)
        event["broke"] = type(broken).__name__
        event["at"] = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in frames[-12:]]
    return event
