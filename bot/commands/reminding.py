"""What is typed about check-ins and promises."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from bot.coach.dates import END_OF_DAY, BadDate, parse_when
from bot.commands.about import about, named_within, needs_case, number
from bot.errors import Refusal
from bot.services import cases, clients, people, promises, readings, schedules, zones
from bot.services.turn import Begin, Result, Turn, offer, shown, told
from bot.storage.tables import Case, Client
from bot.view import Actions, Card, Facts, Heading, card, clip, say

_EACH = r"(?:every|each)\s+"
_RHYTHM = (
    rf"\b((?:once|twice)\s+an?\s+(?:day|week|month)|weekly|bi-?weekly|fortnightly|monthly|once|daily|quarterly|yearly"
    rf"|{_EACH}(?:second|other|two)\s+weeks?|{_EACH}(?:\d+\s+)?[a-z]*(?:day|week|month|quarter|year)s?)\b"
)
RHYTHMS = {
    **dict.fromkeys(("every week", "each week", "once a week"), "weekly"),
    **dict.fromkeys(
        ("bi-weekly", "fortnightly", "every second week", "every other week", "every two weeks", "every 2 weeks"),
        "biweekly",
    ),
    **dict.fromkeys(("every month", "each month", "once a month"), "monthly"),
}
"""Other ways of typing a rhythm."""
_PART = {
    "rhythm": re.compile(_RHYTHM, re.IGNORECASE),
    "time": re.compile(r"\bat\s+(\d{1,2}(?:[:.]\d{1,2})?\s*(?:am|pm)?|noon|midnight|\S+)", re.IGNORECASE),
    "day": re.compile(r"\bon\s+(.+)$", re.IGNORECASE | re.DOTALL),
}
_SPAN = r"(?:the|an?|one|two|three|four|half|\d+)\s+(?:half|hour|day|week|month|year|morning|afternoon|evening)"
_PLACES = (
    re.compile(r"\bin\s+(private|here)(?!\S)", re.IGNORECASE),
    re.compile(rf"\bin\s+(?!{_SPAN})(\S.*?)(?=\s+(?:on|at)\s|\s+{_RHYTHM}|\s*$)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?<!\S)(here)(?!\S)", re.IGNORECASE),
)


def reminder_words(words: str, places: Iterable[str] = ()) -> dict[str, str]:
    """'weekly on Friday at 15:00 in Key Accounts' taken apart; the day is what is left after on.

    ``places`` are the names known: one of them is found though it holds blanks, or words such as on and at.
    """
    parts: dict[str, str] = {}
    rest = words
    for name, patterns in {"place": (*_named(places), *_PLACES), **{n: (p,) for n, p in _PART.items()}}.items():
        match = next((m for p in patterns if (m := p.search(rest))), None)
        if match:
            parts[name] = match.group(1).strip(' "“”')
            rest = (rest[: match.start()] + " " + rest[match.end() :]).strip()
    return _whole(parts, " ".join(rest.split()).strip(" ,."))


_CLOCK = re.compile(r"(?<!\S)(\d{1,2}[:.]\d{2}(?:\s*[ap]m)?|\d{1,2}\s*[ap]m|noon)(?!\S)", re.IGNORECASE)
_EVERY_DAY = re.compile(rf"{_EACH}((?:mon|tues?|wednes|thurs?|fri|satur|sun)day)s?", re.IGNORECASE)


def _whole(parts: dict[str, str], rest: str) -> dict[str, str]:
    """The parts with what was typed in other words: 'every Friday', a bare '9:00' or 'in two weeks', a slip."""
    each = _EVERY_DAY.fullmatch(parts.get("rhythm", ""))
    if each:
        parts |= {"rhythm": "weekly", "day": parts.get("day", each.group(1))}
    clock = _CLOCK.search(rest) if "time" not in parts else None
    if clock:
        parts["time"] = clock.group(1)
        rest = (rest[: clock.start()] + rest[clock.end() :]).strip()
    if "rhythm" not in parts and rest:
        first, _, after = rest.partition(" ")
        slip = difflib.get_close_matches(first.casefold(), ("weekly", "biweekly", "monthly", "once"), 1, 0.75)
        if slip:
            parts["rhythm"], rest = slip[0], after.strip()
    if "rhythm" in parts:
        typed = " ".join(parts["rhythm"].casefold().split())
        parts["rhythm"] = RHYTHMS.get(typed, typed if typed in RHYTHMS.values() or typed == "once" else parts["rhythm"])
    if rest and "day" not in parts:
        parts["day"] = rest
    return parts


def _named(places: Iterable[str]) -> list[re.Pattern[str]]:
    """What finds a known place by its name; the longest is tried first."""
    names = sorted({n.lstrip("#").strip() for n in places} - {""}, key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, name.split())) for name in names)
    return [re.compile(rf"\bin\s+[\"“]?(#?{name})(?!\w)", re.IGNORECASE) for name in spaced]


_ME = re.compile(r"me\b\s*", re.IGNORECASE)
_ERRAND = re.compile(
    r"(?<!\S)(?:to|about|that)\s.*?(?=\s(?:on|at|in|next|today|tomorrow|once|weekly|monthly|every|each)\b|$)",
    re.IGNORECASE | re.DOTALL,
)
"""What somebody wants to do when they are reminded."""


async def remind(turn: Turn, words: str) -> Result:
    """Check-ins for a case; 'remind me on Friday to call Acme' is one."""
    whom, when = await _for_me(turn, words) or (words, None)
    found = await needs_case(turn, whom, "remind")
    if await zones.unknown(turn):
        return await zones.ask_first(turn, f"remind {words}")
    assert found.case is not None, "a case was asked for"
    parts = reminder_words(found.rest if when is None else when, await people.place_names(turn.db, turn.workspace))
    if when is not None:
        parts.setdefault("rhythm", "once")
    return Result(begin=Begin("remind", {"case": found.case.number, **parts}, found.case.id))


async def _for_me(turn: Turn, words: str) -> tuple[str, str] | None:
    """The client, '' for the only one, and the time in 'me on Friday to call Acme'; None for words of another kind."""
    me = _ME.match(words)
    if me is None or await clients.starts_with(turn, words) is not None:
        return None
    client = await named_within(turn, words)
    return client.name if client else "", _ERRAND.sub("", words[me.end() :])


async def reminders(turn: Turn, words: str) -> Result:
    """Every check-in schedule."""
    rows = await schedules.of_workspace(turn)
    if not rows:
        return told("No check-ins are set. Type: remind CLIENT weekly on Monday at 9:00.")
    made = []
    for row in rows:
        case = await turn.db.get_one(Case, row.case_id)
        client = await turn.db.get_one(Client, case.client_id)
        when = cases.local_day(turn, row.next_due_at) if row.next_due_at else "paused"
        where = await schedules.place_name(turn, row.place)
        made.append(
            (
                f"{row.id} · SAL-{case.number}",
                say(
                    "{client}: {words}, in {where}. Next: {when}.",
                    client=client.name,
                    words=schedules.in_words(turn, row),
                    where=where,
                    when=when,
                ),
            )
        )
    buttons = [
        offer(f"{label} {row.id}", f"reminder {row.id} {what}")
        for row in rows[:4]
        for label, what in (
            ("Snooze", "snooze"),
            ("Skip", "skip"),
            ("Edit", "edit"),
            ("Pause", "pause"),
            ("Cancel", "cancel"),
        )
    ]
    return shown(card(Heading("Check-ins"), Facts(tuple(made)), Actions(tuple(buttons))))


async def reminder(turn: Turn, words: str) -> Result:
    """Change one schedule: its number, and what to do."""
    tokens = words.split()
    if not tokens or not tokens[0].lstrip("#").isdigit():
        return await reminders(turn, "")
    number = int(tokens[0].lstrip("#")[:9])
    row = await schedules.by_id(turn, number)
    args = {"id": number, "what": tokens[1] if len(tokens) > 1 else "", "rest": " ".join(tokens[2:])}
    return Result(begin=Begin("reminder", args, row.case_id))


def changing(what: str) -> Callable[[Turn, str], Awaitable[Result]]:
    """The command that changes one check-in in one way."""

    async def run(turn: Turn, words: str) -> Result:
        return await reminder(turn, f"{words.split()[0]} {what} {' '.join(words.split()[1:])}" if words.split() else "")

    return run


async def reading(turn: Turn, words: str) -> Result:
    """A check-in's button: how the client is."""
    tokens = words.split()
    if len(tokens) != 2 or not tokens[0].isdigit():
        raise Refusal("I can't read that button any more. Type log and the client's name instead.")
    return await readings.answer(turn, int(tokens[0][:12]), tokens[1])


