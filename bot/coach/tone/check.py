"""The tone check: structure first, phrases second, every finding with its exact words."""

from collections.abc import Iterator
from typing import Literal

from bot.coach.tone.apology import find_apology
from bot.coach.tone.jargon import jargon, shouting
from bot.coach.tone.learned import Model, Reading, model, read
from bot.coach.tone.reasons import BETTER, WHY
from bot.coach.tone.rules import RULES, Scene
from bot.coach.tone.strengths import strengths
from bot.coach.tone.structure import buried_apology, has_step, no_next_step
from bot.coach.tone.text import Sentence, plain, sentences
from bot.coach.tone.values import Finding, Issue, ToneReport

Scope = Literal["message", "fragment"]

PASSAGE = 8
"""The learned weights read a long text this many sentences at a time: they were trained on short messages."""


def check(text: str, *, scope: Scope = "message") -> ToneReport:
    """Check the tone of a text to a client; a fragment is not asked for a next step or the place of its apology."""
    even = plain(text)
    cut = sentences(even)
    apology = find_apology(cut)
    found = _judged(even, cut, matches(text, scope), scope)
    return ToneReport(text, tuple(_settled(text, found)), apology, strengths(cut, apology, found))


def matches(text: str, scope: str) -> list[Finding]:
    """Return what the rules alone find, before the learned weights have their say."""
    scene = Scene(sentences(plain(text)))
    found = [finding for sentence in scene.sentences for finding in _phrases(sentence, scene)]
    if scope == "message":
        found += buried_apology(scene.sentences)
        found += no_next_step(scene.sentences, bool(found))
    return found


def _phrases(sentence: Sentence, scene: Scene) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule.matches(sentence, scene)
    yield from jargon(sentence, scene)
    yield from shouting(sentence, scene)


def _judged(even: str, cut: tuple[Sentence, ...], by_rules: list[Finding], scope: str) -> list[Finding]:
    """Weigh each issue passage by passage; where only the weights see it, mark the words that speak most for it.

    What a rule marked is also weighed in its own sentence, so that other matters in the passage cannot hide it.
    """
    weights = model()
    passages = [cut[n : n + PASSAGE] for n in range(0, len(cut), PASSAGE)]
    found = [finding for finding in by_rules if finding.issue is Issue.BURIED_APOLOGY]
    for passage in passages:
        start, end = passage[0].start, passage[-1].start + len(passage[-1].text)
        reading = read(even[start:end], scope, weights.weights)
        alone = {s.start: read(s.text, scope, weights.weights) for s in passage if _holds(s, by_rules)}
        for issue in Issue:
            marked = [f for f in by_rules if f.issue is issue and start <= f.start < end]
            near = [alone[s.start] for s in passage if _holds(s, marked)]
            odds = max(one.score(issue, weights) for one in (reading, *near))
            if may_have(issue, passage, scope, whole=len(passages) == 1) and weights.hold(odds, bool(marked)):
                found += marked or _by_weight(issue, passage, reading, weights)
    if len(passages) > 1:
        found += [finding for finding in by_rules if finding.issue is Issue.NO_NEXT_STEP]
    return found


def _holds(sentence: Sentence, marked: list[Finding]) -> bool:
    return any(sentence.start <= finding.start < sentence.start + len(sentence.text) for finding in marked)


def may_have(issue: Issue, passage: tuple[Sentence, ...], scope: str, *, whole: bool = True) -> bool:
    """Whether the weights have a say: where an apology stands, and whether there is a step, is for the rules."""
    if issue is Issue.NO_NEXT_STEP:
        return scope == "message" and whole and not any(map(has_step, passage))
    return issue is not Issue.BURIED_APOLOGY


def _by_weight(issue: Issue, passage: tuple[Sentence, ...], reading: Reading, weights: Model) -> list[Finding]:
    offset = passage[0].start
    if issue is Issue.NO_NEXT_STEP:
        last = passage[-1]
        place = (last.start, last.start + len(last.text.rstrip()))
        return [Finding(issue, *place, "", WHY[issue], BETTER[issue])]
    spans = [
        span
        for s in passage
        if (span := reading.strongest(issue, weights, (s.start - offset, s.start - offset + len(s.text))))
    ]
    return [Finding(issue, offset + a, offset + b, "", WHY[issue], BETTER[issue]) for a, b in spans[:1]]


def _settled(text: str, found: list[Finding]) -> Iterator[Finding]:
    """Keep one finding where several of one issue overlap, with the words as the writer typed them."""
    kept: dict[Issue, int] = {}
    for one in sorted(found, key=lambda f: (f.start, -f.end, f.issue)):
        if one.start >= kept.get(one.issue, -1) and one.end > one.start:
            kept[one.issue] = one.end
            yield Finding(one.issue, one.start, one.end, text[one.start : one.end], one.why, one.better)
