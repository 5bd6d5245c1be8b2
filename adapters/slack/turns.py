"""One payload, one turn, one answer: who spoke and who reads there is looked up, the core answers, it is shown.

What a turn answers is shown before Slack's payload is acknowledged, for as long as Slack waits: if this process
ends half-way, Slack or the person tries again. What is still to be shown then is kept until it is (``owed.py``).
Words in a private chat have nothing to be acknowledged with, so their answers leave through the core's outbox.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from adapters.slack import views
from adapters.slack.background import Background
from adapters.slack.client import SlackMessenger
from adapters.slack.groups import Groups
from adapters.slack.heard import Heard, Named, inbound
from adapters.slack.naming import Naming
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.render import messages
from adapters.slack.showing import Ack, Showing, beyond, conversation_of
from adapters.slack.threads import Threads
from adapters.slack.tokens import Tokens
from adapters.slack.views import Thread
from bot.ports import (
    Commanded,
    Conversations,
    GroupChanged,
    Inbound,
    Opened,
    PersonLeft,
    Place,
    PlaceChanged,
    PlaceKind,
    PlaceMoved,
    Removed,
    Reply,
    Who,
)
from bot.view import card, merge

REMEMBERED = 5_000
MENTIONED = "I've answered you in our private chat."


class Turns:
    """Takes what was heard to the core and shows what it answers."""

    def __init__(
        self,
        conversations: Conversations,
        tokens: Tokens,
        people: People,
        places: Places,
        groups: Groups,
        messenger: SlackMessenger,
        threads: Threads,
        showing: Showing,
        behind: Background,
    ) -> None:
        self._conversations = conversations
        self._tokens = tokens
        self._people = people
        self._places = places
        self._groups = groups
        self._naming = Naming(people, places, groups)
        self._messenger = messenger
        self._threads = threads
        self._submitted: OrderedDict[str, asyncio.Future[Reply]] = OrderedDict()
        self._showing = showing
        self._background = behind

    async def settled(self) -> None:
        """Wait for what is still being shown."""
        await self._background.settled()

    # --- commands, shortcuts, mentions, private chats --------------------------------------------------------

    async def command(self, heard: Heard) -> Ack | str:
        """A slash command: the ack carries the answer, or a modal opens."""
        who, place, named = await self._met(heard)
        reply = await self._take(inbound(heard, who, place, self._places.to_post_in(place), named))
        if await self._showing.asked(heard, reply, place.key):
            return ""
        return await self._showing.told(heard, reply.cards, who)

    async def shortcut(self, heard: Heard) -> None:
        """A message handed over: its questions open as a modal, which only the person sees, whoever reads there."""
        who, place, named = await self._met(heard)
        reply = await self._take(inbound(heard, who, who.private, self._places.to_post_in(place), named))
        if not await self._showing.asked(heard, reply, who.private.key):
            await self._showing.beside(heard, reply.cards, who, private=True)

    async def chat(self, heard: Heard) -> None:
        """Words in the private chat; the answer leaves through the outbox."""
        await self._threads.talked(heard.team, heard.user, heard.thread_ts)
        if heard.thread_ts:
            self._background.later(self._showing.working(heard))
        who, _, named = await self._met(replace(heard, channel=""))
        reply = await self._take(inbound(heard, who, who.private, None, named, at_once=False))
        if reply.cards and not reply.moved:
            here = f"{heard.tenant}:{heard.channel}"
            await self._background.in_time(heard, self._messenger.post(here, messages(merge(reply.cards))))

    async def mention(self, heard: Heard) -> None:
        """A mention in a channel: one neutral line there, the answer in private."""
        who, origin, named = await self._met(heard)
        private = inbound(heard, who, who.private, self._places.to_post_in(origin), named, at_once=False)
        reply = await self._take(private)
        place = f"{heard.tenant}:{heard.channel}"
        thread = heard.thread_ts or heard.ts
        if reply.moved:
            await self._background.in_time(heard, self._messenger.post(place, messages(card(MENTIONED)), thread=thread))
        elif reply.cards:
            shown = messages(merge(reply.cards))
            await self._background.in_time(
                heard, self._messenger.post(place, shown, thread=heard.thread_ts, only=heard.user)
            )

    async def pane(self, heard: Heard) -> None:
        """The assistant pane was opened: say what can be asked."""
        await self._threads.talked(heard.team, heard.user, heard.thread_ts)
        await self._background.in_time(heard, self._showing.prompts(heard))

    # --- buttons and forms -----------------------------------------------------------------------------------

    async def press(self, heard: Heard) -> None:
        """A button, wherever it stands."""
        match heard.surface:
            case "home":
                await self._press_at_home(heard)
            case "modal":
                await self._press_in_modal(heard)
            case "opened":
                await self.opened(heard)
            case _:
                await self._press_in_message(heard)

    async def _press_in_message(self, heard: Heard) -> None:
        private = heard.channel.startswith("D")
        who, here = await self._who_and_where(replace(heard, channel="") if private else heard)
        at_once = heard.reopens or not private
        reply = await self._take(inbound(heard, who, here, self._places.to_post_in(here), at_once=at_once))
        if reply.pressed and (heard.ephemeral or private):
            self._background.later(self._showing.instead(heard, reply.pressed))
        if (private and reply.moved) or await self._showing.asked(heard, reply, here.key):
            return
        if reply.cards:
            await self._showing.beside(heard, reply.cards, who, private=private)

    async def _press_at_home(self, heard: Heard) -> None:
        who = await self._who(heard)
        reply = await self._take(inbound(heard, who, who.private))
        thread = Thread(conversation_of(reply.cards), who.private.key)
        if reply.cards and not await self._showing.open(heard, await self._showing.modal(heard, reply.cards, thread)):
            await self._showing.beside(heard, reply.cards, who, private=True)
        self._background.later(self._refresh_home(heard, who))

    async def _press_in_modal(self, heard: Heard) -> None:
        assert heard.thread is not None, "parse gives a press in a modal its thread"
        who, place = await self._remembered(heard, heard.thread)
        reply = await self._take(inbound(heard, who, place, self._places.to_post_in(place)))
        if reply.cards:
            thread = replace(heard.thread, conversation=conversation_of(reply.cards))
            view = await self._showing.modal(heard, reply.cards, thread)
            await self._background.in_time(heard, self._showing.redraw(heard, view))

    async def submission(self, heard: Heard) -> Ack:
        """A form: what was wrong stands at its question, the next question takes its place, the end is told."""
        assert heard.thread is not None, "parse gives a submission its thread"
        who, place = await self._remembered(heard, heard.thread)
        reply = await self._take_once(heard, who, place)
        if not reply.cards:
            reply = await self._open_question(heard, who, place)
        form = reply.cards[-1].form if reply.cards else None
        if form and not beyond(reply.cards):
            wrong = views.errors(form, dict.fromkeys(heard.shown)) if form.inputs else {}
            if wrong:
                return {"response_action": "errors", "errors": wrong}
            thread = replace(heard.thread, conversation=form.conversation)
            return {"response_action": "update", "view": await self._showing.modal(heard, reply.cards, thread)}
        private = place.key == who.private.key
        await self._showing.beside(heard, reply.cards, who, private=private)
        return {"response_action": "clear"}

    async def _open_question(self, heard: Heard, who: Who, place: Place) -> Reply:
        """What a form that was taken elsewhere already shows: the question that is open now, or nothing."""
        again = Inbound(f"{heard.event}:again", who, place, Commanded("help"))
        reply = await self._conversations.handle(again)
        return Reply(reply.cards[-1:]) if reply.cards and reply.cards[-1].form else Reply()

    # --- home and notices ------------------------------------------------------------------------------------

    async def opened(self, heard: Heard) -> None:
        """The home tab is shown: draw it."""
        who = await self._who(heard)
        reply = await self._conversations.handle(Inbound(heard.event, who, who.private, Opened()))
        await self._background.in_time(heard, self._showing.publish(heard, reply.cards))

    async def _refresh_home(self, heard: Heard, who: Who) -> None:
        reply = await self._conversations.handle(Inbound(f"{heard.event}:home", who, who.private, Opened()))
        await self._showing.publish(heard, reply.cards)

    async def notice(self, heard: Heard) -> None:
        """Something changed in the workspace."""
        teams = [heard.team]
        match heard.act:
            case Removed():
                teams = await self._tokens.purge(heard.team, heard.enterprise)
            case PlaceChanged(place):
                if not await self._opened_up(heard, place.rpartition(":")[2]):
                    return
            case PlaceMoved() as moved:
                heard = replace(heard, act=await self._looked_at(heard, moved))
            case PersonLeft():
                self._places.forget_all(heard.team)
        for team in teams:
            tenant = f"slack:{team}"
            left = heard.act.person if isinstance(heard.act, PersonLeft) else ""
            who = Who(tenant, left or f"{tenant}:{heard.user}", heard.user_name if left else "Slack")
            await self._conversations.handle(Inbound(f"{heard.event}:{team}", who, who.private, heard.act))

    async def _opened_up(self, heard: Heard, channel: str) -> bool:
        """Whether people outside can read in a channel now; a colleague who joins changes nothing."""
        self._places.forget(heard.team, channel)
        return heard.shared or (await self._places.audience(heard.team, channel)).kind is PlaceKind.shared

    async def _looked_at(self, heard: Heard, moved: PlaceMoved) -> PlaceMoved:
        """A channel under its new id, as Slack describes it now."""
        old, new = (key.rpartition(":")[2] for key in (moved.place, moved.now.key))
        self._places.forget(heard.team, old)
        self._places.forget(heard.team, new)
        return replace(moved, now=await self._places.audience(heard.team, new, enterprise=heard.enterprise))

    def learn(self, team: str, user: str, record: dict[str, Any]) -> None:
        """Keep what an event says of a person; guests may have come or gone."""
        self._people.learn(team, user, record)
        self._places.forget_all(team)

    # --- who, where, and the core ----------------------------------------------------------------------------

    async def _met(self, heard: Heard) -> tuple[Who, Place, Named]:
        """Who speaks, where, and whom and what they name; Slack is asked for all of it at once."""
        (who, place), named = await asyncio.gather(self._who_and_where(heard), self._naming.of(heard))
        return who, place, named

    async def _who_and_where(self, heard: Heard) -> tuple[Who, Place]:
        """Who speaks and where; asked one after the other, a silent Slack would take all the time there is."""
        who, channel = await asyncio.gather(self._who(heard), self._channel(heard))
        return who, channel or who.private

    async def _who(self, heard: Heard) -> Who:
        return await self._people.who(
            heard.team, heard.user, enterprise=heard.enterprise, user_team=heard.user_team, name=heard.user_name
        )

    async def _channel(self, heard: Heard) -> Place | None:
        if not heard.channel:
            return None
        return await self._places.soon(
            heard.team, heard.channel, name=heard.channel_name, enterprise=heard.enterprise, who=heard.user
        )

    async def _remembered(self, heard: Heard, thread: Thread) -> tuple[Who, Place]:
        """Who speaks, and the place their form came from; their private chat where it names none of this workspace."""
        here = thread.place.startswith(f"{heard.tenant}:")
        return await self._who_and_where(replace(heard, channel=thread.place.rpartition(":")[2] if here else ""))

    async def _take(self, taken: Inbound) -> Reply:
        reply = await self._conversations.handle(taken)
        for group in taken.groups:
            self._groups.handed_in(group)
        team = taken.who.tenant.removeprefix("slack:")
        if self._groups.due(team):
            self._background.later(self._follow_groups(team))
        return reply

    async def _follow_groups(self, team: str, enterprise: str = "") -> None:
        """Tell the core who is in the groups that somebody has named, where that is news."""
        tenant = f"slack:{team}"
        who = Who(tenant, f"{tenant}:SLACK", "Slack")
        for group in await self._groups.changed(team, enterprise):
            event = f"{tenant}:g:{uuid.uuid4()}"
            await self._conversations.handle(Inbound(event, who, who.private, GroupChanged(group)))
            self._groups.handed_in(group)

    async def group_changed(self, heard: Heard) -> None:
        """Somebody joined or left a user group, or one was switched off."""
        self._groups.forget(heard.team)
        await self._background.in_time(heard, self._follow_groups(heard.team, heard.enterprise))

    async def _take_once(self, heard: Heard, who: Who, place: Place) -> Reply:
        """A form sent twice gets the same answer twice."""
        known = self._submitted.get(heard.event)
        if known is not None and not (known.done() and known.exception()):
            return await asyncio.shield(known)
        task = asyncio.ensure_future(self._take(inbound(heard, who, place, self._places.to_post_in(place))))
        self._submitted[heard.event] = task
        if len(self._submitted) > REMEMBERED:
            self._submitted.popitem(last=False)
        return await task
