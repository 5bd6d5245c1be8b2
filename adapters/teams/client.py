"""How the coach speaks in Teams: the Messenger, over references kept for hours or weeks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import structlog
from botbuilder.schema import (  # type: ignore[import-untyped]  # has no types
    ChannelAccount,
    ConversationParameters,
)

from adapters.teams.audience import Audience
from adapters.teams.connector import Busy, Connector, Refused, token_refused
from adapters.teams.pace import Pace
from adapters.teams.references import Contact, Reference, References
from adapters.teams.render import message, render
from bot.errors import TryLater, Undeliverable
from bot.ports import MessageRef, Place
from bot.view import Card

log = structlog.get_logger()

_REMEMBERED = 2_048

DEAD = "Teams no longer lets me write there: the app was removed or blocked. Add it again, or pick another place."
GONE = "That chat or channel does not exist any more. Pick another place."
NOT_INSTALLED = "I have no chat with that person yet. Ask them to add me in Teams and to say hello."
UNKNOWN = "I was never added to that place. Add me there in Teams and mention me once."
TOO_LARGE = "Teams did not take the message: it is too large."
REFUSED = "Teams did not take the message."


class TeamsMessenger:
    """Sends cards to places of Teams, changes them, and tells who reads there."""

    def __init__(self, connector: Connector, references: References, audience: Audience, pace: Pace) -> None:
        self._connector = connector
        self._references = references
        self._audience = audience
        self._pace = pace
        self._sent: OrderedDict[tuple[str, str], MessageRef] = OrderedDict()

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        """Post a card, on several pages where it is too large for one message."""
        reference = await self._live(place)
        pages = message_pages(card)
        # A send that broke off between two pages goes on where it was.
        begun = self._sent.get((place, key), {})
        thread, ids = begun.get("conversation", ""), begun.get("activities", "").split()
        for page in pages[len(ids) :]:
            thread, own = await self._post(reference, thread, page)
            ids.append(own)
            self._remember(place, key, {"conversation": thread, "activities": " ".join(ids)})
        return {"conversation": thread or reference.conversation, "activities": " ".join(ids)}

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        """Change a posted message; pages it no longer needs are taken away, new ones follow."""
        reference = await self._live(place)
        thread, ids = ref["conversation"], ref["activities"].split()
        pages = message_pages(card)
        for own, page in zip(ids, pages, strict=False):
            await self._call(reference, "PUT", thread, "activities", own, body={**page, "id": own})
        for page in pages[len(ids) :]:
            await self._call(reference, "POST", thread, "activities", body=page)
        for own in ids[len(pages) :]:
            await self._call(reference, "DELETE", thread, "activities", own)

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        """What this process sent under a key; Teams itself cannot be asked."""
        return self._sent.get((place, key))

    async def audience(self, place: str) -> Place:
        """Who can read there now."""
        return await self._audience.place(place)

    async def reply(
        self, reference: Reference, pages: Sequence[Mapping[str, Any]], query: Mapping[str, str] | None = None
    ) -> None:
        """Answer in the very conversation and thread an activity came from."""
        for page in pages:
            await self._call(reference, "POST", reference.thread, "activities", body=page, query=query)

    async def can_reach(self, place: str) -> bool:
        """Whether there is a chat with a person, opened now where there was none."""
        try:
            await self._live(place)
        except Undeliverable:
            return False
        return True

    # --- underneath ----------------------------------------------------------------------------------------

    async def _live(self, place: str) -> Reference:
        reference = await self._references.place(place)
        if reference is None and place.startswith("@"):
            reference = await self._meet(place)
        if reference is None:
            raise Undeliverable(UNKNOWN, reason="unknown_place")
        if reference.dead:
            raise Undeliverable(GONE if reference.dead == "gone" else DEAD, reason=reference.dead)
        return reference

    async def _meet(self, place: str) -> Reference:
        """Open a personal chat with somebody who was met in a channel only."""
        contact = await self._references.person(place.removeprefix("@"))
        if contact is None:
            raise Undeliverable(NOT_INSTALLED, reason="not_installed")
        try:
            made = await self._connector.call(
                "POST", contact.service_url, "conversations", body=_personal_chat(contact)
            )
        except Refused as refused:
            log.warning("teams.no_personal_chat", status=refused.status, code=refused.code)
            raise Undeliverable(NOT_INSTALLED, reason="not_installed") from refused
        reference = Reference(
            place, "personal", contact.service_url, str(made.get("id", "")), contact.tenant, contact.bot
        )
        if not reference.conversation:
            raise TryLater("Teams did not open a chat.", after=5)
        await self._references.learn(reference)
        return reference

    async def _post(self, reference: Reference, thread: str, page: Mapping[str, Any]) -> tuple[str, str]:
        """Post one page; in a channel the first opens a thread and the others follow in it."""
        if reference.scope == "channel" and not thread:
            made = await self._call(reference, "POST", body=_new_thread(reference, page))
            thread = str(made.get("id", "")) or reference.conversation
            return thread, str(made.get("activityId", "") or thread.partition("messageid=")[2] or "-")
        thread = thread or reference.conversation
        made = await self._call(reference, "POST", thread, "activities", body=page)
        return thread, str(made.get("id", "")) or "-"

    async def _call(
        self,
        reference: Reference,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        thread = path[0] if path else reference.conversation
        await self._pace.turn(thread)
        try:
            return await self._connector.call(
                method, reference.service_url, "conversations", *path, body=body, query=query
            )
        except Busy as busy:
            self._pace.hold(thread, busy.after)
            raise
        except Refused as refused:
            await self._refused(reference, refused)

    async def _refused(self, reference: Reference, refused: Refused) -> NoReturn:
        log.warning("teams.refused", status=refused.status, code=refused.code, scope=reference.scope)
        if refused.status == 401:
            raise token_refused()
        if refused.blocked:
            await self._references.bury(reference.place, "blocked")
            raise Undeliverable(DEAD, reason="blocked") from refused
        if refused.gone:
            await self._references.bury(reference.place, "gone")
            raise Undeliverable(GONE, reason="gone") from refused
        if refused.status == 413 or refused.code == "MessageSizeTooBig":
            raise Undeliverable(TOO_LARGE, reason="too_large") from refused
        raise Undeliverable(REFUSED, reason=refused.code or str(refused.status)) from refused

    def _remember(self, place: str, key: str, ref: MessageRef) -> None:
        while len(self._sent) >= _REMEMBERED:
            self._sent.popitem(last=False)
        self._sent[place, key] = ref


def message_pages(card: Card) -> list[dict[str, Any]]:
    """A card as the message activities that show it.

    A question has a message of its own: its answer takes that message's place, and what was told before it stays.
    """
    told, asked = Card(card.elements), Card((), card.form)
    return [message(page, part.text) for part in (told, asked) for page in render(part)]


def _personal_chat(contact: Contact) -> dict[str, Any]:
    asked = ConversationParameters(
        is_group=False, bot=ChannelAccount(id=contact.bot), members=[ChannelAccount(id=contact.user)]
    )
    return _in_tenant(asked, contact.tenant)


def _new_thread(reference: Reference, page: Mapping[str, Any]) -> dict[str, Any]:
    asked = ConversationParameters(
        is_group=True,
        bot=ChannelAccount(id=reference.bot),
        channel_data={"channel": {"id": reference.conversation}},
    )
    return {**_in_tenant(asked, reference.tenant), "activity": dict(page)}


def _in_tenant(asked: ConversationParameters, tenant: str) -> dict[str, Any]:
    """Botbuilder writes the tenant as ``tenantID``, which Teams does not read; it is put in here."""
    written = dict(asked.serialize())
    data = {**written.get("channelData", {}), "tenant": {"id": tenant}}
    return {**written, "tenantId": tenant, "channelData": data}
