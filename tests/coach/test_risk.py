"""The score: worse facts never lower it, equal facts give equal scores, and every point has its words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import risk
from bot.coach.risk import WEIGHTS, RiskFacts, assess

DOCUMENT = (Path(__file__).parents[2] / "docs" / "risk.md").read_text(encoding="utf-8")
READINGS = ("warmer", "same", "colder", "no_reply")
WORSE_READINGS = {"warmer": READINGS[1:], "same": READINGS[2:], "colder": (), "no_reply": ()}
WORST = RiskFacts("high", ("colder", "colder"), 30, True, True, 3, True, 500_000, 0)

facts = st.builds(
    RiskFacts,
    severity=st.sampled_from(("low", "medium", "high")),
    readings=st.lists(st.sampled_from(READINGS), max_size=6).map(tuple),
    days_quiet=st.integers(0, 400),
    overdue=st.booleans(),
    waiting=st.booleans(),
    broken_promises=st.integers(0, 6),
    second_failure=st.booleans(),
    monthly_cents=st.none() | st.integers(0, 10**9),
    days_to_date=st.none() | st.integers(0, 400),
)


def worsened(facts: RiskFacts) -> list[RiskFacts]:
    """The facts with one of them a little worse, in every way that there is."""
    harder = {"low": "medium", "medium": "high", "high": "high"}[facts.severity]
    days = 30 if facts.days_to_date is None else max(facts.days_to_date - 1, 0)
    made = [
        replace(facts, severity=harder),
        replace(facts, readings=(*facts.readings, "colder")),
        replace(facts, readings=(*facts.readings, "no_reply")),
        replace(facts, days_quiet=facts.days_quiet + 1),
        replace(facts, overdue=True),
        replace(facts, waiting=True),
        replace(facts, broken_promises=facts.broken_promises + 1),
        replace(facts, second_failure=True),
        replace(facts, monthly_cents=(facts.monthly_cents or 0) + 100_000),
        replace(facts, days_to_date=days),
    ]
    for n, reading in enumerate(facts.readings):
        for worse in WORSE_READINGS[reading]:
            made.append(replace(facts, readings=(*facts.readings[:n], worse, *facts.readings[n + 1 :])))
    return made


@given(facts)
def test_a_worse_fact_never_lowers_the_score(given_facts: RiskFacts) -> None:
    score = assess(given_facts).score
    for worse in worsened(given_facts):
        assert assess(worse).score >= score, (given_facts, worse)


@given(facts)
def test_equal_facts_give_equal_scores_and_equal_words(given_facts: RiskFacts) -> None:
    again = RiskFacts(**{name: getattr(given_facts, name) for name in RiskFacts.__dataclass_fields__})
    assert assess(again) == assess(given_facts)


@given(facts)
def test_every_point_of_the_score_is_traced_to_its_words_and_its_weights(given_facts: RiskFacts) -> None:
    found = assess(given_facts)
    assert found.score == sum(p.points for p in found.points)
    assert len(set(found.reasons)) == len(found.reasons)
    for point in found.points:
        assert point.words
        assert point.points > 0
        assert point.points % sum(WEIGHTS[w] for w in point.weights) == 0
    assert [p.points for p in found.points] == sorted((p.points for p in found.points), reverse=True)


@given(facts)
def test_words_name_only_what_the_facts_say(given_facts: RiskFacts) -> None:
    words = " ".join(assess(given_facts).reasons)
    assert ("overdue" in words) is given_facts.overdue
    assert ("waiting" in words) is given_facts.waiting
    assert ("no contact" in words) is (given_facts.days_quiet >= risk.SILENT_AFTER_DAYS)
    assert ("broken" in words) is (given_facts.broken_promises > 0)


@given(facts)
def test_nothing_set_by_the_facts_reaches_what_a_person_sets_by_hand_at_the_top(given_facts: RiskFacts) -> None:
    assert assess(given_facts).score <= assess(WORST).score < 200


def test_a_case_without_a_bad_fact_scores_nothing() -> None:
    assert assess(RiskFacts(severity="low")) == risk.Risk(0, ())


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "tomorrow"), (30, "in 30 days")])
def test_a_near_date_is_said_as_people_say_it(days: int, words: str) -> None:
    assert f"notice or renewal {words}" in assess(RiskFacts(days_to_date=days)).reasons


def test_several_broken_promises_are_counted_in_words() -> None:
    assert "5 promises were broken" in assess(RiskFacts(broken_promises=5)).reasons


def test_silence_weighs_as_much_as_anger() -> None:
    silent, angry = RiskFacts(days_quiet=21), RiskFacts(readings=("colder", "colder"))
    assert assess(silent).score >= assess(angry).score


@pytest.mark.parametrize(
    ("currency", "large", "not_large"),
    [("EUR", 5_000, 4_999), ("JPY", 750_000, 5_000), ("SEK", 50_000, 5_000), ("KWD", 5_000, 4_999)],
)
def test_a_large_account_is_large_in_its_own_currency(currency: str, large: int, not_large: int) -> None:
    said = [assess(RiskFacts(monthly_cents=sum_ * 100, currency=currency)).reasons for sum_ in (large, not_large)]
    assert ["a large account" in words for words in said] == [True, False]


def test_the_document_and_the_code_agree_on_every_weight() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$", DOCUMENT, re.MULTILINE)
    assert {name: int(points) for name, points, *_ in rows} == WEIGHTS
    assert all(len(when) > 10 and why.endswith(".") for _, _, when, why in rows)


def test_the_document_and_the_code_agree_on_every_limit() -> None:
    when = dict(re.findall(r"^\| `(\w+)` \| \d+ \| (.+?) \|", DOCUMENT, re.MULTILINE))
    assert f"{risk.SILENT_AFTER_DAYS} days" in when["silent"]
    assert f"{risk.VERY_SILENT_AFTER_DAYS} days" in when["very_silent"]
    assert f"{risk.DATE_NEAR_DAYS} days" in when["date_near"]
    assert f"€{risk.MUCH_A_MONTH['EUR']:,} a month" in when["worth_much"]
    for amount, words in (("SEK", "Swedish kronor"), ("JPY", "yen")):
        assert f"{risk.MUCH_A_MONTH[amount]:,} {words}" in " ".join(DOCUMENT.split())
    assert f"{risk.MUCH_ELSEWHERE:,} counts" in DOCUMENT
    assert {3: "three"}[risk.PROMISES_COUNTED] in when["broken_promise"]
    assert f"The highest sum is {assess(WORST).score}" in DOCUMENT
