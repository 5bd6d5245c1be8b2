"""The tone check: structure first, phrases second, every finding with its exact words."""

from collections.abc import Iterable
from typing import Literal

from bot.coach.tone.apology import find_apology
from bot.coach.tone.jargon import jargon, shouting
from bot.coach.tone.rules import RULES, Scene
from bot.coach.tone.structure import buried_apology, no_next_step
from bot.coach.tone.text import plain, sentences
from bot.coach.tone.values import Finding, Issue, ToneReport

Scope = Literal["message", "fragment"]


def check(text: str, *, scope: Scope = "message") -> ToneReport:
    """Check the tone of a text to a client; a fragment is not asked for a next step or the place of its apology."""
    scene = Scene(sentences(plain(text)))
    found = list(_phrases(scene))
    if scope == "message":
        found += buried_apology(scene.sentences)
        found += no_next_step(scene.sentences, bool(found))
    return ToneReport(text, tuple(_settled(text, found)), find_apology(scene.sentences), ())


def _phrases(scene: Scene) -> Iterable[Finding]:
    for sentence in scene.sentences:
        for rule in RULES:
            if rule.sure:
                yield from rule.matches(sentence, scene)
        yield from jargon(sentence, scene)
        yield from shouting(sentence, scene)


def _settled(text: str, found: Iterable[Finding]) -> Iterable[Finding]:
    """Keep one finding where several of one issue overlap, with the words as the writer typed them."""
    kept: dict[Issue, int] = {}
    for one in sorted(found, key=lambda f: (f.start, -f.end, f.issue)):
        if one.start >= kept.get(one.issue, -1) and one.end > one.start:
            kept[one.issue] = one.end
            yield Finding(one.issue, one.start, one.end, text[one.start : one.end], one.why, one.better)
