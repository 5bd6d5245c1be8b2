"""Writes the versions installed now into the lock files: what runs the coach, and what testing adds to it."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]


def needs(name: str, extra: str) -> set[str]:
    """The packages a distribution asks for on this machine, for an extra or for none."""
    found = set()
    for line in distribution(name).requires or []:
        asked, _, marker = line.partition(";")
        wanted = re.search(r"extra == ['\"]([^'\"]+)", marker)
        if (wanted.group(1) if wanted else "") in ("", extra):
            found.add(re.split(r"[\s<>=!~\[(]", asked.strip())[0])
    return found


def closure(names: set[str]) -> dict[str, str]:
    """These packages and everything below them that is installed: name → version."""
    found: dict[str, str] = {}
    waiting = sorted(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = distribution(name).version
        except ModuleNotFoundError:
            continue  # asked for on other machines only
        waiting += needs(name, "asyncio" if name == "sqlalchemy" else "")
    return found


def write(path: Path, locked: dict[str, str], first: str = "") -> None:
    """Write a lock file."""
    path.write_text(first + "".join(f"{n}=={v}\n" for n, v in sorted(locked.items())), encoding="utf-8")


if __name__ == "__main__":
    runs = closure(needs("salvage", ""))
    tests = {n: v for n, v in closure(needs("salvage", "dev")).items() if n not in runs}
    write(ROOT / "requirements.lock", runs)
    write(ROOT / "requirements-dev.lock", tests, "-r requirements.lock\n")
