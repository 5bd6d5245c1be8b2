import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.casefile import Commitment, Offer, Wish
from bot.coach.causes import Cause
from bot.coach.drafts import (
    KIND_WORDS,
    BadDraft,
    DraftKind,
    best_kinds,
    compose,
    gaps,
    kind_named,
    phone_first,
    talking_points,
)
from bot.coach.drafts.words import action, client_when, cost_of, listed, quoted, reason, sentence, told_of
from bot.coach.money import Money
from bot.coach.playbook import DRAFT_KINDS, Stage
from bot.coach.tone import check
from tests.dialogs.play import NOW, a_case

TUESDAY = datetime(2025, 11, 25, 11, tzinfo=UTC)
K = DraftKind

ANSWERS = {
    "name": "Dana",
    "happened": "on Monday we moved the delivery of your stock list and did not tell you",
    "impact": "your shop counted by hand for three days",
    "do": "rebuild the list tonight",
    "different": "a second person now checks the plan every Thursday",
    "by": TUESDAY,
    "next": TUESDAY,
    "seen": "you told us that the list stops at the letter M",
    "noticed": "your last three orders were smaller than usual",
    "matter": "the import drops every name with an accent",
    "doing": "testing the repair with your own file",
    "rule": "a cancelled day within two weeks costs half the fee",
    "reason": "because we book the trainers a month ahead",
    "middle": "keep the fee as a credit until June",
    "call": "we insisted on a new server when the cable was at fault",
    "loss": "you lost half a day of work in the shop",
    "amount": Money(26_500, "EUR"),
    "offer": "a credit on your December invoice",
    "to": "Lena Brandt of Nordbau",
    "why": "she has moved forty shops to this system",
    "terms": "your contract and your price stay with us",
    "first": "support@example.com, answered within four hours",
    "second": "+49 30 1234567, from 8 to 22 h",
    "backup": "Omar",
    "note": "I hope the move to the new hall went well",
    "learned": "we left open who gives you a date that moves",
    "expect": "you get a mail every Thursday by 15:00",
    "ends": datetime(2025, 12, 31, 16, tzinfo=UTC),
    "thanks": "your patience in the first year",
    "back": "the files, the keys and the domain",
    "money": "the last month is free of charge",
    "now": "we take calls late at night, and the planned work waits",
    "propose": "one call every Tuesday, and mail in between",
    "promise": "the stock list, by Friday noon",
    "stays": "your price stays as it is",
}


@pytest.mark.parametrize("kind", DraftKind)
def test_every_draft_passes_the_tone_check(kind: DraftKind) -> None:
    text = compose(kind, a_case(), ANSWERS)
    assert [(f.issue, f.words) for f in check(text).findings] == []


@given(
    kind=st.sampled_from(DraftKind),
    cause=st.sampled_from(Cause),
    fault=st.sampled_from(["ours", "theirs", "shared", "unclear"]),
    again=st.booleans(),
    cost=st.none() | st.integers(1, 10**9).map(lambda cents: Money(cents, "EUR")),
    left_out=st.sets(st.sampled_from(sorted(ANSWERS))),
    name=st.sampled_from(["Dana", "Dr. Łukasz Żak", "小林 直子", "O’Brien", "Zoë van 't Hof"]),
    answers=st.fixed_dictionaries(
        {
            "do": st.sampled_from(
                ["refund the fee today", "we have replaced the pump", "Fixing the list", "new locks"]
            ),
            "happened": st.sampled_from(["Invoices went out twice", "we came a day late", "Our van did not come."]),
        }
    ),
)
def test_no_case_and_no_answer_left_out_spoils_the_tone(
    kind, cause, fault, again, cost, left_out, name, answers
) -> None:
    case = a_case(
        cause=cause,
        fault=fault,
        second_failure=again,
        last_remedy="we said we would be careful",
        cost=cost,
        contact=name,
    )
    optional = {gap.key for gap in gaps(kind, case) if gap.optional}
    given_ = {k: v for k, v in (ANSWERS | answers).items() if k not in left_out & optional}
    text = compose(kind, case, given_)
    assert [(f.issue, f.words) for f in check(text).findings] == []
    assert "None" not in text
    assert "  " not in text
    assert not re.search(r"\[|\.\.|\{|: \n|: $", text)


