"""How well the coach reads: likely causes and plays of stories, tone issues of texts (`make eval`).

Measured on texts that nothing was trained on: our own held-out sets beside this file, and the development sets in
``../shared/taxonomy`` where that folder is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks import results
from bot.coach.causes.analyse import analyse
from bot.coach.tone import check

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared" / "taxonomy"
STRUCTURE = {"no_next_step", "buried_apology"}
"""Issues of whole messages, not counted on fragments."""

Item = dict[str, Any]


def read(path: Path) -> list[Item]:
    """The items of a set."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def share(hits: Iterable[float], count: int) -> float:
    """A mean, 0 for an empty set."""
    return sum(hits) / count if count else 0.0


def causes(items: list[Item]) -> str:
    """First cause right, right among three, and how many of the wanted plays are among four."""
    found = [analyse(item["text"]) for item in items]
    first = share((f[0][0] == i["causes"][0] for f, i in zip(found, items, strict=True)), len(items))
    three = share((i["causes"][0] in f[0][:3] for f, i in zip(found, items, strict=True)), len(items))
    plays = share(
        (len(set(f[1][:4]) & set(i["plays"])) / len(i["plays"]) for f, i in zip(found, items, strict=True)), len(items)
    )
    return f"first cause {first:.3f} · among three {three:.3f} · plays recall@4 {plays:.3f}"


def tone(items: list[Item]) -> str:
    """Precision, recall and F1 over all issues; how often clean text is flagged and bad text is not."""
    right = wrong = missed = clean_flagged = bad_flagged = 0
    clean = sum(not item["issues"] for item in items)
    for item in items:
        ignored = STRUCTURE if item["scope"] == "fragment" else set()
        flagged = {f.issue.value for f in check(item["text"], scope=item["scope"]).findings} - ignored
        wanted = set(item["issues"]) - ignored
        right, wrong, missed = (
            right + len(flagged & wanted),
            wrong + len(flagged - wanted),
            missed + len(wanted - flagged),
        )
        clean_flagged += bool(flagged) and not item["issues"]
        bad_flagged += bool(flagged) and bool(item["issues"])
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    f1 = 2 * right / max(2 * right + wrong + missed, 1)
    return (
        f"precision {precision:.3f} · recall {recall:.3f} · F1 {f1:.3f} · "
        f"clean flagged {clean_flagged / max(clean, 1):.3f} · "
        f"bad flagged {bad_flagged / max(len(items) - clean, 1):.3f}"
    )


SETS = (
    ("our held-out stories", HERE / "held" / "causes.jsonl", causes),
    ("shared stories, hard", SHARED / "causes.dev.jsonl", causes),
    ("shared stories, plain", SHARED / "causes.plain.jsonl", causes),
    ("our held-out texts", HERE / "held" / "tone.jsonl", tone),
    ("shared texts", SHARED / "tone.dev.jsonl", tone),
)


def main() -> None:
    """Print a line a set."""
    for name, path, measure in SETS:
        if path.exists():
            items = read(path)
            print(f"- {name} (n={len(items)}): {measure(items)}")
        else:
            print(f"- {name}: skipped, {path.name} is not at hand")


if __name__ == "__main__":
    with results.kept("reading", "Reading stories and texts (`make eval`)"):
        main()
