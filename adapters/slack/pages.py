"""What a browser shows while the coach is being installed: the way to Slack, and what came of it. Pure."""

from __future__ import annotations

from html import escape

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds a code
}

WRONG = {
    "access_denied": "somebody chose Cancel. Start again, or ask a workspace owner to do it.",
    "invalid_browser": "this browser did not start it, or its cookie is gone. Start again, over https.",
    "invalid_state": "this page was used before, or more than ten minutes went by. Start again.",
    "missing_code": "Slack sent no code. Start again.",
    "invalid_code": "Slack did not confirm it. Start again.",
    "storage_error": "it could not be kept. Start again in a minute.",
    "away": "Slack, or my database, did not answer. Start again in a minute.",
}
"""What went wrong, by Bolt's or Slack's name for it, and what to do."""


def asking(address: str) -> str:
    """The way to Slack's own page, where somebody allows it."""
    return _page(
        "Salvage for Slack",
        "A coach for people who look after clients. It never writes to a client: a person reads, edits and sends.",
        address,
        "Add to Slack",
    )


def installed(name: str, team: str) -> str:
    """It is done; ``name`` and ``team`` are empty where a whole organisation installed."""
    where = f"https://app.slack.com/client/{team}" if team else "https://app.slack.com/"
    title = f"Salvage is in {name}" if name else "Salvage is installed"
    return _page(title, "Type /salvage in Slack to begin.", where, "Open Slack")


def failed(reason: str, again: str) -> str:
    """Nothing was installed, and why; ``again`` is where it starts."""
    why = WRONG.get(reason, f"Slack said {reason[:80]}. Start again.")
    return _page("Nothing was installed", why[:1].upper() + why[1:], again, "Start again")


def _page(title: str, words: str, address: str, label: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto 0; max-width: 34rem; padding: 0 1rem; }}
a {{ background: #1f4e5f; border-radius: .4rem; color: #fff; display: inline-block; padding: .5rem 1rem; }}
</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(words)}</p>
<p><a href="{escape(address)}">{escape(label)}</a></p>
</body>
</html>
"""
