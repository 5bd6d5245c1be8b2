from typing import Any

from bot.coach.casefile import Offer
from bot.coach.money import Money
from bot.coach.outcomes import Nothing, OfferMade
from dialogs.reparation import ROUNDS, reparation
from tests.dialogs.play import NOW, Played, case_json, play, prompt
from tests.dialogs.world import TEAM

LOSS = Money(240_000, "EUR")


WITHIN = {"within": True, "limit": 500_000, "asked": ""}


def offered(answers: list[Any], team: Any = TEAM, approval: Any = WITHIN, **changes: Any) -> Played:
    loads = {"case": case_json(**changes), "team": team, "approval": approval}
    return play(lambda: reparation({"case": 1}), answers, loads)


def test_a_right_offer_goes_straight_to_its_approver() -> None:
    played = offered(["€2,400", "2,600", "Two days of picking, credited", "omar"], cost=LOSS)
    assert played.asked == ["cost", "offer", "what", "approver"]
    assert "slightly better off than before" in played.text
    assert played.result == OfferMade(1, "Two days of picking, credited", Money(260_000, "EUR"), LOSS, "omar")


def test_too_little_is_warned_of_and_can_be_changed() -> None:
    played = offered(["2400 eur", "500"])
    assert prompt(played) == "€500 against a loss of €2,400: they would still be €1,900 worse off than before."
    played = offered(["2400 eur", "500", "change it", "2500", "A credit", "I did"])
    assert played.asked == ["cost", "offer", "keep_2", "offer_2", "what", "approver"]
    assert played.result.offer == Money(250_000, "EUR")


def test_too_much_is_warned_of_and_can_be_kept() -> None:
    played = offered(["1000", "5000"])
    assert "complaining would pay" in prompt(played)
    played = offered(["1000", "5000", "keep it", "A year free", "I did"])
    assert played.result.offer == Money(500_000, "EUR")


def test_a_changed_offer_is_weighed_again_until_the_last_one_stands() -> None:
    rounds = [answer for n in range(2, ROUNDS) for answer in ("change it", str(n))]
    played = offered(["1000", "1", *rounds, "Something", "I did"])
    assert played.result.offer == Money((ROUNDS - 1) * 100, "EUR")


def test_a_sum_beyond_the_limit_says_who_is_asked_and_asks_for_no_approval() -> None:
    beyond = {"within": False, "limit": 50_000, "asked": "Sam"}
    played = offered(["2400 eur", "2600", "A credit"], approval=beyond)
    assert "€2,600 is more than you may offer by yourself (€500), so it goes to Sam first." in played.text
    assert played.asked == ["cost", "offer", "what"]
    assert played.result.approver == ""


def test_where_nobody_may_approve_it_that_is_said_before_the_words() -> None:
    played = offered(["2400 eur", "2600"], approval={"within": False, "limit": 50_000, "asked": ""})
    assert "nobody here may approve it yet" in played.text


def test_two_currencies_are_said_and_not_compared() -> None:
    played = offered(["CHF 1000", "€10", "A voucher", "I did"])
    assert "I don't compare them" in played.text


def test_an_unknown_loss_is_allowed() -> None:
    played = offered(["don't know yet", "300", "A free day", "I did"])
    assert played.result.cost is None
    assert "Ask them what it cost" in played.text


def test_an_amount_that_cannot_be_read_is_refused_with_a_sentence() -> None:
    played = offered(["1.2.3", "-5", "2400"])
    assert len(played.refused) == 2
    assert played.open_key == "offer"


def test_what_was_given_before_is_recalled() -> None:
    before = (Offer(1, "Two free days", 90_000, "EUR", "approved"),)
    played = offered([], offers=before, last_remedy="A voucher")
    assert "Offered: €900: Two free days" in played.text
    assert "Last time: A voucher" in played.text


def test_who_is_alone_in_the_team_approves() -> None:
    alone = {"me": "priya", "people": [{"key": "priya", "name": "Priya"}]}
    assert offered(["1000", "1100", "A credit"], alone).result.approver == "priya"


def test_a_closed_case_gets_no_offer() -> None:
    assert isinstance(offered([], closed_at=NOW).result, Nothing)
