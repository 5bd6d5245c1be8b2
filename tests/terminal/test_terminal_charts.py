"""Charts in the terminal: drawn, and with their numbers beside them."""

import pytest

from adapters.terminal.render import words
from bot.view import Chart, Series, card


def drawn(*series: Series) -> str:
    return words(card(Chart("line", "How clients sounded", ("2 Nov", "9 Nov"), series)), colour=False)


def test_one_series_is_a_bar_a_line() -> None:
    assert "2 Nov  ████████████ 3\n9 Nov  ████████████████████████ 6" in drawn(Series("", (3, 6)))


def test_several_series_are_columns_to_one_scale_with_their_numbers() -> None:
    text = drawn(Series("Warmer", (0, 4)), Series("Colder", (8, 1)))
    assert "Warmer   ▄  2 Nov 0, 9 Nov 4" in text
    assert "Colder  █▁  2 Nov 8, 9 Nov 1" in text


@pytest.mark.parametrize("values", [(0.0, 0.0), (-5.0, 5.0), (0.001, 1_000_000.0)])
def test_odd_numbers_are_drawn_too(values: tuple[float, float]) -> None:
    assert "How clients sounded" in drawn(Series("a", values), Series("b", values))


def test_a_large_sum_is_said_in_full() -> None:
    assert "█ 1,600,000" in drawn(Series("", (3, 1_600_000)))
