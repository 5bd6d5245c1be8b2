import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.money import BadMoney, Money, find_money, parse_money, say_money


@pytest.mark.parametrize(
    ("text", "cents", "currency"),
    [
        ("€1,200", 120_000, "EUR"),
        ("1.200,50 EUR", 120_050, "EUR"),
        ("2400 euros", 240_000, "EUR"),
        ("$3k", 300_000, "USD"),
        ("£12.5k", 1_250_000, "GBP"),
        ("about 2,400 euros", 240_000, "EUR"),
        ("  ~ €3k or so ", 300_000, "EUR"),
        ("1'200.50 CHF", 120_050, "CHF"),
        ("1 200,50 €", 120_050, "EUR"),
        ("₹1,20,000", 12_000_000, "INR"),
        ("5 lakh rupees", 50_000_000, "INR"),
        ("Fr. 300.–", 30_000, "CHF"),
        ("EUR1200", 120_000, "EUR"),
        ("1,2", 120, "EUR"),
        ("0.500", 50, "EUR"),
        ("1.234.567", 123_456_700, "EUR"),
        ("50 cents", 50, "EUR"),
        ("$1,200 CAD", 120_000, "CAD"),
        ("US$ 40", 4_000, "USD"),
        ("€2.400 a month", 240_000, "EUR"),
        ("nothing", 0, "EUR"),
        ("1200", 120_000, "EUR"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int, currency: str) -> None:
    assert parse_money(text) == Money(cents, currency)


def test_a_bare_figure_is_in_the_default_currency() -> None:
    assert parse_money("12k", default="CHF") == Money(1_200_000, "CHF")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1.2.3", "Write it like €1,200"),
        ("-5", "below zero"),
        ("€-5", "below zero"),
        ("−€5", "below zero"),
        ("(5)", "below zero"),
        ("NaN", "Write it like"),
        ("inf", "Write it like"),
        ("1e5", "Write it like"),
        ("9999999999999", "Check the zeros"),
        ("9000000 million", "Check the zeros"),
        ("2-3k", "one figure"),
        ("2 to 3k", "one figure"),
        ("€5 USD", "EUR or USD"),
        ("1.2345", "Two decimals"),
        ("1,2,3", "Write it like"),
        ("1,200,50", "Write it like"),
        ("twelve", "Write it like"),
        ("", "I need an amount"),
        ("\x00\n", "I need an amount"),
        ("9" * 40_000, "too long"),
        ("<script>5</script>", "Write it like"),
    ],
)
def test_what_is_no_amount_gets_a_sentence_that_says_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(BadMoney, match=sentence) as caught:
        parse_money(text)
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("about 2,400 euros, half a day of picking", Money(240_000, "EUR")),
        ("Invoice 2026-11-03 came to $3,000.", Money(300_000, "USD")),
        ("a 30% discount, so €12.50 less", Money(1_250, "EUR")),
        ("On 3.12.2026 we paid CHF 300", Money(30_000, "CHF")),
        ("it cost them 500 eur", Money(50_000, "EUR")),
        ("we will try 3 times", None),
        ("Fr. 20 November", None),
        ("5k users and 30% of 400 orders", None),
        ("somewhere between €2-3k", None),
        ("version €1.2.3", None),
        ("", None),
    ],
)
def test_money_is_found_in_running_text_only_where_a_currency_stands(text: str, money: Money | None) -> None:
    assert find_money(text) == money


@pytest.mark.parametrize("text", ["€" * 40_000, "1 " * 20_000, "1," * 20_000 + "€", "EUR " * 10_000])
def test_a_huge_text_is_searched_without_trouble(text: str) -> None:
    assert find_money(text) is None


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(240_000, "EUR"), "€2,400"),
        (Money(240_050, "EUR"), "€2,400.50"),
        (Money(5, "GBP"), "£0.05"),
        (Money(30_000, "CHF"), "CHF 300"),
        (Money(-120_000, "USD"), "-$1,200"),
        (Money(-30_000, "CHF"), "CHF -300"),
        (Money(0, "EUR"), "€0"),
    ],
)
def test_money_is_said_with_its_currency(money: Money, words: str) -> None:
    assert say_money(money) == words


@given(st.integers(0, 10**14 - 1), st.sampled_from(["EUR", "USD", "GBP", "CHF", "JPY", "INR", "SEK"]))
def test_what_is_said_reads_back_as_the_same_sum(cents: int, currency: str) -> None:
    assert parse_money(say_money(Money(cents, currency))) == Money(cents, currency)
    german = f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d} {currency}"
    assert parse_money(german) == Money(cents, currency)


@given(st.text(max_size=120))
def test_any_text_is_an_amount_or_a_sentence(text: str) -> None:
    find_money(text)
    assert 0 <= money_or_nothing(text).cents < 10**14


def money_or_nothing(text: str) -> Money:
    try:
        return parse_money(text)
    except BadMoney:
        return Money(0, "EUR")
