"""A client about to leave, and how they say it, tell how bad things are; the cause is what went before."""

import pytest

from bot.coach.causes import Cause, likely_causes, likely_severity

TOLD = (
    (
        Cause.unresolved_problem,
        "Fenwick Dental are threatening to move to another provider: their broadband has dropped five times since we "
        "rewired the office, and the owner rang me absolutely livid.",
    ),
    (Cause.unresolved_problem, "One more breakdown and we lose them, their mail has been off four mornings running."),
    (
        Cause.missed_deadline_or_no_show,
        "The client is threatening to leave us because our designer was three weeks behind with the brochure again.",
    ),
    (
        Cause.slow_response,
        "Threatening to pull out: nobody returned his calls for four days after their tills broke down.",
    ),
    (
        Cause.unreachable,
        "Marlow Legal say they will switch to another firm, on the night of the breakdown all our phones were off and "
        "there was nobody they could ring.",
    ),
    (
        Cause.kept_in_dark,
        "Angry and threatening to quit, we had known since Sunday that the lift would stay broken and never told them.",
    ),
    (Cause.talked_down, "He threatens to leave, our support man made fun of his question in front of his staff."),
    (
        Cause.policy_or_billing,
        "They threaten to leave over a cancellation charge on the last invoice, which they say nobody mentioned.",
    ),
    (
        Cause.own_mistake_damage,
        "They threaten to leave: our technician wiped the shared drive by mistake and two years of plans are gone.",
    ),
    (Cause.unknown, "Threatening to leave us, and for the life of me I have no idea why."),
)


@pytest.mark.parametrize(("cause", "story"), TOLD)
def test_a_client_about_to_leave_is_read_by_what_drove_them_there(cause, story):
    three = [guess.cause for guess in likely_causes(story)[:3]]
    assert cause in three
    assert Cause.nothing_wrong not in three


def test_most_clients_about_to_leave_are_read_right_at_once():
    first = [likely_causes(story)[0].cause is cause for cause, story in TOLD]
    assert sum(first) >= 8


@pytest.mark.parametrize("story", [story for _, story in TOLD if "threaten" in story.lower()])
def test_a_threat_to_leave_is_as_bad_as_it_gets(story):
    assert likely_severity(story) == "high"


@pytest.mark.parametrize(
    "story",
    [
        "They keep slipping new modules into the project that we never agreed on, and will not pay a penny more.",
        "Change after change on the leaflet, and all of it has to stay inside the price we quoted.",
    ],
)
def test_work_asked_for_without_pay_is_more_than_fair_or_understood_otherwise(story):
    two = {guess.cause for guess in likely_causes(story)[:2]}
    assert two & {Cause.unreasonable_client, Cause.expectation_mismatch}


@pytest.mark.parametrize(
    "story",
    [
        "The partner who looked after them has gone and whoever follows him has not read one page about them.",
        "They say we take them for a minor customer, since it is always a trainee who comes.",
    ],
)
def test_a_client_passed_on_to_strangers_feels_forgotten(story):
    assert Cause.neglected in [guess.cause for guess in likely_causes(story)[:3]]
