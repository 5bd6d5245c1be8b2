"""One message: what the coach shows, before any platform gives it a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.view.elements import Action, Actions, Element, Form, Style, Text
from bot.view.press import AnswerPress, CommandPress, press_value
from bot.view.text import element_text, input_text
from bot.view.words import Line, say


@dataclass(frozen=True, slots=True)
class Card:
    """One message."""

    elements: tuple[Element, ...] = ()
    form: Form | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every button of the card, the options of an open question last."""
        own = [a for e in self.elements if isinstance(e, Actions) for a in e.actions]
        return tuple(own) + (form_actions(self.form) if self.form else ())

    @property
    def text(self) -> str:
        """The whole card as words, for notifications, screen readers and the terminal."""
        parts = [element_text(e) for e in self.elements if not isinstance(e, Actions)]
        if self.form and self.form.inputs:
            parts.append(input_text(self.form.inputs[0]))
        parts += [f"{n}. {a.label}" for n, a in enumerate(self.actions, 1)]
        return "\n".join(p for p in parts if p)


def card(*elements: Element | Line | str | None, form: Form | None = None) -> Card:
    """A card of elements; a line or string stands for a paragraph, None for nothing."""
    made: list[Element] = []
    for element in elements:
        if isinstance(element, str):
            made.append(Text(say("{words}", words=element)))
        elif isinstance(element, tuple):
            made.append(Text(element))
        elif element is not None:
            made.append(element)
    return Card(tuple(made), form)


def merge(cards: Sequence[Card]) -> Card:
    """Several cards as one message; the last open form wins."""
    forms = [c.form for c in cards if c.form]
    return Card(tuple(e for c in cards for e in c.elements), forms[-1] if forms else None)


def button(label: str, command: str, style: Style = "plain") -> Action:
    """A button that stands for a typed command."""
    return Action(label, press_value(CommandPress(command)), style)


def form_actions(form: Form) -> tuple[Action, ...]:
    """The options of a form's first question as buttons."""
    if not form.inputs or form.inputs[0].kind == "many":
        return ()
    first = form.inputs[0]
    return tuple(
        Action(o.label, press_value(AnswerPress(form.conversation, first.key, o.value))) for o in first.options
    )
