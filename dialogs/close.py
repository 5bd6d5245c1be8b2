"""How a case ends: healed in the client's words, parted with reasons, or lost; and what it taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile, Wish
from bot.coach.causes import INFO
from bot.coach.outcomes import Closing, KeptOpen, Nothing
from bot.coach.wishes import split_wishes
from bot.dialog import Choice, Confirm, Dialog, Load, Many, Say, Text
from bot.view import Note, Option, card, clip, joined, say
from dialogs.options import Saying, Sentence, argument

NOT_YET = "not_yet"
NOTHING = "nothing"
KEEP = "keep"

RUBRIC = (
    Option("They are abusive to our people", "abuse"),
    Option("It is always put down to us", "always_our_fault"),
    Option("They ask beyond what was agreed", "beyond_agreed"),
    Option("They do not pay", "does_not_pay"),
    Option("We cannot do it well", "cannot_do_well"),
    Option("It costs more than it brings", "costs_more"),
)
"""When parting is right: the plays `reconsider_relationship` and `part_ways_gracefully`, whose sources the playbook
names ("Cutting your losses"; "How to deal with an unhappy client", on always taking the blame)."""

HAND_BACK = (
    Option("Files and documents", "files"),
    Option("Access and passwords", "access"),
    Option("Money or credits", "money"),
)


def close(args: Mapping[str, Any]) -> Dialog[Closing | KeptOpen | Nothing]:
    """Healed, lost or parted; the lesson is asked for before the case is closed."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    if not case.open:
        return Nothing(f"{case.label} is already closed. Start a new one with: start {case.client}.")
    how = argument(args, "how") or (yield from Choice(
        "how", say("**{label} · {client}**: how does it end?", label=case.label, client=case.client),
        options=(Option("Healed", "healed"), Option("They left us", "lost"), Option("We part ways", "parted")),
        near={"fixed": "healed", "yes": "healed", "left": "lost", "they left": "lost", "we left": "parted"},
    ))  # fmt: skip
    endings = {"healed": healed, "lost": lost, "parted": parted}
    ending = yield from endings[how](case)
    if not isinstance(ending, Closing):
        return ending
    lesson = yield from what_was_learned(case)
    return replace(ending, lesson=lesson)


def ended(case: CaseFile, outcome: Any, **more: Any) -> Closing:
    """The end of a case, with what the person knew of it at the time."""
    return Closing(case=case.number, last_entry=case.last_entry, outcome=outcome, **more)


# --- healed ------------------------------------------------------------------------------------------------


def healed(case: CaseFile) -> Dialog[Closing | KeptOpen]:
    """Every wish met, and the client's own word that it is fixed; otherwise what is missing is said."""
    wished = () if case.wishes else (yield from what_was_wished(case))
    met: tuple[int, ...] = ()
    if case.open_wishes:
        met = yield from wishes_met(case)
        missing = tuple(w for w in case.open_wishes if w.id not in met)
        if missing:
            then = yield from what_is_missing(case, missing)
            if then == KEEP:
                return stays_open(case, met, missing)
            if then == "lost":
                return replace((yield from lost(case)), met=met)
            met = tuple(w.id for w in case.open_wishes)
    confirmed = yield from Saying(
        "confirmed", say("How did {who} say that it is fixed? Their own words.", who=case.hurt),
        options=(Option("Not yet", NOT_YET),), who=case.hurt, names=case.people,
    )  # fmt: skip
    if confirmed == NOT_YET:
        return KeptOpen(
            case.number,
            f"Then {case.label} stays open. Ask {case.hurt} whether it feels fixed; when they say so, type: "
            f"close {case.label}.",
            met,
        )
    return ended(case, "healed", met=met, confirmed=confirmed, wishes=wished)


def what_was_wished(case: CaseFile) -> Dialog[tuple[str, ...]]:
    """What had to be true, where nobody wrote it down before."""
    told = yield from Text(
        "wishes", say("Nothing is kept on what “fixed” meant for {who}. What had to be true?", who=case.hurt),
        hint="Their words if you have them, one wish a line.",
    )  # fmt: skip
    return split_wishes(told)


def wishes_met(case: CaseFile) -> Dialog[tuple[int, ...]]:
    """The open wishes that are true now, by id."""
    met = yield from Many(
        "met", say("What {who} asked for. Tick what is true now.", who=case.hurt), hint="Type none where none is.",
        options=tuple(Option(w.words, str(w.id)) for w in case.open_wishes),
    )  # fmt: skip
    return tuple(int(wish) for wish in met)


