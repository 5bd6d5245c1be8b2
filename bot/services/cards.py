"""Cards that several services show: a case in short, a case in full, a check-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.coach.casefile import CaseFile, Stakeholder
from bot.coach.causes import INFO
from bot.coach.dates.saying import say_date
from bot.coach.money import say_money
from bot.services.cases import STAGE_WORDS
from bot.view import (
    Action,
    Actions,
    Card,
    Element,
    Facts,
    Heading,
    Line,
    Note,
    Quote,
    Text,
    button,
    card,
    clip,
    say,
)

SEVERITY_WORDS = {"low": "mild", "medium": "serious", "high": "at risk of leaving"}
FAULT_WORDS = {"ours": "ours", "theirs": "theirs", "shared": "shared", "unclear": "not clear whose doing"}
READING_WORDS = {"warmer": "warmer", "same": "the same", "colder": "colder", "no_reply": "no reply"}
STORY_SHOWN = 600
READINGS_SHOWN = 4


def headline(file: CaseFile) -> Line:
    """The case in one line: SAL-1 · Acme · kept in the dark · ours · serious."""
    return say(
        "**{label} · {client}** · {cause} · {fault} · {severity}",
        label=file.label,
        client=file.client,
        cause=INFO[file.cause].said,
        fault=FAULT_WORDS[file.fault],
        severity=SEVERITY_WORDS[file.severity],
    )


def kind(file: CaseFile) -> Line:
    """What kind of trouble it is: kept in the dark · ours · serious."""
    words = (INFO[file.cause].said, FAULT_WORDS[file.fault], SEVERITY_WORDS[file.severity])
    return say("{words}", words=" · ".join(words))


def people_line(file: CaseFile) -> Line:
    """Who owns it and who steps in."""
    return say("Owner: {owner}. Backup: {backup}.", owner=owner_words(file), backup=file.backup or "nobody yet")


def owner_words(file: CaseFile) -> str:
    """Who owns it, as the person who asks says it."""
    return "you" if file.owner == file.asker else file.owner


def opened(file: CaseFile) -> Card:
    """What is shown when a case has been opened."""
    if file.wishes:
        fixed: Element = Text(
            say("**Fixed means:** {wishes}", wishes="; ".join(clip(w.words, 150) for w in file.wishes))
        )
    else:
        fixed = Note(
            say("What would make it right for {who} is still open. I'll ask after you have spoken.", who=file.hurt)
        )
    since = say("Since {day}.", day=say_date(file.since)) if file.since else None
    return card(Heading(f"{file.label} is open"), headline(file), people_line(file), since, fixed)


def full(
    file: CaseFile,
    timeline: Sequence[tuple[str, str, str]],
    schedules: Sequence[str] = (),
    promised: Mapping[str, int] | None = None,
) -> Card:
    """A case with all its facts; ``timeline`` rows are (when, who, what), ``promised`` counts promises by state."""
    elements: list[Element | Line | None] = [
        Heading(f"{file.label} · {file.client}"),
        kind(file),
        Facts(tuple(facts(file, schedules, promised or {}))),
        Quote(say("{story}", story=_shortened(file.story))),
    ]
    if file.client_words:
        words = _shortened(file.client_words).strip('"“”„ ')
        elements.append(say("*In {who}'s words:* “{words}”", who=file.hurt, words=words))
    if file.our_words:
        elements.append(say("*Our side:* {words}", words=_shortened(file.our_words)))
    if file.wishes:
        rows = "\n".join(f"{'✓' if w.met else '○'} {clip(w.words, 300)}" for w in file.wishes)
        elements.append(say("**Fixed means:**\n{rows}", rows=rows))
    if timeline:
        rows = "\n".join(f"{when} · {who} · {clip(what, 200)}" for when, who, what in timeline)
        elements.append(Note(say("{rows}", rows=rows)))
    elements.append(Actions(_buttons(file)))
    return card(*elements)


def _buttons(file: CaseFile) -> tuple[Action, ...]:
    if not file.open:
        return (button("Start a new case", f"start {file.client}"),)
    return (
        button("Next step", f"next {file.label}", "primary"),
        button("Log a contact", f"log {file.label}"),
        button("Draft", f"draft {file.label}"),
        button("Set check-ins", f"remind {file.label}"),
        button("Edit", f"edit {file.label}"),
        button("Close", f"close {file.label}"),
    )


def promise_counts(counts: Mapping[str, int]) -> str:
    """'3 kept, 1 renegotiated, 1 broken'; '' while none is settled."""
    return ", ".join(f"{counts[s]} {s}" for s in ("kept", "renegotiated", "broken") if counts.get(s))


def at_client(person: Stakeholder) -> str:
    """'Dana (was hurt, decides; by phone)'."""
    flags = ((person.hurt, "was hurt"), (person.decides, "decides"), (person.ally, "on our side"))
    about = [", ".join(words for flag, words in flags if flag), f"by {person.channel}" if person.channel else ""]
    known = "; ".join(a for a in about if a)
    return f"{clip(person.name, 80)} ({known})" if known else clip(person.name, 80)


def facts(file: CaseFile, schedules: Sequence[str], promised: Mapping[str, int]) -> list[tuple[str, Line]]:
    """The facts of a case as name and value."""
    rows: list[tuple[str, str]] = [
        ("Stage", STAGE_WORDS[file.stage]),
        ("Owner", f"{owner_words(file)}. Backup: {file.backup or 'nobody yet'}."),
    ]
    if file.stakeholders:
        rows.append(("At the client", ", ".join(at_client(s) for s in file.stakeholders[:6])))
    elif file.contact:
        rows.append(("At the client", file.contact))
    if file.cost or file.cost_words:
        sum_words = say_money(file.cost) if file.cost else ""
        rows.append(("Cost to them", clip(file.cost_words or sum_words, 300)))
    if file.since:
        rows.append(("Since", f"{file.since.day} {file.since:%B %Y}"))
    if file.value:
        rows.append(("Worth", f"{say_money(file.value)} a {file.period}"))
    dates = (("Notice by", file.notice_on), ("Renewal on", file.renewal_on))
    rows += [(name, say_date(day)) for name, day in dates if day]
    rows += _contact(file)
    if file.second_failure:
        rows.append(("Before", "another case in the 90 days before this one"))
    if file.waiting_since and file.reply_due_at:
        rows.append(("Waiting for us", f"answer by {file.when(file.reply_due_at)}"))
    rows += [("Promise", f"{clip(p.words, 150)}, {file.when(p.due)} ({p.state})") for p in file.promises[-5:]]
    if promise_counts(promised):
        rows.append(("Promises", promise_counts(promised)))
    rows += [("Check-in", words) for words in schedules]
    return [(name, say("{value}", value=value)) for name, value in rows]


def _contact(file: CaseFile) -> list[tuple[str, str]]:
    """How they sounded, as often as it counts, and when somebody last spoke with them."""
    rows = []
    if file.temperature:
        earlier = [READING_WORDS.get(r, r) for r in file.readings[-READINGS_SHOWN:-1]]
        last = READING_WORDS.get(file.temperature, file.temperature)
        rows.append(("Last reading", f"{last}, before that {', '.join(reversed(earlier))}" if earlier else last))
    if file.last_contact_at:
        rows.append(("Last contact", file.when(file.last_contact_at)))
    elif file.open:
        rows.append(("Last contact", f"none since it was opened, {file.when(file.opened_at)}"))
    return rows


def _shortened(words: str) -> str:
    if len(words) <= STORY_SHOWN:
        return words
    return clip(words, STORY_SHOWN) + f" ({len(words):,} characters are kept in full)"


def nudge(file: CaseFile, occurrence: int, week: int) -> Card:
    """A check-in: one line on where it stands, and one question."""
    return card(
        say(
            "**{client}, week {week}.** {stands}{owner}, how are they?",
            client=file.client,
            week=week,
            stands=_stands(file),
            owner=file.owner,
        ),
        answers(occurrence),
    )


def answers(occurrence: int) -> Actions:
    """The four answers to a check-in (an occurrence's id), as buttons."""
    labels = {"warmer": "Warmer", "same": "Same", "colder": "Colder", "no_reply": "No reply yet"}
    return Actions(tuple(button(label, f"reading {occurrence} {value}") for value, label in labels.items()))


def _stands(file: CaseFile) -> str:
    """How far it has come, '' where there is nothing to say; setting the check-ins up is no step for the client."""
    if file.wishes:
        return f"{len(file.wishes) - len(file.open_wishes)} of {len(file.wishes)} wishes met. "
    done = len([s for s in file.steps if s.state == "done" and s.play != "scheduled_check_ins"])
    return f"{done} step{'s' * (done != 1)} done. " if done else ""


def nudge_answered(client: str, who: str, reading: str, when: str) -> Card:
    """What a check-in turns into once somebody has answered it."""
    return card(
        Text(
            say(
                "**{client}**: {reading}. *{who}, {when}.*",
                client=client,
                reading=READING_WORDS[reading].capitalize(),
                who=who,
                when=when,
            )
        )
    )
