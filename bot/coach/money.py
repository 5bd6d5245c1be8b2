"""Amounts as people write them, and as the coach says them back."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MOST = Decimal(10) ** 12
_LONGEST = 80

_SYMBOLS = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₽": "RUB",
    "₪": "ILS", "₫": "VND", "₱": "PHP", "₦": "NGN", "zł": "PLN", "us$": "USD", "ca$": "CAD", "c$": "CAD",
    "au$": "AUD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL", "mx$": "MXN",
}  # fmt: skip
_WORDS = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "bucks": "USD", "pound": "GBP",
    "pounds": "GBP", "quid": "GBP", "sterling": "GBP", "franc": "CHF", "francs": "CHF", "franken": "CHF",
    "sfr": "CHF", "fr": "CHF", "yen": "JPY", "yuan": "CNY", "rmb": "CNY", "rupee": "INR", "rupees": "INR",
    "rs": "INR", "kronor": "SEK", "kroner": "NOK", "zloty": "PLN", "rand": "ZAR", "shekels": "ILS", "lira": "TRY",
}  # fmt: skip
_CODES = (
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "NZD", "HKD", "SGD", "SEK",
    "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "UAH", "RUB", "ILS", "AED",
    "SAR", "QAR", "KWD", "EGP", "ZAR", "NGN", "KES", "GHS", "MAD", "BRL", "MXN", "ARS", "CLP",
    "COP", "PEN", "KRW", "TWD", "THB", "VND", "IDR", "MYR", "PHP", "PKR", "BDT", "LKR", "NPR",
)  # fmt: skip
_TIMES = {
    "k": 10**3, "tsd": 10**3, "thousand": 10**3, "grand": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6,
    "mio": 10**6, "mil": 10**6, "million": 10**6, "millions": 10**6, "bn": 10**9, "billion": 10**9,
    "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7,
}  # fmt: skip
# In running text "try 3 times" and "Fr. 20 November" are no money, so only these are read in lower case there.
_PLAIN_CODES = ("eur", "usd", "gbp", "chf")
_NOT_IN_PROSE = frozenset({"fr", "rs"})
_SHOWN_BEFORE = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _amount(codes: str, words: Iterable[str]) -> str:
    """The pattern of one amount, its currency before or after it."""
    mark = rf"(?:{_any_of(_SYMBOLS)}|(?:{codes}|{_any_of(words)})(?![^\W\d_])\.?)"
    number = r"\d{1,18}(?:[.,'_ ]\d{1,18}){0,8}"
    scale = rf"(?:{_any_of(_TIMES)})\b\.?"
    return (
        rf"(?P<before>{mark})?\s?(?P<number>{number})(?:[.,][-–—])?\s?(?P<scale>{scale})?"
        rf"\s?(?:(?P<cents>(?:cents?|pence)\b)|(?P<after>{mark}))?"
    )


_WHOLE = re.compile(_amount(_any_of(_CODES), _WORDS), re.IGNORECASE)
_PROSE_CODES = rf"(?-i:{_any_of(_CODES)})|{_any_of(_PLAIN_CODES)}"
_PROSE = _amount(_PROSE_CODES, _WORDS.keys() - _NOT_IN_PROSE)
_RUNNING = re.compile(rf"(?<![\w.,'/-]){_PROSE}(?![\w%]|[.,'/–-]\d)", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:about|around|approx(?:imately)?\.?|roughly|circa|ca\.?|some|nearly|almost|up to|~|≈|=|it'?s|maybe)\s*"
    r"|\s*(?:or so|roughly|in total|total|so far|(?:a|per|each|every)\s(?:month|year|week|day)|/\s?\w{1,5})$",
    re.IGNORECASE,
)
_NOTHING = frozenset({"nothing", "none", "zero", "nil", "no cost"})


class BadMoney(ValueError):
    """An amount that cannot be read; its text is a sentence that says what to do."""


@dataclass(frozen=True)
class Money:
    """An exact sum in hundredths of a currency (ISO 4217 code)."""

    cents: int
    currency: str


def parse_money(text: str, default: str = "EUR") -> Money:
    """The amount that `text` is, in `default` where no currency is named; raises BadMoney."""
    tidy = _tidy(text)
    if not tidy:
        raise BadMoney("I need an amount. Write it like €1,200 or 300 CHF.")
    if len(tidy) > _LONGEST:
        raise BadMoney("That is too long for an amount. Write one figure, like €1,200.")
    while (bare := _AROUND.sub("", tidy).strip()) != tidy:
        tidy = bare
    if tidy.lower() in _NOTHING:
        return Money(0, default)
    if re.match(r"(?:[^\w.]{0,3}|[^\W\d_]{1,3}\s?)[-−–(]", tidy):
        raise BadMoney("An amount can't be below zero. Write it like €1,200.")
    match = _WHOLE.fullmatch(tidy)
    if match is None:
        raise BadMoney(f"I could not read “{_quoted(tidy)}” as an amount. {_what_to_do(tidy)}")
    return _read(match, default)


def find_money(text: str, default: str = "EUR") -> Money | None:
    """The first amount with a currency in running text, or None; cents alone are in `default`."""
    for match in _RUNNING.finditer(_tidy(text)):
        if not (match["before"] or match["after"] or match["cents"]):
            continue
        try:
            return _read(match, default)
        except BadMoney:
            continue
    return None


def say_money(money: Money) -> str:
    """'€2,400', '€2,400.50', 'CHF 300'."""
    sign = "-" if money.cents < 0 else ""
    whole, rest = divmod(abs(money.cents), 100)
    figure = f"{whole:,}" + (f".{rest:02d}" if rest else "")
    symbol = _SHOWN_BEFORE.get(money.currency)
    return f"{sign}{symbol}{figure}" if symbol else f"{money.currency} {sign}{figure}"


def _tidy(text: str) -> str:
    """Plain spaces and apostrophes, no control characters, so that `1 200` from a bank reads like 1 200."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in plain).split())


