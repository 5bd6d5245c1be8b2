"""Ask what went wrong and agree what 'fixed' would mean; a client and one sentence are enough to open a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.coach.causes import Cause
from bot.coach.dates import parse_since, say_day
from bot.coach.drafts import OPENING_LINE
from bot.coach.money import Money, find_money
from bot.coach.names import as_written
from bot.coach.outcomes import Diagnosis, Nothing, SameTrouble
from bot.coach.unknown import DONT_KNOW
from bot.coach.wishes import split_wishes
from bot.dialog import BadAnswer, Choice, Date, Dialog, Form, Load, Moment, Person, Say, Text
from bot.view import Note, Option, Quote, card, clip, say
from dialogs.cause import Story, read_story
from dialogs.clients import Found, case_number, case_options, found
from dialogs.options import FAULTS, LATER, SEVERITIES, Name, argument, colleagues, people_options

NEW = "new"
NEW_WORDS = ("no", "none", "new", "nope", "new one", "a new one", "new problem", "different", "something else", "other")
NOW = "now"
OPEN_NOW = Option("Open the case now, the rest later", NOW)
A_RATE = re.compile(r"\d[\w.,€$£ ]{0,20}?\s?(?:an?|per|each|every|/)\s?(?:month|year|quarter|annum)", re.IGNORECASE)
"""What they pay us is no cost of theirs."""
NOT_SURE = "unsure"
SEVERITY_WORDS = {
    "low": "low", "not bad": "low", "medium": "medium", "bad": "medium", "high": "high", "very bad": "high",
    "very": "high", "critical": "high", "they may leave": "high", "skip": NOT_SURE,
    **dict.fromkeys(DONT_KNOW, NOT_SURE),
}  # fmt: skip
"""Other ways of saying how bad it is; who cannot say leaves it as the story sounds."""
QUICK = (
    Option("Something broke", "cause:unresolved_problem"),
    Option("We were late", "cause:missed_deadline_or_no_show"),
    Option("They heard nothing from us", "cause:kept_in_dark"),
    Option("Something else", "else"),
    Option("I don't know why", "cause:unknown"),
)


def diagnose(args: Mapping[str, Any]) -> Dialog[Diagnosis | SameTrouble | Nothing]:
    """From a client's name to what went wrong, whose doing it was, and what would make it right."""
    given = argument(args, "story") or argument(args, "told")
    client = yield from which_client(argument(args, "client"), argument(args, "guess"))
    if client.case is not None:
        same = yield from same_trouble(client)
        if same is not None:
            return SameTrouble(same, given or argument(args, "quoted"))
    story = yield from what_happened(client, given, argument(args, "quoted"))
    quick = bool(argument(args, "story"))
    reading = yield from read_story(story, quick=quick)
    cause = reading.cause
    if cause is Cause.nothing_wrong:
        return Nothing(
            f"Then there is nothing to repair with {client.name}. A short call or a line to say hello keeps it so."
        )
    basis = Diagnosis(
        client=client.name,
        client_id=client.id,
        story=reading.story,
        cause=cause,
        second_cause=reading.second,
        fault=reading.fault,
        severity=reading.severity,
        client_words=argument(args, "quoted"),
        contact=client.contact,
        cost=None if A_RATE.search(reading.story) else find_money(reading.story),
    )
    if quick:
        return basis
    if cause is Cause.unknown:
        return (yield from ask_them_first(basis))
    return (yield from details(basis))


def which_client(given: str, guess: str = "") -> Dialog[Found]:
    """The client meant; near names are asked about, never guessed."""
    name = given or (yield from name_of_client(guess))
    client = yield from Load("found", "client", found, {"name": name})
    if client.id is not None or not client.near:
        return client
    picked = yield from Choice(
        "which",
        say("I don't know **{name}**, but I know names like it. Which one do you mean?", name=name),
        options=(*(Option(n, str(i)) for i, n in client.near), Option("A new client", NEW)),
    )
    if picked == NEW:
        return Found(None, client.name, (), None, "")
    return (yield from Load("picked", "client", found, {"client_id": int(picked)}))


