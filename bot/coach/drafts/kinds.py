"""The kinds of draft, what people call them, and which suit a case best."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.coach.casefile import CaseFile
from bot.coach.causes import Cause
from bot.coach.playbook import Stage


class DraftKind(StrEnum):
    """A message to a client that the coach helps to write."""

    apology = "apology"
    acknowledgement = "acknowledgement"
    ask = "ask"
    status = "status"
    no_news = "no_news"
    policy = "policy"
    admission = "admission"
    reparation = "reparation"
    handover = "handover"
    reach_us = "reach_us"
    check_in = "check_in"
    lessons = "lessons"
    goodbye = "goodbye"
    renegotiate = "renegotiate"
    new_date = "new_date"
    introduction = "introduction"


K = DraftKind

KIND_WORDS: Mapping[DraftKind, str] = MappingProxyType(
    {
        K.apology: "Apology",
        K.acknowledgement: "First answer",
        K.ask: "Ask what is wrong",
        K.status: "Status and date",
        K.no_news: "No news yet",
        K.policy: "Explain a rule",
        K.admission: "Admit a wrong call",
        K.reparation: "Offer to make it good",
        K.handover: "Bring somebody in",
        K.reach_us: "Two ways to reach us",
        K.check_in: "Check-in",
        K.lessons: "Lessons and expectations",
        K.goodbye: "Goodbye",
        K.renegotiate: "New terms",
        K.new_date: "A new date",
        K.introduction: "Introduce a colleague",
    }
)
"""How each kind is called on a button."""

_TYPED = {
    K.apology: "apologise,apologize,sorry,say sorry,apologies,regret,own it",
    K.acknowledgement: "acknowledge,acknowledgment,ack,first reply,first response,got it,received,holding reply",
    K.ask: "question,opening line,what is wrong,what's wrong,ask them",
    K.status: "eta,update,status update,progress,where it stands,timeline",
    K.no_news: "no news,no update,nothing new,still waiting,still working",
    K.policy: "rule,billing,bill,invoice,fee,terms,explain,explain policy,middle ground,compromise",
    K.admission: "admit,wrong,we were wrong,mistake,own up,wrong call",
    K.reparation: "offer,refund,credit,compensation,compensate,make it good,make good,discount,pay,repair",
    K.handover: "hand over,subcontract,subcontractor,replacement,bring in",
    K.reach_us: "reach us,contact,contacts,phone,how to reach us,two ways,contact details",
    K.check_in: "check in,checkin,follow up,follow-up,hello,say hello,stay in touch",
    K.lessons: "lesson,lessons learned,expectations,set expectations,what we learned",
    K.goodbye: "farewell,part,parting,part ways,end,leave,bye",
    K.renegotiate: "new terms,limits,boundaries,scope,renegotiation,change the terms,reconsider",
    K.new_date: "slip,postpone,delay,late,move the date,other date",
    K.introduction: "introduce,new contact,colleague,new owner",
}


def _aliases() -> dict[str, DraftKind]:
    named = {word: kind for kind, words in _TYPED.items() for word in words.split(",")}
    for kind, label in KIND_WORDS.items():
        named |= {kind.value: kind, kind.value.replace("_", " "): kind, label.casefold(): kind}
    return named


ALIASES: Mapping[str, DraftKind] = MappingProxyType(_aliases())
"""Every word a kind is known by, in lower case."""


def kind_named(text: str) -> DraftKind | None:
    """The kind that people mean by these words, or None."""
    typed = " ".join(text.casefold().replace("_", " ").split()).rstrip(".?! ")
    for article in ("a ", "an ", "the ", "our "):
        typed = typed.removeprefix(article)
    return ALIASES.get(typed) or ALIASES.get(typed.removesuffix(" draft").removesuffix(" message"))


_FOR_CAUSE: Mapping[Cause, tuple[DraftKind, ...]] = {
    Cause.unresolved_problem: (K.apology, K.status, K.reparation),
    Cause.missed_deadline_or_no_show: (K.apology, K.status, K.reparation),
    Cause.slow_response: (K.apology, K.status, K.reach_us),
    Cause.unreachable: (K.apology, K.reach_us),
    Cause.kept_in_dark: (K.apology, K.status, K.no_news),
    Cause.talked_down: (K.apology, K.status),
    Cause.neglected: (K.apology, K.check_in),
    Cause.own_mistake_damage: (K.apology, K.reparation, K.lessons),
    Cause.policy_or_billing: (K.policy, K.reparation),
    Cause.expectation_mismatch: (K.lessons, K.apology, K.policy),
    Cause.stubborn_wrong_call: (K.admission, K.apology, K.status),
    Cause.beyond_skill: (K.handover, K.apology, K.status),
    Cause.personality_clash: (K.ask, K.apology),
    Cause.unreasonable_client: (K.renegotiate, K.goodbye),
    Cause.unknown: (K.ask, K.acknowledgement),
    Cause.nothing_wrong: (K.check_in,),
}
_AFTER_APOLOGY = frozenset({Stage.recovering, Stage.watch, Stage.healed})


def best_kinds(case: CaseFile) -> tuple[DraftKind, ...]:
    """Every kind, those that suit the case best first."""
    wanted: list[DraftKind] = []
    if case.stage in (Stage.parted, Stage.lost):
        wanted += [K.goodbye, K.lessons]
    if case.stage in _AFTER_APOLOGY:
        wanted += [K.check_in, K.lessons]
    if case.waiting_since is not None:
        wanted += [K.status, K.no_news]
    if not case.heard and case.open:
        wanted += [K.ask if case.cause is Cause.unknown else K.acknowledgement]
    for cause in case.causes:
        wanted += _FOR_CAUSE[cause]
    return tuple(dict.fromkeys([*wanted, *DraftKind]))
