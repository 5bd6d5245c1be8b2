"""People's names, as they go into messages."""

import pytest

from bot.coach.names import as_written, is_one_of, reads_as_one


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("dana weiss", "Dana Weiss"),
        ("dana", "Dana"),
        ("joost van der berg", "Joost van der Berg"),
        ("DANA", "DANA"),
        ("d'Arcy", "d'Arcy"),
        ("the lady at the desk", "the lady at the desk"),
        ("dana2", "dana2"),
        ("", ""),
    ],
)
def test_a_name_typed_in_small_letters_is_written_with_capitals(typed: str, written: str) -> None:
    assert as_written(typed) == written


@pytest.mark.parametrize(
    ("typed", "is_name"),
    [("Dana", True), ("dana fox.", True), ("Fox", True), ("Dana is happy", False), ("van", False), ("", False)],
)
def test_a_name_alone_is_known_by_the_names_at_hand(typed: str, is_name: bool) -> None:
    assert is_one_of(typed, ("Dana Fox", "Joost van Berg")) is is_name


@pytest.mark.parametrize(
    ("typed", "is_name"),
    [("Omar", True), ("Perfect", False), ("fine", False), ("All good", False), ("OK", False), ("Thanks!", False)],
)
def test_one_word_with_a_capital_reads_as_a_name_unless_it_is_praise(typed: str, is_name: bool) -> None:
    assert reads_as_one(typed) is is_name
