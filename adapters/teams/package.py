"""The app package an administrator uploads to Teams: a manifest (schema 1.30) and two icons, in one zip."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adapters.teams.icons import color_icon, outline_icon
from adapters.teams.settings import TeamsSettings
from bot.errors import CannotStart

SCHEMA = "https://developer.microsoft.com/json-schemas/teams/v1.30/MicrosoftTeams.schema.json"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STAMP = (1980, 1, 1, 0, 0, 0)

COMMANDS = (
    ("start", "start CLIENT: a client is unhappy; open a case"),
    ("next", "next CLIENT: the next step and why it comes now"),
    ("draft", "draft apology CLIENT: help with a message or a call"),
    ("check", "check TEXT: how a message will sound to the client"),
    ("log", "log CLIENT TEXT: keep what was said"),
    ("promise", "promise CLIENT TEXT by WHEN: watch a promise"),
    ("remind", "remind CLIENT weekly on Monday at 9:00: check in until it is healed"),
    ("reminders", "Your check-ins: snooze, skip, pause or cancel"),
    ("summary", "Every client at risk, worst first"),
    ("clients", "Every client and how things stand"),
    ("close", "close CLIENT: healed, parted or lost"),
    ("help", "What I can do"),
)
IN_CHANNELS = ("start", "next", "log", "remind", "summary", "help")

FULL = (
    "When a client relationship goes sour, tell Salvage what happened. It asks what went wrong, opens a recovery case, "
    "says which step comes next and why, helps with the message and checks its tone, reminds you to check in until "
    "the client says it is fixed, and shows managers every client at risk.\n\n"
    "Salvage never writes to a client: you read, edit and send. Case details appear in your own chat with it and in "
    "channels of your team alone, never where guests or people of other organisations can read."
)


def build_package(settings: TeamsSettings, out_path: Path) -> Path:
    """Write the app package of these settings; gives its path. Raises CannotStart where the app id is missing."""
    files = {
        "manifest.json": json.dumps(manifest(settings), indent=2, ensure_ascii=False).encode(),
        "color.png": color_icon(),
        "outline.png": outline_icon(),
    }
    out_path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out_path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            # The same settings give the same bytes, so that a changed package is a changed app.
            package.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out_path


def manifest(settings: TeamsSettings) -> dict[str, Any]:
    """The app's manifest: a bot for own chats, groups and teams, and two actions on messages."""
    if not _GUID.fullmatch(settings.app_id):
        raise CannotStart(
            "The Teams package needs the bot's app id. Register the bot, then set MICROSOFT_APP_ID to its id."
        )
    site = _site(settings.public_url)
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.30",
        "version": "1.0.0",
        "id": settings.app_id.lower(),
        "developer": {
            "name": "Salvage",
            "websiteUrl": site,
            "privacyUrl": f"{site}/privacy",
            "termsOfUseUrl": f"{site}/terms",
        },
        "name": {"short": "Salvage", "full": "Salvage, the client recovery coach"},
        "description": {"short": "A coach for mending client relationships that went sour.", "full": FULL},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#0F4C5C",
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "bots": [_bot(settings.app_id.lower())],
        "composeExtensions": [_message_actions(settings.app_id.lower())],
        "validDomains": [urlsplit(site).netloc],
    }


def _bot(app_id: str) -> dict[str, Any]:
    return {
        "botId": app_id,
        "scopes": ["personal", "team", "groupChat"],
        "supportsFiles": False,
        "supportsTargetedMessages": True,
        "commandLists": [
            {"scopes": ["personal"], "triggers": ["mention", "slash"], "commands": _commands(None)},
            {"scopes": ["team", "groupChat"], "triggers": ["mention", "slash"], "commands": _commands(IN_CHANNELS)},
        ],
    }


def _commands(only: tuple[str, ...] | None) -> list[dict[str, str]]:
    return [{"title": t, "description": d} for t, d in COMMANDS if only is None or t in only]


def _message_actions(app_id: str) -> dict[str, Any]:
    return {
        "botId": app_id,
        "commands": [
            _message_action("start", "This client is unhappy", "Start a recovery case from this message"),
            _message_action("log", "Log as contact", "Keep this message in the client's case"),
        ],
    }


def _message_action(name: str, title: str, description: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": "action",
        "title": title,
        "description": description,
        "context": ["message"],
        "fetchTask": True,
    }


def _site(public_url: str) -> str:
    """The https address shown as the developer's; Teams takes no other."""
    parts = urlsplit(public_url)
    if parts.scheme != "https" or not parts.netloc:
        return "https://example.org"
    return f"https://{parts.netloc}"
