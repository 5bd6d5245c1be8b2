"""What the documents promise is there, and what is there is in the documents."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import COMMANDS
from bot.config import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8").replace("\\|", "|")


@pytest.mark.parametrize("setting", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_of_the_command_line_is_documented(command: str) -> None:
    assert f"salvage {command}" in README


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.shown], ids=lambda c: c.name)
def test_every_word_people_type_is_documented(command: object) -> None:
    assert f"`{getattr(command, 'usage', '')}`" in README


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert block is not None
    names = re.findall(r'"([a-z0-9-]+)', block.group(1))
    assert len(names) > 10
    for name in names:
        assert f"**{name}**" in text, f"CONTRIBUTING.md does not say why {name} is there"


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[>=<]", line)[0] for line in project["dependencies"]}
    imported = {
        name
        for folder in ("bot", "adapters", "dialogs")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    used = {
        d.lower().replace("_", "-")
        for name, found in packages_distributions().items()
        if name in imported
        for d in found
    }
    assert wanted - used == {"tzdata"}, "tzdata is read by the standard library; whatever else stands here is not used"


def test_every_module_of_the_core_is_on_the_plan_of_the_house() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in (ROOT / "bot").iterdir():
        room = f"bot/{path.name}" + "/" * path.is_dir()
        if path.name not in ("__init__.py", "__pycache__"):
            assert room in plan, f"docs/architecture.md does not say what {room} holds"


def test_every_make_target_the_readme_names_exists() -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z0-9-]+)`", README)):
        assert re.search(rf"(^|\s){re.escape(target)}(\s|:)", targets), target


def test_every_file_the_documents_link_to_exists() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name} links to {target}"
