"""Cards as modals and as the home tab."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack import limits
from adapters.slack.blocks import Block, Piece, buttons, notes, pieces_of, plain_text
from adapters.slack.inputs import back_row, fields
from bot.view import Action, Card, Form, merge, say

NAME = "Salvage"
HOME_PAGE = limits.VIEW_BLOCKS - 4  # room for the rows that turn the page


@dataclass(frozen=True, slots=True)
class Thread:
    """What a modal must remember: its conversation, the place it belongs to, and where the answer goes.

    ``response_url`` is empty where there is none; ``place`` is a key of ours.
    """

    conversation: int
    place: str
    response_url: str = ""

    def write(self) -> str:
        """As ``private_metadata``, without the address where it would not fit."""
        whole = json.dumps([self.conversation, self.place, self.response_url], separators=(",", ":"))
        fits = len(whole) <= limits.PRIVATE_METADATA
        return whole if fits else json.dumps([self.conversation, self.place, ""], separators=(",", ":"))


def read_thread(metadata: str) -> Thread | None:
    """What a modal remembered, or None where it is none of ours."""
    try:
        match json.loads(metadata):
            case [int(conversation), str(place), str(url)]:
                return Thread(conversation, place, url)
    except (ValueError, RecursionError):
        return None
    return None


def modal(cards: Sequence[Card], thread: Thread) -> Block:
    """Cards as a modal; the questions of the last open form as inputs."""
    whole = merge(cards)
    form = whole.form if whole.form and whole.form.inputs else None
    asked = [*fields(form), *back_row(form)] if form else []
    above = [p for e in whole.elements for p in pieces_of(e, "view")]
    room = limits.VIEW_BLOCKS - len(asked)
    if len(above) > room:
        above = [*above[: room - 1], *notes(say("The rest is in our private chat."))]
    view: Block = {
        "type": "modal",
        "callback_id": "form" if form else "card",
        "title": plain_text(_title(form), limits.VIEW_TITLE),
        "close": plain_text("Later" if form else "Close", limits.VIEW_TITLE),
        "private_metadata": thread.write(),
        "blocks": [p.block for p in [*above, *asked][: limits.VIEW_BLOCKS]],
    }
    return {**view, "submit": plain_text("Continue", limits.VIEW_TITLE)} if form else view


def _title(form: Form | None) -> str:
    """The form's title where it fits; cut off it would say less than our name."""
    return form.title if form and 0 < len(form.title) <= limits.VIEW_TITLE else NAME


def overflows(cards: Sequence[Card]) -> bool:
    """Whether a modal cannot hold all that these cards say."""
    whole = merge(cards)
    asked = len([*fields(whole.form), *back_row(whole.form)]) if whole.form else 0
    return sum(len(pieces_of(e, "view")) for e in whole.elements) + asked > limits.VIEW_BLOCKS


def errors(form: Form, shown: Mapping[str, object]) -> dict[str, str]:
    """What was wrong with the answers, by the block it stands at; only blocks that are shown."""
    wrong: dict[str, str] = {}
    for asked in form.inputs:
        for block_id in (f"q:{asked.key}", f"k:{asked.key}"):
            if asked.error and block_id in shown:
                wrong[block_id] = asked.error[: limits.VIEW_ERROR]
    return wrong


def home(cards: Sequence[Card], page: int = 0) -> Block:
    """Cards as the home tab, a page at a time."""
    pieces = [p for e in merge(cards).elements for p in pieces_of(e, "view")]
    last = max(0, (len(pieces) - 1) // HOME_PAGE)
    page = min(max(page, 0), last)
    shown = pieces[page * HOME_PAGE : (page + 1) * HOME_PAGE]
    return {"type": "home", "blocks": [p.block for p in [*shown, *_turns(page, last)]]}


def _turns(page: int, last: int) -> list[Piece]:
    turns = [Action("Earlier", str(page - 1))] if page > 0 else []
    turns += [Action("More", str(page + 1))] if page < last else []
    return buttons(turns, prefix="h")
