"""A card as HTML. Pure: every word passes through autoescaping, and nothing is styled or scripted inline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup

from adapters.web import chart
from adapters.web.places import Seat
from bot.ports import LocalMessage
from bot.view import Actions, AnswerPress, Card, CommandPress, Line, plain, press_value, read_press

OPTIONS: Mapping[str, Any] = {
    "loader": jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    "autoescape": True,
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
"""How templates are read, a page's and a card's: autoescaped, strict about names, from this package."""

_PICTURE = re.compile(r"/(?!/)[^\\\s]*|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a card: its number on the page, and where its files are fetched."""

    number: int
    query: Mapping[str, str]

    def file(self, n: int) -> str:
        """The address of the n-th element's file."""
        return f"/chat/file/{self.number}/{n}?{urlencode(self.query)}"


def line_html(line: Line) -> Markup:
    """A styled line: strong, em and del around escaped words."""
    html = Markup("")
    for span in line:
        words = Markup("{}").format(span.text)
        for tag, wanted in (("em", span.italic), ("strong", span.bold), ("del", span.strike)):
            if wanted:
                words = Markup("<{0}>{1}</{0}>").format(Markup(tag), words)
        html += words
    return html


def card_html(card: Card, frame: Frame) -> Markup:
    """The elements of a card and its open question."""
    return Markup(_ENV.get_template("card.html").render(card=card, frame=frame))


def message_html(message: LocalMessage, seat: Seat) -> Markup:
    """One message as an article, with who said it, when, and who else can read it."""
    frame = Frame(message.id, seat.query)
    return Markup(
        _ENV.get_template("message.html").render(
            message=message,
            own=bool(message.author) and message.to == seat.who.key,
            everyone=not message.to and not message.place.startswith("@"),
            shared=seat.place.kind != "private",
            conversation=conversation_of(message.card),
            body=card_html(message.card, frame),
        )
    )


def conversation_of(card: Card) -> int | None:
    """The conversation a message asks in, so that its controls fall quiet once a newer message asks there."""
    if card.form:
        return card.form.conversation
    for action in card.actions:
        press = read_press(action.value)
        if isinstance(press, AnswerPress):
            return press.conversation
    return None


def environment() -> jinja2.Environment:
    """The environment in which cards are drawn."""
    env = jinja2.Environment(**OPTIONS)
    furnish(env)
    return env


def furnish(env: jinja2.Environment) -> None:
    """Give an environment the filters that the templates use."""
    env.filters.update(
        line=line_html,
        words=plain,
        kind=lambda element: type(element).__name__,
        svg=chart.svg,
        number=chart.number,
        share=chart.share,
        colour=chart.colour,
        positive=chart.positive,
        picture=lambda url: url if _PICTURE.fullmatch(url) else "",
        actions=lambda card: [a for e in card.elements if isinstance(e, Actions) for a in e.actions],
        command=lambda words: press_value(CommandPress(words)),
        pick=lambda option, form, asked: press_value(AnswerPress(form.conversation, asked.key, option.value)),
        chosen=lambda asked: {asked.value} if isinstance(asked.value, str) else set(asked.value or ()),
    )


_ENV = environment()
