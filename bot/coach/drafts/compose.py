"""From a case and a person's answers to the message, and to notes for a call."""

from bot.coach.casefile import CaseFile
from bot.coach.causes import Cause
from bot.coach.drafts.gaps import reader
from bot.coach.drafts.kinds import DraftKind
from bot.coach.drafts.messages import MESSAGES
from bot.coach.drafts.openings import OPENING_LINE
from bot.coach.drafts.parts import Answers, Material, Part
from bot.coach.drafts.words import bare, greeted

K = DraftKind

_LISTEN = "Before I say anything: how was this on your side?"
_CALL_FIRST = frozenset({K.apology, K.admission, K.ask, K.policy, K.handover, K.goodbye, K.renegotiate, K.new_date})
_CALL_WHEN_HURT = frozenset({K.introduction, K.acknowledgement, K.reparation, K.lessons})
_WHY_CALL = {
    K.ask: "The second thing people say is often the real one, and a mail never gets that far.",
    K.policy: "A rule in writing reads like a wall; on the phone you can look for the middle together.",
    K.handover: "Handing a job on can feel like being sent away; say it by voice, then send this.",
    K.goodbye: "An ending is owed a voice; write afterwards, for the dates and the files.",
    K.renegotiate: "Terms in writing read like an ultimatum; talk first, then send this.",
}
_FEELINGS = "Anger and regret don't travel well in writing; call first, and send this afterwards for the dates."


def compose(kind: DraftKind, case: CaseFile, answers: Answers) -> str:
    """The message, signed by the person who asked; raises BadDraft where something is missing."""
    material = Material.of(kind, case, answers)
    body = greeted(material.name, _joined(MESSAGES[kind](material)))
    signed = bare(case.asker) or bare(case.owner)
    return f"{body}\n\n{signed}" if signed else body


def talking_points(kind: DraftKind, case: CaseFile, answers: Answers) -> tuple[str, ...]:
    """The same for a call: what to begin with, each point with words for it, and how to end."""
    material = Material.of(kind, case, answers)
    points = [f"{p.point}: {p.words}" for p in MESSAGES[kind](material) if p.words]
    after = f"Afterwards write down how they sounded: log {case.label}, then their words."
    return (*_listen_first(kind, case), *points, "Stop there, and let them answer before you hang up.", after)


def phone_first(kind: DraftKind, case: CaseFile) -> str:
    """Why to call before writing; '' where writing is fine."""
    calm = case.severity == "low" and case.temperature in (None, "warmer", "same")
    if kind in _CALL_FIRST:
        return "" if calm and kind in (K.apology, K.policy, K.handover) else _WHY_CALL.get(kind, _FEELINGS)
    if kind in _CALL_WHEN_HURT and (case.severity == "high" or case.temperature == "colder"):
        return _FEELINGS
    if kind is K.check_in and case.temperature in ("colder", "no_reply"):
        return "They have not been glad to hear from us in writing; a short call tells you more."
    return ""


def _listen_first(kind: DraftKind, case: CaseFile) -> tuple[str, ...]:
    if case.heard or kind in (K.ask, K.check_in, K.reach_us, K.no_news):
        return ()
    question = OPENING_LINE if case.cause is Cause.unknown else _LISTEN
    return (f"Ask first, and let {reader(case)} finish before you explain anything: “{question}”",)


def _joined(parts: list[Part]) -> str:
    text = ""
    for part in parts:
        if part.words:
            text += ("" if not text else "\n\n" if part.begins else " ") + part.words
    return text
