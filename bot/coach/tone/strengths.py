"""What a text does well, in short phrases a person is glad to read."""

from collections.abc import Sequence

from bot.coach.tone.structure import asks, gives_a_time, names_what_happened
from bot.coach.tone.text import Sentence
from bot.coach.tone.values import Apology, Finding, Issue, Part


def strengths(cut: tuple[Sentence, ...], apology: Apology | None, found: Sequence[Finding]) -> tuple[str, ...]:
    """Return the good points of a text, in the order a reader would want them."""
    parts = apology.parts if apology else ()
    hollow = {Issue.NON_APOLOGY, Issue.BLAME_SHIFTING} & {finding.issue for finding in found}
    points = (
        ("says sorry first", apology is not None and apology.first and Part.REGRET in parts and not hollow),
        ("names what happened", apology is not None and any(map(names_what_happened, cut)) and not hollow),
        ("takes responsibility", Part.RESPONSIBILITY in parts and not hollow),
        ("says what will change", Part.REPENTANCE in parts),
        ("offers repair", Part.REPAIR in parts),
        ("gives a time", any(map(gives_a_time, cut))),
        ("asks instead of assuming", any(map(asks, cut)) and Issue.HOSTILE not in {f.issue for f in found}),
    )
    return tuple(name for name, holds in points if holds)
