"""The manifest asks for what the code uses, no more and no less."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import parse
from adapters.slack.scopes import EVENTS, METHODS, SCOPES
from adapters.slack.showing import PROMPTS
from tests.slack.checks import SCHEMAS, schema_problems
from tests.slack.tiny_yaml import load

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "adapters" / "slack"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = load((ROOT / "manifest.yml").read_text())
    return read


def called() -> set[str]:
    """The Web API methods that the code calls, by Slack's names."""
    names = {
        node.func.attr
        for file in CODE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    ours = {n for n in names if "_" in n and hasattr(AsyncWebClient, n) and not n.startswith("_")}
    return {m for m in METHODS if m.replace(".", "_") in ours} | {f"? {n}" for n in ours - known()}


def known() -> set[str]:
    return {m.replace(".", "_") for m in METHODS}


BY_BOLT = {"oauth.v2.access", "apps.connections.open"}
"""Called for us: by the OAuth flow and the rotator, and by Socket Mode."""


def test_the_manifest_asks_for_exactly_the_scopes_in_use(manifest: dict[str, Any]) -> None:
    assert sorted(manifest["oauth_config"]["scopes"]["bot"]) == list(SCOPES)
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_every_method_called_is_in_the_table_and_every_one_in_the_table_is_called() -> None:
    assert called() | BY_BOLT == set(METHODS)


def test_every_event_subscribed_is_understood_and_every_one_understood_is_subscribed(
    manifest: dict[str, Any],
) -> None:
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    source = (CODE / "parse.py").read_text()
    for event in EVENTS:
        assert f'"{event.removesuffix(".im")}"' in source, event


def test_every_scope_has_a_reason(manifest: dict[str, Any]) -> None:
    text = (ROOT / "manifest.yml").read_text()
    for scope in SCOPES:
        assert re.search(rf"- {scope} # \S+", text), scope


def test_the_command_and_the_shortcuts_are_those_that_are_understood(manifest: dict[str, Any]) -> None:
    features = manifest["features"]
    assert [c["command"] for c in features["slash_commands"]] == [parse.COMMAND]
    assert features["slash_commands"][0]["should_escape"] is True, "mentions arrive with their ids"
    assert {s["callback_id"] for s in features["shortcuts"]} == set(parse.SHORTCUTS)
    assert [(p["title"], p["message"]) for p in features["assistant_view"]["suggested_prompts"]] == list(PROMPTS)


def test_every_address_is_one_of_our_routes(manifest: dict[str, Any]) -> None:
    addresses = re.findall(r"https://salvage.example.com(\S+)", (ROOT / "manifest.yml").read_text())
    assert set(addresses) == {"/slack/events", "/slack/oauth_redirect"}


def test_the_manifest_has_the_published_shape(manifest: dict[str, Any]) -> None:
    if not SCHEMAS.exists():
        pytest.skip("the published schema is not at hand")
    assert not schema_problems(manifest, "manifest.schema.2.0.0.json")
