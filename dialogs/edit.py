"""One fact of a case, set anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from bot.coach import casefile
from bot.coach.casefile import CaseFile
from bot.coach.causes import INFO, Cause
from bot.coach.dates import parse_date
from bot.coach.money import find_money, say_money
from bot.coach.names import as_written
from bot.coach.outcomes import CaseEdit, Nothing
from bot.coach.wishes import split_wishes
from bot.dialog import Choice, Confirm, Date, Dialog, Load, Moment, Person, Read, Text
from bot.view import Option, clip, say
from dialogs.options import FAULTS, SEVERITIES, argument, colleagues, people_options

FIELDS = (
    Option("Cause", "cause"),
    Option("Whose doing", "fault"),
    Option("How bad", "severity"),
    Option("Contact", "contact"),
    Option("What it cost them", "cost_words"),
    Option("Owner", "owner"),
    Option("Backup", "backup"),
    Option("Sponsor", "sponsor"),
    Option("A new wish of theirs", "wishes"),
    Option("Confidential", "confidential"),
    Option("What they pay us", "value"),
    Option("Notice by", "notice_on"),
    Option("Renewal", "renewal_on"),
)
NEAR = {
    "why": "cause", "fault": "fault", "whose fault": "fault", "severity": "severity", "name": "contact",
    "cost": "cost_words", "costs": "cost_words", "loss": "cost_words", "wish": "wishes", "a wish": "wishes",
    "new wish": "wishes", "criterion": "wishes", "manager": "sponsor", "secret": "confidential",
    "worth": "value", "pays": "value", "revenue": "value", "they pay": "value", "notice": "notice_on",
    "renews": "renewal_on", "contract end": "renewal_on", "contract ends": "renewal_on",
}  # fmt: skip


def edit(args: Mapping[str, Any]) -> Dialog[CaseEdit | Nothing]:
    """Which fact, and what it is now."""
    case = yield from Load("case", "case", casefile.from_json, {"number": args["case"]})
    field = named_field(argument(args, "field")) or (
        yield from Choice(
            "field", say("What shall change in {label} · {client}?", label=case.label, client=case.client),
            options=FIELDS, near=NEAR,
        )
    )  # fmt: skip
    value = told(field, argument(args, "field"), case) or (yield from VALUES[field](case))
    if not value:
        return Nothing(f"Nothing was changed in {case.label}.")
    return CaseEdit(case.number, {field: value}, case.last_entry)


def named_field(typed: str) -> str:
    """The field meant by a typed word, '' for none."""
    word = typed.strip().casefold()
    first = word.split(" ")[0]
    by_name = {o.value: o.value for o in FIELDS} | {o.label.casefold(): o.value for o in FIELDS} | NEAR
    return by_name.get(word) or by_name.get(first, "")


def told(field: str, typed: str, case: CaseFile) -> str:
    """The new value that was typed behind the field's name, '' where there is none to be read."""
    behind = _PLAIN_WORDS.sub("", typed.partition(" ")[2])
    if field not in READ or not behind:
        return ""
    try:
        return READ[field](behind, Moment(case.now, case.zone))
    except ValueError:
        return ""


def cause(case: CaseFile) -> Dialog[str]:
    """The main cause."""
    return (
        yield from Choice(
            "cause", say("Now kept: {now}. Which is closest?", now=INFO[case.cause].said),
            options=tuple(Option(INFO[c].label, c.value) for c in INFO if c is not Cause.nothing_wrong),
        )
    )  # fmt: skip


def fault(case: CaseFile) -> Dialog[str]:
    """Whose doing it was."""
    return (
        yield from Choice(
            "fault", say("Whose doing was it? Now kept: {now}.", now=label_of(FAULTS, case.fault)), options=FAULTS,
            near={"us": "ours", "we": "ours", "them": "theirs", "both": "shared"},
        )
    )  # fmt: skip


def severity(case: CaseFile) -> Dialog[str]:
    """How bad it is."""
    return (
        yield from Choice(
            "severity", say("How bad is it? Now kept: {now}.", now=label_of(SEVERITIES, case.severity)),
            options=SEVERITIES, near={"low": "low", "medium": "medium", "high": "high"},
        )
    )  # fmt: skip


