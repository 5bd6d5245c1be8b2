"""Putting a reply before a person: a modal, an ack, a message only they see, their private chat, the home tab."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import background, views
from adapters.slack.asking import UNSENT, why
from adapters.slack.background import Background
from adapters.slack.blocks import Block
from adapters.slack.heard import Heard
from adapters.slack.inputs import needs_modal
from adapters.slack.owed import Owed, Owing
from adapters.slack.render import Message, apart, in_place_of, messages
from adapters.slack.responses import Responses, payload
from adapters.slack.tokens import Tokens, Web
from adapters.slack.views import Thread
from bot.ports import Reply, Who
from bot.view import Card, merge

log = structlog.get_logger()

Ack = dict[str, Any]
PROMPTS = (
    ("A client is unhappy", "start"),
    ("What needs me today?", "home"),
    ("Check my wording", "check"),
    ("Who is at risk?", "summary"),
)


class Showing:
    """Shows what a turn answered."""

    def __init__(self, web: Web, tokens: Tokens, behind: Background, owed: Owed) -> None:
        self._web = web
        self._tokens = tokens
        self._background = behind
        self._owed = owed
        self._responses = Responses(web)

    async def _client(self, heard: Heard) -> AsyncWebClient:
        return self._web.writes((await self._tokens.of(heard.team, heard.enterprise)).token)

    async def asked(self, heard: Heard, reply: Reply, place: str) -> bool:
        """Whether the reply is a question that opened as a modal."""
        if not reply.cards or not needs_modal(reply.cards[-1].form):
            return False
        if beyond(reply.cards) and not heard.reopens:
            return False
        thread = Thread(conversation_of(reply.cards), place, heard.response_url)
        return await self.open(heard, await self.modal(heard, reply.cards[-1:], thread))

    async def modal(self, heard: Heard, cards: Sequence[Card], thread: Thread) -> Block:
        """Cards as a modal; what it cannot hold is sent to the private chat as well."""
        if views.overflows(cards):
            owing = self._owed.owing(f"{heard.event}:whole", _chat(heard), messages(merge(cards)))
            await self._owed.until(self._background.later(self._owed.show(owing)), owing)
        return views.modal(cards, thread)

    async def open(self, heard: Heard, view: Block) -> bool:
        """Open a modal, while the trigger lives; False where it did not open."""
        if not heard.trigger:
            return False
        try:
            client = await self._client(heard)
            await asyncio.wait_for(client.views_open(trigger_id=heard.trigger, view=view), background.left(heard))
        except UNSENT as no:
            log.info("slack.modal_not_opened", because=why(no))
            return False
        return True

    async def redraw(self, heard: Heard, view: Block) -> None:
        """Change the modal that was pressed in."""
        client = await self._client(heard)
        await client.views_update(view_id=heard.view, view=view)

    async def told(self, heard: Heard, cards: Sequence[Card], who: Who) -> Ack | str:
        """The ack that shows the cards to the person alone; several messages come before it, to keep their order."""
        if not cards:
            return ""
        first, *rest = _one_by_one(cards)
        if rest:
            await self.beside(heard, cards, who)
            return ""
        return payload(first)

    async def beside(self, heard: Heard, cards: Sequence[Card], who: Who, *, private: bool = False) -> None:
        """Show cards to the person alone: where they pressed, or (``private``) in their chat with the coach.

        What Slack does not take before its ack is kept until it is shown.
        """
        if not cards:
            return
        chat = private and not who.outsider
        owing = self._owed.owing(heard.event, _chat(heard), messages(merge(cards)) if chat else _one_by_one(cards))
        shown = self._owed.show(owing) if chat else self._follow(heard, owing, who)
        showing = await self._background.in_time(heard, shown)
        if not who.outsider and not (showing.done() and showing.result()):
            await self._owed.until(showing, owing)

    async def _follow(self, heard: Heard, owing: Owing, who: Who) -> None:
        while owing.left and await self._responses.post(heard.response_url, owing.left[0]):
            if not await owing.shown():
                return
        if owing.left and not who.outsider:
            await self._owed.show(owing)

    async def working(self, heard: Heard) -> None:
        """Show in the assistant pane that an answer is on its way."""
        client = await self._client(heard)
        await client.assistant_threads_setStatus(
            channel_id=heard.channel, thread_ts=heard.thread_ts, status="is thinking it through…"
        )

    async def prompts(self, heard: Heard) -> None:
        """Say in the assistant pane what can be asked."""
        client = await self._client(heard)
        await client.assistant_threads_setSuggestedPrompts(
            channel_id=heard.channel,
            thread_ts=heard.thread_ts,
            title="How can I help with a client?",
            prompts=[{"title": title, "message": message} for title, message in PROMPTS],
        )

    async def instead(self, heard: Heard, shown: Card) -> None:
        """Turn the question that was pressed into its answer; what was said before it stays."""
        await self._responses.post(heard.response_url, in_place_of(heard.before, shown), replaces=True)

    async def publish(self, heard: Heard, cards: Sequence[Card]) -> None:
        """Draw the home tab."""
        if cards:
            client = await self._client(heard)
            await client.views_publish(user_id=heard.user, view=views.home(cards, heard.page))


def _chat(heard: Heard) -> str:
    """The private chat of whoever was heard."""
    return f"@{heard.tenant}:{heard.user}"


def _one_by_one(cards: Sequence[Card]) -> list[Message]:
    """Cards as messages that only one person sees, one after the other."""
    return [message for part in apart(cards) for message in messages(part, typing=False)]


def beyond(cards: Sequence[Card]) -> bool:
    """Whether the cards say more than their last question."""
    return any(c.elements or c.form for c in cards[:-1])


def conversation_of(cards: Sequence[Card]) -> int:
    """The conversation of the last open form; 0 for none."""
    form = merge(cards).form if cards else None
    return form.conversation if form else 0
