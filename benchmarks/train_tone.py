"""Train the weights of the tone check on its own corpus, and cross-validate them honestly.

    python -m benchmarks.train_tone             five-fold figures, then new weights
    python -m benchmarks.train_tone --measure   the figures only

Logistic regression, one issue against the rest, by Adagrad in plain Python; no library, the same result every time.
The cross-validated figures are of the learned weights and of weights and rules together. The rules were written by
people who had seen much of the corpus, so only a set nobody here has seen can judge them.
"""

import argparse
import json
import math
import random
from collections import Counter
from pathlib import Path

from bot.coach.tone.check import matches, may_have
from bot.coach.tone.features import features
from bot.coach.tone.learned import read
from bot.coach.tone.text import plain, sentences
from bot.coach.tone.values import Issue

HOUSE = Path(__file__).parent.parent / "bot" / "coach" / "tone"
FOLDS = 5
EPOCHS = 30
RATE = 0.3
REGULARISATION = 1e-4
POSITIVE = 3.0
"""How much a text that has the issue counts more than one that has not."""
BONUS = 3.0
THRESHOLD = 0.5

Row = dict[str, float]
Text = dict[str, object]
Judged = tuple[Text, dict[Issue, float], set[Issue]]


def corpus() -> list[Text]:
    """Read the training texts: `{"text", "scope", "issues"}` a line."""
    lines = (HOUSE / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def vocabulary(texts: list[Text]) -> set[str]:
    """Return the features that more than one text has."""
    seen = Counter(f.name for text in texts for f in features(str(text["text"]), str(text["scope"])))
    return {name for name, times in seen.items() if times > 1}


def row(text: Text, known: set[str]) -> Row:
    """Return the scaled features of a text."""
    reading = read(str(text["text"]), str(text["scope"]), dict.fromkeys(known))
    return {feature.name: feature.value * reading.scale for feature in reading.known}


def train(rows: list[Row], hits: list[bool]) -> tuple[Row, float]:
    """Fit one issue; returns its weights and bias."""
    weights: Row = {}
    squares: Row = {}
    bias, bias_square = -2.0, 1e-3
    order = list(range(len(rows)))
    shuffle = random.Random(20).shuffle
    for _ in range(EPOCHS):
        shuffle(order)
        for n in order:
            values = rows[n]
            total = bias + sum(weights.get(name, 0.0) * value for name, value in values.items())
            error = (float(hits[n]) - _sigmoid(total)) * (POSITIVE if hits[n] else 1.0)
            bias_square += error * error
            bias += RATE * error / math.sqrt(bias_square)
            for name, value in values.items():
                slope = error * value - REGULARISATION * weights.get(name, 0.0)
                squares[name] = squares.get(name, 1e-3) + slope * slope
                weights[name] = weights.get(name, 0.0) + RATE * slope / math.sqrt(squares[name])
    return weights, bias


def _sigmoid(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def fit(texts: list[Text]) -> tuple[set[str], dict[Issue, tuple[Row, float]]]:
    """Fit every issue on some texts."""
    known = vocabulary(texts)
    rows = [row(text, known) for text in texts]
    return known, {issue: train(rows, [issue in _issues(text) for text in texts]) for issue in Issue}


def _issues(text: Text) -> list[str]:
    issues = text["issues"]
    return issues if isinstance(issues, list) else []


def scores(text: Text, known: set[str], fitted: dict[Issue, tuple[Row, float]]) -> dict[Issue, float]:
    """Return the log-odds of each issue for a text."""
    values = row(text, known)
    return {
        issue: bias + sum(weights.get(name, 0.0) * value for name, value in values.items())
        for issue, (weights, bias) in fitted.items()
    }


def measure(texts: list[Text]) -> None:
    """Print five-fold figures over the texts, for a range of thresholds, without and with the rules."""
    order = list(range(len(texts)))
    random.Random(7).shuffle(order)
    judged: list[Judged] = []
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS])
        known, fitted = fit([text for n, text in enumerate(texts) if n not in held])
        judged += [judge(texts[n], known, fitted) for n in sorted(held)]
    for name, bonus in (("weights", 0.0), ("weights and rules", BONUS)):
        for threshold in (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0):
            print(f"{name:18} {threshold:5.2f} {figures(judged, bonus, threshold)}")


def judge(text: Text, known: set[str], fitted: dict[Issue, tuple[Row, float]]) -> Judged:
    """Return a text with its log-odds and what the rules say; a rule's mark is also weighed in its sentence."""
    odds = scores(text, known, fitted)
    found = matches(str(text["text"]), str(text["scope"]))
    for sentence in sentences(plain(str(text["text"]))):
        end = sentence.start + len(sentence.text)
        marked = {finding.issue for finding in found if sentence.start <= finding.start < end}
        alone = scores({**text, "text": sentence.text}, known, fitted) if marked else {}
        odds.update({issue: max(odds[issue], alone[issue]) for issue in marked})
    return text, odds, {finding.issue for finding in found}


def figures(judged: list[Judged], bonus: float, threshold: float) -> str:
    """Return F1 over all issues, the share of clean texts flagged, and the share of others flagged at all."""
    right = wrong = missed = clean = flagged = bad = caught = 0
    for text, odds, rules in judged:
        gold = set(_issues(text))
        cut = sentences(plain(str(text["text"])))
        able = {i for i in Issue if may_have(i, cut, str(text["scope"]))}
        said = {i for i in able if odds[i] + (bonus if i in rules else 0.0) > threshold}
        said |= rules & {Issue.BURIED_APOLOGY}
        right, wrong, missed = right + len(gold & said), wrong + len(said - gold), missed + len(gold - said)
        clean, flagged = clean + (not gold), flagged + (bool(said) and not gold)
        bad, caught = bad + bool(gold), caught + bool(said and gold)
    f1 = 2 * right / (2 * right + wrong + missed)
    return f"F1 {f1:.3f} clean flagged {flagged / clean:.3f} bad flagged {caught / bad:.3f}"


def store(known: set[str], fitted: dict[Issue, tuple[Row, float]]) -> None:
    """Write `weights.json`: weights too small to matter are left out."""
    issues = list(Issue)
    table = {
        name: {str(n): round(w, 2) for n, i in enumerate(issues) if abs(w := fitted[i][0].get(name, 0.0)) >= 0.08}
        for name in sorted(known)
    }
    stored = {
        "issues": issues,
        "bonus": BONUS,
        "threshold": THRESHOLD,
        "bias": [round(fitted[issue][1], 3) for issue in issues],
        "weights": table,
    }
    lines = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    (HOUSE / "weights.json").write_text(lines.replace("},", "},\n") + "\n", encoding="utf-8")


def main() -> None:
    """Measure, then train on everything and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="print the figures and leave the weights alone")
    parser.add_argument("--store", action="store_true", help="store new weights without measuring")
    chosen = parser.parse_args()
    texts = corpus()
    if not chosen.store:
        measure(texts)
    if not chosen.measure:
        store(*fit(texts))


if __name__ == "__main__":
    main()
