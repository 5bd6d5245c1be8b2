"""The table of docs/architecture.md, kept true: who may import what."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ADAPTER_CORE = {"bot.view", "bot.dialog", "bot.ports", "bot.errors", "bot.metrics", "bot.loopback"}
ALLOWED: dict[str, set[str]] = {
    "bot/errors.py": set(),
    "bot/view": {"bot.view"},
    "bot/questions.py": {"bot.view"},
    "bot/dialog.py": {"bot.errors", "bot.view", "bot.questions"},
    "bot/ports.py": {"bot.view"},
    "bot/loopback.py": set(),
    "bot/local.py": {"bot.view", "bot.ports"},
    "bot/coach": {"bot.errors", "bot.view", "bot.dialog", "bot.ports", "bot.coach"},
    "bot/storage": {"bot.errors", "bot.view", "bot.ports", "bot.storage"},
    "dialogs": {"bot.errors", "bot.dialog", "bot.view", "bot.coach", "dialogs"},
    "adapters/web": ADAPTER_CORE | {"bot.local", "adapters.web"},
    "adapters/terminal": ADAPTER_CORE | {"adapters.terminal"},
    "adapters/slack": ADAPTER_CORE | {"adapters.slack"},
    "adapters/teams": ADAPTER_CORE | {"adapters.teams"},
}
NEVER_PLATFORM = ("slack", "botbuilder", "botframework", "aiohttp")
PURE = ("bot/errors.py", "bot/view", "bot/questions.py", "bot/dialog.py", "bot/ports.py", "bot/coach", "dialogs")
LONGEST_MODULE = 350
NO_CLOCK_NOR_CHANCE = {"random", "secrets", "time", "sqlalchemy", "asyncio", "os"}


def files(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix == ".py" else sorted(p for p in path.rglob("*.py") if "migrations" not in p.parts)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            packages = node.module in ("bot", "adapters")
            yield from (f"{node.module}.{a.name}" for a in node.names) if packages else (node.module,)


@pytest.mark.parametrize("place", ALLOWED)
def test_a_room_imports_only_what_its_row_allows(place: str) -> None:
    assert files(place)
    for path in files(place):
        ours = {m for m in imported(path) if m.split(".")[0] in ("bot", "dialogs", "adapters")}
        wrong = {m for m in ours if not any(m == a or m.startswith(a + ".") for a in ALLOWED[place])}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("place", PURE)
def test_rules_and_dialogs_know_no_clock_no_chance_and_no_database(place: str) -> None:
    for path in files(place):
        wrong = {m for m in imported(path) if m.split(".")[0] in NO_CLOCK_NOR_CHANCE}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("place", PURE)
def test_rules_and_dialogs_are_told_what_time_it_is(place: str) -> None:
    for path in files(place):
        asked = [n.lineno for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if _asks_the_clock(n)]
        assert not asked, f"{path.relative_to(ROOT)} looks at the clock on the lines {asked}"


def _asks_the_clock(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr="now" | "today" | "utcnow")):
            return True
    return False


@pytest.mark.parametrize("place", ["bot", "dialogs", "adapters"])
def test_a_module_is_read_at_one_sitting(place: str) -> None:
    for path in files(place):
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= LONGEST_MODULE, (
            f"{path.relative_to(ROOT)} has {lines} lines, which is room for two reasons to change"
        )


def test_the_core_knows_no_platform() -> None:
    composition = {"bot/serving.py", "bot/operations.py", "bot/platforms.py"}
    for path in [*files("bot"), *files("dialogs")]:
        if str(path.relative_to(ROOT)) in composition:
            continue
        wrong = {m for m in imported(path) if m.split(".")[0].startswith(NEVER_PLATFORM)}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def test_only_the_settings_read_the_environment() -> None:
    for path in [*files("bot"), *files("dialogs"), *files("adapters")]:
        text = path.read_text(encoding="utf-8")
        assert "os.environ" not in text, path
        assert "getenv" not in text, path
