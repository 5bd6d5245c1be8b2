"""Train the models that guess cause, fault and severity from a story: pure Python, a few minutes.

python -m benchmarks.train_causes           writes bot/coach/causes/weights.json
python -m benchmarks.train_causes --cross   only measures: five-fold cross-validation
"""

import argparse
import json
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.coach.causes.features import features
from bot.coach.causes.labels import Cause
from bot.coach.causes.model import SCALE, WEIGHTS, Model, softmax, vector, vocabulary

STORIES = Path(WEIGHTS).with_name("stories.jsonl")
LABELS = {
    "cause": [str(cause) for cause in Cause],
    "fault": ["ours", "theirs", "shared", "unclear"],
    "severity": ["low", "medium", "high"],
}
ROUNDS = 24
PACE = 0.35  # the size of a step; each weight's own steps shrink as it learns (AdaGrad)
PULL_BACK = 0.004  # weights drift back to zero, so that a rare word proves little
SECOND = 0.25  # how much of a story its secondary cause is

Target = dict[int, float]


def stories() -> list[dict[str, str]]:
    """The training stories: text, cause, second, fault, severity."""
    return [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]


def target(story: dict[str, str], what: str) -> Target:
    """Which labels a story has, and how much of each."""
    labels = LABELS[what]
    if what == "cause" and story.get("second"):
        return {labels.index(story["cause"]): 1 - SECOND, labels.index(story["second"]): SECOND}
    return {labels.index(story[what]): 1.0}


def train(names: Sequence[Iterable[str]], targets: Sequence[Target], labels: Sequence[str], seed: int = 7) -> Model:
    """Fit a multinomial logistic regression by AdaGrad, the same way each time."""
    known = vocabulary(names)
    vectors = [vector(story, known) for story in names]
    count = len(labels)
    rows = {name: [0.0] * count for name in sorted(known)}
    steps = {name: [1e-3] * count for name in rows}
    bias = [0.0] * count
    order = list(range(len(vectors)))
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for index in order:
            _learn(vectors[index], targets[index], rows, steps, bias)
    return Model(tuple(labels), tuple(bias), {name: tuple(row) for name, row in rows.items()})


def _learn(
    seen: dict[str, float],
    wanted: Target,
    rows: dict[str, list[float]],
    steps: dict[str, list[float]],
    bias: list[float],
) -> None:
    scores = bias[:]
    for name, strength in seen.items():
        for label, weight in enumerate(rows[name]):
            scores[label] += strength * weight
    errors = [share - wanted.get(label, 0.0) for label, share in enumerate(softmax(scores))]
    telling = [(label, error) for label, error in enumerate(errors) if abs(error) > 0.002]
    for label, error in telling:
        bias[label] -= 0.01 * error
    for name, strength in seen.items():
        row, step = rows[name], steps[name]
        for label, error in telling:
            slope = error * strength + PULL_BACK * row[label]
            step[label] += slope * slope
            row[label] -= PACE * slope / math.sqrt(step[label])


def rounded(model: Model) -> dict[str, object]:
    """A model as it is stored: whole hundredths, rows that say nothing left out."""
    rows = {name: [round(weight * SCALE) for weight in row] for name, row in model.rows.items()}
    return {
        "labels": list(model.labels),
        "bias": [round(weight * SCALE) for weight in model.bias],
        "rows": {name: row for name, row in rows.items() if max(map(abs, row)) >= 15},
    }


def cross(rows: list[dict[str, str]], what: str, folds: int = 5) -> tuple[float, float]:
    """Top-1 and top-3 of models that never saw the story they judge."""
    order = list(range(len(rows)))
    random.Random(1).shuffle(order)
    names = [list(features(row["text"])) for row in rows]
    first = third = 0
    for fold in range(folds):
        held = set(order[fold::folds])
        kept = [index for index in order if index not in held]
        model = train([names[i] for i in kept], [target(rows[i], what) for i in kept], LABELS[what])
        for index in held:
            shares = model.shares(names[index])
            ranked = sorted(shares, key=lambda label: -shares[label])
            first += ranked[0] == rows[index][what]
            third += rows[index][what] in ranked[:3]
    return first / len(rows), third / len(rows)


def main() -> None:
    """Train and store, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cross", action="store_true", help="measure instead of writing the weights")
    rows = stories()
    if parser.parse_args().cross:
        for what in LABELS:
            first, third = cross(rows, what)
            print(f"{what}: {len(rows)} stories, top1 {first:.3f}, top3 {third:.3f}")
        return
    names = [list(features(row["text"])) for row in rows]
    parts = {what: rounded(train(names, [target(r, what) for r in rows], LABELS[what])) for what in LABELS}
    WEIGHTS.write_text(json.dumps(parts, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(rows)} stories, {sum(len(p['rows']) for p in parts.values())} rows of weights")  # type: ignore[arg-type, misc]


if __name__ == "__main__":
    main()
