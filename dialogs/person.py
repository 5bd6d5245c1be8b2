"""Somebody at a client: who decides, who was hurt, who is an ally, and how each likes to be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach.names import as_written
from bot.coach.outcomes import PersonAtClient
from bot.dialog import Dialog, Load, Many, Text
from bot.view import Option, say
from dialogs.clients import found
from dialogs.options import LATER, Name, argument

PARTS = (Option("Decides", "decides"), Option("Was hurt by this", "hurt"), Option("Is on our side", "ally"))


def person(args: Mapping[str, Any]) -> Dialog[PersonAtClient]:
    """A name, the parts they play, and their preferred channel."""
    client = yield from Load("client", "client", found, {"client_id": args["client_id"]})
    name = argument(args, "name") or (yield from Name("name", say("Who is it at {client}?", client=client.name)))
    name = as_written(name)
    parts = yield from Many(
        "parts", say("What is {name}'s part in it?", name=name), options=PARTS, hint="As many as fit, or none."
    )
    channel = yield from Text(
        "channel",
        say("How does {name} like to be reached?", name=name),
        options=(Option("Phone", "phone"), Option("E-mail", "e-mail"), Option("Don't know", LATER)),
        multiline=False,
    )
    return PersonAtClient(
        args["client_id"],
        name,
        "decides" in parts,
        "hurt" in parts,
        "ally" in parts,
        "" if channel == LATER else channel,
    )
