"""People's names, as they go into messages."""

import pytest

from bot.coach.names import as_written


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
