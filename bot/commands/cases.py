"""What is typed about one case: open it, take its next step, write, log, close."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.coach.drafts import DraftKind, kind_named
from bot.commands.about import CASE, About, about, client_and_story, colleague, needs_case
from bot.services import cards, cases, clients, promises, schedules, waiting
from bot.services.follow import contacts, handover, watch
from bot.services.turn import Begin, Result, Turn, shown, told
from bot.storage.tables import Case, Entry, Person
from bot.view import clip

STORY_WORDS = 3
"""Fewer words than that open no case by themselves."""


async def start(turn: Turn, words: str) -> Result:
    """Open a case; a client and one sentence are enough. 'Open SAL-7' asks to see one."""
    numbered = CASE.fullmatch(words)
    if numbered:
        return await show_case(turn, await cases.by_number(turn, int(numbered.group(1))))
    client, story = await client_and_story(turn, words)
    enough = "story" if len(story.split()) >= STORY_WORDS else "told"
    return Result(begin=Begin("diagnose", {"client": client, enough: story}))


async def next_play(turn: Turn, words: str) -> Result:
    """The next step of a case."""
    found = await needs_case(turn, words, "next")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("next", {"case": found.case.number}, found.case.id))


def kind_first(words: str) -> tuple[DraftKind | None, str]:
    """The kind of draft that words begin with, and what follows it."""
    tokens = words.split()
    for n in range(min(4, len(tokens)), 0, -1):
        kind = kind_named(" ".join(tokens[:n]))
        if kind is not None:
            return kind, " ".join(tokens[n:]).removeprefix("for ").removeprefix("to ")
    return None, words


async def _without_unknown_kind(turn: Turn, words: str) -> str:
    """'haiku Acme' is Acme: what is no client and no kind of draft is left out, and the kinds are asked for."""
    if not words.strip() or CASE.match(words) or await clients.starts_with(turn, words):
        return words
    tokens = words.split()[:8]
    ends = [" ".join(tokens[n:]) for n in range(1, len(tokens))]
    for end in ends:
        if CASE.fullmatch(end) or await clients.exact(turn, end):
            return end
    return words


async def draft(turn: Turn, words: str) -> Result:
    """Help with a message, by kind and client in any order."""
    kind, rest = kind_first(words)
    if kind is not None and not await clients.exact(turn, words):
        found = await needs_case(turn, rest, "draft")
    else:
        found = await needs_case(turn, await _without_unknown_kind(turn, words), "draft")
        kind = kind_named(found.rest) if found.rest else None
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("draft", {"case": found.case.number, "kind": kind.value if kind else ""}, found.case.id))


async def check(turn: Turn, words: str) -> Result:
    """The tone of a text."""
    return Result(begin=Begin("check", {"text": words}))


async def log(turn: Turn, words: str) -> Result:
    """What the client said."""
    found = await needs_case(turn, words, "log")
    assert found.case is not None, "a case was asked for"
    if found.case.closed_at is not None and not watch.watched(found.case, turn.now):
        name = clip(found.client.name, 60) if found.client else ""
        return told(f"SAL-{found.case.number} is closed. If it has gone sour again, type: start {name}.")
    return Result(begin=Begin("log", {"case": found.case.number, "words": found.rest}, found.case.id))


async def close(turn: Turn, words: str) -> Result:
    """End a case."""
    found = await needs_case(turn, words, "close")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("close", {"case": found.case.number}, found.case.id))


async def edit(turn: Turn, words: str) -> Result:
    """Change the facts of a case."""
    found = await needs_case(turn, words, "edit")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("edit", {"case": found.case.number, "field": found.rest.casefold()}, found.case.id))


async def offer_made(turn: Turn, words: str) -> Result:
    """What to offer to make it right."""
    found = await needs_case(turn, words, "offer")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("reparation", {"case": found.case.number}, found.case.id))


async def client_waits(turn: Turn, words: str) -> Result:
    """The client waits for an answer: the clock starts."""
    found = await needs_case(turn, words, "waiting")
    assert found.case is not None, "a case was asked for"
    return await waiting.begin(turn, found.case)


async def client_answered(turn: Turn, words: str) -> Result:
    """The client has been answered: the clock stops."""
    found = await needs_case(turn, words, "answered")
    assert found.case is not None, "a case was asked for"
    return await waiting.end(turn, found.case)


async def hand_over(turn: Turn, words: str) -> Result:
    """Give a case to a colleague, with one page and everything that hangs on it."""
    at = words.casefold().rfind(" to ")
    name = words[at + 4 :].strip() if at > 0 else ""
    found = await needs_case(turn, words[:at] if name else words, "handover")
    assert found.case is not None, "a case was asked for"
    args: dict[str, Any] = {"case": found.case.number}
    if name:
        heir = await colleague(turn, name)
        handover.check(found.case, heir)
        args["person"] = heir.key
    return Result(begin=Begin("handover", args, found.case.id))


async def decide(turn: Turn, words: str) -> Result:
    """Decide what becomes of a case that does not get better."""
    found = await needs_case(turn, words, "decide")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("decide", {"case": found.case.number}, found.case.id))


async def _named_or_only(turn: Turn, words: str, command: str) -> About:
    """The client named; without words that of the person's only case."""
    return await about(turn, words, any_case=True) if words.strip() else await needs_case(turn, "", command)


async def people_at(turn: Turn, words: str) -> Result:
    """Everybody known at a client."""
    found = await _named_or_only(turn, words, "people")
    assert found.client is not None, "a client was named"
    return await contacts.as_card(turn, found.client)


async def person_at(turn: Turn, words: str) -> Result:
    """Somebody at a client, and their part in it."""
    found = await _named_or_only(turn, words, "person")
    assert found.client is not None, "a client was named"
    return Result(begin=Begin("person", {"client_id": found.client.id, "name": found.rest}))


def _as_line(entry: Entry, case: Case) -> str:
    """One line of what was done; the story itself stands above it already."""
    if entry.kind == "opened" and entry.words.strip() == case.story.strip():
        return "opened"
    return f"{entry.kind}: {entry.words}"


async def show_case(turn: Turn, case: Case) -> Result:
    """A case in full."""

    file = await cases.snapshot(turn, case)
    query = (
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.by_id)
        .where(Entry.case_id == case.id)
        .order_by(Entry.id.desc())
        .limit(8)
    )
    timeline = [
        (cases.local_day(turn, entry.at), name or "Salvage", _as_line(entry, case))
        for entry, name in reversed((await turn.db.execute(query)).all())
    ]
    planned = [
        f"{schedules.in_words(turn, row)}, in {await schedules.place_name(turn, row.place)}"
        for row in await schedules.of_case(turn, case)
    ]
    return shown(cards.full(file, timeline, planned, await promises.counts(turn, case.client_id)))