def test_an_apology_goes_from_what_happened_to_the_next_contact() -> None:
    text = compose(K.apology, a_case(), ANSWERS)
    assert text == (
        "Dana, on Monday we moved the delivery of your stock list and did not tell you. "
        "Your shop counted by hand for three days. You should have heard it from us first. "
        "That was our failure, and I am sorry.\n\n"
        "We will rebuild the list tonight. "
        "It will be done by 12:00 on Tuesday 25 November, and I will call you then myself.\n\nPriya"
    )


def test_the_tone_check_finds_every_part_of_a_drafted_apology() -> None:
    apology = check(compose(K.apology, a_case(), ANSWERS)).apology
    assert apology is not None
    assert {"regret", "responsibility", "repair"} <= {str(part) for part in apology.parts}


def test_a_fault_of_theirs_is_not_claimed_as_ours() -> None:
    text = compose(K.apology, a_case(fault="theirs"), ANSWERS)
    assert "our failure" not in text
    assert "I am sorry for what this put you through" in text


def test_the_second_time_the_stock_apology_is_withheld() -> None:
    case = a_case(second_failure=True, last_remedy="a second person checks the plan")
    assert "different" in [gap.key for gap in gaps(K.apology, case)]
    text = compose(K.apology, case, ANSWERS | {"different": "the plan now lives in your own calendar"})
    assert "happened to you again" in text
    assert "The plan now lives in your own calendar." in text
    assert "That was our failure, and I am sorry." not in text


def test_the_second_time_the_same_remedy_is_refused() -> None:
    case = a_case(second_failure=True, last_remedy="A second person checks the plan.")
    with pytest.raises(BadDraft, match="last time"):
        compose(K.apology, case, ANSWERS | {"different": "a second person checks the plan"})


def test_what_the_case_says_is_not_asked_again() -> None:
    known = a_case(cost=Money(240_000, "EUR"), backup="Omar", offers=(Offer(1, "a credit", 26_500, "EUR", "approved"),))
    assert [g.key for g in gaps(K.apology, known)] == ["happened", "do", "by"]
    assert [g.key for g in gaps(K.reparation, known)] == ["by"]
    assert "backup" not in [g.key for g in gaps(K.reach_us, known)]
    assert "€2,400" in compose(K.apology, known, ANSWERS)
    assert "€265: a credit." in compose(K.reparation, known, ANSWERS)


def test_an_offer_that_waits_for_approval_is_not_told() -> None:
    waiting = a_case(offers=(Offer(1, "a credit", 999_900, "EUR", "waiting"),))
    assert "9,999" not in compose(K.reparation, waiting, ANSWERS)


def test_without_a_contact_the_name_is_asked_for() -> None:
    nobody = a_case(contact="")
    assert gaps(K.status, nobody)[0].key == "name"
    assert compose(K.status, nobody, ANSWERS).startswith("Dana, the import")


@pytest.mark.parametrize("kind", K)
def test_nobody_is_asked_what_did_them_say_while_no_name_is_known(kind: DraftKind) -> None:
    prompts = " ".join(gap.prompt for gap in gaps(kind, a_case(contact="", client_words="")))
    assert not re.search(r"\b(do|does|did|can|should|will) them\b|\bdoes they\b", prompts)
    named = " ".join(gap.prompt for gap in gaps(kind, a_case(contact="Dana", client_words="")))
    assert not re.search(r"\bdo Dana\b", named)


