"""Every dialog by name; a name is a public schema, for conversations are kept under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.dialog import Dialog, Make
from dialogs.check import check
from dialogs.close import close
from dialogs.decide import decide
from dialogs.diagnose import diagnose
from dialogs.draft import draft
from dialogs.edit import edit
from dialogs.handover import handover
from dialogs.log import log
from dialogs.next_step import next_step
from dialogs.override import override
from dialogs.person import person
from dialogs.promise import promise
from dialogs.remind import remind
from dialogs.reminder import reminder
from dialogs.reparation import reparation
from dialogs.review import review
from dialogs.which import which
from dialogs.zone import zone


def _starts(dialog: Callable[[Mapping[str, Any]], Dialog[Any]]) -> Callable[[Mapping[str, Any]], Make]:
    return lambda args: partial(dialog, args)


DIALOGS: Mapping[str, Callable[[Mapping[str, Any]], Make]] = {
    name: _starts(dialog)
    for name, dialog in (
        ("diagnose", diagnose),
        ("next", next_step),
        ("draft", draft),
        ("check", check),
        ("log", log),
        ("reparation", reparation),
        ("remind", remind),
        ("reminder", reminder),
        ("promise", promise),
        ("edit", edit),
        ("override", override),
        ("review", review),
        ("decide", decide),
        ("handover", handover),
        ("person", person),
        ("close", close),
        ("which", which),
        ("zone", zone),
    )
}
"""Name → the dialog, given the arguments it was started with."""
