"""Facts of a case set anew, one at a time."""

from __future__ import annotations

import re
from datetime import date

from bot.coach import outcomes as o
from bot.coach.causes import INFO, Cause
from bot.coach.money import find_money, say_money
from bot.coach.wishes import split_wishes
from bot.errors import DialogError, Stale
from bot.services import cards, cases
from bot.services.follow import contacts
from bot.services.turn import Result, Turn, offer, shown
from bot.storage.tables import Case, Client, Criterion
from bot.view import Actions, Line, card, clip, say


async def edited(turn: Turn, outcome: o.CaseEdit) -> Result:
    """Facts of a case set anew; what somebody else has just changed is not overwritten in silence."""
    case = await cases.by_number(turn, outcome.case)
    for who, entry in await cases.changes_since(turn, case, outcome.last_entry):
        if entry.kind == "edited" and entry.data.get("field") in outcome.changes and "wishes" not in outcome.changes:
            raise Stale(
                f"{who} changed the same a moment ago: {clip(entry.words, 200)}. Nothing of yours was changed; "
                "answer again if yours still holds."
            )
    changed: list[Line] = []
    for name, value in outcome.changes.items():
        kept = await _set(turn, case, name, value)
        words = f"{FIELD_WORDS.get(name, name)}: {kept}"
        cases.note(turn, case, "edited", words, field=name)
        changed.append(say("Changed. {what}.", what=clip(words[:1].upper() + words[1:], 300).rstrip(".")))
    file = await cases.settle(turn, case)
    go_on = Actions((offer("Next step", f"next {file.label}"),))
    return shown(card(*changed, cards.headline(file), cards.people_line(file), go_on))


async def _set(turn: Turn, case: Case, name: str, value: str) -> str:
    """Keep one field as it was answered; gives it as people read it in the timeline."""
    if name == "wishes":
        turn.db.add_all(Criterion(case_id=case.id, words=wish) for wish in split_wishes(value))
        return value
    if name in ("owner", "backup", "sponsor"):
        person = await cases.person_named(turn, value)
        setattr(case, f"{name}_id", person.id)
        return person.name
    if name in OF_CLIENT:
        return await _of_client(turn, case, name, value)
    if name == "confidential":
        case.confidential = value == "yes"
        return value
    if name not in EDITABLE:
        raise DialogError(f"a case has no field {name!r} to edit")
    setattr(case, name, value)
    if name == "cost_words":
        cost = find_money(value)
        case.cost_cents, case.cost_currency = (cost.cents, cost.currency) if cost else (None, None)
    elif name == "contact":
        await contacts.hurt(turn, case)
    return _in_words(name, value)


_YEARLY = re.compile(r"\b(?:years?|yearly|annum|annual(?:ly)?|p\.?\s?a)\b", re.IGNORECASE)


async def _of_client(turn: Turn, case: Case, name: str, value: str) -> str:
    """Keep what belongs to the client, so that it counts in each of its cases; gives it in words."""
    client = await turn.db.get_one(Client, case.client_id)
    if name == "value":
        money = find_money(value)
        if money is None:
            raise DialogError(f"{value!r} holds no sum")
        client.value_cents, client.currency = money.cents, money.currency
        client.period = "year" if _YEARLY.search(value) else "month"
        words = f"{say_money(money)} a {client.period}"
    else:
        day = date.fromisoformat(value)
        setattr(client, name, day)
        words = f"{day.day} {day:%B %Y}"
    for other in await cases.open_cases_of(turn, client.id):
        await cases.settle(turn, other)
    return words


def _in_words(name: str, value: str) -> str:
    """A kept value as people read it in the timeline."""
    if name in ("cause", "second_cause"):
        return INFO[Cause(value)].said
    by_name = {"fault": cards.FAULT_WORDS, "severity": cards.SEVERITY_WORDS}
    return by_name.get(name, {}).get(value, value)


FIELD_WORDS = {
    "second_cause": "second cause", "fault": "whose doing", "severity": "how bad", "client_words": "their words",
    "our_words": "our side", "cost_words": "what it cost them", "wishes": "a wish", "value": "what they pay us",
    "notice_on": "notice by", "renewal_on": "renewal",
}  # fmt: skip

OF_CLIENT = {"value", "notice_on", "renewal_on"}

EDITABLE = {"cause", "second_cause", "fault", "severity", "contact", "client_words", "our_words", "cost_words"}
