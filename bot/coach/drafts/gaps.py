"""What a draft still needs to know: asked only where the case does not say it."""

from collections.abc import Callable, Mapping

from bot.coach.casefile import CaseFile, Offer
from bot.coach.drafts.gap import Gap
from bot.coach.drafts.kinds import DraftKind
from bot.coach.drafts.words import bare, listed, one_line
from bot.coach.money import say_money
from bot.coach.tone import check
from bot.view import clip

_SHORT = 160


def gaps(kind: DraftKind, case: CaseFile) -> tuple[Gap, ...]:
    """What this draft still needs to know, in the order in which it is asked."""
    return (*_name(case), *_WANTED[kind](case))


def agreed_offer(case: CaseFile) -> Offer | None:
    """The latest offer that nobody has to approve any more."""
    return next((o for o in reversed(case.offers) if o.state == "approved"), None)


def reader(case: CaseFile) -> str:
    """How the person who reads the draft is called in a question."""
    return clip(bare(case.hurt), 60) if case.hurt != case.client else "them"


def _asking(case: CaseFile, one: str, many: str = "") -> str:
    """The same where that person does something: 'did Dana', or 'did they' while nobody is named."""
    name = reader(case)
    return f"{many or one} they" if name == "them" else f"{one} {name}"


def _name(case: CaseFile) -> tuple[Gap, ...]:
    if case.hurt != case.client:
        return ()
    return (Gap("name", "text", f"Whom at {clip(case.client, 60)} do you write to?", "The name as you greet them."),)


def _next(case: CaseFile, prompt: str = "") -> Gap:
    return Gap("next", "when", prompt or f"When do you call {reader(case)} next?", "Such as Thursday 15:00.")


def _by(prompt: str, case: CaseFile, hint: str = "Such as Tuesday 12:00.", *, optional: bool = False) -> Gap:
    promised = next((p for p in case.promises if p.state == "open" and p.due > case.now), None)
    if promised:
        hint = f"Promised so far: {clip(bare(promised.words), _SHORT)}, by {case.when(promised.due)}."
    return Gap("by", "when", prompt, hint, optional, ends_day=True)


def _do(case: CaseFile, prompt: str = "What do you do to put it right?") -> Gap:
    hint = "Such as: finish the migration over the weekend, free of charge."
    if case.open_wishes:
        hint = clip(f"In their words it is fixed when: {listed([w.words for w in case.open_wishes[:3]])}.", 300)
    return Gap("do", "text", prompt, hint)


def _apology(case: CaseFile) -> tuple[Gap, ...]:
    whom = reader(case)
    happened = Gap(
        "happened",
        "text",
        f"What happened? One plain sentence to {whom}, with “we” in it.",
        f"Your notes: {clip(one_line(case.story), _SHORT)}" if case.story.strip() else "",
    )
    impact = Gap(
        "impact",
        "text",
        f"What did it do to {whom}? One sentence, beginning with “you” or “your”.",
        f"The case says: {clip(one_line(case.cost_words), _SHORT)}" if case.cost_words.strip() else "",
        optional=True,
    )
    different = Gap(
        "different",
        "text",
        "It has happened before, so what is different this time?",
        f"Last time: {clip(one_line(case.last_remedy), _SHORT)}"
        if case.last_remedy.strip()
        else "One thing you changed, so that it does not depend on luck.",
        unlike=one_line(case.last_remedy),
    )
    by = _by("By when is that done? I add that you call then.", case, "Done already? Then the time of your call.")
    asked = [happened, *([] if case.cost else [impact]), different if case.second_failure else _do(case), by]
    return tuple(asked)


def _acknowledgement(case: CaseFile) -> tuple[Gap, ...]:
    answer_by = Gap(
        "next", "when", f"By when {_asking(case, 'does', 'do')} hear from you?", "Such as today 17:00.", ends_day=True
    )
    return (*_seen(case), answer_by)