def contact(case: CaseFile) -> Dialog[str]:
    """Whom to speak to at the client."""
    asked = say("Who at {client} is it about? Now kept: {now}.", client=case.client, now=case.contact or "nobody")
    return as_written((yield from Text("contact", asked, multiline=False)))


def cost_words(case: CaseFile) -> Dialog[str]:
    """What it cost them, as a sum or a sentence."""
    now = say_money(case.cost) if case.cost else clip(case.cost_words, 150) or "nothing"
    return (
        yield from Text(
            "cost_words", say("What has it cost {client}? Now kept: {now}.", client=case.client, now=now),
            hint="A sum, or a sentence.",
        )
    )  # fmt: skip


def _person(field: str, asked: str, now: Callable[[CaseFile], str]) -> Callable[[CaseFile], Dialog[str]]:
    """A question for somebody of the team."""

    def ask(case: CaseFile) -> Dialog[str]:
        me, team = yield from Load("team", "team", lambda d: (str(d["me"]), colleagues(d["people"])))
        return (
            yield from Person(
                field, say(asked + " Now kept: {now}.", label=case.label, now=now(case) or "nobody"),
                options=(Option("I do", me), *people_options(team, but=me)),
            )
        )  # fmt: skip

    return ask


def wishes(case: CaseFile) -> Dialog[str]:
    """One more thing that must be true."""
    told = yield from Text(
        "wishes", say("What else has to be true for {who} to say “this is fixed”?", who=case.hurt),
        hint="One wish, in their words.",
    )  # fmt: skip
    return "; ".join(split_wishes(told))


def confidential(case: CaseFile) -> Dialog[str]:
    """Whether only its people and managers may read the case."""
    now = "is confidential" if case.confidential else "can be read by the whole team"
    yes = yield from Confirm(
        "confidential",
        say("{label} {now}. Shall only its owner, backup, sponsor and managers read it?", label=case.label, now=now),
        yes="Confidential", no="The whole team",
    )  # fmt: skip
    return "yes" if yes else "no"


def value(case: CaseFile) -> Dialog[str]:
    """What the client pays, and how often: the summary puts the larger ones first."""
    now = f"{say_money(case.value)} a {case.period}" if case.value else "nothing"
    return (
        yield from Read[str](
            "value", say("What does {client} pay us? Now kept: {now}.", client=case.client, now=now),
            hint="Such as €12,000 a month, or €140,000 a year.", reader=_read_value, made=str,
        )
    )  # fmt: skip


def _read_value(words: str, at: Moment) -> str:
    if find_money(words) is None:
        raise ValueError(f"I could not read a sum in “{clip(words, 40)}”. Try €12,000 a month.")
    return words


def _day(field: str, asked: str) -> Callable[[CaseFile], Dialog[str]]:
    """A question for a day to come."""

    def ask(case: CaseFile) -> Dialog[str]:
        return (
            yield from Date[str](
                field, say(asked, client=case.client), hint="A day, such as 15 December.", reader=_read_day, made=str
            )
        )

    return ask


def _read_day(words: str, at: Moment) -> str:
    return parse_date(words, at.now.astimezone(ZoneInfo(at.zone)).date()).isoformat()


def label_of(options: tuple[Option, ...], value: str) -> str:
    """The label of a kept value, in the middle of a sentence."""
    return next((o.label.lower() for o in options if o.value == value), value)


_PLAIN_WORDS = re.compile(r"^(?:(?:is|to|by|on|now|date|:|=)\s+)+")

READ: Mapping[str, Callable[[str, Moment], str]] = {
    "value": _read_value, "notice_on": _read_day, "renewal_on": _read_day,
}  # fmt: skip
"""How a value is read that may be typed behind its field's name."""

VALUES: Mapping[str, Callable[[CaseFile], Dialog[str]]] = {
    "cause": cause, "fault": fault, "severity": severity, "contact": contact, "cost_words": cost_words,
    "owner": _person("owner", "Who owns {label}?", lambda case: case.owner),
    "backup": _person("backup", "Who steps in for {label}?", lambda case: case.backup),
    "sponsor": _person("sponsor", "Which manager stands behind {label}?", lambda case: case.sponsor),
    "wishes": wishes, "confidential": confidential, "value": value,
    "notice_on": _day("notice_on", "By which day can {client} give notice?"),
    "renewal_on": _day("renewal_on", "When does the contract with {client} renew?"),
}  # fmt: skip