def _read(match: re.Match[str], default: str) -> Money:
    value = _number(match["number"])
    if match["scale"]:
        value *= _TIMES[match["scale"].lower().rstrip(".")]
    if match["cents"]:
        value /= 100
    if value >= _MOST:
        raise BadMoney("That is more money than I can believe. Check the zeros and write it like €1,200.")
    if value * 100 != int(value * 100) and not match["scale"]:
        raise BadMoney(f"Two decimals are enough for {_quoted(match[0].strip())}. Write it like €1,200.50.")
    cents = int((value * 100).to_integral_value(ROUND_HALF_UP))
    return Money(cents, _currency(match["before"], match["after"]) or default)


def _currency(before: str | None, after: str | None) -> str | None:
    named = [_code(mark) for mark in (before, after) if mark]
    if len(set(named)) < 2:
        return named[0] if named else None
    if before == "$" and named[1].endswith("D"):
        return named[1]
    raise BadMoney(f"Is that {named[0]} or {named[1]}? Write one of them, like €1,200.")


def _code(mark: str) -> str:
    bare = mark.lower().rstrip(".")
    return _SYMBOLS.get(bare) or _WORDS.get(bare) or bare.upper()


def _number(written: str) -> Decimal:
    """The value of 1,200 · 1.200,50 · 1'200.50 · 1 200,5 · 1,20,000: the last mark is a decimal one unless
    exactly three digits follow it, since money has no thousandths."""
    parts = re.split(r"[.,'_ ]", written)
    marks = re.findall(r"[.,'_ ]", written)
    fraction = ""
    if marks and marks[-1] in ".," and (len(parts[-1]) != 3 or parts[0] == "0") and marks[-1] not in marks[:-1]:
        fraction = parts.pop()
        marks.pop()
    if not _grouped(parts, marks):
        raise BadMoney(f"I could not read “{_quoted(written)}” as an amount. Write it like €1,200.50.")
    return Decimal("".join(parts) + (f".{fraction}" if fraction else ""))


def _grouped(parts: list[str], marks: list[str]) -> bool:
    """Whether digits stand in threes (or, in India, in twos before the last three) under one mark."""
    if not marks:
        return True
    if len(set(marks)) > 1 or len(parts[0]) > 3 or parts[0] == "0":
        return False
    middle = {len(part) for part in parts[1:-1]}
    return len(parts[-1]) == 3 and (middle <= {3} or (middle == {2} and len(parts[0]) <= 2 and marks[0] == ","))


def _what_to_do(text: str) -> str:
    if re.search(r"\d\s?(?:-|–|to|or)\s?\d", text):
        return "Write one figure, like €1,200; the higher one if you are unsure."
    return "Write it like €1,200 or 300 CHF."


def _quoted(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
