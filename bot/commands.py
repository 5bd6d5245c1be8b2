"""The words people type: one table of commands, and how a client, a case and the rest are told apart in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.coach.cadence import Cadence, Rhythm
from bot.coach.dates import parse_time, parse_weekday, parse_when
from bot.coach.money import parse_money
from bot.errors import NotFound, Refusal
from bot.services import cards, cases, clients, demo, lessons, people, promises, readings, schedules, waiting
from bot.services.follow import approvals, contacts, handover
from bot.services.people import folded
from bot.services.reports import asks, digests, portfolio
from bot.services.reports import home as home_page
from bot.services.reports import summary as summary_page
from bot.services.turn import Begin, Result, Turn, offer, shown, told
from bot.storage.tables import Case, Client, Person
from bot.view import Actions, Attachment, Facts, Heading, card, clip, say

Handler = Callable[[Turn, str], Awaitable[Result]]


@dataclass(frozen=True)
class Command:
    """A word the coach knows: how it is used, what it does, and whether help shows it."""

    name: str
    usage: str
    does: str
    run: Handler
    shown: bool = True


# --- whom it is about --------------------------------------------------------------------------------------

_CASE = re.compile(r"^\s*sal[-\s]?(\d{1,9})\b[:,]?\s*", re.IGNORECASE)
_QUOTED = re.compile(r"^\s*[\"“„']([^\"”“']{1,300})[\"”“']\s*[:,–-]?\s*")
_SET_APART = re.compile(r"^(.{1,300}?)(?::\s+|\s[–—-]\s+|\n)(.+)$", re.DOTALL)


@dataclass(frozen=True)
class About:
    """Whom a command is about, and the words that follow."""

    case: Case | None
    client: Client | None
    rest: str


async def about(turn: Turn, words: str) -> About:
    """The case or client a command names; raises NotFound with near names where there is none."""
    case_match = _CASE.match(words)
    if case_match:
        case = await cases.by_number(turn, int(case_match.group(1)))
        return About(case, await turn.db.get_one(Client, case.client_id), words[case_match.end() :].strip())
    quoted = _QUOTED.match(words)
    if quoted:
        client = await clients.exact(turn, quoted.group(1))
        if client is None:
            raise await _unknown(turn, quoted.group(1))
        return await _with_case(turn, client, words[quoted.end() :].strip())
    found = await clients.starts_with(turn, words)
    if found is None:
        raise await _unknown(turn, words)
    return await _with_case(turn, *found)


async def _with_case(turn: Turn, client: Client, rest: str) -> About:
    case = await cases.open_case_of(turn, client.id) or await cases.newest_of(turn, client.id)
    if case is not None:
        await cases.allow(turn, case)
    return About(case, client, rest)


async def _unknown(turn: Turn, words: str) -> Refusal:
    name = clip(" ".join(words.split()), 60)
    alike = await clients.near(turn, " ".join(words.split()[:4])) or await clients.near(
        turn, words.split()[0] if words.split() else ""
    )
    if alike:
        names = ", ".join(clip(c.name, 60) for c in alike)
        return NotFound(f"I don't know a client called {name}. Did you mean {names}?")
    return NotFound(f"I don't know a client called {name}. Open a case with: start {name}.")


async def _needs_case(turn: Turn, words: str, command: str) -> About:
    if not words.strip():
        row = await _only_case(turn)
        if row is not None:
            return About(row, await turn.db.get_one(Client, row.client_id), "")
        raise Refusal(f"Which client? Type {command} and the name, or a number such as SAL-1.")
    found = await about(turn, words)
    if found.case is None and found.client is not None:
        raise NotFound(
            f"{clip(found.client.name, 60)} has no case. Open one with: start {clip(found.client.name, 60)}."
        )
    return found


async def _only_case(turn: Turn) -> Case | None:
    """The one open case of this person, where there is just one."""
    from sqlalchemy import select

    query = select(Case).where(Case.owner_id == turn.person.id, Case.closed_at.is_(None))
    rows = (await turn.db.scalars(query.order_by(Case.risk.desc(), Case.id).limit(2))).all()
    return rows[0] if len(rows) == 1 else None


# --- commands ----------------------------------------------------------------------------------------------


async def start(turn: Turn, words: str) -> Result:
    """Open a case; a client and one sentence are enough."""
    client, story = await _client_and_story(turn, words)
    return Result(begin=Begin("diagnose", {"client": client, "story": story}))


async def _client_and_story(turn: Turn, words: str) -> tuple[str, str]:
    """The client's name and what happened: a known name, quotes, a colon or a dash tell them apart."""
    if not words.strip():
        return "", ""
    quoted = _QUOTED.match(words)
    if quoted and words[quoted.end() :].strip():
        return quoted.group(1), words[quoted.end() :].strip()
    if quoted:
        return quoted.group(1), ""
    found = await clients.starts_with(turn, words)
    if found is not None:
        return found[0].name, found[1]
    apart = _SET_APART.match(words)
    if apart and len(apart.group(1).split()) <= 8:
        return apart.group(1).strip(), apart.group(2).strip()
    return _name_then_sentence(words)


