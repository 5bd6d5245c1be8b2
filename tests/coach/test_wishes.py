import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.wishes import LONGEST_WISH, MOST_WISHES, each_dated, split_wishes, wishes_in


@pytest.mark.parametrize(
    ("words", "wishes"),
    [
        ("He wants the crane inspected, a written report and a refund of €300.",
         ("the crane inspected", "a written report", "a refund of €300")),
        ("Cross at first. She needs somebody to ring her back on Mondays.", ("somebody to ring her back on Mondays",)),
        ("They asked for a new drawing; they expect that the same engineer comes back.",
         ("a new drawing", "the same engineer comes back")),
        ("All they want is a straight answer by Friday, otherwise they go.", ("a straight answer by Friday",)),
        ("What he needs is an apology in writing and no more surprises because his boss saw it.",
         ("an apology in writing", "no more surprises")),
        ("We need the export by 15.30 or we go elsewhere.", ("the export by 15.30",)),
        ("You need to call me every week and to tell me what changed.", ("call me every week", "tell me what changed")),
        ("They asked us to send the logs.", ("send the logs",)),
        ("I'd like 300 CHF and two days off the bill.", ("300 CHF", "two days off the bill")),
        ("Spoke to Omar.\n- wants the fee back\n- needs a new date", ("the fee back", "a new date")),
        ("Wants:\n- a refund\n- a new date", ("a refund", "a new date")),
        ("Wants a call today and he is cross.", ("a call today",)),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_found_in_the_very_words(words: str, wishes: tuple[str, ...]) -> None:
    assert wishes_in(words) == wishes


def test_bread_and_butter_is_one_wish() -> None:
    assert wishes_in("They want bread and butter on the table.") == ("bread and butter on the table",)


@pytest.mark.parametrize(
    "words",
    [
        "She doesn't want a discount.", "They never asked for a rebate.", "Nobody expects a refund.", "Wants out.",
        "He wanted to know why nobody rang.", "They want to cancel.", "I need to call her tomorrow.",
        "We have to fix the pump first.", "It works again and everyone is happy.", "They need us.", "", "wants",
    ],
)  # fmt: skip
def test_what_is_refused_done_by_themselves_or_our_own_duty_is_no_wish(words: str) -> None:
    assert wishes_in(words) == ()


def test_the_same_wish_twice_is_kept_once() -> None:
    assert wishes_in("She wants a refund. Again: she wants A refund!") == ("a refund",)


def test_a_list_of_demands_without_end_is_cut() -> None:
    assert len(wishes_in(". ".join(f"Wants {n} days back" for n in range(1, 40)))) == MOST_WISHES


PIECES = ("wants", "needs", "a refund", "and", ",", "not", "\n- ", "to", ". ")


@given(st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_gives_parts_of_itself(words: str) -> None:
    for wish in wishes_in(words):
        assert 0 < len(wish) <= LONGEST_WISH
        assert wish == wish.strip()
        assert wish in words.replace("\n- ", "; ") or "\n" in words


@pytest.mark.parametrize("piece", ["needs ", " ", "wants,", "and ", "\n- ", "not "])
def test_a_huge_text_is_read_at_once(piece: str) -> None:
    began = time.perf_counter()
    wishes_in(piece * (50_000 // len(piece)))
    assert time.perf_counter() - began < 3


def test_wishes_typed_one_a_line_lose_their_bullets_and_nothing_else() -> None:
    assert split_wishes("- A refund\n2) One contact; \n\n• *bold* stays\nA refund") == (
        "A refund", "One contact", "*bold* stays",
    )  # fmt: skip


def test_a_number_that_begins_a_wish_is_no_bullet() -> None:
    assert split_wishes("3 free days") == ("3 free days",)


@pytest.mark.parametrize(
    ("told", "wishes"),
    [
        ("report by Friday and a call on Monday", ("report by Friday", "a call on Monday")),
        ("report by Friday, and call them on Monday", ("report by Friday", "call them on Monday")),
        ("a report on Monday and Friday", ("a report on Monday and Friday",)),
        ("a refund and a report by Friday", ("a refund and a report by Friday",)),
        ("bread and butter", ("bread and butter",)),
    ],
)
def test_a_wish_is_several_where_each_has_its_own_date(told: str, wishes: tuple[str, ...]) -> None:
    assert each_dated(told, datetime(2026, 11, 2, 9, tzinfo=UTC), "Europe/Berlin") == wishes
