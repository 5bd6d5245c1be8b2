"""Which of a client's open cases words were about; then they are carried out as they were typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach.outcomes import Meant, Nothing
from bot.dialog import Dialog, Load
from bot.view import clip
from dialogs.clients import case_meant, found
from dialogs.options import argument


def which(args: Mapping[str, Any]) -> Dialog[Meant | Nothing]:
    """One of several cases, and the command that waits for it."""
    client = yield from Load("client", "client", found, {"client_id": args["client_id"]})
    number = yield from case_meant(client)
    if number is None:
        return Nothing(f"{clip(client.name, 60)} has no open case any more. Nothing was changed.")
    return Meant(number, argument(args, "command"))
