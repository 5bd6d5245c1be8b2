"""What the tone check found, as a card: the exact words, why, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.coach.cadence import MONTHS, WEEKDAYS
from bot.coach.language import is_english
from bot.coach.liability import NOT_ADVICE, concerns
from bot.coach.tone import Apology, Finding, Issue, Part, ToneReport, check
from bot.view import Card, Element, Heading, Line, Note, Quote, Span, Text, card, clip, say

SHORT = 700
"""Up to this many characters a text is shown again with its changes."""

LONGEST = 12_000
"""So many characters of a text are checked: some five pages, which take the better part of a second."""

TOO_SHORT = 2
"""Up to so many words nothing can be said about a message."""

MOST = 12
"""How many findings are shown at once; the first ones matter most to the reader."""

MOST_CONCERNS = 4
"""How many stretches for a second pair of eyes are shown at once."""

ISSUE_WORDS: Mapping[Issue, str] = MappingProxyType(
    {
        Issue.TALKING_DOWN: "Talks down",
        Issue.JARGON: "Jargon",
        Issue.BLAME_SHIFTING: "Passes the blame on",
        Issue.NON_APOLOGY: "Takes the apology back",
        Issue.DEFENSIVE: "Defends before it listens",
        Issue.OVER_PROMISE: "Promises too much",
        Issue.NO_NEXT_STEP: "No next step",
        Issue.BLIND_POLICY: "A rule without a reason",
        Issue.FANFARE: "Praises ourselves",
        Issue.BURIED_APOLOGY: "The apology comes late",
        Issue.HOSTILE: "Sounds hostile",
        Issue.MINIMISING: "Makes light of it",
    }
)
"""Every issue in a person's words."""

_STRUCTURE = frozenset({Issue.NO_NEXT_STEP, Issue.BURIED_APOLOGY})

_PART_WORDS: Mapping[Part, str] = {
    Part.REGRET: "regret",
    Part.EXPLANATION: "how it happened",
    Part.RESPONSIBILITY: "responsibility",
    Part.REPENTANCE: "what changes",
    Part.REPAIR: "the offer of repair",
    Part.FORGIVENESS: "asking for forgiveness",
}
_PART_DOES: Mapping[Part, str] = {
    Part.EXPLANATION: "says how it happened",
    Part.RESPONSIBILITY: "takes responsibility",
    Part.REGRET: "says sorry",
    Part.REPAIR: "offers repair",
    Part.REPENTANCE: "says what changes",
}
# By weight (Lewicki, Polin and Lount 2016); the other parts help, and their absence is no fault.
_MISSED: Mapping[Part, str] = {
    Part.RESPONSIBILITY: "It does not say yet that it was ours, and that part matters most: “That was our failure.”",
    Part.REPAIR: "It offers no repair yet: say what you do about it, and by when.",
    Part.REGRET: "Nobody says sorry in it yet: “I am sorry.”",
}

# "May" is left out: it is a verb more often than a month.
_DAYS = "|".join((*WEEKDAYS, *(month for month in MONTHS if month != "May"), "today", "tomorrow"))
_A_TIME = re.compile(rf"\b(?:\d{{1,2}}:\d\d|{_DAYS})\b")


def tone_card(text: str) -> Card:
    """The whole check of one message."""
    if len(text.split()) <= TOO_SHORT:
        return card(
            Heading("Tone check"), Note(say("That is too short to say anything about. Paste the whole message."))
        )
    if not is_english(text[:LONGEST]):
        return card(Heading("Tone check"), *_lines_unread(text))
    report = check(text[:LONGEST])
    return card(
        Heading("Tone check"),
        *_lines(text, report),
        *(apology_note(report.apology) if report.apology else ()),
        Note(say("{good}", good=praise(report))) if report.findings and praise(report) else None,
    )


def tone_lines(text: str) -> Iterable[Element]:
    """The tone of a draft: one line when all is well, else each change."""
    return _lines(text, check(text[:LONGEST])) if is_english(text[:LONGEST]) else _lines_unread(text)


def _lines_unread(text: str) -> Iterable[Element]:
    """What can be said of a text in another language: that it was not read."""
    yield Text(say("I read English only, so I have **not checked** this. Ask somebody who writes this language to read "
                   "it before you send it."))  # fmt: skip
    yield from second_look(text[:LONGEST])


