"""The table of commands: the words people type, and what stands behind each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.commands import cases as about_case
from bot.commands import managing, myself, reminding
from bot.services.turn import Result, Turn, offer, shown
from bot.view import Actions, Facts, Heading, card, say

Handler = Callable[[Turn, str], Awaitable[Result]]


@dataclass(frozen=True)
class Command:
    """A word the coach knows: how it is used, what it does, and whether help shows it."""

    name: str
    usage: str
    does: str
    run: Handler
    shown: bool = True


async def show_help(turn: Turn, words: str) -> Result:
    """What can be typed."""
    rows = tuple((c.usage, say("{does}", does=c.does)) for c in COMMANDS if c.shown)
    return shown(
        card(
            Heading("What I can do"),
            "Tell me about an unhappy client in your own words, or type one of these. "
            "Nothing I show is ever sent to a client.",
            Facts(rows),
            Actions((offer("Tell me about a client", "start"), offer("What needs me today", "home"))),
        )
    )


COMMANDS: tuple[Command, ...] = (
    Command("start", "start CLIENT", "A client is unhappy: tell me what happened.", about_case.start),
    Command("next", "next CLIENT or SAL-7", "The next step, and why it comes now.", about_case.next_play),
    Command("draft", "draft KIND CLIENT", "Help with a message or a call.", about_case.draft),
    Command("check", "check TEXT", "The tone of a text, before you send it.", about_case.check),
    Command("log", "log CLIENT TEXT", "What the client said, and how they sounded.", about_case.log),
    Command("promise", "promise CLIENT TEXT by WHEN", "A promise I watch for you.", reminding.promise),
    Command(
        "remind",
        "remind CLIENT weekly|biweekly|monthly|once [on DAY] [at TIME] [in CHANNEL]",
        "Check-ins until the client has recovered.",
        reminding.remind,
    ),
    Command(
        "reminders",
        "reminders",
        "Every check-in, to snooze, skip, edit, pause or cancel.",
        reminding.reminders,
    ),
    Command("promises", "promises", "What you have promised, to mark as kept or slipping.", reminding.promises_open),
    Command("waiting", "waiting CLIENT", "They wait for an answer: I watch the clock.", about_case.client_waits),
    Command("answered", "answered CLIENT", "They have their answer.", about_case.client_answered),
    Command("offer", "offer CLIENT", "What to offer to make it right.", about_case.offer_made),
    Command("edit", "edit CLIENT", "Change what is kept about a case.", about_case.edit),
    Command("summary", "summary [csv]", "Every client at risk, worst first; csv gives a file.", managing.summary),
    Command("review", "review", "Go through the cases one by one, the stalest first (managers).", managing.review),
    Command(
        "digest",
        "digest weekly [on DAY] [at TIME] [zone CITY] [in CHANNEL]",
        "Have the summary come by itself; digest off ends it (managers).",
        managing.digest,
    ),
    Command("ask", "ask CLIENT [WORDS]", "Ask a case's owner, privately (managers).", managing.ask),
    Command("call", "call CLIENT", "You call the client yourself (managers).", managing.call),
    Command("take", "take CLIENT", "Take a case over (managers).", managing.take),
    Command("override", "override CLIENT", "Set a case's place in the list by hand (managers).", managing.override),
    Command(
        "handover",
        "handover CLIENT to PERSON",
        "Give a case to a colleague, with everything that hangs on it.",
        about_case.hand_over,
    ),
    Command("decide", "decide CLIENT", "Decide about a case that does not get better.", about_case.decide),
    Command("people", "people CLIENT", "Who decides there, who was hurt, who is on our side.", about_case.people_at),
    Command("person", "person CLIENT NAME", "Add somebody at a client.", about_case.person_at),
    Command("limit", "limit ROLE SUM", "What a member or manager may offer without asking (admins).", managing.limit),
    Command("role", "role NAME member|manager|admin", "Who sees every case and decides (admins).", managing.role),
    Command("clients", "clients", "Every client with an open case.", managing.clients_open),
    Command("close", "close CLIENT", "End a case: healed, parted or lost.", about_case.close),
    Command("lessons", "lessons WORDS", "What earlier cases taught.", managing.learned),
    Command("link", "link [CODE]", "One team on two platforms: a one-time code joins them (admins).", myself.link),
    Command("zone", "zone CITY", "Your time zone, where the platform does not say it.", myself.zone),
    Command(
        "hours",
        "hours 9:00 to 17:30 [Mon-Fri] [DE]",
        "When you work, and your country's holidays: nudges wait for your next working time.",
        myself.hours,
    ),
    Command("home", "home", "What needs you today.", managing.home),
    Command("help", "help", "This list.", show_help),
    Command("demo", "demo", "Load a small made-up portfolio (local tools only).", managing.load_demo, shown=False),
    Command("reminder", "reminder NUMBER WHAT", "Change one check-in.", reminding.reminder, shown=False),
    Command("snooze", "snooze NUMBER", "Put one check-in off.", reminding.changing("snooze"), shown=False),
    Command("skip", "skip NUMBER", "Leave one check-in out.", reminding.changing("skip"), shown=False),
    Command("pause", "pause NUMBER", "Pause one check-in.", reminding.changing("pause"), shown=False),
    Command("resume", "resume NUMBER", "Start one check-in again.", reminding.changing("resume"), shown=False),
    Command("reading", "reading NUMBER HOW", "A check-in's button.", reminding.reading, shown=False),
    Command("kept", "kept NUMBER", "A promise was kept.", reminding.kept, shown=False),
    Command("broken", "broken NUMBER", "A promise was broken.", reminding.broken, shown=False),
    Command("approve", "approve NUMBER", "An offer may be made.", managing.approve, shown=False),
    Command("decline", "decline NUMBER", "An offer may not be made.", managing.decline, shown=False),
    Command(
        "erase", "erase CLIENT", "Said by whoever runs Salvage.", managing.at_the_command_line("erase"), shown=False
    ),
    Command("export", "export", "Said by whoever runs Salvage.", managing.at_the_command_line("export"), shown=False),
    Command("import", "import", "Said by whoever runs Salvage.", managing.at_the_command_line("import"), shown=False),
    Command("audit", "audit", "Said by whoever runs Salvage.", managing.at_the_command_line("audit"), shown=False),
    Command("slip", "slip NUMBER", "A promise will slip.", reminding.slip, shown=False),
)


BY_NAME = {c.name: c for c in COMMANDS}


ALSO = {
    "hello": "home",
    "hi": "home",
    "today": "home",
    "new": "start",
    "open": "start",
    "begin": "start",
    "diagnose": "start",
    "risk": "summary",
    "overview": "summary",
    "?": "help",
    "commands": "help",
    "next step": "next",
    "lesson": "lessons",
    "case": "next",
    "reparation": "offer",
    "list": "clients",
    "delete": "erase",
    "forget": "erase",
    "reassign": "handover",
    "assign": "handover",
    "escalate": "decide",
}


BARE = {
    "summary",
    "reminders",
    "promises",
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
