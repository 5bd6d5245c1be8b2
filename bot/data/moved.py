"""Ids inside words: buttons, message keys and answers name rows, and follow them when they get new ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.local import TENANT
from bot.view import AnswerPress, CommandPress, press_value, read_press

_COMMANDS = {
    "reading": "occurrences",
    "kept": "promises",
    "broken": "promises",
    "slip": "promises",
    "reminder": "schedules",
    "pause": "schedules",
    "resume": "schedules",
}
"""Commands whose first word is the id of a row."""

_KEYS = {
    "checkin": "occurrences",
    "promise": "promises",
    "moved": "schedules",
    "digest": "digests",
    "left": "people",
    **dict.fromkeys(("owner", "later", "waiting", "ask", "call", "taken", "given", "handover"), "cases"),
}
"""What the number in a message's key is the id of."""

_NAMED = {
    "client_id": "clients",
    "case_id": "cases",
    "conversation": "conversations",
    "schedule": "schedules",
    "occurrence": "occurrences",
    "promise": "promises",
}
"""Keys of recorded JSON whose whole number is an id."""

_KEY = re.compile(r"(?P<before>(?:instead:)*)(?P<word>\w+):(?P<id>\d+)(?P<after>.*)", re.DOTALL)


class Move:
    """Adds to every id of a table what its rows were moved by."""

    def __init__(self, by: Mapping[str, int]) -> None:
        self.by = by
        self.nothing = not any(by.values())

    def row(self, table: str, values: dict[str, Any]) -> dict[str, Any]:
        """A row with the ids inside its words moved; its own id and references are moved by whoever writes it."""
        if self.nothing:
            return values
        moved = {k: self.words(v) if isinstance(v, dict | list) else v for k, v in values.items()}
        if table in ("outbox", "local_messages") and moved["key"]:
            moved["key"] = self.key(moved["key"])
        if table == "outbox":
            moved["edits"] = self.key(moved["edits"]) if moved["edits"] else moved["edits"]
            if moved["tenant"] == TENANT and moved["ref"] and "message" in moved["ref"]:
                number = int(moved["ref"]["message"]) + self.by.get("local_messages", 0)
                moved["ref"] = {**moved["ref"], "message": str(number)}
        return moved

    def key(self, key: str) -> str:
        """A message's key."""
        match = _KEY.fullmatch(key)
        if match is None or match["word"] not in _KEYS:
            return key
        return f"{match['before']}{match['word']}:{self._id(_KEYS[match['word']], match['id'])}{match['after']}"

    def words(self, data: Any) -> Any:
        """Any recorded JSON."""
        if isinstance(data, list):
            return [self.words(item) for item in data]
        if isinstance(data, dict):
            return {k: self._value(k, v) for k, v in data.items()}
        return data

    def _value(self, name: str, value: Any) -> Any:
        if name in _NAMED and isinstance(value, int) and not isinstance(value, bool):
            return self._id(_NAMED[name], value)
        if name == "value" and isinstance(value, str) and value.startswith('["'):
            return self._press(value)
        return self.words(value)

    def _press(self, value: str) -> str:
        match read_press(value):
            case AnswerPress(conversation, key, answer):
                return press_value(AnswerPress(self._id("conversations", conversation), key, answer))
            case CommandPress(command):
                word, _, rest = command.partition(" ")
                number, blank, more = rest.partition(" ")
                if word in _COMMANDS and number.isdecimal():
                    return press_value(CommandPress(f"{word} {self._id(_COMMANDS[word], number)}{blank}{more}"))
        return value

    def _id(self, table: str, number: int | str) -> int:
        return int(number) + self.by.get(table, 0)