def _lines(text: str, report: ToneReport) -> Iterable[Element]:
    yield verdict(report)
    yield from changes(report)
    yield from second_look(text[:LONGEST])
    if len(text) > LONGEST:
        yield Note(say("I've read the first {n} characters. Few people read a message longer than a page; cut it, and "
                       "I'll check all of it.", n=f"{LONGEST:,}"))  # fmt: skip


def verdict(report: ToneReport) -> Text | Note:
    """In one line whether anything is to be changed; what is good about a text that needs nothing."""
    count = len(report.findings)
    if count:
        things = "one thing" if count == 1 else f"{count} things"
        return Text(say("Tone: **{things} to change**.", things=things))
    return Note(say("{words}", words=f"Tone: nothing to change. {praise(report)}".strip()))


def changes(report: ToneReport) -> Iterable[Element]:
    """Each finding with its words and their replacement, then a short text with all its changes."""
    for finding in report.findings[:MOST]:
        yield Text(finding_line(finding))
    if len(report.findings) > MOST:
        yield Note(say("{n} more like these follow further down in the text.", n=len(report.findings) - MOST))
    phrases = [f for f in report.findings if f.issue not in _STRUCTURE]
    if len(phrases) > 1 and len(report.text) <= SHORT:
        yield Quote(rewritten(report.text, phrases))


def second_look(text: str) -> Iterable[Element]:
    """Words that admit liability, name a culprit, bind an insurer or threaten: pointed out, with a safer sentence."""
    found = concerns(text)
    for concern in found[:MOST_CONCERNS]:
        yield Text(
            say("**Have somebody look at this:** “{words}” {why} Safer: **{safer}**",
                words=clip(" ".join(concern.words.split()), 200), why=concern.why, safer=concern.safer)
        )  # fmt: skip
    if found:
        yield Note(say("{note}", note=NOT_ADVICE))


def finding_line(finding: Finding) -> Line:
    """One finding: the issue, the words struck out, what to write instead, and why."""
    label, words = ISSUE_WORDS[finding.issue], clip(" ".join(finding.words.split()), 200)
    if finding.issue is Issue.NO_NEXT_STEP:
        return say("**{label}.** {better} *{why}*", label=label, better=f"Add: {finding.better}", why=finding.why)
    if finding.issue is Issue.BURIED_APOLOGY:
        return say("**{label}:** “{words}” {better} *{why}*", label=label, words=words, better=finding.better,
                   why=finding.why)  # fmt: skip
    if not finding.better:
        return say("**{label}:** ~~{words}~~ → leave it out. *{why}*", label=label, words=words, why=finding.why)
    return say("**{label}:** ~~{words}~~ → **{better}**. *{why}*", label=label, words=words,
               better=finding.better.rstrip("."), why=finding.why)  # fmt: skip


def rewritten(text: str, findings: Sequence[Finding]) -> Line:
    """The text with the marked words struck out and their replacements beside them."""
    spans: list[Span] = []
    at = 0
    for finding in findings:
        if finding.start < at:
            continue
        spans += [Span(text[at : finding.start]), Span(text[finding.start : finding.end], strike=True)]
        better = Span(finding.better, bold=True) if finding.better else Span("leave out", italic=True)
        spans += [Span(" → "), better]
        at = finding.end
    return tuple(span for span in (*spans, Span(text[at:])) if span.text)


def apology_note(apology: Apology) -> Iterable[Element]:
    """Which parts an apology has, in their order, and what it lacks that matters."""
    parts = [_PART_WORDS[part] for part in apology.parts]
    yield Note(say("As an apology it holds, in this order: {parts}.", parts=", then ".join(parts)))
    for part, words in _MISSED.items():
        if part in apology.missing:
            yield Text(say("{words}", words=words))
    if Part.FORGIVENESS in apology.parts:
        yield Note(say("Asking for forgiveness may be left out; it gives them one thing more to do."))


def praise(report: ToneReport) -> str:
    """What the text does well, as a sentence; '' where there is nothing to name."""
    does = list(report.good) or _does(report)
    if any(words.endswith(".") for words in does):
        return " ".join(does)
    return f"It {_and(does)}." if does else ""


def _does(report: ToneReport) -> list[str]:
    parts = report.apology.parts if report.apology else ()
    does = [words for part, words in _PART_DOES.items() if part in parts]
    return [*does, "names a time"] if _A_TIME.search(report.text) else does


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
