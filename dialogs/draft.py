"""Write to a client, or prepare a call: the person's own facts in, a checked draft out. Nothing is ever sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.dates import END_OF_DAY, MORNING, parse_when
from bot.coach.drafts import (
    ALIASES,
    KIND_WORDS,
    Answers,
    DraftKind,
    Gap,
    best_kinds,
    compose,
    fits,
    gaps,
    kind_named,
    phone_first,
    talking_points,
)
from bot.coach.names import is_one_of
from bot.coach.outcomes import DraftMade
from bot.dialog import Choice, Date, Dialog, Form, Load, Moment, Money, Question, Read, Say, Text
from bot.view import Card, Note, Option, Quote, card, clip, say
from bot.view import Text as Words
from dialogs.options import argument, made_money, only_a_name, read_money
from dialogs.tonecard import tone_lines

MOST_ROUNDS = 100
"""After so many edits a draft is kept as it is."""

NEAR_KINDS = {word: kind.value for word, kind in ALIASES.items()}
NEAR_MOVES = {
    "sent": "sent", "i sent it": "sent", "done": "sent", "i called": "sent", "called": "sent", "yes": "sent",
    "change": "edit", "change it": "edit", "rewrite": "edit", "call notes": "talk", "notes": "talk", "call": "talk",
    "later": "keep", "keep": "keep", "keep it": "keep", "write": "write", "write instead": "write",
}  # fmt: skip


@dataclass(frozen=True)
class Fact(Read[str]):
    """A sentence of the person's own for a draft."""

    multiline: bool = True


def draft(args: Mapping[str, Any]) -> Dialog[DraftMade]:
    """A draft for a case, from the kind of message to what became of it."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    kind = kind_named(argument(args, "kind")) or DraftKind((yield from which_kind(case)))
    answers = yield from facts(kind, case, args.get("known"))
    made = yield from rounds(kind, case, answers, argument(args, "play"))
    made = replace(made, name=clip(str(answers.get("name") or ""), 120))
    promise = args.get("promise")
    return replace(made, promise=promise) if isinstance(promise, int) else made


def which_kind(case: CaseFile) -> Choice:
    """Which message it is to be, the likeliest first."""
    return Choice(
        "kind",
        say("What do you want to tell **{client}**?", client=case.client),
        hint="The first ones fit this case best.",
        options=tuple(Option(KIND_WORDS[kind], kind.value) for kind in best_kinds(case)),
        near=NEAR_KINDS,
    )


def facts(kind: DraftKind, case: CaseFile, given: Any = None) -> Dialog[Answers]:
    """What the draft needs and neither the case nor ``given`` (words by gap key) says, by the gaps' keys."""
    needed = gaps(kind, case)
    words = given if isinstance(given, dict) else {}
    known: dict[str, Any] = {g.key: words[g.key] for g in needed if g.kind == "text" and words.get(g.key)}
    wanted = [gap for gap in needed if gap.key not in known]
    if not wanted:
        return known
    title = f"{KIND_WORDS[kind]} for {clip(case.hurt, 60)}"
    told = yield from Form("facts", title, tuple(asked(gap, case.people) for gap in wanted))
    named = (str(told["gap:name"]),) if told.get("gap:name") else ()
    for gap in wanted:
        words = told[f"gap:{gap.key}"]
        if is_bare_name(gap, words, named):
            again = replace(gap, prompt=f"{only_a_name(words)} {gap.prompt}")
            words = yield from asked(again, (*case.people, *named), "again")
        known[gap.key] = words
    return known


NAMES = ("name", "to", "backup")
"""The gaps that ask for somebody's name."""


def is_bare_name(gap: Gap, words: Any, names: tuple[str, ...]) -> bool:
    """Whether the answer to a question for words is only a name, which says nothing in a message."""
    return gap.kind == "text" and gap.key not in NAMES and isinstance(words, str) and is_one_of(words, names)


def asked(gap: Gap, names: tuple[str, ...] = (), prefix: str = "gap") -> Question[Any]:
    """The question behind a gap; dates and sums are read at once, a repeated remedy or a bare name refused at once."""
    hint = f"{gap.hint} Or type skip.".strip() if gap.optional and "skip" not in gap.hint else gap.hint
    key, clock = f"{prefix}:{gap.key}", END_OF_DAY if gap.ends_day else MORNING

    def read_when(words: str, at: Moment) -> str:
        return parse_when(words, at.now, at.zone, at=clock).isoformat()

    def read_words(words: str, at: Moment) -> str:
        if is_bare_name(gap, words, names):
            raise ValueError(f"{only_a_name(words)} {gap.prompt}")
        return fits(gap, words)

    match gap.kind:
        case "when":
            return Date(key, gap.prompt, hint, optional=gap.optional, reader=read_when, made=datetime.fromisoformat)
        case "money":
            return Money(key, gap.prompt, hint, optional=gap.optional, reader=read_money, made=made_money)
        case _:
            return Fact(
                key, gap.prompt, hint, optional=gap.optional,
                reader=read_words, made=lambda words: fits(gap, words),
            )  # fmt: skip


def rounds(kind: DraftKind, case: CaseFile, answers: Answers, play: str) -> Dialog[DraftMade]:
    """Show, edit and show again, until it was sent, used for a call, or put aside."""
    text, talk = compose(kind, case, answers), False
    notes = "\n".join(talking_points(kind, case, answers))
    for n in range(1, MOST_ROUNDS + 1):
        yield from Say(f"draft:{n}", notes_card(kind, case, notes) if talk else draft_card(kind, case, answers, text))
        move = yield from Choice(
            f"next:{n}", "What now? I never send anything myself.", options=moves(talk), near=NEAR_MOVES
        )
        match move:
            case "edit":
                text = yield from Text(f"edit:{n}", "Type or paste it as it should be.", hint=clip(text, 2000))
            case "talk" | "write":
                talk = move == "talk"
            case _:
                return made(kind, case, notes if talk else text, sent=move == "sent", talk=talk, play=play)
    return made(kind, case, text, sent=False, talk=False, play=play)


def moves(talk: bool) -> tuple[Option, ...]:
    """What can be done with a draft, or with notes for a call."""
    keep = Option("Keep it for later", "keep")
    if talk:
        return Option("I called", "sent"), Option("Write it instead", "write"), keep
    return Option("Edit", "edit"), Option("I sent it", "sent"), Option("Call notes instead", "talk"), keep


def made(kind: DraftKind, case: CaseFile, words: str, *, sent: bool, talk: bool, play: str) -> DraftMade:
    """What became of the draft."""
    return DraftMade(case.number, kind.value, words, sent=sent, talk=talk, play=play)


def draft_card(kind: DraftKind, case: CaseFile, answers: Answers, text: str) -> Card:
    """For whom and by which way, the draft itself, and its tone."""
    why_call = phone_first(kind, case)
    way = ", by phone first; this as the written follow-up" if why_call else ""
    return card(
        Words(say("**For {name}{way}**", name=clip(str(answers.get("name") or case.hurt), 100), way=way)),
        Quote(say("{text}", text=text)),
        *tone_lines(text),
        Note(say("*{why}*", why=why_call)) if why_call else None,
    )


def notes_card(kind: DraftKind, case: CaseFile, notes: str) -> Card:
    """What to say on the phone, point by point."""
    lines = notes.split("\n")
    numbered = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    return card(
        Words(
            say("**Notes for the call: {label}, {name}**", label=KIND_WORDS[kind].lower(), name=clip(case.hurt, 100))
        ),
        Words(say("{numbered}", numbered=numbered)),
    )
