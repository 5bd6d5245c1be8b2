"""What a control carries: an answer to one question, or a command as it would be typed."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """A button that answers one question of one conversation."""

    conversation: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class CommandPress:
    """A button that stands for a typed command."""

    command: str


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def press_value(press: AnswerPress | CommandPress) -> str:
    """What a control carries, as a short string a platform keeps for us."""
    if isinstance(press, CommandPress):
        # A string alone is written several times as fast as a list, and a page has a dozen of them.
        return f'["c",{_written(press.command)}]'
    return _written(["a", press.conversation, press.key, press.value])


def read_press(value: str) -> AnswerPress | CommandPress | None:
    """The press behind a control's string, or None where it was tampered with."""
    try:
        match json.loads(value):
            case ["c", str(command)]:
                return CommandPress(command)
            case ["a", int(conversation), str(key), str(answer)]:
                return AnswerPress(conversation, key, answer)
    except (ValueError, RecursionError):
        return None
    return None
