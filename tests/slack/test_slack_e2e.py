"""``salvage serve`` against a stand-in Slack that is not ours, where it is installed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = ROOT / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"


def binary() -> str:
    found = os.environ.get("LOCAL_SLACK") or shutil.which("local-slack") or (str(PACKAGED) if PACKAGED.exists() else "")
    if not found:
        pytest.skip("the stand-in is not installed; name it in LOCAL_SLACK")
    return found


def namespace() -> list[str]:
    """The way into a network of its own: the stand-in listens on every address."""
    for way in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    pytest.skip("a network namespace cannot be made here")


@pytest.mark.e2e
@pytest.mark.parametrize("mode", ["http", "socket"])
def test_the_whole_story_runs_against_a_slack_that_is_not_ours(mode: str, tmp_path: Path) -> None:
    command = [*namespace(), sys.executable, "-m", "tests.slack.standin", binary(), mode, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr + (tmp_path / "coach.log").read_text()
    seen = json.loads(ran.stdout)
    assert "SAL-1 · Acme" in seen["case"]
    assert "Whose doing was it" in seen["chat"]
    assert "Acme" in seen["home"]