_LITTLE = {
    "the",
    "they",
    "their",
    "we",
    "our",
    "he",
    "she",
    "his",
    "her",
    "it",
    "i",
    "is",
    "are",
    "was",
    "were",
    "has",
    "have",
    "had",
    "because",
    "says",
    "said",
    "wants",
    "got",
    "a",
    "an",
    "this",
    "that",
    "there",
    "no",
    "not",
    "nobody",
    "my",
    "who",
    "when",
    "after",
    "since",
    "today",
    "yesterday",
    "just",
}


def _name_then_sentence(words: str) -> tuple[str, str]:
    """'Acme they are furious about the delay': the name ends where a plain sentence of four words or more begins."""
    tokens = words.split()
    for n, token in enumerate(tokens[1:6], 1):
        if token.casefold().strip(",.;") in _LITTLE and len(tokens) - n >= 4:
            return " ".join(tokens[:n]).rstrip(",;"), " ".join(tokens[n:])
    return words.strip(), ""


async def next_play(turn: Turn, words: str) -> Result:
    """The next step of a case."""
    found = await _needs_case(turn, words, "next")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("next", {"case": found.case.number}, found.case.id))


async def draft(turn: Turn, words: str) -> Result:
    """Help with a message, by kind and client in any order."""
    from bot.coach.drafts import kind_named

    tokens = words.split()
    for n in range(min(4, len(tokens)), 0, -1):
        kind = kind_named(" ".join(tokens[:n]))
        if kind is not None and not await clients.exact(turn, words):
            found = await _needs_case(turn, " ".join(tokens[n:]).removeprefix("for ").removeprefix("to "), "draft")
            break
    else:
        kind = None
        found = await _needs_case(turn, words, "draft")
        kind = kind_named(found.rest) if found.rest else None
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("draft", {"case": found.case.number, "kind": kind.value if kind else ""}, found.case.id))


async def check(turn: Turn, words: str) -> Result:
    """The tone of a text."""
    return Result(begin=Begin("check", {"text": words}))


async def log(turn: Turn, words: str) -> Result:
    """What the client said."""
    found = await _needs_case(turn, words, "log")
    assert found.case is not None, "a case was asked for"
    if found.case.closed_at is not None:
        name = clip(found.client.name, 60) if found.client else ""
        return told(f"SAL-{found.case.number} is closed. If it has gone sour again, type: start {name}.")
    return Result(begin=Begin("log", {"case": found.case.number, "words": found.rest}, found.case.id))


_BY = re.compile(r"^(.*?)[\s,;]+by\s+(.+)$", re.IGNORECASE | re.DOTALL)


