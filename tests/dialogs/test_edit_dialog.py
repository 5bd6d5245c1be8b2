from typing import Any

import pytest

from bot.coach.money import Money
from bot.coach.outcomes import CaseEdit, Nothing
from bot.services.editing import EDITABLE, OF_CLIENT
from dialogs.edit import FIELDS, edit
from tests.dialogs.play import Played, case_json, play, prompt
from tests.dialogs.world import TEAM


def edited(answers: list[Any], field: str = "", **changes: Any) -> Played:
    return play(lambda: edit({"case": 1, "field": field}), answers, {"case": case_json(**changes), "team": TEAM})


@pytest.mark.parametrize(
    ("field", "answer", "changes"),
    [
        ("cause", "They feel forgotten", {"cause": "neglected"}),
        ("fault", "both", {"fault": "shared"}),
        ("severity", "mild", {"severity": "low"}),
        ("contact", "Ömer <b>", {"contact": "Ömer <b>"}),
        ("cost", "half a day of picking", {"cost_words": "half a day of picking"}),
        ("owner", "@omar", {"owner": "omar"}),
        ("backup", "Sam", {"backup": "sam"}),
        ("sponsor", "I do", {"sponsor": "priya"}),
        ("wish", "- No more late lists", {"wishes": "No more late lists"}),
        ("confidential", "confidential", {"confidential": "yes"}),
        ("confidential", "the whole team", {"confidential": "no"}),
    ],
)
def test_a_field_named_with_the_command_asks_only_its_value(field: str, answer: str, changes: dict[str, str]) -> None:
    played = edited([answer], field)
    assert len(played.asked) == 1
    assert played.result == CaseEdit(1, changes)


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("value usd 5,000 a month", {"value": "usd 5,000 a month"}),
        ("notice by 15 december", {"notice_on": "2025-12-15"}),
        ("renewal on 1 march 2026", {"renewal_on": "2026-03-01"}),
    ],
)
def test_a_value_typed_behind_its_field_is_not_asked_again(typed: str, changes: dict[str, str]) -> None:
    played = edited([], typed)
    assert played.asked == []
    assert played.result == CaseEdit(1, changes)


def test_a_value_that_cannot_be_read_is_asked() -> None:
    assert edited(["€900 a month"], "value plenty").result == CaseEdit(1, {"value": "€900 a month"})


@pytest.mark.parametrize("field", ["", "colour"])
def test_without_a_known_field_it_is_asked(field: str) -> None:
    assert edited(["What it cost them", "€300"], field).result == CaseEdit(1, {"cost_words": "€300"})


def test_what_is_kept_now_is_said() -> None:
    assert prompt(edited([], "contact")) == "Who at Acme is it about? Now kept: Dana."
    assert prompt(edited([], "cost", cost=Money(5_000, "CHF"))) == "What has it cost Acme? Now kept: CHF 50."
    assert prompt(edited([], "backup")) == "Who steps in for SAL-1? Now kept: nobody."


def test_an_empty_wish_changes_nothing() -> None:
    assert edited([";"], "wish").result == Nothing("Nothing was changed in SAL-1.")


def test_every_field_offered_is_one_that_can_be_carried_out() -> None:
    elsewhere = {"owner", "backup", "sponsor", "wishes", "confidential"}
    assert {o.value for o in FIELDS} <= EDITABLE | OF_CLIENT | elsewhere
