"""Microsoft Teams in one process: activities as Teams sends them, a Bot Connector and an OpenID endpoint that
enforce what the real ones do."""

from __future__ import annotations

import copy
import itertools
from typing import Any

BOT = "28:bot"
TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "22222222-2222-2222-2222-222222222222"
TEAM = "19:team@thread.tacv2"
CHANNEL = "19:accounts@thread.tacv2"

_ids = itertools.count(1)


def activity(kind: str = "message", *, by: str = "Priya", where: str = "personal", **more: Any) -> dict[str, Any]:
    """An activity by a person of the team, as Teams writes it."""
    made: dict[str, Any] = {
        "type": kind,
        "id": f"1700000000{next(_ids):03}",
        "timestamp": "2026-03-02T09:00:00.1234567Z",
        "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "from": {"id": f"29:{by}", "name": by, "aadObjectId": f"aad-{by}"},
        "recipient": {"id": BOT, "name": "Salvage"},
        "conversation": {"id": f"a:{by}", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "localTimezone": "Europe/Berlin",
        "entities": [{"type": "clientInfo", "locale": "en-GB", "timezone": "Europe/Berlin"}],
    }
    if where == "channel":
        made["conversation"] = {
            "id": f"{CHANNEL};messageid=1", "conversationType": "channel", "isGroup": True, "tenantId": TENANT,
        }  # fmt: skip
        made["channelData"] |= {
            "team": {"id": TEAM, "name": "Accounts"},
            "channel": {"id": CHANNEL, "name": "accounts", "type": "standard"},
        }
    if where == "group":
        made["conversation"] = {"id": "19:group@unq", "conversationType": "groupChat", "isGroup": True}
    return made | copy.deepcopy(more)


def mentioning(words: str, **more: Any) -> dict[str, Any]:
    """A message that names the bot before its words."""
    made = activity(text=f"<at>Salvage</at>&nbsp;{words}", **({"where": "channel"} | more))
    made["entities"].append(
        {"type": "mention", "text": "<at>Salvage</at>", "mentioned": {"id": BOT, "name": "Salvage"}}
    )
    return made


def execute(data: dict[str, Any], *, on: str = "card-1", **more: Any) -> dict[str, Any]:
    """A press of an Action.Execute."""
    value = {"action": {"type": "Action.Execute", "verb": "press", "data": data}, "trigger": "manual"}
    return activity("invoke", name="adaptiveCard/action", value=value, replyToId=on, **more)


def hand_over(content: str, *, command: str = "start", **more: Any) -> dict[str, Any]:
    """A message handed over by the message action."""
    value = {
        "commandId": command,
        "commandContext": "message",
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": content}},
    }
    return activity("invoke", name="composeExtension/fetchTask", value=value, **more)
