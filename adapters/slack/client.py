"""Sending into Slack: one message a second a channel, each found again by its key, failures told apart."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import DEAD_TOKEN, code_of, failure, rate_limited
from adapters.slack.files import upload
from adapters.slack.pace import Pace
from adapters.slack.places import Places
from adapters.slack.render import Message, attachments, has_native, in_words, messages
from adapters.slack.threads import Threads
from adapters.slack.tokens import Tokens, Web
from bot.errors import DeliveryError, TryLater, Undeliverable
from bot.ports import MessageRef, Place, PlaceKind
from bot.view import Card

log = structlog.get_logger()

EVENT_TYPE = "salvage_message"
LOOK_BACK = 15  # messages; what Slack gives an app outside its marketplace
TOO_NEW = ("invalid_blocks", "invalid_attachments", "invalid_blocks_format")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place's key taken apart: a team, and a channel or a person."""

    team: str
    channel: str = ""
    user: str = ""


def spot_of(place: str) -> Spot:
    """Where a place's key points; raises Undeliverable for one that is not Slack's."""
    platform, _, rest = place.removeprefix("@").partition(":")
    team, _, target = rest.partition(":")
    if platform != "slack" or not team or not target:
        raise Undeliverable("That place is not in Slack. Pick another one.", reason="not_slack")
    return Spot(team, user=target) if place.startswith("@") else Spot(team, channel=target)


def _ref(channel: str, sent: Sequence[str]) -> MessageRef:
    return {"channel": channel, "ts": sent[0], **({"more": " ".join(sent[1:])} if sent[1:] else {})}


def _found(posted: Iterable[Mapping[str, Any]], channel: str, key: str) -> MessageRef | None:
    """The message whose every part is among these."""
    parts: dict[int, str] = {}
    total = 0
    for message in posted:
        named = message.get("metadata") or {}
        mark = named.get("event_payload") or {}
        if named.get("event_type") == EVENT_TYPE and mark.get("key") == key:
            total = int(mark.get("of") or 1)
            parts[int(mark.get("part") or 0)] = str(message["ts"])
    return _ref(channel, [parts[n] for n in range(total)]) if total and len(parts) == total else None