async def promise(turn: Turn, words: str) -> Result:
    """A commitment to watch."""
    if not words.strip():
        raise Refusal("Which client? Type: promise CLIENT what you promised by when.")
    found = await about(turn, words)
    assert found.client is not None, "a client was named"
    args: dict[str, Any] = {"client_id": found.client.id, "words": found.rest}
    by = _last_by(found.rest)
    if by is not None:
        when = parse_when(by[1], turn.now, turn.person.zone)
        args |= {"words": by[0], "when": when.isoformat(), "sure": "yes"}
    return Result(begin=Begin("promise", args, found.case.id if found.case else None))


def _last_by(words: str) -> tuple[str, str] | None:
    at = words.casefold().rfind(" by ")
    return (words[:at].strip(" ,;"), words[at + 4 :].strip()) if at > 0 else None


async def remind(turn: Turn, words: str) -> Result:
    """Check-ins for a case."""
    found = await _needs_case(turn, words, "remind")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("remind", {"case": found.case.number, **reminder_words(found.rest)}, found.case.id))


_PART = {
    "rhythm": re.compile(r"\b(weekly|biweekly|fortnightly|monthly|once)\b", re.IGNORECASE),
    "place": re.compile(r"\bin\s+(#\S+|private|here)", re.IGNORECASE),
    "time": re.compile(r"\bat\s+(\d{1,2}(?:[:.]\d{1,2})?\s*(?:am|pm)?|noon|midnight|\S+)", re.IGNORECASE),
    "day": re.compile(r"\bon\s+(.+)$", re.IGNORECASE | re.DOTALL),
}


def reminder_words(words: str) -> dict[str, str]:
    """'weekly on Friday at 15:00 in #accounts' taken apart; the day is what is left after on."""
    parts: dict[str, str] = {}
    rest = words
    for name in ("rhythm", "place", "time", "day"):
        match = _PART[name].search(rest)
        if match:
            parts[name] = match.group(1).strip()
            rest = (rest[: match.start()] + " " + rest[match.end() :]).strip()
    return parts


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
    await schedules.by_id(turn, number)
    return Result(
        begin=Begin(
            "reminder", {"id": number, "what": tokens[1] if len(tokens) > 1 else "", "rest": " ".join(tokens[2:])}
        )
    )


def _changing(what: str) -> Handler:
    async def run(turn: Turn, words: str) -> Result:
        return await reminder(turn, f"{words.split()[0]} {what} {' '.join(words.split()[1:])}" if words.split() else "")

    return run


async def summary(turn: Turn, words: str) -> Result:
    """Every client at risk, a page of them, or as a file."""
    if words.casefold() == "csv":
        rows = await portfolio.page(turn, portfolio.visible(turn), most=100_000)
        content = summary_page.as_csv(rows, summary_page.COLUMNS)
        turn.audit("took the summary as a file")
        return shown(card(f"{len(rows)} cases, as a file.", Attachment("at-risk.csv", "text/csv", content)))
    page = int(words) - 1 if words.isascii() and words.isdigit() and 0 < len(words) < 5 else 0
    return await summary_page.summary(turn, max(page, 0))


async def review(turn: Turn, words: str) -> Result:
    """Go through the cases one by one, the stalest first."""
    return await asks.review_next(turn)


async def digest(turn: Turn, words: str) -> Result:
    """Have the summary sent by itself, or no longer."""
    if words.casefold() in ("off", "stop", "never"):
        return await digests.stop_digests(turn)
    parts = reminder_words(words)
    try:
        cadence = Cadence(
            rhythm=Rhythm(parts.get("rhythm", "weekly").casefold()),
            at=parse_time(parts.get("time", "9:00")),
            weekday=parse_weekday(parts.get("day", "Monday")),
            monthday=None,
            zone=turn.person.zone,
            on=None,
        )
    except ValueError as wrong:
        raise Refusal(f"{wrong} Try: digest weekly on Monday at 9:00 in #accounts, or digest off.") from wrong
    return await digests.set_digest(turn, cadence, parts.get("place", "private"))