def _last_by(words: str) -> tuple[str, str] | None:
    at = words.casefold().rfind(" by ")
    return (words[:at].strip(" ,;"), words[at + 4 :].strip()) if at > 0 else None


_DATED = re.compile(
    r"\d|\b(?:yesterday|today|tonight|tomorrow|noon|last|next|this|end|week|month|year|"
    r"mon|tues?|wed|thur?s?|fri|sat|sun|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)",
    re.IGNORECASE,
)
"""What is meant as a time, though it cannot be read; 'stand by them' is not."""


WHICH_PROMISE = "Which promise? Type promises to see yours with their numbers."
MOST_LISTED = 40
"""How many promises are listed at once."""


async def promise(turn: Turn, words: str) -> Result:
    """A commitment to watch."""
    found = await about(turn, words) if words.strip() else await needs_case(turn, "", "promise")
    if await zones.unknown(turn):
        return await zones.ask_first(turn, f"promise {words}")
    assert found.client is not None, "a client was named"
    args: dict[str, Any] = {"client_id": found.client.id, "words": found.rest}
    if found.case is not None and found.case.closed_at is None:
        args["of"] = found.case.number
    by = _last_by(found.rest)
    unread: tuple[Card, ...] = ()
    if by is not None:
        try:
            when = parse_when(by[1], turn.now, turn.person.zone, at=END_OF_DAY)
            args |= {"words": by[0], "when": when.isoformat(), "sure": "yes"}
        except BadDate as wrong:
            if _DATED.search(by[1]):
                args["words"] = by[0]
                unread = (card(str(wrong)),)
    return Result(unread, Begin("promise", args, found.case.id if found.case else None))