def name_of_client(guess: str = "") -> Dialog[str]:
    """A client's name; a ``guess`` is offered, and those with an open case of one's own are."""
    mine = yield from Load("mine", "my_clients", lambda data: tuple(str(name) for name in data))
    names = dict.fromkeys(name for name in (guess, *mine) if name)
    options = tuple(Option(clip(name, 60), name) for name in names)
    return (yield from Name("client", "Which client is it?", options=options))


def same_trouble(client: Found) -> Dialog[int | None]:
    """The open case this belongs to, by its number; None where it is something new."""
    if len(client.cases) > 1:
        which = yield from Choice(
            "again",
            say("**{client}** has {n} cases open. Is it one of these?", client=client.name, n=len(client.cases)),
            options=(*case_options(client), Option("Something new", NEW)),
            near=dict.fromkeys(NEW_WORDS, NEW),
        )
        return None if which == NEW else case_number(which)
    answer = yield from Choice(
        "again",
        say(
            "**{client}** already has SAL-{case} open. Is this the same trouble?",
            client=client.name,
            case=client.case,
        ),
        options=(Option("Same trouble", "same"), Option("Something new", NEW)),
        near={"yes": "same", "same": "same", "yep": "same", **dict.fromkeys(NEW_WORDS, NEW)},
    )
    return client.case if answer == "same" else None


def what_happened(client: Found, given: str, quoted: str) -> Dialog[Story]:
    """The story in the team member's words, or the closest of a few."""
    if given:
        return Story(given)
    if quoted:
        yield from Say("quoted", card(Note(say("Their message, kept in their words:")), Quote(say("{w}", w=quoted))))
    opening = "What happened?" if client.id is not None else "**{client}** is new to me. What happened?"
    told = yield from Text(
        "story",
        say(opening + "\nTell it in your own words, or pick the closest.", client=client.name),
        options=QUICK,
    )
    if told == "else":
        return Story((yield from Text("story_words", "Then tell me in your own words. One sentence is enough.")))
    if told.startswith("cause:"):
        cause = Cause(told.removeprefix("cause:"))
        if cause is Cause.unknown:
            return Story(f"{client.name} has cooled, and nobody knows why.", cause)
        words = yield from Text("story_words", "What happened, in one sentence? It is kept with the case.")
        return Story(words, cause)
    return Story(told)


def ask_them_first(basis: Diagnosis) -> Dialog[Diagnosis]:
    """Nobody knows what went wrong: give the opening line, and wait for the client's answer."""
    contact = yield from who_is_upset(basis)
    yield from Say(
        "opening",
        card(
            say("Then asking is the first step. An opening that works:"),
            Quote(say("{line}", line=OPENING_LINE)),
            say("Listen to the end before explaining anything. I'll ask you for the answer afterwards."),
        ),
    )
    return _with(basis, contact=contact)


def who_is_upset(basis: Diagnosis, *, now: bool = False) -> Dialog[str]:
    """The person at the client; '' while that is not known, NOW where the rest may wait and is not to be asked."""
    if basis.contact:
        return basis.contact
    contact = yield from Name(
        "contact",
        say("Who at {client} is upset? A name, so that you know whom to speak to.", client=basis.client),
        options=(Option("Don't know yet", LATER), *((OPEN_NOW,) if now else ())),
    )
    return "" if contact == LATER else contact if contact == NOW else as_written(contact)