async def ask(turn: Turn, words: str) -> Result:
    """Ask a case's owner."""
    found = await _needs_case(turn, words, "ask")
    assert found.case is not None, "a case was asked for"
    return await asks.ask_owner(turn, found.case, found.rest)


async def call(turn: Turn, words: str) -> Result:
    """The manager calls the client."""
    found = await _needs_case(turn, words, "call")
    assert found.case is not None, "a case was asked for"
    return await asks.will_call(turn, found.case)


async def take(turn: Turn, words: str) -> Result:
    """The manager takes a case over."""
    found = await _needs_case(turn, words, "take")
    assert found.case is not None, "a case was asked for"
    return await asks.take_over(turn, found.case)


async def override(turn: Turn, words: str) -> Result:
    """Set a case's place in the list by hand."""
    turn.require_manager("set a case's place by hand")
    found = await _needs_case(turn, words, "override")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("override", {"case": found.case.number}, found.case.id))


async def clients_open(turn: Turn, words: str) -> Result:
    """Every client with an open case."""
    return await home_page.clients_list(turn)


async def home(turn: Turn, words: str) -> Result:
    """What needs the person today."""
    return await home_page.home(turn)


async def close(turn: Turn, words: str) -> Result:
    """End a case."""
    found = await _needs_case(turn, words, "close")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("close", {"case": found.case.number}, found.case.id))


async def learned(turn: Turn, words: str) -> Result:
    """What was learned, by words."""
    return lessons.as_card(await lessons.search(turn, words), words)


async def edit(turn: Turn, words: str) -> Result:
    """Change the facts of a case."""
    found = await _needs_case(turn, words, "edit")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("edit", {"case": found.case.number, "field": found.rest.casefold()}, found.case.id))


async def offer_made(turn: Turn, words: str) -> Result:
    """What to offer to make it right."""
    found = await _needs_case(turn, words, "offer")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("reparation", {"case": found.case.number}, found.case.id))


async def client_waits(turn: Turn, words: str) -> Result:
    """The client waits for an answer: the clock starts."""
    found = await _needs_case(turn, words, "waiting")
    assert found.case is not None, "a case was asked for"
    return await waiting.begin(turn, found.case)


async def client_answered(turn: Turn, words: str) -> Result:
    """The client has been answered: the clock stops."""
    found = await _needs_case(turn, words, "answered")
    assert found.case is not None, "a case was asked for"
    return await waiting.end(turn, found.case)


async def reading(turn: Turn, words: str) -> Result:
    """A check-in's button: how the client is."""
    tokens = words.split()
    if len(tokens) != 2 or not tokens[0].isdigit():
        raise Refusal("I can't read that button any more. Type log and the client's name instead.")
    return await readings.answer(turn, int(tokens[0][:12]), tokens[1])


async def kept(turn: Turn, words: str) -> Result:
    """A promise was kept."""
    return await promises.settle(turn, _number(words), "kept")


async def broken(turn: Turn, words: str) -> Result:
    """A promise was broken."""
    return await promises.settle(turn, _number(words), "broken")


async def slip(turn: Turn, words: str) -> Result:
    """A promise will not hold: renegotiate it before it breaks."""
    row = await promises.by_id(turn, _number(words))
    if row.case_id is None:
        return told("Call them today, before the time is up, and agree a new date. Then: promise CLIENT what by when.")
    case = await turn.db.get_one(Case, row.case_id)
    return Result(begin=Begin("draft", {"case": case.number, "kind": "renegotiate", "promise": row.id}, case.id))


async def hand_over(turn: Turn, words: str) -> Result:
    """Give a case to a colleague, with one page and everything that hangs on it."""
    at = words.casefold().rfind(" to ")
    name = words[at + 4 :].strip() if at > 0 else ""
    found = await _needs_case(turn, words[:at] if name else words, "handover")
    assert found.case is not None, "a case was asked for"
    args: dict[str, Any] = {"case": found.case.number}
    if name:
        heir = await _colleague(turn, name)
        handover.check(found.case, heir)
        args["person"] = heir.key
    return Result(begin=Begin("handover", args, found.case.id))


