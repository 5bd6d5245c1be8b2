import asyncio
import logging
import sys

from structlog.testing import capture_logs

from bot.logs import Wordless, unheard, where_it_broke


def test_a_log_says_where_it_broke_and_never_what_was_typed() -> None:
    try:
        int("Dana is furious")
    except ValueError as broken:
        event = where_it_broke(None, "error", {"event": "turn.broke", "exc_info": broken})
    assert event["broke"] == "ValueError"
    assert event["at"][-1].startswith("test_logs.py:")
    assert "Dana" not in str(event)


def test_a_librarys_own_log_line_leaves_out_what_was_typed_too() -> None:
    try:
        int("Dana is furious")
    except ValueError:
        record = logging.LogRecord("aiohttp.server", logging.ERROR, "", 1, "Error handling request", (), sys.exc_info())
    line = Wordless("%(levelname)s %(name)s %(message)s").format(record)
    assert line.startswith("ERROR aiohttp.server Error handling request\nValueError at test_logs.py:")
    assert "Dana" not in line


async def test_what_breaks_where_nobody_waits_is_logged_without_its_words() -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unheard)
    with capture_logs() as lines:
        loop.call_soon(int, "Dana is furious")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    loop.set_exception_handler(None)
    (line,) = lines
    assert line["event"] == "loop.unheard"
    assert isinstance(line.pop("exc_info"), ValueError)
    assert "Dana" not in str(line)
