"""What a turn's reply becomes: what answers the request, what is posted here, what goes to the person alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.teams.parse import Turn
from adapters.teams.render import CARD_TYPE, render
from bot.ports import PlaceKind, Reply, Submitted
from bot.view import Card, card, clip, merge

Json: TypeAlias = Mapping[str, Any]

PRIVATELY = "I've answered you privately."
WORKING = "I'm on it. The answer follows in our chat."
TAKEN = "Noted."
BELOW = "My answer is below."
NO_CHAT = (
    "I can't write to you privately yet. In Teams choose Apps, find me and press Add; then say that again to me there."
)
UNSURE = (
    "Teams did not tell me just now whether you are of the team, so I say nothing about clients, and nothing was "
    "changed. Please try that again in a minute."
)
TITLE = "Salvage"


@dataclass(frozen=True, slots=True)
class Shown:
    """``body`` answers the request; ``here`` is posted where it was said; ``private`` goes to the person alone."""

    body: Json | None = None
    here: tuple[Card, ...] = ()
    private: tuple[Card, ...] = ()


def shown(turn: Turn, reply: Reply) -> Shown:
    """How a reply is shown: nothing but neutral words where others read."""
    match turn.answer:
        case "nothing":
            return Shown()
        case "dialog":
            return _in_dialog(turn, reply)
        case "card":
            return _on_card(turn, reply)
        case _:
            return _as_messages(turn, reply)


def working(turn: Turn) -> Json | None:
    """What answers a request whose turn takes longer than Teams waits."""
    match turn.answer:
        case "card":
            return _said(WORKING)
        case "dialog":
            return {"task": {"type": "message", "value": WORKING}}
        case _:
            return None


def late(turn: Turn, reply: Reply) -> Shown:
    """How a reply is shown that came after its request was answered: as messages."""
    if turn.answer == "nothing":
        return Shown()
    return _as_messages(turn, Reply(tuple(c for c in (reply.pressed, *reply.cards) if c), None, reply.moved))


def _as_messages(turn: Turn, reply: Reply) -> Shown:
    inbound = turn.inbound
    if inbound.origin is None or inbound.who.outsider or turn.unsure:
        # An outsider's reply is neutral, and the bot opens no chat with them.
        return Shown(here=reply.cards)
    return Shown(here=(card(PRIVATELY),) if reply.cards or reply.moved else (), private=reply.cards)


def _on_card(turn: Turn, reply: Reply) -> Shown:
    inbound = turn.inbound
    if inbound.who.outsider or turn.unsure:
        return Shown(_said(_words(reply.cards)))
    rest = reply.cards
    replaced = reply.pressed
    if replaced and inbound.origin and inbound.origin.kind is not PlaceKind.internal:
        # The card stands where outsiders may read by now.
        rest = (replaced, *rest)
        replaced = None
    if replaced is None and isinstance(inbound.act, Submitted) and inbound.origin is None and rest:
        # A sent form turns into what was answered, or into itself with what was wrong.
        replaced, rest = (rest[0], rest[1:]) if _wrong(rest[0]) else (turn.sent or card(TAKEN), rest)
    body = _in_place(replaced) if replaced else None
    if replaced and body is None:
        rest = (replaced, *rest)
    if inbound.origin is None:
        return Shown(body or _said(BELOW if rest or reply.moved else TAKEN), here=rest)
    return Shown(body or _said(PRIVATELY if rest or reply.moved else TAKEN), private=rest)


def _wrong(shown: Card) -> bool:
    return shown.form is not None and any(i.error for i in shown.form.inputs)


def _in_dialog(turn: Turn, reply: Reply) -> Shown:
    if turn.inbound.who.outsider or turn.unsure:
        return Shown({"task": {"type": "message", "value": _words(reply.cards)}})
    cards = tuple(c for c in (reply.pressed, *reply.cards) if c)
    pages = render(merge(cards)) if cards else []
    if len(pages) != 1:
        own = {"private": cards} if turn.inbound.origin else {"here": cards}
        return Shown({"task": {"type": "message", "value": PRIVATELY if cards else TAKEN}}, **own)
    asked = {"contentType": CARD_TYPE, "content": submitting(pages[0])}
    size = {"title": TITLE, "height": "medium", "width": "medium"}
    return Shown({"task": {"type": "continue", "value": {**size, "card": asked}}})


def _in_place(replaced: Card) -> Json | None:
    pages = render(replaced)
    return {"statusCode": 200, "type": CARD_TYPE, "value": pages[0]} if len(pages) == 1 else None


def _said(words: str) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words}


def _words(cards: tuple[Card, ...]) -> str:
    return clip(" ".join(c.text for c in cards), 400) or TAKEN


def submitting(node: Any) -> Any:
    """A card for a dialog, which knows ``Action.Submit`` only."""
    if isinstance(node, list):
        return [submitting(n) for n in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "Action.Execute":
        return node["fallback"]
    return {k: submitting(v) for k, v in node.items()}
