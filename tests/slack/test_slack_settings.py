"""What an operator reads of Slack's settings that are half there, before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import serving
from bot.errors import CannotStart

KEY = "a key of more than twenty-four characters"
OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "shh", "SLACK_SIGNING_SECRET": "s"}


async def doctor(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: dict[str, str]
) -> str:
    """The line on Slack."""
    monkeypatch.chdir(folder)
    for name in [*OAUTH, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SALVAGE_SECRET_KEY"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    try:
        await serving.doctor()
    finally:
        said = capsys.readouterr().out
    return next(line for line in said.splitlines() if line.startswith("Slack:"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Slack: off. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET) to turn it on."),
        (
            {"SLACK_BOT_TOKEN": "x"},
            "Slack: off. Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.",
        ),
        (
            {"SLACK_CLIENT_ID": "1", "SLACK_SIGNING_SECRET": "s"},
            "Slack: off. Set SLACK_CLIENT_SECRET beside SLACK_CLIENT_ID; both are under Basic Information.",
        ),
        (
            {"SLACK_CLIENT_SECRET": "1", "SLACK_APP_TOKEN": "s"},
            "Slack: off. Set SLACK_CLIENT_ID beside SLACK_CLIENT_SECRET; both are under Basic Information.",
        ),
        (
            {"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "2", "SALVAGE_SECRET_KEY": KEY},
            "Slack: off. Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.",
        ),
        (
            {"SLACK_APP_TOKEN": "xapp"},
            "Slack: off. Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many.",
        ),
        ({**OAUTH, "SALVAGE_SECRET_KEY": KEY}, "Slack: on, over HTTP on /slack/events."),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "y"}, "Slack: on, over Socket Mode."),
    ],
)
async def test_the_doctor_says_what_slack_still_needs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    says: str,
) -> None:
    assert await doctor(tmp_path, monkeypatch, capsys, given) == says


@pytest.mark.parametrize("key", ["", "short", f"{KEY},short"])
async def test_the_doctor_says_that_tokens_could_not_be_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    with pytest.raises(CannotStart, match="SALVAGE_SECRET_KEY must hold a key that encrypts Slack's tokens"):
        await doctor(tmp_path, monkeypatch, capsys, {**OAUTH, "SALVAGE_SECRET_KEY": key})


async def test_one_workspaces_token_needs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": "y"}
    assert await doctor(tmp_path, monkeypatch, capsys, given) == "Slack: on, over HTTP on /slack/events."