async def _colleague(turn: Turn, name: str) -> Person:
    """The colleague a name means; raises NotFound where it means nobody or several."""
    if folded(name) in ("me", "myself"):
        return turn.person
    rows = await people.by_name(turn.db, turn.workspace, name)
    if not rows:
        raise NotFound(
            f"I don't know anyone in the team called {clip(name, 60)}. A case can only go to a colleague; "
            "ask them to say hello to me first."
        )
    if len(rows) > 1:
        raise NotFound(f"More than one colleague fits {clip(name, 60)}. Type the full name.")
    return rows[0]


async def decide(turn: Turn, words: str) -> Result:
    """Decide what becomes of a case that does not get better."""
    found = await _needs_case(turn, words, "decide")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("decide", {"case": found.case.number}, found.case.id))


async def people_at(turn: Turn, words: str) -> Result:
    """Everybody known at a client."""
    found = await about(turn, words)
    assert found.client is not None, "a client was named"
    return await contacts.as_card(turn, found.client)


async def person_at(turn: Turn, words: str) -> Result:
    """Somebody at a client, and their part in it."""
    found = await about(turn, words)
    assert found.client is not None, "a client was named"
    return Result(begin=Begin("person", {"client_id": found.client.id, "name": found.rest}))


async def approve(turn: Turn, words: str) -> Result:
    """An approver says yes."""
    return await approvals.settle(turn, _number(words), approved=True)


async def decline(turn: Turn, words: str) -> Result:
    """An approver says no."""
    return await approvals.settle(turn, _number(words), approved=False)


async def limit(turn: Turn, words: str) -> Result:
    """What a role may offer by itself."""
    role, _, sum_words = words.partition(" ")
    if not sum_words.strip():
        raise Refusal("Which role, and how much? Type: limit member 500 euros.")
    return await approvals.set_limit(turn, role.casefold(), parse_money(sum_words))


async def role(turn: Turn, words: str) -> Result:
    """An admin names managers."""
    name, _, wanted = words.rpartition(" ")
    return await people.name_role(turn, await _colleague(turn, name), wanted.casefold())


def _number(words: str) -> int:
    if not words.strip().isdigit():
        raise Refusal("Which promise? Type the number shown beside it.")
    return int(words.strip()[:12])


async def load_demo(turn: Turn, words: str) -> Result:
    """A small made-up portfolio to look around in."""
    return await demo.load(turn)


async def show_help(turn: Turn, words: str) -> Result:
    """What can be typed."""
    rows = tuple((c.usage, say("{does}", does=c.does)) for c in COMMANDS if c.shown)
    return shown(
        card(
            Heading("What I can do"),
            "Tell me about an unhappy client in your own words, or type one of these. Nothing I show is ever sent to a client.",
            Facts(rows),
            Actions((offer("Tell me about a client", "start"), offer("What needs me today", "home"))),
        )
    )


async def show_case(turn: Turn, case: Case) -> Result:
    """A case in full."""
    from sqlalchemy import select

    from bot.storage.tables import Entry, Person

    file = await cases.snapshot(turn, case)
    query = (
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.by_id)
        .where(Entry.case_id == case.id)
        .order_by(Entry.id.desc())
        .limit(8)
    )
    timeline = [
        (cases.local_day(turn, entry.at), name or "Salvage", f"{entry.kind}: {entry.words}")
        for entry, name in reversed((await turn.db.execute(query)).all())
    ]
    planned = [
        f"{schedules.in_words(turn, row)}, in {await schedules.place_name(turn, row.place)}"
        for row in await schedules.of_case(turn, case)
    ]
    return shown(cards.full(file, timeline, planned))


