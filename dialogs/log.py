"""What the client said, how they sounded, which wishes are met by now and which are new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.dates import find_dates
from bot.coach.outcomes import ContactLogged, Nothing
from bot.coach.wishes import split_wishes, wishes_in
from bot.dialog import Choice, Confirm, Dialog, Load, Many, Text
from bot.view import Line, Option, clip, joined, say
from dialogs.clients import case_meant
from dialogs.diagnose import which_client
from dialogs.options import LATER, TEMPERATURES, argument

NO_REPLY = "no_reply"
NONE = "none"
SILENCE = {"no reply", "no answer", "no response", "nothing back", "not reached"}
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def log(args: Mapping[str, Any]) -> Dialog[ContactLogged | Nothing]:
    """One contact with the client: their words, the temperature, and what would make it right."""
    number = args.get("case") or (yield from which_case())
    if isinstance(number, Nothing):
        return number
    case = yield from Load("case", "case", casefile.from_json, {"number": number})
    if not case.open and not case.watched:
        return Nothing(f"{case.label} is closed. Start a new one with: start {case.client}.")
    words = argument(args, "words") or (yield from their_words(case))
    if words == NO_REPLY or words.strip(" .").casefold() in SILENCE:
        return logged(args, case, "", NO_REPLY)
    temperature = yield from Choice(
        "temperature", say("Noted, in their words. How did {who} sound at the end?", who=case.hurt),
        options=TEMPERATURES,
        near={"better": "warmer", "worse": "colder", "angry": "colder", "cold": "colder", "unchanged": "same"},
    )  # fmt: skip
    if temperature == NO_REPLY:
        return logged(args, case, words, NO_REPLY)
    met = yield from wishes_met(case)
    wishes = yield from new_wishes(case, words)
    promises = yield from to_watch(case, wishes)
    return logged(args, case, words, temperature, met=met, wishes=wishes, promises=promises)


def logged(args: Mapping[str, Any], case: CaseFile, words: str, temperature: str, **more: Any) -> ContactLogged:
    """The contact; nobody was heard where nobody replied."""
    return ContactLogged(
        case=case.number, words=words, temperature=temperature, heard=temperature != NO_REPLY,
        play=argument(args, "play"), **more,
    )  # fmt: skip


def which_case() -> Dialog[int | Nothing]:
    """The open case of the client named."""
    client = yield from which_client("")
    number = yield from case_meant(client)
    if number is None:
        return Nothing(f"{clip(client.name, 60)} has no open case. Open one with: start {clip(client.name, 60)}.")
    return number


def their_words(case: CaseFile) -> Dialog[str]:
    """What the client said, verbatim; NO_REPLY where they did not answer."""
    return (
        yield from Text(
            "words", say("What did {who} say? Their own words, as far as you have them.", who=case.hurt),
            options=(Option("No reply", NO_REPLY),),
        )
    )  # fmt: skip


def wishes_met(case: CaseFile) -> Dialog[tuple[int, ...]]:
    """The open wishes that have come true by now, by id."""
    if not case.open_wishes:
        return ()
    met = yield from Many(
        "met", say("Which of {who}'s wishes are true by now?", who=case.hurt), hint="Type none where none is.",
        options=tuple(Option(w.words, str(w.id)) for w in case.open_wishes), optional=True,
    )  # fmt: skip
    return tuple(int(wish) for wish in met)


def new_wishes(case: CaseFile, words: str) -> Dialog[tuple[str, ...]]:
    """What would make it right, heard in the words or asked for once where nothing is known."""
    known = {w.words.casefold() for w in case.wishes}
    heard = tuple(w for w in wishes_in(words) if w.casefold() not in known)
    if heard:
        return (yield from shown_back(heard))
    if case.wishes:
        return ()
    told = yield from Text(
        "wishes", say("What would have to be true for {who} to say “this is fixed”?", who=case.hurt),
        hint="Their words if you have them, one wish a line.", options=(Option("I still need to ask", LATER),),
    )  # fmt: skip
    return () if told == LATER else split_wishes(told)


def shown_back(heard: tuple[str, ...]) -> Dialog[tuple[str, ...]]:
    """The wishes found, as the person leaves them."""
    none = "Not that" if len(heard) == 1 else "Neither" if len(heard) == 2 else "None of these"
    right = yield from Choice(
        "heard", kept(heard),
        options=(Option("Correct", "yes"), Option("Edit", "edit"), Option(none, NONE)),
        near={"right": "yes", "ok": "yes", "change": "edit", "no": NONE, "wrong": "edit", "none": NONE},
    )  # fmt: skip
    if right == NONE:
        return ()
    if right == "yes":
        return heard
    told = yield from Text(
        "wishes_edited", say("Then how should it read?\n{now}", now="\n".join(heard)), hint="One wish a line."
    )
    return split_wishes(told)


def kept(heard: tuple[str, ...]) -> Line:
    """'I've kept two things that would make it right: a refund, a written report.'"""
    count = "one thing" if len(heard) == 1 else f"{COUNTS[len(heard)]} things"
    listed = joined([say("**{wish}**", wish=w) for w in heard], ", ")
    return say("I've kept {count} that would make it right: {listed}.", count=count, listed=listed)


def to_watch(case: CaseFile, wishes: tuple[str, ...]) -> Dialog[tuple[str, ...]]:
    """The wishes with a date that the person wants watched as promises."""
    dated = [n for n, wish in enumerate(wishes) if is_dated(case, wish)]
    if not dated:
        return ()
    if len(dated) == 1:
        wish = wishes[dated[0]]
        watch = yield from Confirm("watch", is_promise(case, wishes, dated[0]), yes="Yes, watch it", no="No")
        return (wish,) if watch else ()
    picked = yield from Many(
        "watch_which", "These are promises with a date. Which of them shall I watch?",
        hint="Type the numbers, all, or none.",
        options=tuple(Option(f"{clip(wishes[n], 60)} ({due_words(case, wishes[n])})", f"wish {n}") for n in dated),
    )  # fmt: skip
    return tuple(wishes[n] for n in dated if f"wish {n}" in picked)


def due_words(case: CaseFile, wish: str) -> str:
    """When a dated wish is due: 'Thursday 17:30'."""
    return case.when(find_dates(wish, case.now, case.zone)[0][2])


def ordinal(n: int) -> str:
    """'second' for 1; beyond the words we have, a figure."""
    return ORDINALS[n] if n < len(ORDINALS) else f"number {n + 1}"


def is_dated(case: CaseFile, wish: str) -> bool:
    """Whether a wish names a time to come and is not watched already."""
    watched = any(p.words.casefold() == wish.casefold() and p.state == "open" for p in case.promises)
    return not watched and bool(find_dates(wish, case.now, case.zone))


def is_promise(case: CaseFile, wishes: tuple[str, ...], n: int) -> Line:
    """'The second is a promise with a date, Thursday 17:30. Shall I watch it?'"""
    which = "That" if len(wishes) == 1 else f"The {ordinal(n)}"
    return say(
        "{which} is a promise with a date: {when}. Shall I watch it?", which=which, when=due_words(case, wishes[n])
    )
