import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.money import Money
from bot.coach.reparation import Weight, weigh


def eur(sum_: float) -> Money:
    return Money(round(sum_ * 100), "EUR")


@pytest.mark.parametrize(
    ("offer", "weight"),
    [(0, "too_little"), (500, "too_little"), (999.99, "too_little"), (1000, "right"), (1100, "right"), (1500, "right"),
     (1500.01, "too_much"), (9000, "too_much")],
)  # fmt: skip
def test_slightly_better_off_than_before_is_right(offer: float, weight: str) -> None:
    assert weigh(eur(1000), eur(offer)).weight == weight


def test_too_little_is_said_with_its_numbers() -> None:
    judged = weigh(eur(2400), eur(500))
    assert judged.warns
    assert judged.words == "€500 against a loss of €2,400: they would still be €1,900 worse off than before."


def test_too_much_is_said_with_what_would_be_plenty() -> None:
    words = weigh(eur(1000), eur(2500)).words
    assert "€1,500 more than it cost them" in words
    assert "Up to €1,500 is plenty." in words


def test_two_currencies_are_pointed_out_and_not_compared() -> None:
    judged = weigh(eur(1000), Money(100, "CHF"))
    assert judged.weight is Weight.mixed
    assert not judged.warns
    assert "EUR" in judged.words
    assert "CHF" in judged.words


@pytest.mark.parametrize("cost", [None, eur(0)])
def test_without_a_known_loss_nothing_is_judged(cost: Money | None) -> None:
    assert weigh(cost, eur(300)).weight is Weight.unknown


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_an_offer_never_gets_too_little_by_growing(cost: int, offer: int) -> None:
    order = [Weight.too_little, Weight.right, Weight.too_much]
    less, more = (weigh(Money(cost, "EUR"), Money(cents, "EUR")).weight for cents in (offer, offer + 1))
    assert order.index(less) <= order.index(more)
