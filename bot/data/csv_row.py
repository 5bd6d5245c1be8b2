"""One row of a client list as values; every cell that can't be meant is named with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from bot.coach.dates import BadDate, parse_date
from bot.coach.money import BadMoney, Money, parse_money
from bot.services.clients import LONGEST_NAME
from bot.services.people import folded

LONGEST = {"name": LONGEST_NAME, "owner": 300, "people": 2000, "channel": 300}
"""Characters a cell of free text may have."""
LONGEST_CELL = 200
MOST_PEOPLE = 50

ROLES = {"decides": "decides", "decision maker": "decides", "hurt": "hurt", "was hurt": "hurt", "ally": "ally"}
_PERIODS = {
    "month": "month",
    "monthly": "month",
    "year": "year",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_EVERY = re.compile(
    r"(?:\b(?:a|per|each|every)\s+|/\s?)(month|mo|year|yr|annum|week|day|quarter)\w*\s*$", re.IGNORECASE
)
_SPANS = {"month": "month", "mo": "month", "year": "year", "yr": "year", "annum": "year"}
_REACHED = re.compile(r"\+[\d ()/.-]{4,30}|@[\w.-]{1,80}")
"""A phone number or a handle: the only cells that may begin as a formula does."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at the client; ``roles`` is None where the cell says nothing about them."""

    name: str
    roles: frozenset[str] | None

    @property
    def folded(self) -> str:
        """The name as it is compared."""
        return folded(self.name)


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client as a file has it; None is an empty cell, which leaves what is known."""

    line: int
    name: str
    folded: str
    cents: int | None = None
    currency: str | None = None
    period: str | None = None
    owner: str | None = None
    renewal: date | None = None
    notice: date | None = None
    channel: str | None = None
    people: tuple[Contact, ...] = ()


class BadCell(ValueError):
    """A cell that can't be taken; its text says why and what to write instead."""


class Reader:
    """Reads rows; ``currency`` is taken where a sum names none."""

    def __init__(self, today: date, currency: str | None = None) -> None:
        self.today = today
        self.currency = currency_named(currency) if currency else None

    def read(self, line: int, cells: Mapping[str, str]) -> ClientLine | list[str]:
        """The client of a row, or every reason why it can't be taken."""
        wrong: list[str] = []
        kept: dict[str, str] = {}
        for column, cell in cells.items():
            try:
                kept[column] = _plain(column, cell)
            except BadCell as no:
                wrong.append(f"{column}: {no}")
        values: dict[str, object] = {}
        for column, read in (
            ("name", self._name),
            ("value", self._money),
            ("renewal", self._day),
            ("notice", self._day),
            ("people", self._people),
        ):
            if column not in kept:
                continue
            try:
                values |= read(column, kept)
            except (BadCell, BadMoney, BadDate) as no:
                wrong.append(f"{column}: {no}")
        if wrong:
            return wrong
        for column in ("owner", "channel"):
            values[column] = kept.get(column) or None
        return ClientLine(line, **values)  # type: ignore[arg-type]

    def _name(self, column: str, kept: Mapping[str, str]) -> dict[str, object]:
        name = kept[column]
        if not folded(name):
            raise BadCell("it is empty, and a client needs a name.")
        return {"name": name, "folded": folded(name, 400)}

    def _money(self, column: str, kept: Mapping[str, str]) -> dict[str, object]:
        period = kept.get("period", "").casefold()
        if period and period not in _PERIODS:
            raise BadCell(f"the period “{period[:40]}” is neither month nor year.")
        written = kept[column]
        if not written:
            return {"period": _PERIODS[period] if period else None}
        given = currency_named(kept["currency"]) if kept.get("currency") else None
        money = _money(written)
        if given and money.currency and money.currency != given:
            raise BadCell(f"it is in {money.currency} and the currency column says {given}. Which one is it?")
        said = _period_in(written)
        if said and period and said != _PERIODS[period]:
            raise BadCell(f"it is a {said} and the period column says {period}. Which one is it?")
        return {
            "cents": money.cents,
            "currency": money.currency or given or self.currency,
            "period": said or (_PERIODS[period] if period else None),
        }

    def _day(self, column: str, kept: Mapping[str, str]) -> dict[str, object]:
        return {column: _date(kept[column], self.today) if kept[column] else None}

    def _people(self, column: str, kept: Mapping[str, str]) -> dict[str, object]:
        people = tuple(_contact(part) for part in re.split(r";(?![^(]*\))", kept[column]) if part.strip())
        if len(people) > MOST_PEOPLE:
            raise BadCell(f"it names {len(people)} people; {MOST_PEOPLE} is the most I keep for a client.")
        if len(people) > 1:
            names = [p.folded for p in people]
            twice = next((p.name for p, name in zip(people, names, strict=True) if names.count(name) > 1), None)
            if twice:
                raise BadCell(f"{twice} is named twice. Keep one of them.")
        return {"people": people}