async def promises_open(turn: Turn, words: str) -> Result:
    """What this person has promised to clients and has still to keep."""
    rows = await promises.open_of(turn)
    if not rows:
        return told("No promise of yours is open. Type: promise CLIENT what by when.")
    listed = tuple(
        (
            f"{row.id} · {clip(client, 60)}",
            say("{words}, {due}.", words=clip(row.words, 200).rstrip("."), due=cases.local_day(turn, row.due_at)),
        )
        for row, client in rows[:MOST_LISTED]
    )
    buttons = [
        offer(f"{label} {row.id}", f"{command} {row.id}")
        for row, _ in rows[:4]
        for label, command in (("Kept", "kept"), ("It will slip", "slip"))
    ]
    more = f"{len(rows) - MOST_LISTED} more come after these." if len(rows) > MOST_LISTED else None
    return shown(card(Heading("Your promises"), Facts(listed), more, Actions(tuple(buttons))))


async def kept(turn: Turn, words: str) -> Result:
    """A promise was kept."""
    return await promises.settle(turn, number(words, WHICH_PROMISE), "kept")


async def broken(turn: Turn, words: str) -> Result:
    """A promise was broken."""
    return await promises.settle(turn, number(words, WHICH_PROMISE), "broken")


async def slip(turn: Turn, words: str) -> Result:
    """A promise will not hold: renegotiate it before it breaks."""
    row = await promises.by_id(turn, number(words, WHICH_PROMISE))
    if row.case_id is None:
        return told("Call them today, before the time is up, and agree a new date. Then: promise CLIENT what by when.")
    case = await turn.db.get_one(Case, row.case_id)
    args = {"case": case.number, "kind": "new_date", "promise": row.id, "known": {"promise": row.words}}
    return Result(begin=Begin("draft", args, case.id))
