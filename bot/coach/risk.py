"""How urgent a case is, from few visible facts; every point has a reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

SILENT_AFTER_DAYS = 7
DATE_NEAR_DAYS = 30

VERY_SILENT_AFTER_DAYS = 21

WEIGHTS = {
    "severity_high": 30,
    "severity_medium": 15,
    "colder": 12,  # each of the last two answers
    "no_reply": 8,  # where neither of them was colder
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

PROMISES_COUNTED = 3
"""How many broken promises weigh; more of them say nothing new."""

MUCH_A_MONTH = {
    "EUR": 5_000, "USD": 5_000, "GBP": 5_000, "CHF": 5_000, "CAD": 7_500, "AUD": 7_500, "NZD": 7_500, "SGD": 7_500,
    "AED": 20_000, "BRL": 25_000, "ILS": 20_000, "PLN": 20_000, "RON": 25_000, "CNY": 40_000, "HKD": 40_000,
    "DKK": 40_000, "NOK": 50_000, "SEK": 50_000, "ZAR": 100_000, "MXN": 100_000, "CZK": 125_000, "INR": 500_000,
    "JPY": 750_000, "HUF": 2_000_000, "KRW": 7_500_000,
}  # fmt: skip
"""From what a month on an account counts as large: round sums near 5,000 euros, which need not follow the rates."""

MUCH_ELSEWHERE = 5_000
"""The same for a currency without a sum of its own, so that no account is overlooked."""


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
    currency: str = "EUR"


@dataclass(frozen=True)
class Point:
    """One fact that counts: the weights it takes, what they add, and its words."""

    weights: tuple[str, ...]
    points: int
    words: str


@dataclass(frozen=True)
class Risk:
    """The score (0 and up) and what it is made of, the heaviest first."""

    score: int
    points: tuple[Point, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The words of every fact that counts, the heaviest first."""
        return tuple(p.words for p in self.points)


def assess(facts: RiskFacts) -> Risk:
    """The score of a case: the sum of what each fact adds."""
    found = [_severity(facts), *_client(facts), *_ours(facts), *_worth(facts)]
    points = sorted((p for p in found if p is not None), key=lambda p: (-p.points, p.words))
    return Risk(sum(p.points for p in points), tuple(points))


@lru_cache(maxsize=1_000)
def _point(words: str, *weights: str, times: int = 1) -> Point:
    return Point(weights, sum(WEIGHTS[w] for w in weights) * times, words)


def _severity(facts: RiskFacts) -> Point | None:
    if facts.severity == "high":
        return _point("the account is at risk", "severity_high")
    return _point("it is serious", "severity_medium") if facts.severity == "medium" else None


def _client(facts: RiskFacts) -> list[Point | None]:
    """What the client does: colder answers, no answer, silence."""
    answers = [r for r in facts.readings if r != "no_reply"][-2:]
    colder = answers.count("colder")
    reading = None
    if colder:
        once = "sounded colder last time" if answers[-1] == "colder" else "sounded colder the time before"
        reading = _point("sounded colder twice" if colder == 2 else once, "colder", times=colder)
    elif facts.readings[-1:] == ("no_reply",):
        reading = _point("no reply last time", "no_reply")
    quiet = None
    if facts.days_quiet >= SILENT_AFTER_DAYS:
        weights = ("silent", "very_silent") if facts.days_quiet >= VERY_SILENT_AFTER_DAYS else ("silent",)
        quiet = _point(f"no contact for {facts.days_quiet} days", *weights)
    return [reading, quiet]


def _ours(facts: RiskFacts) -> list[Point | None]:
    """What is ours to mend."""
    broken = min(facts.broken_promises, PROMISES_COUNTED)
    words = "a promise was broken" if facts.broken_promises == 1 else f"{facts.broken_promises} promises were broken"
    return [
        _point("the next step is overdue", "overdue") if facts.overdue else None,
        _point("they are waiting for an answer", "waiting") if facts.waiting else None,
        _point(words, "broken_promise", times=broken) if broken else None,
        _point("it is the second failure", "second_failure") if facts.second_failure else None,
    ]


def _worth(facts: RiskFacts) -> list[Point | None]:
    """What is at stake, and until when."""
    days = facts.days_to_date
    near = days is not None and 0 <= days <= DATE_NEAR_DAYS
    when = {0: "today", 1: "tomorrow"}.get(days or 0, f"in {days} days")
    much = (facts.monthly_cents or 0) >= MUCH_A_MONTH.get(facts.currency, MUCH_ELSEWHERE) * 100
    return [
        _point(f"notice or renewal {when}", "date_near") if near else None,
        _point("a large account", "worth_much") if much else None,
    ]
