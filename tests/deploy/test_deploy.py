"""What is in deploy/ names only settings, commands and files that there are, and passes on all that matter."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.config import Settings
from bot.serving import GRACE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
UNITS = sorted(DEPLOY.glob("*.service"))

SETTINGS = {name.upper() for name in Settings.model_fields}
NOT_PASSED_ON = {
    "PORT": "the container's own",
    "SALVAGE_PLAYBOOK": "a file, so a volume has to be written as well",
    "TEAMS_LOCAL": "for one's own machine alone",
    "IDENTITY_ENDPOINT": "set by the host of a managed identity",
    "IDENTITY_HEADER": "set by the host of a managed identity",
    "SLACK_API_URL": "for a stand-in",
    "TEAMS_SERVICE_HOSTS": "for a government cloud or a stand-in",
    "TEAMS_OPENID_URL": "for a government cloud or a stand-in",
    "TEAMS_ISSUER": "for a government cloud or a stand-in",
    "TEAMS_SIGN_IN_URL": "for a government cloud or a stand-in",
}


def _passed_on() -> set[str]:
    """The environment of our own services: the shared part, and what one service adds."""
    shared = COMPOSE.split("environment: &settings", 1)[1].split("restart:", 1)[0]
    added = re.search(r"environment: \{ <<: \*settings, (.*) \}", COMPOSE)
    assert added is not None
    return set(re.findall(r"^\s+([A-Z_]+):", shared, re.MULTILINE)) | set(re.findall(r"([A-Z_]+):", added[1]))


def test_the_compose_file_sets_only_what_the_program_or_its_driver_reads() -> None:
    assert _passed_on() - {"PGPASSWORD"} <= SETTINGS


def test_the_compose_file_passes_on_every_setting_or_there_is_a_reason() -> None:
    assert SETTINGS - _passed_on() == set(NOT_PASSED_ON)


def test_a_setting_is_passed_on_under_its_own_name_and_may_be_left_out() -> None:
    for name, variable, otherwise in re.findall(r"^\s+([A-Z_]+): \$\{([A-Z_]+)([^}]*)\}", COMPOSE, re.MULTILINE):
        if name in SETTINGS:
            assert (variable, otherwise) == (name, ":-")
        else:
            assert (name, variable, otherwise) in {
                ("PGPASSWORD", "SALVAGE_DB_PASSWORD", ":?set it"),
                ("POSTGRES_PASSWORD", "SALVAGE_DB_PASSWORD", ":?set it"),
            }


@pytest.mark.parametrize("file", [DEPLOY / "compose.yml", DEPLOY / "Dockerfile", *UNITS], ids=lambda file: file.name)
def test_every_command_that_is_started_exists(file: Path) -> None:
    started = re.findall(r'\.venv/bin/salvage"?,? "?([a-z-]+)', file.read_text(encoding="utf-8"))
    assert started
    assert set(started) <= set(main.commands)


def test_everything_that_is_started_lies_where_the_image_and_the_units_put_it() -> None:
    place = re.search(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)
    assert place is not None
    for unit in UNITS:
        assert f"ExecStart={place[1]}/.venv/bin/salvage " in unit.read_text(encoding="utf-8")


def test_the_image_gets_what_setting_up_needs_and_nothing_of_this_machine() -> None:
    assert "COPY . .\n" in DOCKERFILE
    assert "*" in IGNORED, "what is not named stays out: history, data, secrets, a virtual environment"
    let_in = {line[1:] for line in IGNORED if line.startswith("!")}
    assert all((ROOT / name).exists() for name in let_in)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("$(READY):", 1)[1].split("\n\n", 1)[0]
    scripts = set(re.findall(r"tools/[\w.-]+", recipe))
    assert let_in == packages | scripts | {
        "Makefile", "pyproject.toml", "requirements.lock", project["project"]["readme"],
    }  # fmt: skip


def test_the_image_has_a_python_that_the_project_takes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    least = tuple(int(n) for n in re.findall(r"\d+", project["project"]["requires-python"]))
    found = re.search(r"^FROM python:(\d+)\.(\d+)-slim$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    assert (int(found[1]), int(found[2])) >= least


def test_a_stop_has_more_time_than_the_program_takes() -> None:
    waits = [int(n) for n in re.findall(r"stop_grace_period: (\d+)s", COMPOSE)]
    for unit in UNITS:
        waits += [int(n) for n in re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)]
    assert len(waits) == 1 + len(UNITS)
    assert all(wait >= GRACE + 2 for wait in waits)
