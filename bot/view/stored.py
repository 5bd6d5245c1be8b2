"""Cards as plain JSON, as the outbox and the local log keep them."""

from __future__ import annotations

import dataclasses
from typing import Any

from bot.view.cards import Card
from bot.view.elements import (
    Action,
    Actions,
    Attachment,
    Chart,
    Facts,
    Form,
    Heading,
    Image,
    Input,
    Note,
    Option,
    Quote,
    Series,
    Table,
    Text,
)
from bot.view.words import Span

_RECORDS: dict[str, type] = {
    c.__name__: c
    for c in (
        Span, Heading, Text, Quote, Note, Facts, Table, Series, Chart, Image, Attachment, Action, Actions,
        Option, Input, Form, Card,
    )
}  # fmt: skip
_FIELDS = {c: tuple(f.name for f in dataclasses.fields(c)) for c in _RECORDS.values()}


def to_json(record: object) -> Any:
    """A card or a part of it as plain JSON: each record an object with its name under ``is``."""
    fields = _FIELDS.get(type(record))
    if fields is not None:
        return {"is": type(record).__name__, **{name: to_json(getattr(record, name)) for name in fields}}
    if isinstance(record, tuple):
        return [to_json(r) for r in record]
    return record


def from_json(data: Any) -> Any:
    """The record that :func:`to_json` wrote; fields it does not know are left out."""
    if isinstance(data, list):
        return tuple(from_json(d) for d in data)
    if not isinstance(data, dict):
        return data
    record = _RECORDS[data["is"]]
    return record(**{k: from_json(data[k]) for k in _FIELDS[record] if k in data})


def card_from_json(data: Any) -> Card:
    """A stored card."""
    made = from_json(data)
    if not isinstance(made, Card):
        raise ValueError("not a card")
    return made