COMMANDS: tuple[Command, ...] = (
    Command("start", "start CLIENT", "A client is unhappy: tell me what happened.", start),
    Command("next", "next CLIENT or SAL-7", "The next step, and why it comes now.", next_play),
    Command("draft", "draft KIND CLIENT", "Help with a message or a call.", draft),
    Command("check", "check TEXT", "The tone of a text, before you send it.", check),
    Command("log", "log CLIENT TEXT", "What the client said, and how they sounded.", log),
    Command("promise", "promise CLIENT TEXT by WHEN", "A promise I watch for you.", promise),
    Command(
        "remind",
        "remind CLIENT weekly|biweekly|monthly|once [on DAY] [at TIME] [in CHANNEL]",
        "Check-ins until the client has recovered.",
        remind,
    ),
    Command("reminders", "reminders", "Every check-in, to snooze, skip, edit, pause or cancel.", reminders),
    Command("waiting", "waiting CLIENT", "They wait for an answer: I watch the clock.", client_waits),
    Command("answered", "answered CLIENT", "They have their answer.", client_answered),
    Command("offer", "offer CLIENT", "What to offer to make it right.", offer_made),
    Command("edit", "edit CLIENT", "Change what is kept about a case.", edit),
    Command("summary", "summary [csv]", "Every client at risk, worst first; csv gives a file.", summary),
    Command("review", "review", "Go through the cases one by one, the stalest first (managers).", review),
    Command(
        "digest",
        "digest weekly [on DAY] [at TIME] [in CHANNEL]",
        "Have the summary come by itself; digest off ends it (managers).",
        digest,
    ),
    Command("ask", "ask CLIENT [WORDS]", "Ask a case's owner, privately (managers).", ask),
    Command("call", "call CLIENT", "You call the client yourself (managers).", call),
    Command("take", "take CLIENT", "Take a case over (managers).", take),
    Command("override", "override CLIENT", "Set a case's place in the list by hand (managers).", override),
    Command(
        "handover",
        "handover CLIENT to PERSON",
        "Give a case to a colleague, with everything that hangs on it.",
        hand_over,
    ),
    Command("decide", "decide CLIENT", "Decide about a case that does not get better.", decide),
    Command("people", "people CLIENT", "Who decides there, who was hurt, who is on our side.", people_at),
    Command("person", "person CLIENT NAME", "Add somebody at a client.", person_at),
    Command("limit", "limit ROLE SUM", "What a member or manager may offer without asking (admins).", limit),
    Command("role", "role NAME member|manager|admin", "Who sees every case and decides (admins).", role),
    Command("clients", "clients", "Every client with an open case.", clients_open),
    Command("close", "close CLIENT", "End a case: healed, parted or lost.", close),
    Command("lessons", "lessons WORDS", "What earlier cases taught.", learned),
    Command("home", "home", "What needs you today.", home),
    Command("help", "help", "This list.", show_help),
    Command("demo", "demo", "Load a small made-up portfolio (local tools only).", load_demo, shown=False),
    Command("reminder", "reminder NUMBER WHAT", "Change one check-in.", reminder, shown=False),
    Command("snooze", "snooze NUMBER", "Put one check-in off.", _changing("snooze"), shown=False),
    Command("skip", "skip NUMBER", "Leave one check-in out.", _changing("skip"), shown=False),
    Command("pause", "pause NUMBER", "Pause one check-in.", _changing("pause"), shown=False),
    Command("resume", "resume NUMBER", "Start one check-in again.", _changing("resume"), shown=False),
    Command("reading", "reading NUMBER HOW", "A check-in's button.", reading, shown=False),
    Command("kept", "kept NUMBER", "A promise was kept.", kept, shown=False),
    Command("broken", "broken NUMBER", "A promise was broken.", broken, shown=False),
    Command("approve", "approve NUMBER", "An offer may be made.", approve, shown=False),
    Command("decline", "decline NUMBER", "An offer may not be made.", decline, shown=False),
    Command("slip", "slip NUMBER", "A promise will slip.", slip, shown=False),
)
BY_NAME = {c.name: c for c in COMMANDS}
ALSO = {
    "hello": "home",
    "hi": "home",
    "today": "home",
    "new": "start",
    "open": "start",
    "begin": "start",
    "risk": "summary",
    "overview": "summary",
    "?": "help",
    "commands": "help",
    "next step": "next",
    "lesson": "lessons",
    "case": "next",
    "reparation": "offer",
    "list": "clients",
}
BARE = {
    "summary",
    "reminders",
    "clients",
    "home",
    "help",
    "lessons",
    "start",
    "next",
    "close",
    "demo",
    "review",
    "digest",
}
"""Commands that mean something without another word."""


