"""Check the tone of a text before it goes to a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach.outcomes import Nothing
from bot.dialog import Dialog, Say, Text
from dialogs.options import argument
from dialogs.tonecard import tone_card


def check(args: Mapping[str, Any]) -> Dialog[Nothing]:
    """Show what the tone check finds in the text given, or in one that is asked for."""
    text = argument(args, "text").strip()
    if not text:
        text = yield from Text("text", "Which text? Paste it as you would send it; nobody but you sees it.")
    yield from Say("tone", tone_card(text))
    return Nothing()
