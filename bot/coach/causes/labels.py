"""The sixteen causes of trouble with a client, in words for a button and for the middle of a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """Why a relationship with a client went sour, or that nothing did."""

    unresolved_problem = "unresolved_problem"
    missed_deadline_or_no_show = "missed_deadline_or_no_show"
    slow_response = "slow_response"
    unreachable = "unreachable"
    kept_in_dark = "kept_in_dark"
    talked_down = "talked_down"
    neglected = "neglected"
    own_mistake_damage = "own_mistake_damage"
    policy_or_billing = "policy_or_billing"
    expectation_mismatch = "expectation_mismatch"
    stubborn_wrong_call = "stubborn_wrong_call"
    beyond_skill = "beyond_skill"
    personality_clash = "personality_clash"
    unreasonable_client = "unreasonable_client"
    unknown = "unknown"
    nothing_wrong = "nothing_wrong"


@dataclass(frozen=True)
class CauseInfo:
    """How a cause is shown: on a button, inside a sentence, and explained."""

    cause: Cause
    label: str
    said: str
    definition: str


_WORDS = (
    CauseInfo(
        Cause.unresolved_problem,
        "The problem is still not fixed",
        "the problem is still not fixed",
        "The work itself is faulty or poor, or a fault keeps coming back.",
    ),
    CauseInfo(
        Cause.missed_deadline_or_no_show,
        "We were late or did not turn up",
        "a date or an appointment was missed",
        "Something came late, slipped, or a person failed to turn up.",
    ),
    CauseInfo(
        Cause.slow_response,
        "We answered too slowly",
        "our answers took too long",
        "They can reach us, but their requests wait too long for an answer.",
    ),
    CauseInfo(
        Cause.unreachable,
        "They could not get hold of us",
        "they could not get hold of us",
        "They had no working way to reach a person here when they needed one.",
    ),
    CauseInfo(
        Cause.kept_in_dark,
        "They were kept in the dark",
        "they were kept in the dark",
        "Work was going on, or a fact was known, and nobody told them.",
    ),
    CauseInfo(
        Cause.talked_down,
        "They were talked down to",
        "they were talked down to",
        "Our tone or our jargon made them feel stupid.",
    ),
    CauseInfo(
        Cause.neglected,
        "They feel forgotten",
        "they feel forgotten",
        "For a long time nobody was in touch or took care, or the service was allowed to slide.",
    ),
    CauseInfo(
        Cause.own_mistake_damage,
        "Our mistake did them damage",
        "a mistake of ours did them damage",
        "One error of ours cost them money, data, standing, or brought the law to their door.",
    ),
    CauseInfo(
        Cause.policy_or_billing,
        "A bill, a fee or a rule",
        "it is about a bill, a fee or a rule",
        "They dispute an invoice, a refund, a contract term or a rule of ours.",
    ),
    CauseInfo(
        Cause.expectation_mismatch,
        "They expected something else",
        "they expected something else",
        "We promised too much, or the two sides understood the offer differently.",
    ),
    CauseInfo(
        Cause.stubborn_wrong_call,
        "We insisted, and we were wrong",
        "we insisted on the wrong thing",
        "We held on to a diagnosis or a solution that was wrong or too dear, and did not listen.",
    ),
    CauseInfo(
        Cause.beyond_skill,
        "It is more than we can do",
        "the job is more than we can do",
        "The work is above our skill or our capacity, and we cannot do it ourselves.",
    ),
    CauseInfo(
        Cause.personality_clash,
        "Two people do not get on",
        "two people do not get on",
        "People rub each other the wrong way; the work itself is not the complaint.",
    ),
    CauseInfo(
        Cause.unreasonable_client,
        "They ask more than is fair",
        "what they ask is more than is fair",
        "Blame, abuse or demands outside what is right, again and again; the fault is theirs.",
    ),
    CauseInfo(
        Cause.unknown,
        "We do not know why",
        "nobody knows yet what went wrong",
        "The relationship has cooled, and nobody here knows why.",
    ),
    CauseInfo(
        Cause.nothing_wrong,
        "Nothing is wrong",
        "nothing is wrong",
        "Praise, routine, something already settled, or nothing to do with a client's trouble.",
    ),
)

INFO: Mapping[Cause, CauseInfo] = MappingProxyType({info.cause: info for info in _WORDS})
"""Every cause and how it is shown, in the order of the list above."""