def details(basis: Diagnosis) -> Dialog[Diagnosis]:
    """Whose doing, how bad, both sides, and what would make it right."""
    fault = yield from Choice(
        "fault",
        "Whose doing was it, as far as you know?",
        options=(*FAULTS, OPEN_NOW),
        near={
            "us": "ours", "we": "ours", "me": "ours", "mine": "ours", "our fault": "ours", "them": "theirs",
            "their fault": "theirs", "both": "shared", **dict.fromkeys(DONT_KNOW, "unclear"), "later": NOW, "skip": NOW,
        },
    )  # fmt: skip
    if fault == NOW:
        return basis
    extent = yield from Form("extent", "How bad is it", extent_questions(basis))
    contact = yield from who_is_upset(basis, now=True)
    known = _with(
        basis,
        fault=fault,
        severity=basis.severity if extent["severity"] == NOT_SURE else extent["severity"],
        cost_words=_known(extent["cost"]),
        cost=_cost(extent["cost"]) or basis.cost,
        since=extent["since"],
    )
    if contact == NOW:
        return known
    sides = yield from Form("sides", "Both sides", side_questions(contact or basis.client, basis.client_words))
    team = yield from Load("team", "team", lambda d: (d["me"], colleagues(d["people"])))
    owner, backup = yield from who_owns(*team)
    return _with(
        known,
        contact=contact,
        client_words=basis.client_words or _known(sides.get("client_words", "")),
        our_words=_known(sides["our_words"]),
        wishes=split_wishes(_known(sides["wishes"])),
        owner=owner,
        backup=backup,
    )


def extent_questions(basis: Diagnosis) -> tuple[Any, ...]:
    """How bad, what it has cost, since when."""
    return (
        Choice(
            "severity",
            "How bad is it?",
            options=(*SEVERITIES, Option("Not sure yet", NOT_SURE)),
            near=SEVERITY_WORDS,
        ),
        Text(
            "cost",
            say("What has it cost {client} so far?", client=basis.client),
            hint="A sum, or a sentence.",
            options=(Option("Don't know yet", LATER),),
            multiline=False,
        ),
        Date[date | None](
            "since",
            "Since when?",
            hint="A day, such as 3 November or last Friday.",
            options=(Option("Don't know", LATER),),
            reader=_read_past_day,
            made=date.fromisoformat,
        ),
    )


def side_questions(contact: str, known_words: str) -> tuple[Any, ...]:
    """The client's words, ours, and the exit criteria."""
    theirs = Text(
        "client_words",
        say("What did {contact} say? Their own words, as far as you have them.", contact=contact),
        options=(Option("Nothing yet", LATER),),
    )
    rest = (
        Text("our_words", "And our side: how do we see it?", options=(Option("The same", LATER),)),
        Text(
            "wishes",
            say("What would have to be true for {contact} to say “this is fixed”?", contact=contact),
            hint="Their words if you have them, one wish a line.",
            options=(Option("I need to ask", LATER),),
        ),
    )
    return rest if known_words else (theirs, *rest)


def who_owns(me: str, team: tuple[Any, ...]) -> Dialog[tuple[str, str]]:
    """The owner and the backup, as people's keys."""
    if len(team) < 2:
        return me, ""
    mine = (Option("I do", me), *people_options(team, but=me))
    owner = yield from Person("owner", "Who owns this case?", options=mine)
    others = (*people_options(team, but=owner), Option("Nobody yet", LATER))
    backup = yield from Person("backup", "Who steps in when the owner is away?", options=others)
    return owner, "" if backup == LATER else backup


def _read_past_day(words: str, at: Moment) -> str:
    from zoneinfo import ZoneInfo

    today = at.now.astimezone(ZoneInfo(at.zone)).date()
    day = parse_since(words, today)
    if day > today:
        raise BadAnswer(f"That is still to come ({say_day(day, today)}). I need a day that has been.")
    return day.isoformat()


def _known(words: str) -> str:
    return "" if words == LATER else words


def _cost(words: str) -> Money | None:
    return find_money(words)


def _with(basis: Diagnosis, **changes: Any) -> Diagnosis:
    from dataclasses import replace

    if changes.get("since") == LATER:
        changes["since"] = None
    return replace(basis, **changes)