def what_is_missing(case: CaseFile, missing: tuple[Wish, ...]) -> Dialog[str]:
    """What to do about wishes that are not met: met after all, keep the case open, or the client left."""
    count = "One thing is" if len(missing) == 1 else f"{len(missing)} things are"
    listed = joined([say("**{wish}**", wish=clip(w.words, 300)) for w in missing], ", ")
    return (
        yield from Choice(
            "missing",
            say(
                "{count} still open in {who}'s words: {listed}. "
                "Ask whether it feels fixed, or close as something else.",
                count=count, who=case.hurt, listed=listed,
            ),
            options=(Option("They are met now", "met"), Option("Keep open", KEEP), Option("They left us", "lost")),
            near={"met": "met", "she confirmed": "met", "he confirmed": "met", "they confirmed": "met", "no": KEEP},
        )
    )  # fmt: skip


def stays_open(case: CaseFile, met: tuple[int, ...], missing: tuple[Wish, ...]) -> KeptOpen:
    """What is ticked is kept; what to do while something is missing."""
    open_words = "; ".join(clip(w.words, 150) for w in missing)
    kept = "What you ticked is kept. " if met else ""
    return KeptOpen(
        case.number,
        f"{kept}{case.label} stays open for: {open_words}. Tick what is true with: log {case.label} and what "
        f"{case.hurt} said. When all of it is, type: close {case.label}.",
        met,
    )


# --- lost and parted ---------------------------------------------------------------------------------------


def lost(case: CaseFile) -> Dialog[Closing]:
    """The client left; what they said on leaving is kept for the next one."""
    said = yield from Text(
        "leaving", say("What did {who} say when they left? Their own words.", who=case.hurt),
        options=(Option("They said nothing", NOTHING),),
    )  # fmt: skip
    return ended(case, "lost", confirmed="" if said == NOTHING else said)


def parted(case: CaseFile) -> Dialog[Closing | Nothing]:
    """Ending it ourselves, without bitterness: for reasons that hold, and with everything handed back."""
    ticked = yield from Many("rubric", "Which of these are true? Tick all that fit, or none.", options=RUBRIC)
    if not ticked and not (yield from part_all_the_same(case)):
        return Nothing(
            f"{case.label} stays open. Talk with {case.hurt} about how you work together first: next {case.label}."
        )
    reasons = yield from Text(
        "reasons", "Why, in words you would stand by in a year? One or two sentences.",
        hint="Facts, no verdicts on people.",
    )  # fmt: skip
    back = yield from Many(
        "hand_back", "What has to be handed back?", hint="Type none where nothing is.", options=HAND_BACK
    )
    details = (yield from what_exactly()) if back else ""
    farewell = yield from Confirm("farewell", "Shall I draft the farewell?", yes="Draft it", no="No")
    labels = tuple(o.label for o in RUBRIC if o.value in ticked)
    return ended(
        case, "parted", reasons=(*labels, reasons), farewell=farewell,
        handed_back=handed_back(back, details),
    )  # fmt: skip


def part_all_the_same(case: CaseFile) -> Dialog[bool]:
    """Whether to part although none of the usual reasons holds."""
    yield from Say(
        "no_reason",
        card(Note(say("None of the reasons that usually make parting right is ticked. It may still be saved."))),
    )  # fmt: skip
    answer = yield from Choice(
        "part_anyway", say("Part with {client} all the same?", client=case.client),
        options=(Option("Part all the same", "part"), Option("Keep open", KEEP)), near={"yes": "part", "no": KEEP},
    )  # fmt: skip
    return answer == "part"


def what_exactly() -> Dialog[str]:
    """What is handed back, to whom and by when."""
    said = yield from Text(
        "hand_back_details", "What exactly, to whom and by when?", options=(Option("Not settled yet", NOT_YET),)
    )
    return "" if said == NOT_YET else said


def handed_back(ticked: tuple[str, ...], details: str) -> str:
    """'To hand back: files and documents, access and passwords. By Friday, to Omar.'"""
    if not ticked:
        return ""
    listed = ", ".join(o.label.lower() for o in HAND_BACK if o.value in ticked)
    return f"To hand back: {listed}. {details}".strip()


# --- what it taught ----------------------------------------------------------------------------------------


def what_was_learned(case: CaseFile) -> Dialog[str]:
    """One sentence for the next time, after what earlier cases of this cause taught."""
    earlier = yield from Load("lessons", "lessons", lessons, {"cause": case.cause.value})
    if earlier:
        rows = "\n".join(f"– {clip(words, 300)}" for words in earlier[:3])
        yield from Say(
            "learned_before", card(say("Learned before, when {cause}:\n{rows}", cause=INFO[case.cause].said, rows=rows))
        )
    lesson = yield from Sentence(
        "lesson", "What should we do differently next time, with every client? One sentence.",
        options=(Option("Nothing new", NOTHING),),
    )  # fmt: skip
    return "" if lesson == NOTHING else lesson


def lessons(data: Any) -> tuple[str, ...]:
    """Earlier lessons as they were looked up."""
    return tuple(str(words) for words in data)
