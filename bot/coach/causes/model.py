"""A multinomial linear model over the features of a story; its weights lie in weights.json."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.json")
"""Where the trained weights lie; benchmarks/train_causes.py writes them."""

SCALE = 100  # weights are stored as whole hundredths
KINDS: Mapping[str, tuple[float, int]] = {
    "w": (1.0, 2),  # words: strength, and in how many stories one must occur to count
    "b": (0.6, 2),  # two words in a row
    "c": (1.5, 1),  # concepts
    "n": (1.0, 2),  # concepts denied
    "a": (0.7, 2),  # concepts by side
    "s": (0.5, 1),  # shape
}


def vocabulary(stories: Iterable[Iterable[str]]) -> frozenset[str]:
    """The features that occur in enough stories to be worth a weight."""
    seen = Counter(name for story in stories for name in set(story))
    return frozenset(name for name, count in seen.items() if count >= KINDS[name[0]][1])


def vector(names: Iterable[str], known: Mapping[str, object] | frozenset[str]) -> dict[str, float]:
    """Known features with their strengths; each kind is scaled so that long stories do not shout."""
    present = [name for name in set(names) if name in known]
    many = Counter(name[0] for name in present)
    strength = {kind: KINDS[kind][0] / math.sqrt(max(4, count)) for kind, count in many.items()}
    return {name: strength[name[0]] for name in sorted(present)}


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares that sum to one."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@dataclass(frozen=True)
class Model:
    """The labels, the bias of each, and a row of weights (one a label) for each feature."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    rows: Mapping[str, tuple[float, ...]]

    def scores(self, names: Iterable[str]) -> list[float]:
        """One score a label for a story with these features."""
        totals = list(self.bias)
        for name, strength in vector(names, self.rows).items():
            for label, weight in enumerate(self.rows[name]):
                totals[label] += strength * weight
        return totals

    def shares(self, names: Iterable[str]) -> dict[str, float]:
        """Each label with its share; all shares sum to one."""
        return dict(zip(self.labels, softmax(self.scores(names)), strict=True))


def _model(raw: dict[str, object]) -> Model:
    labels, bias, rows = raw["labels"], raw["bias"], raw["rows"]
    assert isinstance(labels, list)
    assert isinstance(bias, list)
    assert isinstance(rows, dict)
    return Model(
        tuple(labels),
        tuple(weight / SCALE for weight in bias),
        {name: tuple(weight / SCALE for weight in row) for name, row in rows.items()},
    )


@cache
def models() -> Mapping[str, Model]:
    """The trained models by what they tell: cause, fault, severity. Read once."""
    raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {name: _model(part) for name, part in raw.items()}