def bare(text: str) -> str:
    """A command without its slash word."""
    return (
        re.sub(r"^\s*/(?:salvage\b)?\s*", "", text, count=1).strip() if text.lstrip().startswith("/") else text.strip()
    )


def split(words: str) -> tuple[Command | None, str]:
    """The command a text begins with, and what follows it."""
    parts = words.strip().split(None, 1)
    if not parts:
        return BY_NAME["home"], ""
    name = parts[0].casefold().rstrip(":,")
    command = BY_NAME.get(ALSO.get(name, name))
    return command, parts[1].strip() if len(parts) > 1 else ""


async def surely(turn: Turn, words: str, *, free_text: bool) -> bool:
    """Whether words typed into an open question are a command for certain, and no answer to it."""
    command, rest = split(words)
    if command is None or words.split()[0].casefold() in ALSO:
        return False
    if not rest:
        return command.name in BARE
    if not free_text:
        return True
    if command.name in ("start", "check") or len(words) > 400:
        return False
    try:
        await about(turn, rest)
    except Refusal:
        return False
    return True


async def run(turn: Turn, words: str) -> Result:
    """Carry out a command, show a client or case named alone, or say what is near."""
    command, rest = split(words)
    if command is not None and not (await _is_client(turn, words) and command.name not in BARE):
        return await command.run(turn, rest)
    return await _named(turn, words)


async def _is_client(turn: Turn, words: str) -> bool:
    return len(words) <= clients.LONGEST_NAME and await clients.exact(turn, words) is not None


async def _named(turn: Turn, words: str) -> Result:
    """A case by number, a client by name; else a story to be told, or a word that is nearly a command."""
    number = _CASE.match(words)
    if number and not words[number.end() :].strip():
        return await show_case(turn, await cases.by_number(turn, int(number.group(1))))
    client = await clients.exact(turn, words)
    if client is not None:
        case = await cases.open_case_of(turn, client.id)
        if case is not None:
            await cases.allow(turn, case)
            return await show_case(turn, case)
        return told(f"{client.name} has no open case.", offer("Start one", f"start {client.name}"))
    nearest = difflib.get_close_matches(folded(words.split()[0]), [c.name for c in COMMANDS if c.shown], 1, 0.7)
    if nearest and len(words.split()) <= 6:
        rest = " ".join(words.split()[1:])
        meant = f"{nearest[0]} {rest}".strip()
        return told(
            f"I don't know “{clip(words.split()[0], 40)}”. Did you mean {nearest[0]}?",
            offer(f"Yes, {nearest[0]}", meant),
            offer("Help", "help"),
        )
    if len(words.split()) >= 6 or len(words) > clients.LONGEST_NAME:
        return Result(begin=Begin("diagnose", {"story": "", "told": words}))
    alike = await clients.near(turn, words)
    if alike:
        return shown(
            card(
                say("I don't know **{name}**. Did you mean one of these?", name=clip(words, 80)),
                Actions((*(offer(clip(c.name, 60), c.name) for c in alike), offer("A new client", f"start {words}"))),
            )
        )
    return told(
        f"I don't know a client called {clip(words, 80)}.",
        offer(f"Start a case for {clip(words, 40)}", f"start {words}"),
        offer("Help", "help"),
    )