_FIGURE = re.compile(r"([1-9]\d{0,2}(?:,\d{3}){1,2}|\d{1,9})(?:\.(\d\d))?")


def _money(written: str) -> Money:
    """A sum; a bare figure, which most rows of a long list have, without the many forms people type."""
    figure = _FIGURE.fullmatch(written)
    if figure is None or not written.isascii():
        return parse_money(written, default="")
    return Money(int(figure[1].replace(",", "")) * 100 + int(figure[2] or 0), "")


@lru_cache(maxsize=10_000)
def _date(written: str, today: date) -> date:
    """A whole date; one that is counted from today would mean another day at the next import."""
    try:
        if re.match(r"\d{4}-\d\d-\d\d", written):
            return date.fromisoformat(written[:10])
    except ValueError:
        raise BadCell(f"“{written[:40]}” is no date. Write it like 2026-12-03.") from None
    if not re.search(r"(?:19|20|21)\d\d", written) or written.isdecimal():
        raise BadCell(f"“{written[:40]}” has no day, month and year. Write it like 2026-12-03.")
    return parse_date(written, today, past=True)


@cache
def currency_named(words: str) -> str:
    """The ISO code of a currency given as code, sign or word; raises BadCell."""
    try:
        code = parse_money(f"1 {words}", default="").currency
    except BadMoney:
        code = ""
    if not code:
        raise BadCell(f"I don't know the currency “{words[:20]}”. Write its code, like EUR.")
    return code


def _plain(column: str, cell: str) -> str:
    """A cell's words in one line, short enough and no formula.

    A file of formulas holds no values, and what is kept here may be opened in a spreadsheet again; so a cell that
    begins as a formula does is refused, except a phone number or a handle in the channel column.
    """
    words = " ".join(cell.split())
    if not words:
        return ""
    most = LONGEST.get(column, LONGEST_CELL)
    if len(words) > most:
        raise BadCell(f"it has {len(words):,} characters; {most} is the most.")
    begins = words[:1]
    signed = column in LONGEST and begins in ("+", "-", "−")
    if (begins in ("=", "@") or signed) and not (column == "channel" and _REACHED.fullmatch(words)):
        raise BadCell(f"it begins with “{begins}”, as a spreadsheet's formula does. Write the value itself.")
    return words


def _period_in(written: str) -> str | None:
    match = _EVERY.search(written)
    if match is None:
        return None
    span = _SPANS.get(match[1].casefold())
    if span is None:
        raise BadCell(f"“{written[:40]}” is neither a month's nor a year's worth. Write one of these.")
    return span


def _contact(written: str) -> Contact:
    match = re.fullmatch(r"([^()]+?)\s*(?:\(([^()]*)\))?", written.strip())
    if match is None:
        raise BadCell(f"I could not read “{written.strip()[:60]}”. Write it like Dana (decides, hurt); Omar (ally).")
    if match[2] is None:
        return Contact(match[1], None)
    roles = [role.strip().casefold() for role in match[2].split(",") if role.strip()]
    strange = next((role for role in roles if role not in ROLES), None)
    if strange:
        raise BadCell(f"“{strange[:40]}” of {match[1][:60]} is none of decides, hurt and ally.")
    return Contact(match[1], frozenset(ROLES[role] for role in roles))
