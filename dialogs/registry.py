"""Every dialog by name; a name is a public schema, for conversations are kept under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.dialog import Dialog, Make
from dialogs.diagnose import diagnose
from dialogs.next_step import next_step


def _starts(dialog: Callable[[Mapping[str, Any]], Dialog[Any]]) -> Callable[[Mapping[str, Any]], Make]:
    return lambda args: partial(dialog, args)


DIALOGS: Mapping[str, Callable[[Mapping[str, Any]], Make]] = {
    name: _starts(dialog)
    for name, dialog in (
        ("diagnose", diagnose),
        ("next", next_step),
    )
}
"""Name → the dialog, given the arguments it was started with."""
