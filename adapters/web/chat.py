"""A turn taken on the page, and what of the log a person sees."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.web.bell import Bell
from adapters.web.parse import Turn
from adapters.web.places import places
from bot.dialog import tidy
from bot.errors import NotFound
from bot.ports import (
    Commanded,
    Conversations,
    Inbound,
    LocalLog,
    LocalMessage,
    Opened,
    Pressed,
    Said,
    Submitted,
    Who,
)
from bot.view import (
    AnswerPress,
    Card,
    CommandPress,
    Facts,
    Form,
    Input,
    Line,
    Note,
    Text,
    card,
    clip,
    plain,
    read_press,
    say,
)

LONGEST_BUBBLE = 3_000
LOST = card("I took that in, but my answer to it was lost. Type next to go on from there.")
"""Shown where an event comes again whose first answer never reached the log; one that did is not shown twice."""


class Chat:
    """Takes turns and keeps in the log what both sides said."""

    def __init__(self, conversations: Conversations, log: LocalLog, bell: Bell) -> None:
        self._conversations = conversations
        self._log = log
        self._bell = bell

    async def take(self, turn: Turn) -> None:
        """Show the person's words, take the turn, show the answer."""
        used = await self._used(turn)
        again = await self._log.find(f"{turn.inbound.event}:said") is not None
        await self._speak(turn, said_card(turn.words))
        reply = await self._conversations.handle(turn.inbound)
        if used and reply.pressed:
            await self._log.replace(used.id, answered(turn.inbound, used.card, reply.pressed))
        else:
            await self._speak(turn, used_card(turn.inbound, used.card) if used else None)
        cards = reply.cards or ((LOST,) if again and reply.pressed is None else ())
        for n, answer in enumerate(cards):
            await self._log.append(turn.seat.place.key, turn.seat.who.key, answer, key=f"{turn.inbound.event}:{n}")
        self._bell.ring()

    async def message(self, who: Who, number: int) -> LocalMessage:
        """One message this person can read."""
        shown = next((m for m in await self.readable(who, after=number - 1) if m.id == number), None)
        if shown is None:
            raise NotFound("That message is not here any more. Reload the page to see what is.")
        return shown

    async def readable(self, who: Who, *, after: int = 0) -> Sequence[LocalMessage]:
        """What was shown or changed after a mark in the places this person can open, oldest first."""
        open_to = {place.key for place in places(who).values()}
        return [m for m in await self._log.since(after, person=who.key) if m.place in open_to]

    async def _used(self, turn: Turn) -> LocalMessage | None:
        return None if turn.message is None else await self.message(turn.seat.who, turn.message)

    async def _speak(self, turn: Turn, words: Card | None) -> None:
        if words is None:
            return
        who = turn.seat.who
        await self._log.append(turn.seat.place.key, who.key, words, author=who.name, key=f"{turn.inbound.event}:said")
        self._bell.ring()


def said_card(words: str) -> Card | None:
    """Typed words as the person's own message; of very long ones the beginning, and how long they were."""
    shown = tidy(words)
    if not shown:
        return None
    cut = f"{len(shown):,} characters; all of them were sent." if len(shown) > LONGEST_BUBBLE else None
    return card(Text(say("{words}", words=clip(shown, LONGEST_BUBBLE))), Note(say("{cut}", cut=cut)) if cut else None)


def answered(inbound: Inbound, shown: Card, pressed: Card) -> Card:
    """What an answered message turns into; what it told besides its question stays readable."""
    press = read_press(inbound.act.value) if isinstance(inbound.act, Pressed) else None
    if shown.form and isinstance(press, AnswerPress) and press.conversation == shown.form.conversation:
        return Card(shown.elements + pressed.elements, pressed.form)
    return pressed


def used_card(inbound: Inbound, shown: Card) -> Card | None:
    """What a person said by using a control of a message."""
    match inbound.act:
        case Pressed(value):
            label = next((a.label for a in shown.actions if a.value == value), "") or _label_in_form(value, shown)
            return said_card(label)
        case Submitted(_, answers):
            rows = tuple(_answer_row(i, answers[i.key]) for i in _inputs(shown) if i.key in answers)
            if len(rows) == 1:
                return card(rows[0][1])
            return card(Facts(rows)) if rows else None
        case Said() | Commanded() | Opened():
            return None
        case act:
            raise TypeError(f"the page does not send {type(act).__name__}")


def _label_in_form(value: str, shown: Card) -> str:
    press = read_press(value)
    return "Back" if press == CommandPress("back") else ""


def _inputs(shown: Card) -> tuple[Input, ...]:
    form: Form | None = shown.form
    return form.inputs if form else ()


def _answer_row(asked: Input, answer: object) -> tuple[str, Line]:
    labels = {o.value: o.label for o in asked.options}
    match answer:
        case {"pick": str(pick)}:
            words = labels.get(pick, pick)
        case list() | tuple():
            words = ", ".join(labels.get(str(v), str(v)) for v in answer) or "None"
        case _:
            words = clip(tidy(str(answer)), LONGEST_BUBBLE) or "Skip"
    return plain(asked.prompt), say("{words}", words=words)
