"""What the documents promise is there, and what is there is in the documents."""

import re
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


def test_every_make_target_the_readme_names_exists() -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z0-9-]+)`", README)):
        assert re.search(rf"(^|\s){re.escape(target)}(\s|:)", targets), target


def test_every_file_the_documents_link_to_exists() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name} links to {target}"
