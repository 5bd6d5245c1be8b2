"""The next step: what is said of a step that is to be talked through, and of one that is not."""

from functools import partial

import pytest

from dialogs.next_step import next_step
from tests.dialogs.play import Played, play
from tests.dialogs.world import ADVICE, case_json

TALK, NO_TALK = ADVICE


def stepped(step: dict[str, object], answers: list[str]) -> Played:
    """The step as it is first in the list, and what is answered to it."""
    loads = {"case": case_json(), "advice": [{**step, "early": []}]}
    return play(partial(next_step, {"case": 1}), answers, loads)


@pytest.mark.parametrize("typed", ["I called her", "called", "I called them"])
def test_i_called_her_is_done_where_the_step_is_a_talk(typed: str) -> None:
    taken = stepped(TALK, [typed]).result
    assert (taken.play, taken.state, taken.ask_contact) == ("ask_what_is_wrong", "done", True)


@pytest.mark.parametrize("typed", ["I called her", "called", "I called them"])
def test_i_called_her_says_nothing_of_a_step_that_is_no_talk(typed: str) -> None:
    played = stepped(NO_TALK, [typed])
    assert played.open_key == "do"
    assert len(played.refused) == 1
    taken = stepped(NO_TALK, ["done"]).result
    assert (taken.play, taken.state, taken.ask_contact) == ("pay_or_reparation", "done", False)
