"""What an operator reads when a setting is wrong: one sentence that names it, whatever command was typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import serving
from bot.config import read_settings
from bot.errors import CannotStart

NO_NAME = "nowhere.invalid"
"""A host that no resolver knows (RFC 6761)."""


@pytest.mark.parametrize("command", ["serve", "doctor", "teams-package"])
def test_a_wrong_setting_is_one_sentence_on_every_command(tmp_path: Path, command: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "bot", command], env=os.environ | {"PORT": "70000", "PYTHONPATH": str(Path.cwd())},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert said.stderr.strip() == (
        "Salvage can't start. A setting is not right: PORT: Input should be less than or equal to 65535."
    )


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PORT", "x"), ("SALVAGE_RETENTION_DAYS", "-1"), ("MICROSOFT_APP_TYPE", "Other")):
        monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart) as said:
        read_settings()
    assert all(name in str(said.value) for name in ("PORT", "SALVAGE_RETENTION_DAYS", "MICROSOFT_APP_TYPE"))


def test_unsigned_requests_are_not_taken_from_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_LOCAL", "1")
    monkeypatch.setenv("HOST", "0.0.0.0")
    with pytest.raises(CannotStart, match=r"HOST must be 127\.0\.0\.1"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SALVAGE_ZONE", "Mars/Base", "SALVAGE_ZONE 'Mars/Base' is no time zone"),
        ("SALVAGE_PLAYBOOK", "none.toml", "SALVAGE_PLAYBOOK can't be used: none.toml: cannot be read"),
        ("DATABASE_URL", "postgresql://salvage:s3cret@db:x/salvage", "DATABASE_URL is not a database address"),
    ],
)
async def test_the_doctor_says_what_would_keep_it_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart) as said:
        await serving.doctor()
    assert says in str(said.value)
    assert "s3cret" not in str(said.value)


async def test_the_doctor_sees_a_bot_that_could_never_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MICROSOFT_APP_ID", "33333333-3333-3333-3333-333333333333")
    await serving.doctor()
    assert "Set MICROSOFT_APP_PASSWORD" in capsys.readouterr().out
    monkeypatch.setenv("MICROSOFT_APP_TYPE", "UserAssignedMSI")
    await serving.doctor()
    assert "Teams: on, at /api/messages." in capsys.readouterr().out


async def test_a_host_that_is_none_of_this_machine_is_not_blamed_on_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOST", NO_NAME)
    with pytest.raises(CannotStart, match="Set HOST to an address of this machine"):
        await serving.serve()


async def test_a_package_that_cannot_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSOFT_APP_ID", "33333333-3333-3333-3333-333333333333")
    (tmp_path / "letter").write_text("no folder")
    with pytest.raises(CannotStart, match="Name another file with --out"):
        await serving.write_teams_package(tmp_path / "letter" / "salvage.zip")