def _seen(case: CaseFile) -> tuple[Gap, ...]:
    if quotable(case):
        return ()
    hint = (
        f"They said: {clip(one_line(case.client_words), _SHORT)}"
        if case.client_words.strip()
        else ("Such as: you told us that the export stops every morning.")
    )
    prompt = f"What {_asking(case, 'did')} tell you, or what have you noticed? One sentence to them."
    return (Gap("seen", "text", prompt, hint),)


def quotable(case: CaseFile) -> bool:
    """Whether the client's own words are short and calm enough to be said back to them."""
    words = one_line(case.client_words)
    if len(words) > _SHORT or not any(c.isalnum() for c in words):
        return False
    return not check(words, scope="fragment").findings


def _ask(case: CaseFile) -> tuple[Gap, ...]:
    noticed = Gap(
        "noticed",
        "text",
        "What made you notice? One sentence, without blame.",
        "Such as: your last three orders were smaller than usual.",
        optional=True,
    )
    return noticed, _next(case, f"When do you call {reader(case)} about it?")


def _doing(prompt: str) -> Gap:
    return Gap("doing", "text", prompt, "Such as: testing the new import with last week's data.")


def _news_by(case: CaseFile) -> Gap:
    prompt = f"When {_asking(case, 'does', 'do')} hear from you next, news or not?"
    return Gap("next", "when", prompt, "Such as Thursday 15:00.", ends_day=True)


def _status(case: CaseFile) -> tuple[Gap, ...]:
    matter = Gap(
        "matter",
        "text",
        f"What is the matter? One sentence to {reader(case)}, in their words for things.",
        f"Your notes: {clip(one_line(case.story), _SHORT)}" if case.story.strip() else "",
    )
    eta = _by("By when will it be done?", case, "No date yet? Type skip; I say so.", optional=True)
    return matter, _doing("What are you doing about it?"), eta, _news_by(case)


def _no_news(case: CaseFile) -> tuple[Gap, ...]:
    return _doing("What are you working on, or waiting for?"), _news_by(case)


def _policy(case: CaseFile) -> tuple[Gap, ...]:
    return (
        Gap(
            "rule",
            "text",
            f"What does the rule say? One plain sentence to {reader(case)}.",
            "Without paragraph numbers.",
        ),
        Gap("reason", "text", "Why does the rule exist?", "Such as: we pay for the licences a year ahead."),
        Gap(
            "middle",
            "text",
            "What can you offer in between?",
            "Such as: charge half now and credit the rest in March.",
        ),
        _next(case, "When do you call to hear what they think?"),
    )


def _admission(case: CaseFile) -> tuple[Gap, ...]:
    call = Gap(
        "call",
        "text",
        "Which call was wrong? One sentence, beginning with “we” or “I”.",
        "Such as: we insisted on a new router when the cable was at fault.",
    )
    return call, _do(case, "What do you do instead?"), _by("By when? I add that you call then.", case)


def _reparation(case: CaseFile) -> tuple[Gap, ...]:
    loss = Gap(
        "loss",
        "text",
        f"What did it cost {reader(case)}? One sentence, beginning with “you” or “your”.",
        f"The case says: {clip(one_line(case.cost_words), _SHORT)}"
        if case.cost_words.strip()
        else "Such as: you lost half a day of picking.",
    )
    cost = f"It cost them {say_money(case.cost)}; a little more than that is right." if case.cost else ""
    offer = (
        Gap("amount", "money", "What sum do you offer?", cost or "No money in it? Type skip.", optional=True),
        Gap("offer", "text", "What is it, and how do they get it?", "Such as: a credit on your December invoice."),
    )
    return (
        *(() if case.cost else (loss,)),
        *(() if agreed_offer(case) else offer),
        Gap("by", "when", "By when do they have it?", "Such as 3 December.", ends_day=True),
    )


