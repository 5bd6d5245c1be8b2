"""The review: its way out on every question, and a name that changes nothing."""

from datetime import date
from functools import partial

import pytest

from bot.coach.outcomes import HandedOver, Nothing, Reviewed
from dialogs.handover import handover
from dialogs.review import review
from tests.dialogs.play import Played, play
from tests.dialogs.world import TEAM, case_json

CASE = case_json(owner="Omar Haddad", owner_key="omar")


def reviewed(*answers: str) -> Played:
    return play(partial(review, {"case": 1}), answers, {"case": CASE, "team": TEAM})


def test_a_client_nobody_spoke_to_is_shown_as_such_with_the_dates_that_count() -> None:
    case = case_json(last_contact_at=None, notice_on=date(2025, 12, 15))
    shown = play(partial(review, {"case": 1}), ["stop"], {"case": case, "team": TEAM}).text
    assert "none since it was opened" in shown
    assert "15 December 2025" in shown


def test_the_present_owner_is_known_and_the_case_is_with_them_already() -> None:
    played = reviewed("reassign", "Omar", "Priya")
    assert played.refused == ["It is with Omar Haddad already. Pick somebody else, or type cancel to leave it there."]
    assert played.result == Reviewed(1, "reassign", person="priya")


@pytest.mark.parametrize("first", ["reassign", "ask the owner"])
def test_stop_here_ends_the_review_on_every_question(first: str) -> None:
    assert reviewed(first, "Stop here").result == Reviewed(1, "stop")


def test_a_case_stays_where_nobody_else_is_known() -> None:
    alone = {"me": "omar", "people": [{"key": "omar", "name": "Omar Haddad"}]}
    played = play(partial(handover, {"case": 1}), [], {"case": CASE, "team": alone})
    assert isinstance(played.result, Nothing)
    assert "I know nobody else in the team yet" in played.result.words


def test_a_handover_to_its_owner_is_answered_so() -> None:
    played = play(partial(handover, {"case": 1}), ["omar", "sam", "nothing", "not agreed yet"],
                  {"case": CASE, "team": TEAM})  # fmt: skip
    assert "It is with Omar Haddad already" in played.refused[0]
    assert isinstance(played.result, HandedOver)
