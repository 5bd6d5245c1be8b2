"""How urgent a case is, from few visible facts; every point has a reason in words."""

from __future__ import annotations

from dataclasses import dataclass

SILENT_AFTER_DAYS = 7
DATE_NEAR_DAYS = 30

VERY_SILENT_AFTER_DAYS = 21

WEIGHTS = {
    "severity_high": 30,
    "severity_medium": 15,
    "colder": 12,  # each of the last two readings
    "no_reply": 8,
    "silent": 15,
    "very_silent": 10,  # on top of silent
    "overdue": 10,
    "waiting": 10,
    "broken_promise": 15,  # each, three at most
    "second_failure": 10,
    "date_near": 20,
    "worth_much": 5,
}
"""Points a fact adds; docs/risk.md says why each weighs what it weighs."""

MUCH_A_MONTH_CENTS = 500_000


@dataclass(frozen=True)
class RiskFacts:
    """The visible inputs of the score: whole days, and cents a month in the client's own currency."""

    severity: str = "medium"
    readings: tuple[str, ...] = ()
    days_quiet: int = 0
    overdue: bool = False
    waiting: bool = False
    broken_promises: int = 0
    second_failure: bool = False
    monthly_cents: int | None = None
    days_to_date: int | None = None


@dataclass(frozen=True)
class Risk:
    """The score (0 and up) and the reasons behind it, the heaviest first."""

    score: int
    reasons: tuple[str, ...]


def assess(facts: RiskFacts) -> Risk:
    """The score of a case: the sum of what each fact adds."""
    points = sorted(_points(facts), key=lambda p: (-p[0], p[1]))
    return Risk(sum(p for p, _ in points), tuple(why for _, why in points))


def _points(facts: RiskFacts) -> list[tuple[int, str]]:
    w = WEIGHTS
    found: list[tuple[int, str]] = []
    if facts.severity == "high":
        found.append((w["severity_high"], "the account is at risk"))
    elif facts.severity == "medium":
        found.append((w["severity_medium"], "it is serious"))
    colder = facts.readings[-2:].count("colder")
    if colder:
        found.append((w["colder"] * colder, "colder twice" if colder == 2 else "colder last time"))
    if facts.readings[-1:] == ("no_reply",):
        found.append((w["no_reply"], "no reply last time"))
    if facts.days_quiet >= SILENT_AFTER_DAYS:
        far = facts.days_quiet >= VERY_SILENT_AFTER_DAYS
        found.append((w["silent"] + (w["very_silent"] if far else 0), f"no contact for {facts.days_quiet} days"))
    if facts.overdue:
        found.append((w["overdue"], "the next step is overdue"))
    if facts.waiting:
        found.append((w["waiting"], "they are waiting for an answer"))
    if facts.broken_promises:
        found.append((w["broken_promise"] * min(facts.broken_promises, 3), "a promise was broken"))
    if facts.second_failure:
        found.append((w["second_failure"], "it is the second failure"))
    if facts.days_to_date is not None and 0 <= facts.days_to_date <= DATE_NEAR_DAYS:
        found.append((w["date_near"], f"notice or renewal in {facts.days_to_date} days"))
    if (facts.monthly_cents or 0) >= MUCH_A_MONTH_CENTS:
        found.append((w["worth_much"], "a large account"))
    return found