def test_the_clients_own_calm_words_are_said_back() -> None:
    case = a_case(client_words="We found out from our own staff")
    assert [g.key for g in gaps(K.acknowledgement, case)] == ["next"]
    assert "you told us: “We found out from our own staff”." in compose(K.acknowledgement, case, ANSWERS)


def test_angry_words_are_asked_about_rather_than_quoted_back() -> None:
    case = a_case(client_words="YOU PEOPLE ARE USELESS AND I AM DONE WITH YOU!")
    assert gaps(K.acknowledgement, case)[0].key == "seen"


def test_a_promise_and_the_wishes_of_the_client_are_hints() -> None:
    case = a_case(
        wishes=(Wish(1, "a mail every Thursday"),),
        promises=(Commitment(1, "the list is complete", TUESDAY, "open"),),
    )
    hints = {gap.key: gap.hint for gap in gaps(K.apology, case)}
    assert "“a mail every Thursday”" in hints["do"]
    assert "the list is complete" in hints["by"]


def test_a_check_in_asks_about_their_own_wishes() -> None:
    case = a_case(wishes=(Wish(1, "a mail every Thursday."), Wish(2, "one name to call")))
    assert "“a mail every Thursday” and “one name to call”" in compose(K.check_in, case, ANSWERS)


def test_a_missing_answer_is_a_sentence_and_never_a_blank() -> None:
    with pytest.raises(BadDraft, match="What happened"):
        compose(K.apology, a_case(), {k: v for k, v in ANSWERS.items() if k != "happened"})
    with pytest.raises(BadDraft, match="a few words"):
        compose(K.apology, a_case(), ANSWERS | {"happened": " … "})


@given(
    kind=st.sampled_from(DraftKind),
    client=st.text(min_size=1, max_size=300),
    contact=st.text(max_size=300),
    words=st.text(min_size=1, max_size=300).filter(lambda w: any(c.isalpha() for c in w)),
)
def test_any_name_and_any_words_make_a_draft_and_notes(kind, client, contact, words) -> None:
    case = a_case(client=client, contact=contact, client_words=words, story=words, cost_words=words, asker=contact)
    answers = {k: words if isinstance(v, str) else v for k, v in ANSWERS.items()}
    assert compose(kind, case, answers).strip()
    assert all(talking_points(kind, case, answers))
    assert all(gap.prompt and len(gap.prompt) < 300 and len(gap.hint) <= 320 for gap in gaps(kind, case))


@pytest.mark.parametrize("kind", DraftKind)
def test_notes_for_a_call_hold_every_point_and_end_with_the_log(kind: DraftKind) -> None:
    points = talking_points(kind, a_case(heard=False), ANSWERS)
    assert len(points) >= 4
    assert points[-1].endswith("log SAL-1, then their words.")


def test_somebody_who_was_not_heard_is_asked_first() -> None:
    assert "let Dana finish" in talking_points(K.apology, a_case(), ANSWERS)[0]
    assert "finish" not in talking_points(K.apology, a_case(heard=True), ANSWERS)[0]


def test_a_hurt_client_is_called_first_and_a_status_is_written() -> None:
    assert "call first" in phone_first(K.apology, a_case())
    assert phone_first(K.status, a_case()) == ""
    assert phone_first(K.apology, a_case(severity="low")) == ""
    assert phone_first(K.reparation, a_case(severity="low", temperature="colder"))
    assert phone_first(K.check_in, a_case(temperature="no_reply"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("sorry", K.apology), ("Apology", K.apology), ("an apology.", K.apology), ("ETA", K.status),
        ("no news", K.no_news), ("No news yet", K.no_news), ("farewell", K.goodbye), ("two ways", K.reach_us),
        ("status update", K.status), ("refund", K.reparation), ("check_in", K.check_in),
        ("poem", None), ("", None),
    ],
)  # fmt: skip
def test_kinds_answer_to_the_names_people_use(typed: str, kind: DraftKind | None) -> None:
    assert kind_named(typed) is kind


