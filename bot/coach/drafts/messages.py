"""What each kind of draft says, in order.

An apology: what happened, responsibility, regret, repair, by when, next contact (Lewicki, Polin and Lount 2016);
forgiveness is not asked for. Every other kind ends with a time or a question too.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.coach.causes import Cause
from bot.coach.drafts.gaps import agreed_offer, quotable
from bot.coach.drafts.kinds import DraftKind
from bot.coach.drafts.openings import IN_WRITING
from bot.coach.drafts.parts import Material, Part
from bot.coach.drafts.words import bare, clause, listed, quoted, reason
from bot.coach.money import Money, say_money

_OWED: Mapping[Cause, str] = {
    Cause.unresolved_problem: "It should have been put right the first time.",
    Cause.missed_deadline_or_no_show: "You had planned on our date, and we did not keep it.",
    Cause.slow_response: "You should not have had to wait for an answer.",
    Cause.unreachable: "When you needed a person here, you could not reach one.",
    Cause.kept_in_dark: "You should have heard it from us first.",
    Cause.talked_down: "You asked a fair question, and you were owed a plain answer.",
    Cause.neglected: "You should have heard from us long before now.",
    Cause.own_mistake_damage: "You trusted us with this, and the mistake was ours.",
    Cause.expectation_mismatch: "It was for us to make clear what you would get.",
    Cause.stubborn_wrong_call: "You told us, and we should have listened.",
    Cause.beyond_skill: "We took on more than we could do well.",
}
"""What the client was owed, by cause: it says that the trouble was understood."""

_SORRY = "That was our failure, and I am sorry."
_SORRY_AGAIN = "That it happened again is our failure, and I am sorry."
_SORRY_ANYWAY = "I am sorry for what this put you through, and I take it on to put it right."


def _opening(m: Material) -> str:
    happened = m.we("happened")
    return f"This has now happened to you again. {happened}" if m.case.second_failure else happened


def _harm(m: Material) -> str:
    if m.case.cost:
        return f"It has cost you {say_money(m.case.cost)}."
    return m.cost("impact")


def _own(m: Material) -> str:
    if not m.ours:
        return _SORRY_ANYWAY
    owed = next((_OWED[c] for c in m.case.causes if c in _OWED), "")
    return f"{owed} {_SORRY_AGAIN if m.case.second_failure else _SORRY}".strip()


def _promise(m: Material, key: str) -> str:
    if m.done(key):
        return f"I will call you at {m.when('by')}, to hear whether it holds."
    return f"It will be done by {m.when('by')}, and I will call you then myself."


def _call(m: Material, why: str) -> str:
    return f"I will call you at {m.when('next')}{why}"


def _apology(m: Material) -> list[Part]:
    parts = [
        Part("Say what happened", _opening(m)),
        Part("Say what it did to them", _harm(m)),
        Part("Take it on yourself", _own(m)),
    ]
    if m.case.second_failure:
        changed = f"What we did last time was not enough, so this time something is different. {m.act('different')}"
        return [
            *parts,
            Part("Say what is different this time", changed, begins=True),
            Part("Say when", _second_promise(m)),
        ]
    return [
        *parts,
        Part("Say what you do about it", m.act("do"), begins=True),
        Part("Say when", _promise(m, "do")),
    ]


def _second_promise(m: Material) -> str:
    if m.done("different"):
        return f"I will call you at {m.when('by')}, to hear whether it holds."
    return f"That is in place by {m.when('by')}, and I will call you then myself."


def _acknowledgement(m: Material) -> list[Part]:
    if quotable(m.case):
        heard = f"You told us: {quoted(m.case.client_words)} Thank you for saying so."
    else:
        heard = m.said("seen")
    return [
        Part("Say what you heard", heard),
        Part(
            "Say what you do first",
            "I am finding out now what happened and how far it goes, so that what I promise you will hold.",
        ),
        Part(
            "Say when they hear more",
            f"I will write to you by {m.when('next')}, also if I do not have the whole answer then. "
            "If it cannot wait that long, please call me.",
        ),
    ]


def _ask(m: Material) -> list[Part]:
    return [
        Part("Say what you noticed", m.said("noticed")),
        Part("Ask", IN_WRITING),
        Part("Say when you call", _call(m, "; would another time suit you better?"), begins=True),
    ]


def _status(m: Material) -> list[Part]:
    done = f"It will be done by {m.when('by')}." if m.has("by") else "I do not have a date for you yet."
    return [
        Part("Say what the problem is", m.said("matter")),
        Part("Say what you are doing", m.act("doing")),
        Part("Say by when", done),
        Part(
            "Say when they hear more",
            f"The next word from me comes by {m.when('next')}, also if nothing has changed.",
        ),
    ]


def _no_news(m: Material) -> list[Part]:
    return [
        Part(
            "Say that there is nothing new",
            "There is nothing new yet, and I do not want to leave you without a word.",
        ),
        Part("Say what you are working on", m.act("doing")),
        Part(
            "Say when they hear more",
            f"The next word from me comes by {m.when('next')}, news or not. Is there something you need before then?",
        ),
    ]


def _policy(m: Material) -> list[Part]:
    return [
        Part("Say what the rule is", m.said("rule")),
        Part("Say why it exists", f"This is why. {reason(m.raw('reason'))}"),
        Part("Offer a middle", f"I would still like to meet you in the middle. {m.act('middle')}", begins=True),
        Part("Ask", f"Would that work for you? {_call(m, ' to hear what you think.')}"),
    ]


def _admission(m: Material) -> list[Part]:
    listened = "You told us so, and we should have listened. " if Cause.stubborn_wrong_call in m.case.causes else ""
    return [
        Part("Name the call", m.we("call")),
        Part("Own it", f"That was the wrong call, and it was our mistake. {listened}I am sorry."),
        Part("Say what you do instead", m.act("do"), begins=True),
        Part("Say when", _promise(m, "do")),
    ]


def _reparation(m: Material) -> list[Part]:
    whose = "Our mistake" if m.case.fault == "ours" else "What happened"
    loss = f"{whose} has cost you {say_money(m.case.cost)}." if m.case.cost else m.cost("loss")
    offer = agreed_offer(m.case)
    if offer:
        what = _offered(Money(offer.cents, offer.currency) if offer.cents else None, offer.words)
    else:
        what = _offered(m.money("amount"), m.raw("offer"))
    return [
        Part("Say what it cost them", f"{loss} You should not be the one to carry that."),
        Part("Say what you offer", what),
        Part(
            "Say when",
            f"You will have it by {m.when('by')}, and I will call you then to hear whether it reached you. "
            "Does that seem fair to you?",
        ),
    ]


def _offered(sum_: Money | None, words: str) -> str:
    amount = f" with {say_money(sum_)}" if sum_ else ""
    return (
        f"We would like to make it good{amount}: {clause(words)}"
        if words.strip()
        else (f"We would like to make it good{amount}.")
    )


def _handover(m: Material) -> list[Part]:
    to = bare(m.raw("to"))
    return [
        Part("Say why", "This job deserves somebody who does it every day, and we are not the best at it ourselves."),
        Part("Introduce them", f"So I have asked {to} to take it on. {m.said('why')}"),
        Part("Say what changes", m.said("terms")),
        Part(
            "Say when",
            f"You can expect them by {m.when('by')}. I will tell them the whole story first, so that you "
            "do not have to. Until you tell me that it is done, I stay your contact.",
            begins=True,
        ),
    ]


def _reach_us(m: Material) -> list[Part]:
    missed = "When you needed us, you could not get hold of anybody. That was our failure, and I am sorry. From now on "
    opening = missed if Cause.unreachable in m.case.causes and m.ours else "From now on "
    backup = bare(m.case.backup) or bare(m.raw("backup"))
    ways = f"For the day to day: {m.raw('first')}\nWhen it cannot wait: {m.raw('second')}"
    return [
        Part("Say what changes", opening + "there are two ways to reach a person here."),
        Part("Give the two ways", ways, begins=True),
        Part("Say who answers", f"When I am away, {backup} answers for me.", begins=True),
        Part("Say when", _call(m, ", to see that both work for you.")),
    ]


def _check_in(m: Material) -> list[Part]:
    wishes = listed([w.words for w in m.case.wishes[:3]])
    if wishes:
        question = f"You told us what would make it right: {wishes}. Is that how it is today?"
    elif m.case.cause in (Cause.nothing_wrong, Cause.neglected, Cause.unknown):
        question = "How are things going for you, with us and otherwise?"
    else:
        question = "Does what we put right still hold for you?"
    return [
        Part("Mention something of theirs", m.said("note")),
        Part("Ask one thing", question),
        Part("Say when", f"One line is enough. {_call(m, ' as well.')}"),
    ]


def _lessons(m: Material) -> list[Part]:
    return [
        Part("Say why you write", "What happened between us should be of use, so here is what we take from it."),
        Part("Say what you learned", m.we("learned")),
        Part("Say what changes", f"{m.act('do')} {_in_place(m)}"),
        Part("Say what to expect", m.said("expect"), begins=True),
        Part("Ask", "Is there something else that you would have us see?"),
    ]


def _in_place(m: Material) -> str:
    if m.done("do"):
        return f"I will write to you at {m.when('by')} about how it works."
    return f"That is in place by {m.when('by')}, and I will write to you then."


def _goodbye(m: Material) -> list[Part]:
    regret = "We did not get it right for you, and I am sorry for that. " if m.ours else ""
    return [
        Part("Say that it ends", f"Our work together ends on {m.day('ends')}. {regret}".strip()),
        Part("Thank them", f"Thank you for {_thing(m.raw('thanks'))}" if m.has("thanks") else ""),
        Part("Say what you hand back", f"You get back what is yours: {clause(m.raw('back'))}", begins=True),
        Part("Settle the money", m.said("money")),
        Part(
            "Offer a hand",
            "Whoever comes after us is welcome to ask me how things stand, also after that day. "
            + _call(m, ", so that we end this in person."),
            begins=True,
        ),
    ]


def _thing(words: str) -> str:
    text = clause(words)
    first = text.split(maxsplit=1)[0]
    small = first in ("Your", "The", "A", "An", "All", "Having", "Being", "How", "Every")
    return text[0].lower() + text[1:] if small else text


def _renegotiate(m: Material) -> list[Part]:
    return [
        Part("Say what you want", "I would like us to go on working together, and for that something has to change."),
        Part("Say what does not work", m.we("now")),
        Part("Say what you propose", f"This is what I propose: {clause(m.raw('propose'))}", begins=True),
        Part("Say what stays", m.said("stays")),
        Part("Ask", f"What would you need from us in return? {_call(m, '; until then the present terms hold.')}"),
    ]


def _new_date(m: Material) -> list[Part]:
    promised = bare(m.raw("promise"))
    return [
        Part("Say it first", f"I promised you this: “{promised}”. That date will not hold, and you should hear it now, "
             "from me."),
        Part("Say why", f"{m.we('happened')} You had planned on our date. {_SORRY}"),
        Part("Give the new date", f"{m.act('do')} You will have it by {m.when('by')}, and I will call you then myself.",
             begins=True),
        Part("Ask", "Does that date work for you? If it does not, tell me what you need first."),
    ]  # fmt: skip


def _introduction(m: Material) -> list[Part]:
    to = bare(m.raw("to"))
    if to.casefold() in ("me", "i", "myself", bare(m.case.asker).casefold()):
        return [
            Part("Introduce yourself", f"From now on I look after you here. {m.said('why')}".strip()),
            Part("Say that nothing is lost", "I know the whole story, so you need not tell it again, and what we "
                 "promised you still holds.", begins=True),
            Part("Say when", f"I will call you by {m.when('by')}."),
        ]  # fmt: skip
    return [
        Part("Introduce them", f"From now on {to} looks after you here. {m.said('why')}".strip()),
        Part("Say that nothing is lost", f"I have told {to} the whole story, so that you do not have to, and what we "
             "promised you still holds.", begins=True),
        Part("Say when", f"{to} will call you by {m.when('by')}. Until then I am your contact."),
    ]  # fmt: skip


MESSAGES: Mapping[DraftKind, Callable[[Material], list[Part]]] = MappingProxyType(
    {
        DraftKind.apology: _apology,
        DraftKind.acknowledgement: _acknowledgement,
        DraftKind.ask: _ask,
        DraftKind.status: _status,
        DraftKind.no_news: _no_news,
        DraftKind.policy: _policy,
        DraftKind.admission: _admission,
        DraftKind.reparation: _reparation,
        DraftKind.handover: _handover,
        DraftKind.reach_us: _reach_us,
        DraftKind.check_in: _check_in,
        DraftKind.lessons: _lessons,
        DraftKind.goodbye: _goodbye,
        DraftKind.renegotiate: _renegotiate,
        DraftKind.new_date: _new_date,
        DraftKind.introduction: _introduction,
    }
)
"""The points of each kind of draft, in the order in which they are made."""
