"""A plan of an import in words: one line for each client that would be new or change, one for each bad row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.coach.money import Money, say_money
from bot.data.csv_in import Change, ContactChange, Plan
from bot.data.csv_row import ClientLine, Contact

_SAID = {"owner_id": "owner", "renewal_on": "renewal", "notice_on": "notice", "channel": "channel", "period": "period"}


def lines(plan: Plan) -> Iterator[str]:
    """Everything the plan would change, then every bad row."""
    for line in plan.new:
        yield f"New      {line.name}{_facts(line)}"
    for change in plan.changed:
        yield f"Changed  {change.line.name}: {'; '.join(_changes(plan, change))}"
    yield from bad_lines(plan)


def bad_lines(plan: Plan) -> Iterator[str]:
    """Every bad row with its line number and reason."""
    for bad in plan.bad:
        yield f"Line {bad.line}: {bad.why}"


def counts(plan: Plan) -> str:
    """How many of each, in one line."""
    words = f"{len(plan.new):,} new, {len(plan.changed):,} changed, {plan.same:,} the same"
    if plan.strangers:
        words += f", {len(plan.strangers):,} colleagues to make"
    rows = len({bad.line for bad in plan.bad})
    return words + (f", {rows:,} bad row{'s' * (rows != 1)}" if rows else "") + "."


def _facts(line: ClientLine) -> str:
    facts = []
    if line.cents is not None:
        facts.append(f"{_sum(line.cents, line.currency)} a {line.period or 'month'}")
    facts += [
        f"{what} {value}"
        for what, value in (("owner", line.owner), ("renewal", line.renewal), ("notice", line.notice))
        if value
    ]
    facts += [_person(c) for c in line.people]
    return "".join(f" · {fact}" for fact in facts)


def _person(contact: Contact) -> str:
    return f"{contact.name} ({_roles(contact.roles)})" if contact.roles else contact.name


def _roles(roles: frozenset[str]) -> str:
    return ", ".join(sorted(roles)) or "no role"


def _changes(plan: Plan, change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if "value_cents" in after or "currency" in after:
        new = {**before, **after}
        old_sum = _sum(before["value_cents"], before["currency"])
        yield f"value {old_sum} → {_sum(new['value_cents'], new['currency'])}"
    for key, what in _SAID.items():
        if key in after:
            yield f"{what} {_value(plan, change, key, before[key])} → {_value(plan, change, key, after[key])}"
    for moved in change.people:
        yield _moved(moved)


def _moved(moved: ContactChange) -> str:
    if moved.id is None:
        return f"{_person(moved.contact)} is new there"
    return f"{moved.contact.name} {_roles(moved.before)} → {_roles(moved.contact.roles or frozenset())}"


def _value(plan: Plan, change: Change, key: str, value: Any) -> str:
    if key == "owner_id" and value is not None:
        return plan.names.get(value) or change.line.owner or "somebody new"
    return value.isoformat() if isinstance(value, date) else str(value) if value else "nothing"


def _sum(cents: int | None, currency: str | None) -> str:
    if cents is None:
        return "nothing"
    return say_money(Money(cents, currency)) if currency else f"{cents / 100:,.2f}"
