"""A small linear model over `features`, trained on `corpus.jsonl` by `benchmarks/train_tone.py`; inference only.

`weights.json` holds, for each issue, the weight of each feature and a bias. A score is a log-odds: above the
threshold the text has the issue. A rule that matched adds its bonus, so rules and weights decide together.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.coach.tone.features import Feature, Span, features
from bot.coach.tone.values import Issue

_FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Model:
    """The learned weights: by feature, then by issue; with the biases, the bonus of a rule and the threshold."""

    weights: Mapping[str, Mapping[str, float]]
    bias: Mapping[str, float]
    bonus: float
    threshold: float

    def hold(self, odds: float, by_rule: bool) -> bool:
        """Whether an issue of these log-odds stands, with or without a rule that names it."""
        return odds + (self.bonus if by_rule else 0.0) > self.threshold


@dataclass(frozen=True)
class Reading:
    """The features of one passage that the model knows, each with its share of the score."""

    known: tuple[Feature, ...]
    scale: float

    def score(self, issue: Issue, model: Model) -> float:
        """Return the log-odds that the passage has the issue."""
        total = sum(feature.value * model.weights[feature.name].get(issue, 0.0) for feature in self.known)
        return model.bias[issue] + self.scale * total

    def strongest(self, issue: Issue, model: Model, within: Span) -> Span | None:
        """Return the words within a span that speak most for the issue, as one run."""
        heat: dict[Span, float] = {}
        words = [f.place for f in self.known if f.place and f.name.startswith("w ") and _inside(f.place, within)]
        for feature in self.known:
            covered = [w for w in words if feature.place and _inside(w, feature.place)]
            for word in covered:
                share = feature.value * model.weights[feature.name].get(issue, 0.0) / len(covered)
                heat[word] = heat.get(word, 0.0) + share
        return _hottest_run(sorted(heat.items()))


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _hottest_run(heat: Sequence[tuple[Span, float]]) -> Span | None:
    """Return the run of words with the largest sum (Kadane), or None where no word speaks for it."""
    best, best_span, run, start = 0.0, None, 0.0, 0
    for (begin, end), warmth in heat:
        if run <= 0:
            run, start = 0.0, begin
        run += warmth
        if run > best:
            best, best_span = run, (start, end)
    return best_span


@cache
def model() -> Model:
    """Read the weights once."""
    stored = json.loads(_FILE.read_text(encoding="utf-8"))
    issues = stored["issues"]
    weights = {name: {issues[int(n)]: weight for n, weight in row.items()} for name, row in stored["weights"].items()}
    return Model(weights, dict(zip(issues, stored["bias"], strict=True)), stored["bonus"], stored["threshold"])


def read(text: str, scope: str, known: Mapping[str, object]) -> Reading:
    """Return what of a passage the model knows; `known` has the names of its features."""
    found = tuple(feature for feature in features(text, scope) if feature.name in known)
    length = math.sqrt(sum(feature.value**2 for feature in found)) or 1.0
    return Reading(found, 1.0 / length)
