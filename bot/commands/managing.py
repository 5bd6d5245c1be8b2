"""What is typed about many cases, and by managers and admins."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bot.coach.cadence import Cadence, Rhythm
from bot.coach.dates import parse_time, parse_weekday
from bot.coach.money import parse_money
from bot.coach.zones import zone_called
from bot.commands.about import colleague, needs_case, number
from bot.commands.reminding import reminder_words
from bot.errors import NotFound, Refusal
from bot.services import demo, groups, lessons, people
from bot.services.follow import approvals
from bot.services.reports import asks, digests, portfolio, sheet
from bot.services.reports import home as home_page
from bot.services.reports import summary as summary_page
from bot.services.turn import Begin, Result, Turn, shown, told
from bot.view import Attachment, card, clip


async def summary(turn: Turn, words: str) -> Result:
    """Every client at risk, a page of them, or as a file."""
    if "csv" in words.casefold().split()[:3]:
        rows = await portfolio.whole(turn, sheet.MOST)
        turn.audit("took the summary as a file")
        which = "The worst " if len(rows) == sheet.MOST else ""
        words = f"{which}{len(rows):,} case{'s' * (len(rows) != 1)}, as a file."
        return shown(card(words, Attachment("at-risk.csv", "text/csv", sheet.as_csv(turn, rows))))
    page = int(words) - 1 if words.isascii() and words.isdigit() and 0 < len(words) < 5 else 0
    return await summary_page.summary(turn, max(page, 0))


async def review(turn: Turn, words: str) -> Result:
    """Go through the cases one by one, the stalest first."""
    return await asks.review_next(turn)


_ZONE = re.compile(r",?\s*\bzone\s+(?P<zone>\S+(?:\s(?!on\b|at\b|in\b)\S+)*)", re.IGNORECASE)


async def digest(turn: Turn, words: str) -> Result:
    """Have the summary sent by itself, or no longer."""
    if words.casefold() in ("off", "stop", "never"):
        return await digests.stop_digests(turn)
    zone = _ZONE.search(words)
    rest = f"{words[: zone.start()]} {words[zone.end() :]}".strip() if zone else words
    parts = reminder_words(rest, await people.place_names(turn.db, turn.workspace))
    try:
        if parts.get("rhythm", "weekly") not in [r.value for r in Rhythm]:
            raise ValueError(f"I can't send it {parts['rhythm']}; weekly, biweekly and monthly are what I know.")
        cadence = Cadence(
            rhythm=Rhythm(parts.get("rhythm", "weekly")),
            at=parse_time(parts.get("time", "9:00")),
            weekday=parse_weekday(parts.get("day", "Monday")),
            monthday=None,
            zone=zone_called(zone["zone"].strip(" ,")) if zone else turn.person.zone,
            on=None,
        )
    except ValueError as wrong:
        example = "digest weekly on Monday at 9:00 zone London in #accounts, or digest off"
        raise Refusal(f"{wrong} Try: {example}.") from wrong
    return await digests.set_digest(turn, cadence, parts.get("place", "private"))


async def ask(turn: Turn, words: str) -> Result:
    """Ask a case's owner."""
    found = await needs_case(turn, words, "ask")
    assert found.case is not None, "a case was asked for"
    return await asks.ask_owner(turn, found.case, found.rest)


async def call(turn: Turn, words: str) -> Result:
    """The manager calls the client."""
    found = await needs_case(turn, words, "call")
    assert found.case is not None, "a case was asked for"
    return await asks.will_call(turn, found.case)


async def take(turn: Turn, words: str) -> Result:
    """The manager takes a case over."""
    found = await needs_case(turn, words, "take")
    assert found.case is not None, "a case was asked for"
    return await asks.take_over(turn, found.case)


async def override(turn: Turn, words: str) -> Result:
    """Set a case's place in the list by hand."""
    turn.require_manager("set a case's place by hand")
    found = await needs_case(turn, words, "override")
    assert found.case is not None, "a case was asked for"
    return Result(begin=Begin("override", {"case": found.case.number}, found.case.id))


async def clients_open(turn: Turn, words: str) -> Result:
    """Every client with an open case."""
    return await home_page.clients_list(turn)


async def home(turn: Turn, words: str) -> Result:
    """What needs the person today."""
    return await home_page.home(turn)


async def learned(turn: Turn, words: str) -> Result:
    """What was learned, by words."""
    return lessons.as_card(await lessons.search(turn, words), words)


WHICH_OFFER = "Which offer? Press its button, or type the number shown with it."


async def approve(turn: Turn, words: str) -> Result:
    """An approver says yes."""
    return await approvals.settle(turn, number(words, WHICH_OFFER), approved=True)


async def decline(turn: Turn, words: str) -> Result:
    """An approver says no."""
    return await approvals.settle(turn, number(words, WHICH_OFFER), approved=False)


async def limit(turn: Turn, words: str) -> Result:
    """What a role may offer by itself."""
    role, _, sum_words = words.partition(" ")
    if not sum_words.strip():
        raise Refusal("Which role, and how much? Type: limit member 500 euros.")
    return await approvals.set_limit(turn, role.casefold(), parse_money(sum_words))


async def role(turn: Turn, words: str) -> Result:
    """An admin names managers."""
    name, _, wanted = words.rpartition(" ")
    if not name.strip():
        raise Refusal("Who, and as what? Type: role Omar manager.")
    group = groups.named(turn, name)
    if group is not None:
        return await groups.name_role(turn, group, wanted.casefold())
    if not await people.by_name(turn.db, turn.workspace, name):
        no_group, picked = "", ""
        if name.startswith("@"):
            no_group = ", and no group of that name"
            picked = "; a group has to be picked from the list that your chat shows after @"
        raise NotFound(
            f"I know nobody called {clip(name, 60)}{no_group}. A colleague has to say hello to me "
            f"once before I know them{picked}."
        )
    person = await colleague(turn, name)
    result = await people.name_role(turn, person, wanted.casefold())
    await groups.named_by_name(turn, person)
    return result


AT_THE_COMMAND_LINE = {
    "erase": "Erasing a client's personal data cannot be undone, so it is done outside the chat",
    "export": "Everything of the team as a file is made outside the chat",
    "import": "Clients and cases are brought in outside the chat",
    "audit": "Who read or changed whose case is listed outside the chat",
}


def at_the_command_line(what: str) -> Callable[[Turn, str], Awaitable[Result]]:
    """The answer to what only whoever runs Salvage can do: who does it, and how."""

    async def run(turn: Turn, words: str) -> Result:
        return told(f"{AT_THE_COMMAND_LINE[what]}. Ask whoever runs Salvage for you; they type: salvage {what}.")

    return run


async def load_demo(turn: Turn, words: str) -> Result:
    """A small made-up portfolio to look around in."""
    return await demo.load(turn)
