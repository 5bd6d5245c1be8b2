"""Cards as messages: blocks within every limit, in as many messages as they take, each with its words beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.slack import limits
from adapters.slack.blocks import Block, Piece, pieces_of
from adapters.slack.inputs import question
from adapters.slack.mrkdwn import escape
from bot.view import Attachment, Card, Chart, Element, Span, Table, Text, chart_text, table_text


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
        pieces += question(card.form, typing=typing)
    return tuple(_message(page) for page in _pages(pieces)) or (Message("–", ()),)


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