def test_every_draft_of_the_playbook_is_a_kind_with_a_label() -> None:
    assert set(DRAFT_KINDS) <= {kind.value for kind in DraftKind}
    assert set(KIND_WORDS) == set(DraftKind)


def test_the_kind_that_fits_the_case_comes_first() -> None:
    assert best_kinds(a_case(cause=Cause.unknown))[0] is K.ask
    assert best_kinds(a_case(heard=True))[0] is K.apology
    assert best_kinds(a_case(heard=True, waiting_since=NOW))[0] is K.status
    assert best_kinds(a_case(stage=Stage.parted, closed_at=NOW))[0] is K.goodbye
    assert set(best_kinds(a_case())) == set(DraftKind)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("finish the list tonight", "We will finish the list tonight."),
        ("to finish the list", "We will finish the list."),
        ("Will send a new file", "We will send a new file."),
        ("testing it with your file", "We are testing it with your file."),
        ("running it again", "We are running it again."),
        ("replaced the pump", "We have replaced the pump."),
        ("sent you the new keys", "We have sent you the new keys."),
        ("we replace the pump", "We replace the pump."),
        ("The pump is replaced!", "The pump is replaced!"),
        ("I've called the bank", "I've called the bank."),
        ("Test on Tuesday", "This is what we do: test on Tuesday."),
        ("Refund of the fee", "This is what we do: refund of the fee."),
        ("two new locks", "This is what we do: two new locks."),
        ("a second person checks each list", "A second person checks each list."),
        ("Your invoice is cancelled", "Your invoice is cancelled."),
        ("free of charge in March", "This is what we do: free of charge in March."),
        ("new locks", "This is what we do: new locks."),
    ],
)
def test_what_we_do_becomes_a_sentence_however_it_was_typed(typed: str, said: str) -> None:
    assert action(typed) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("because we book ahead", "We book ahead."),
        ("to keep it fair", "It is there to keep it fair."),
        ("so that nobody waits", "It is there so that nobody waits."),
        ("we pay a year ahead.", "We pay a year ahead."),
    ],
)
def test_a_reason_becomes_a_sentence_however_it_was_typed(typed: str, said: str) -> None:
    assert reason(typed) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("half a day of picking", "It has cost you half a day of picking."),
        ("3 days of work", "It has cost you 3 days of work."),
        ("one lost order", "It has cost you one lost order."),
        ("£300 in fines", "It has cost you £300 in fines."),
        ("lost two orders", "You lost two orders."),
        ("your shop stood still", "Your shop stood still."),
        ("the whole team had to come in", "The whole team had to come in."),
    ],
)
def test_what_it_cost_becomes_a_sentence_however_it_was_typed(typed: str, said: str) -> None:
    assert cost_of(typed) == said


def test_a_sentence_without_its_subject_gets_it_back() -> None:
    assert told_of("We", "Missed the date and said nothing") == "We missed the date and said nothing."
    assert told_of("We", "forgot your call!") == "We forgot your call!"
    assert told_of("We", "the van broke down") == "The van broke down."


def test_free_words_become_whole_sentences() -> None:
    assert sentence("  the list\nis late ") == "The list is late."
    assert sentence("iPhones stopped, ") == "iPhones stopped."
    assert sentence("they said “no more.”") == "They said “no more.”"
    assert sentence("") == ""
    assert quoted('"Why?"') == "“Why?”"
    assert listed(["a", "b.", "c"]) == "“a”, “b” and “c”"


def test_a_time_for_the_client_stays_true_on_any_day() -> None:
    assert client_when(TUESDAY, "Europe/Berlin", NOW) == "12:00 on Tuesday 25 November"
    assert client_when(datetime(2026, 1, 2, 8, tzinfo=UTC), "Asia/Kolkata", NOW) == "13:30 on Friday 2 January 2026"
