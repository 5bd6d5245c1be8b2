"""What a client was told to expect, and by when, so that it is watched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.dates import END_OF_DAY, find_dates, parse_when
from bot.coach.outcomes import Nothing, Promise, WishesWatched
from bot.dialog import Choice, Date, Dialog, Load, Moment, Say, Text
from bot.view import Note, Option, card, clip, say
from dialogs.clients import Found, case_meant, found
from dialogs.log import to_watch
from dialogs.options import argument


def promise(args: Mapping[str, Any]) -> Dialog[Promise | WishesWatched | Nothing]:
    """A promise with its time; one that was found in words is shown before it is kept, and so are ``wishes``."""
    if args.get("wishes"):
        return (yield from of_wishes(args["case"], tuple(str(wish) for wish in args["wishes"])))
    client = yield from Load("client", "client", found, {"client_id": args["client_id"]})
    case = yield from case_of(args, client)
    words = argument(args, "words") or (yield from what_was_promised(client))
    due = yield from known_due(case, argument(args, "when"), words)
    if due is None:
        due = yield from due_by(words)
    elif not argument(args, "sure"):
        watch = yield from shall_i_watch(case, words, due)
        if watch == "no":
            return Nothing("Not watched. You can always type: promise, the client, what, and by when.")
        if watch == "other":
            due = yield from due_by(words)
    number = args.get("case")
    return Promise(
        client_id=args["client_id"], words=words, due=due, of=case.number if case else None,
        case=number if isinstance(number, int) else None,
    )  # fmt: skip


def of_wishes(number: int, wishes: tuple[str, ...]) -> Dialog[WishesWatched]:
    """Which of the wishes a case was just opened with are to be watched."""
    case = yield from Load("case", "case", casefile.from_json, {"number": number})
    watched = yield from to_watch(case, wishes)
    return WishesWatched(number, watched)


def case_of(args: Mapping[str, Any], client: Found) -> Dialog[CaseFile | None]:
    """The case the promise belongs to; None where the client has none. Which of several is asked, where not given."""
    number = args.get("case") or args.get("of") or (yield from case_meant(client))
    if number is None:
        return None
    return (yield from Load("case", "case", casefile.from_json, {"number": number}))


def what_was_promised(client: Found) -> Dialog[str]:
    """The promise in words."""
    return (
        yield from Text(
            "words", say("What did you promise {client}?", client=client.name),
            hint="One thing, as they heard it. The time comes next.",
        )
    )  # fmt: skip


def known_due(case: CaseFile | None, given: str, words: str) -> Dialog[datetime | None]:
    """The time that came with the promise or stands in its words; None where it has to be asked for."""
    due = read_instant(given)
    if due is None and case is not None:
        dated = find_dates(words, case.now, case.zone)
        due = dated[0][2] if dated else None
    if due is not None and case is not None and due <= case.now:
        yield from Say("past", card(Note(say("That time has passed ({when}).", when=case.when(due)))))
        return None
    return due


def read_instant(given: str) -> datetime | None:
    """A moment as a program wrote it; None for anything else."""
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else None


def _read_due(words: str, at: Moment) -> str:
    return parse_when(words, at.now, at.zone, at=END_OF_DAY).isoformat()


def due_by(words: str) -> Dialog[datetime]:
    """By when, as the person types it."""
    return (
        yield from Date[datetime](
            "when", say("By when is it due? **{words}**", words=clip(words, 200)),
            hint="Such as Tuesday 15:00, or 3 December.",
            options=(Option("Tomorrow noon", "tomorrow 12:00"), Option("In a week", "in 7 days")),
            reader=_read_due, made=datetime.fromisoformat,
        )
    )  # fmt: skip


def shall_i_watch(case: CaseFile | None, words: str, due: datetime) -> Dialog[str]:
    """Whether a promise that was found is to be watched."""
    when = case.when(due) if case else f"{due:%Y-%m-%d %H:%M} UTC"
    return (
        yield from Choice(
            "watch",
            say("I've seen a promise: **{words}**, due {when}. Shall I watch it?",
                words=clip(words, 300).rstrip(". "), when=when),
            options=(Option("Watch it", "yes"), Option("Another time", "other"), Option("No", "no")),
            near={"yes": "yes", "ok": "yes", "sure": "yes", "change": "other", "later": "other"},
        )
    )  # fmt: skip
