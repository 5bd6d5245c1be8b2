"""Every dialog of the core, walked with hostile and very long words: Slack takes every payload, nothing pings."""

import json
from typing import Any

import pytest

from tests.house import House
from tests.slack.actor import Actor
from tests.slack.cards import WORDS
from tests.slack.checks import schema_problems
from tests.slack.stage import Stage, open_stage

HOSTILE = [WORDS[1], WORDS[3], WORDS[8], 'O"Neil \\ {x} [y] \u202e', "x" * 2900]
DIALOGS = ["log", "next", "draft apology", "promise", "remind", "close", "edit", "reparation"]


def answers_with(somebody: Actor, words: str, turn: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for block_id, block in somebody.modal.inputs.items():
        kind, _, key = block_id.partition(":")
        element = block["element"]
        offered = element.get("options") or [o for g in element.get("option_groups", ()) for o in g["options"]]
        if kind == "o":
            given[f"{key}_pick"] = offered[turn % len(offered)]["text"]["text"]
        elif element["type"] in ("checkboxes", "multi_static_select"):
            given[key] = [o["text"]["text"] for o in offered]
        elif offered:
            given[key] = offered[turn % len(offered)]["text"]["text"]
        else:
            given[key] = words[:3000] if turn < 3 else ""
    return given


async def walk(somebody: Actor, command: str, words: str) -> None:
    """Start a dialog and answer what it asks, a while with words and then with what is offered."""
    await somebody.command(command)
    for turn in range(12):
        if somebody.user not in somebody.slack.modals:
            return
        await somebody.submit(**answers_with(somebody, words, turn))
    somebody.slack.modals.pop(somebody.user, None)
    await somebody.command("cancel")


def outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: v if k in ("type", "style") and isinstance(v, str) else outline(v) for k, v in value.items()}
    if isinstance(value, list):
        return [outline(v) for v in value[:2]]
    return "x" if isinstance(value, str) else value


def shapes_of(stage: Stage) -> dict[str, Any]:
    blocks = (b for message in stage.slack.payloads for b in message if b["type"] != "data_visualization")
    return {json.dumps(outline(b)): outline(b) for b in blocks}


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_every_dialog_survives_hostile_words(house: House, words: str) -> None:
    async with open_stage(house.conversation, house=house) as stage:
        priya = stage.actor("UPRIYA")
        client = words[:290].replace("\n", " ")
        await walk(priya, f"start {client}", words)
        await walk(priya, "start Acme", words)
        for dialog in DIALOGS:
            await walk(priya, f"{dialog} SAL-1", words)
        for command in ("", "help", "summary", "clients", "reminders", "lessons", f"check {words}", client, "SAL-1"):
            await priya.command(command)
            stage.slack.modals.pop("UPRIYA", None)
        await priya.say(f"start {client} two")
        await stage.deliver()
        await priya.open_home()
        await house.skip(days=14)
        await stage.deliver()
        assert not stage.slack.refused
        assert len(stage.slack.payloads) > 10
        for message in stage.slack.messages:
            assert not any(ping in message.text for ping in ("<!", "<@", "<#", "<http"))
        for block in shapes_of(stage).values():
            assert not schema_problems([block], "MessageBlocks.schema.json")