class SlackMessenger:
    """Fulfils :class:`bot.ports.Messenger` for Slack."""

    def __init__(self, web: Web, tokens: Tokens, places: Places, threads: Threads, pace: Pace | None = None) -> None:
        self._web = web
        self._tokens = tokens
        self._places = places
        self._threads = threads
        self._pace = pace or Pace()
        self._chats: dict[tuple[str, str], str] = {}
        self._begun: dict[str, list[str]] = {}

    async def send(self, place: str, card: Card, *, key: str) -> MessageRef:
        """Post a card, in as many messages as it takes; ``key`` is kept in their metadata."""
        spot = spot_of(place)
        client = await self._writer(spot)
        channel = await self._channel(client, spot)
        thread = await self._threads.of(spot.team, spot.user)
        sent = await self._post(client, spot, channel, card, thread, key)
        for file in attachments(card):
            await self._call(spot, channel, upload(self._web, client, channel, file, thread or None))
        return _ref(channel, sent)

    async def _post(
        self, client: AsyncWebClient, spot: Spot, channel: str, card: Card, thread: str, key: str
    ) -> list[str]:
        parts = messages(card)
        # A send that stopped between two parts goes on where it stopped.
        sent = self._begun.pop(key, [])
        try:
            for n, message in enumerate(parts[len(sent) :], len(sent)):
                named = {"key": key, "part": n, "of": len(parts)}
                sent.append(await self._post_one(client, spot, channel, message, thread, named))
            return sent
        except TryLater:
            if sent:
                self._begun[key] = sent
            raise
        except Undeliverable as no:
            if no.reason in TOO_NEW and has_native(card):
                log.warning("slack.native_refused", team=spot.team)
                return await self._post(client, spot, channel, in_words(card), thread, key)
            raise

    async def _post_one(
        self,
        client: AsyncWebClient,
        spot: Spot,
        channel: str,
        message: Message,
        thread: str,
        named: Mapping[str, Any] | None = None,
    ) -> str:
        await self._pace.turn(f"{spot.team}:{channel}")
        told = await self._call(
            spot,
            channel,
            client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks),
                thread_ts=thread or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": named} if named else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(told["ts"])

    async def update(self, place: str, ref: MessageRef, card: Card) -> None:
        """Change a posted message; parts too many are deleted, parts too few are added."""
        spot = spot_of(place)
        client = await self._writer(spot)
        # A channel's id can change after it was posted in; the place's key follows it, what was kept of a message not.
        channel = spot.channel or ref["channel"]
        shown = [ref["ts"], *ref.get("more", "").split()]
        wanted = messages(card)
        for ts, message in zip(shown, wanted, strict=False):
            await self._pace.turn(f"{spot.team}:{channel}")
            await self._call(
                spot,
                channel,
                client.chat_update(channel=channel, ts=ts, text=message.text, blocks=list(message.blocks)),
            )
        for ts in shown[len(wanted) :]:
            await self._call(spot, channel, client.chat_delete(channel=channel, ts=ts))
        for message in wanted[len(shown) :]:
            await self._post_one(client, spot, channel, message, await self._threads.of(spot.team, spot.user))

    async def find(self, place: str, *, key: str) -> MessageRef | None:
        """The message sent under ``key`` among the last few there, where Slack lets us look."""
        try:
            spot = spot_of(place)
            client = self._web.reads((await self._tokens.of(spot.team)).token)
            channel = await self._channel(await self._writer(spot), spot)
            told = await self._call(
                spot,
                "",
                client.conversations_history(channel=channel, limit=LOOK_BACK, include_all_metadata=True),
            )
        except DeliveryError as no:
            log.info("slack.find_unknown", because=str(no))
            return None
        return _found(told.get("messages") or (), channel, key)

    async def audience(self, place: str) -> Place:
        """Who can read there now; a failed look-up gives kind ``unknown``, one that Slack puts off TryLater."""
        try:
            spot = spot_of(place)
        except Undeliverable as no:
            return Place("", place, PlaceKind.unknown, place, str(no))
        if spot.user:
            return Place(f"slack:{spot.team}", place, PlaceKind.private, "private")
        return await self._places.audience(spot.team, spot.channel, patient=True)

    async def post(self, place: str, shown: Iterable[Message], *, thread: str = "", only: str = "") -> None:
        """Messages that nobody looks for again, for all who read there or (``only``) for one person."""
        spot = spot_of(place)
        client = await self._writer(spot)
        channel = await self._channel(client, spot)
        for message in shown:
            await self._pace.turn(f"{spot.team}:{channel}")
            words: dict[str, Any] = {
                "channel": channel,
                "text": message.text,
                "blocks": list(message.blocks),
                "thread_ts": thread or await self._threads.of(spot.team, spot.user) or None,
            }
            call = client.chat_postEphemeral(user=only, **words) if only else client.chat_postMessage(**words)
            await self._call(spot, channel, call)

    async def _writer(self, spot: Spot) -> AsyncWebClient:
        return self._web.writes((await self._tokens.of(spot.team)).token)

    async def _channel(self, client: AsyncWebClient, spot: Spot) -> str:
        if spot.channel:
            return spot.channel
        known = self._chats.get((spot.team, spot.user))
        if known is None:
            told = await self._call(spot, "", client.conversations_open(users=spot.user))
            known = self._chats[spot.team, spot.user] = str(told["channel"]["id"])
        return known

    async def _call(self, spot: Spot, channel: str, asked: Awaitable[Any]) -> Mapping[str, Any]:
        try:
            told: Mapping[str, Any] = await asked
            return told
        except Exception as wrong:
            no = failure(wrong)
            if isinstance(no, TryLater) and channel and rate_limited(wrong):
                self._pace.hold(f"{spot.team}:{channel}", no.after)
            if code_of(wrong) in DEAD_TOKEN or code_of(wrong) == "token_expired":
                self._tokens.forget(spot.team)
            raise no from wrong