def _handover(case: CaseFile) -> tuple[Gap, ...]:
    whom = reader(case)
    return (
        Gap("to", "text", "Who takes it on? The name.", "A person, or a person and their company."),
        Gap(
            "why",
            "text",
            f"Why are they the right ones? One sentence to {whom}.",
            "Such as: she has moved forty shops.",
        ),
        Gap("terms", "text", f"What changes for {whom}: contract, price, contact?", "One sentence.", optional=True),
        _by(f"By when are they in touch with {whom}?", case),
    )


def _reach_us(case: CaseFile) -> tuple[Gap, ...]:
    backup = Gap("backup", "text", "Who answers when you are away? The name.")
    return (
        Gap(
            "first",
            "text",
            "Which way for the day to day?",
            "Such as: support@example.com, answered within four hours.",
        ),
        Gap("second", "text", "Which way when it cannot wait?", "Such as: a phone number, with its hours."),
        *(() if case.backup else (backup,)),
        _next(case, "When do you ring to see that both work for them?"),
    )


def _check_in(case: CaseFile) -> tuple[Gap, ...]:
    note = Gap(
        "note",
        "text",
        "Is there something of theirs you want to mention? One sentence.",
        "Such as: I hope the move to the new hall went well.",
        optional=True,
    )
    return note, _next(case)


def _lessons(case: CaseFile) -> tuple[Gap, ...]:
    return (
        Gap("learned", "text", "What did you learn? One sentence, beginning with “we”."),
        Gap("do", "text", "What do you change because of it?", "Such as: a second person checks every export."),
        Gap(
            "expect",
            "text",
            f"What {_asking(case, 'can')} expect from now on, and what not?",
            "One sentence.",
            optional=True,
        ),
        _by("By when is the change in place?", case),
    )


def _goodbye(case: CaseFile) -> tuple[Gap, ...]:
    whom = reader(case)
    return (
        Gap("ends", "when", "On which day does the work end?", "Such as 31 December.", ends_day=True),
        Gap(
            "thanks",
            "text",
            "What are you honestly thankful for? One thing.",
            "Such as: your patience in the first year.",
            optional=True,
        ),
        Gap("back", "text", f"What do you hand back to {whom}?", "Such as: the files, the keys and the domain."),
        Gap(
            "money",
            "text",
            "How is the money settled? One sentence.",
            "Such as: the last month is free.",
            optional=True,
        ),
        _next(case, "When do you call to say it in person?"),
    )


def _renegotiate(case: CaseFile) -> tuple[Gap, ...]:
    return (
        Gap(
            "now",
            "text",
            "What does not work as it is? One sentence, beginning with “we”.",
            "Such as: we take calls late at night, and the planned work waits.",
        ),
        Gap(
            "propose",
            "text",
            "What do you propose instead?",
            "Such as: one call every Tuesday, and mail in between.",
        ),
        Gap("stays", "text", "What stays as it is? One sentence.", optional=True),
        _next(case, "When do you call to talk it over?"),
    )


def _new_date(case: CaseFile) -> tuple[Gap, ...]:
    whom = reader(case)
    return (
        Gap("promise", "text", f"What did you promise {whom}?", "As they heard it."),
        Gap("happened", "text", "Why will it not hold? One plain sentence, with “we” in it.",
            "Such as: we found a second fault in the import."),
        Gap("do", "text", "What do you do so that the new date holds?", "Such as: two of us work on it alone."),
        Gap("by", "when", "Which date can you keep for certain?", "Such as Tuesday 12:00.", ends_day=True),
    )  # fmt: skip


def _introduction(case: CaseFile) -> tuple[Gap, ...]:
    whom = reader(case)
    return (
        Gap("to", "text", "Who looks after them from now on? The name."),
        Gap("why", "text", f"What {_asking(case, 'should')} know about them? One sentence.",
            "Such as: she has known your shop since the first order.", optional=True),
        Gap("by", "when", f"By when do they call {whom}?", "Such as Thursday 15:00.", ends_day=True),
    )  # fmt: skip


_WANTED: Mapping[DraftKind, Callable[[CaseFile], tuple[Gap, ...]]] = {
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
