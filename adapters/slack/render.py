"""Cards as messages: blocks within every limit, in as many messages as they take, each with its words beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.slack import limits
from adapters.slack.blocks import Block, Piece, pieces_of
from adapters.slack.inputs import needs_modal, question
from adapters.slack.mrkdwn import escape
from bot.view import Attachment, Card, Chart, Element, Span, Table, Text, chart_text, merge, table_text

ASKING = "f:"
"""How the ``block_id`` of each part of a question begins."""


@dataclass(frozen=True, slots=True)
class Message:
    """The ``blocks`` of one message and the ``text`` that stands for them."""

    text: str
    blocks: tuple[Block, ...]


def messages(card: Card, *, typing: bool = True) -> tuple[Message, ...]:
    """A card as one message, or several where one cannot hold it; never none.

    ``typing``: whether the person can answer there in words; otherwise a button opens a modal for them.
    """
    pieces = [piece for element in card.elements for piece in pieces_of(element, "message")]
    if card.form:
        pieces += [_asking(piece, n) for n, piece in enumerate(question(card.form, typing=typing))]
    return tuple(_message(page) for page in _pages(pieces)) or (Message("–", ()),)


def _asking(piece: Piece, number: int) -> Piece:
    """A part of a question, marked as one: it goes when the question is answered, and what was said before it stays."""
    return Piece({"block_id": f"{ASKING}{number}", **piece.block}, piece.text)


def in_place_of(asked: Sequence[Block], answered: Card) -> Message:
    """The message whose question was answered: what it said besides, and the answer."""
    said = [b for b in asked if not str(b.get("block_id", "")).startswith((ASKING, "q:"))]
    answer = messages(answered)[0]
    whole = [*said, *answer.blocks]
    if len(whole) > limits.MESSAGE_BLOCKS:
        return answer
    text = "\n".join([escape(words) for b in said if (words := words_of(b).strip())] + [answer.text])
    return Message(text, tuple(whole))


def words_of(shown: object) -> str:
    """What blocks that Slack gives back say."""
    if isinstance(shown, Mapping):
        own = [str(shown["text"])] if isinstance(shown.get("text"), str) else []
        return "".join(own + [words_of(v) for k, v in shown.items() if k in ("text", "elements", "rows")])
    return "".join(map(words_of, shown)) if isinstance(shown, list) else ""


def apart(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Cards as one; a question that a press replaces stands alone where the message pressed is not shown to us."""
    whole = merge(cards)
    if whole.form is None or not whole.elements or needs_modal(whole.form):
        return (whole,)
    return Card(whole.elements), Card((), whole.form)


def attachments(card: Card) -> tuple[Attachment, ...]:
    """The files that belong to a card; they are sent after it."""
    return tuple(e for e in card.elements if isinstance(e, Attachment))


def in_words(card: Card) -> Card:
    """The card with its tables and charts in words, for a workspace that does not take them yet."""
    return replace(card, elements=tuple(_in_words(e) for e in card.elements))


def _in_words(element: Element) -> Element:
    match element:
        case Table():
            return Text((Span(table_text(element)),))
        case Chart():
            return Text((Span(chart_text(element)),))
        case _:
            return element


def has_native(card: Card) -> bool:
    """Whether a card holds what an older workspace may refuse."""
    return any(isinstance(e, Table | Chart) for e in card.elements)


def _pages(pieces: Sequence[Piece]) -> list[list[Piece]]:
    pages: list[list[Piece]] = []
    size = 0
    for piece in pieces:
        length = piece.size
        if not pages or size + length > limits.MESSAGE_CHARS or not _room(pages[-1], piece):
            pages.append([])
            size = 0
        pages[-1].append(piece)
        size += length
    return pages


def _room(page: Sequence[Piece], piece: Piece) -> bool:
    kind = piece.block["type"]
    count = sum(p.block["type"] == kind for p in page)
    most = {"table": limits.MESSAGE_TABLES, "data_visualization": limits.MESSAGE_CHARTS}.get(kind, len(page) + 1)
    return len(page) < limits.MESSAGE_BLOCKS and count < most


def _message(page: Sequence[Piece]) -> Message:
    text = "\n".join(p.text for p in page if p.text.strip())
    return Message(escape(text).strip() or "–", tuple(p.block for p in page))
