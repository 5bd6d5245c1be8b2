"""Which texts are read, and which are left to somebody who writes their language."""

import pytest

from bot.coach.language import is_english


@pytest.mark.parametrize(
    "text",
    [
        "Dana, on Friday we moved your migration to Tuesday and did not tell you. That was our failure.",
        "THIS IS THE THIRD TIME YOU ASK. WE ALREADY TOLD YOU. READ THE MANUAL!!!",
        "Hi",
        "Invoice attached. Payment overdue since March. Please pay before Friday, thanks.",
        "I'm calling tomorrow.",
        "",
    ],
)
def test_english_is_read(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Liebe Dana, es tut uns leid, falls Sie sich ungerecht behandelt fühlen. Wir melden uns in Kürze.",
        "Was Sie erlebt haben, war unser Fehler. Ich will an dieser Stelle sagen, dass es mir leid tut.",
        "Chère Dana, nous sommes désolés pour le retard et nous vous appellerons demain à midi.",
        "No me parece bien que nos hayan avisado a última hora, y así se lo dije a mi jefe.",
        "אנחנו מצטערים מאוד על מה שקרה ונחזור אליך מחר בבוקר",
        "ご迷惑をおかけして申し訳ございません",
    ],
)
def test_another_language_is_not_taken_for_english(text: str) -> None:
    assert not is_english(text)
