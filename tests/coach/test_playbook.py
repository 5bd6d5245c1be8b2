"""The playbook: what comes next for a case, and what would come too early."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.coach.causes.labels import Cause
from bot.coach.drafts import OPENING_LINE
from bot.coach.playbook import CaseFacts, Playbook, Stage, StepRecord

BOOK = Playbook.load()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALL_PLAYS = (
    "research_what_happened",
    "ask_what_is_wrong",
    "listen_before_defending",
    "apologise_and_own",
    "admit_not_always_right",
    "speak_as_equal",
    "communicate_status_and_eta",
    "fix_fast_no_fanfare",
    "subcontract",
    "hand_over",
    "two_ways_to_reach_us",
    "priority_until_healed",
    "pay_or_reparation",
    "go_beyond",
    "explain_policy_find_middle",
    "in_person_or_phone",
    "scheduled_check_ins",
    "stay_in_touch",
    "lessons_learned",
    "set_expectations",
    "reconsider_relationship",
    "part_ways_gracefully",
    "price_in_repairs",
)


def done(*plays: str) -> tuple[StepRecord, ...]:
    return tuple(StepRecord(play, "done") for play in plays)


def walk(facts: CaseFacts) -> list[str]:
    """The plays a person is led through when each suggestion is taken at once, stage by stage."""
    taken: list[str] = []
    for stage in (facts.stage, Stage.recovering, Stage.watch, Stage.healed):
        facts = replace(facts, stage=stage)
        while suggestion := BOOK.next(facts):
            assert suggestion.play.id not in taken, f"{suggestion.play.id} came twice"
            taken.append(suggestion.play.id)
            facts = replace(facts, steps=(*facts.steps, StepRecord(suggestion.play.id, "done")))
    return taken


def cases() -> list[CaseFacts]:
    flags = product(Cause, ("ours", "theirs", "shared", "unclear"), ("low", "medium", "high"), (False, True))
    return [
        CaseFacts(causes=(cause,), fault=fault, severity=severity, emotion_high=hot, second_failure=hot)
        for cause, fault, severity, hot in flags
    ]


def test_the_playbook_holds_the_23_plays_of_the_taxonomy():
    assert sorted(play.id for play in BOOK.plays) == sorted(ALL_PLAYS)


def test_every_play_comes_next_for_some_case():
    reached = {play for facts in cases() for play in walk(facts)}
    reached |= set(walk(CaseFacts(causes=(Cause.unreasonable_client,), fault="theirs", stage=Stage.lost)))
    assert reached == set(ALL_PLAYS)


def test_every_case_begins_with_something_to_do():
    assert all(BOOK.next(facts) for facts in cases())


def test_a_case_without_any_fact_begins_by_asking_or_looking():
    suggestion = BOOK.next(CaseFacts())
    assert suggestion
    assert suggestion.play.id == "ask_what_is_wrong"


def test_somebody_furious_is_called_before_anything_is_written():
    facts = CaseFacts(
        causes=(Cause.kept_in_dark,), fault="ours", severity="high", contact_name="Dana", emotion_high=True
    )
    first = BOOK.next(facts)
    assert first
    assert first.play.id == "in_person_or_phone"
    assert first.why_now.startswith("Dana ")


def test_an_apology_waits_until_the_client_was_heard():
    facts = CaseFacts(causes=(Cause.missed_deadline_or_no_show,), fault="ours", contact_name="Dana")
    assert "Dana has not been heard yet" in " ".join(BOOK.out_of_order(facts, "apologise_and_own"))
    assert BOOK.out_of_order(replace(facts, heard=True), "apologise_and_own") == ()


def test_a_skipped_step_no_longer_holds_others_up():
    facts = CaseFacts(
        causes=(Cause.slow_response,),
        fault="ours",
        steps=(StepRecord("listen_before_defending", "skipped", "she said it all by mail"),),
    )
    assert BOOK.out_of_order(facts, "apologise_and_own") == ()


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("communicate_status_and_eta", "research_what_happened"),
        ("apologise_and_own", "listen_before_defending"),
        ("pay_or_reparation", "fix_fast_no_fanfare"),
        ("scheduled_check_ins", "pay_or_reparation"),
        ("lessons_learned", "fix_fast_no_fanfare"),
        ("price_in_repairs", "lessons_learned"),
    ],
)
def test_the_order_of_the_house_is_kept_on_every_walk(later, earlier):
    for facts in cases():
        taken = walk(facts)
        if later in taken and earlier in taken:
            assert taken.index(earlier) < taken.index(later), facts


def test_money_follows_the_fix_and_names_the_sum():
    facts = CaseFacts(
        causes=(Cause.own_mistake_damage,),
        fault="ours",
        severity="high",
        heard=True,
        client_name="Acme",
        cost_cents=240_000,
        currency="EUR",
        steps=done("research_what_happened", "in_person_or_phone", "apologise_and_own", "fix_fast_no_fanfare"),
    )
    suggestion = BOOK.next(facts)
    assert suggestion
    assert suggestion.play.id == "pay_or_reparation"
    assert "€2,400" in suggestion.why_now


def test_a_step_put_off_comes_back_on_its_day():
    facts = CaseFacts(causes=(Cause.unknown,), now=NOW)
    first = BOOK.next(facts)
    assert first
    later = StepRecord(first.play.id, "later", due=NOW + timedelta(days=1))
    put_off = replace(facts, steps=(later,))
    second = BOOK.next(put_off)
    assert second
    assert second.play.id != first.play.id
    back = BOOK.next(replace(put_off, now=NOW + timedelta(days=2)))
    assert back
    assert back.play.id == first.play.id


def test_what_was_begun_is_finished_first():
    facts = CaseFacts(causes=(Cause.missed_deadline_or_no_show,), fault="ours", heard=True)
    begun = replace(facts, steps=(StepRecord("in_person_or_phone", "begun"),))
    suggestion = BOOK.next(begun)
    assert suggestion
    assert suggestion.play.id == "in_person_or_phone"


def test_a_planned_schedule_is_not_asked_for_again():
    facts = CaseFacts(causes=(Cause.kept_in_dark,), schedule_exists=True)
    assert "scheduled_check_ins" not in [s.play.id for s in BOOK.rank(facts)]


def test_a_client_who_is_waiting_hears_the_status_again():
    told = CaseFacts(causes=(Cause.kept_in_dark,), fault="ours", heard=True, steps=done("communicate_status_and_eta"))
    assert "communicate_status_and_eta" not in [s.play.id for s in BOOK.rank(told)]
    assert "communicate_status_and_eta" in [s.play.id for s in BOOK.rank(replace(told, waiting=True))]


def test_with_a_client_who_is_always_right_the_pattern_is_looked_at():
    facts = CaseFacts(
        causes=(Cause.policy_or_billing,), fault="theirs", always_our_fault=True, heard=True, client_name="Acme"
    )
    ranked = {s.play.id: s for s in BOOK.rank(facts)}
    assert "Acme" in ranked["reconsider_relationship"].why_now
    assert "part_ways_gracefully" not in ranked


def test_when_they_have_left_only_learning_and_a_good_goodbye_remain():
    facts = CaseFacts(causes=(Cause.neglected,), stage=Stage.lost, heard=True)
    assert [s.play.id for s in BOOK.rank(facts)] == ["lessons_learned", "part_ways_gracefully"]


def test_nothing_wrong_needs_no_repair():
    ranked = [s.play.id for s in BOOK.rank(CaseFacts(causes=(Cause.nothing_wrong,), severity="low"))]
    assert ranked[0] == "stay_in_touch"
    assert "apologise_and_own" not in ranked


def test_ranking_twice_gives_the_same_answer():
    for facts in cases()[:40]:
        assert BOOK.rank(facts) == BOOK.rank(facts)


def test_no_name_can_break_a_sentence():
    facts = CaseFacts(contact_name="{Dana} “x” 🙂", client_name="{client}", client_words="{0} %s")
    assert all(suggestion.why_now for suggestion in BOOK.rank(facts))


@pytest.mark.parametrize("talk", ["listen_before_defending", "ask_what_is_wrong"])
def test_who_was_just_heard_on_the_phone_is_not_to_be_called_before_writing(talk: str) -> None:
    before = CaseFacts(causes=(Cause.missed_deadline_or_no_show,), fault="ours", severity="high", emotion_high=True)
    after = replace(before, heard=True, steps=done(talk), temperature="same", days_since_contact=0)
    assert "in_person_or_phone" in {s.play.id for s in BOOK.rank(before)}
    assert "in_person_or_phone" not in {s.play.id for s in BOOK.rank(after)}


@pytest.mark.parametrize("silence", [{"temperature": "no_reply"}, {"days_since_contact": 31}])
def test_who_has_fallen_silent_since_is_called_again(silence: dict[str, object]) -> None:
    facts = CaseFacts(causes=(Cause.kept_in_dark,), fault="ours", heard=True, steps=done("listen_before_defending"))
    assert "in_person_or_phone" in {s.play.id for s in BOOK.rank(replace(facts, **silence))}  # type: ignore[arg-type]


def test_the_play_that_asks_says_it_in_the_words_of_every_other_place() -> None:
    assert any(OPENING_LINE in line for line in BOOK.get("ask_what_is_wrong").how)
