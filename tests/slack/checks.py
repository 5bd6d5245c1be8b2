"""What Slack checks of a payload before it takes it; its numbers are written out here on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas"


def problems(blocks: list[dict[str, Any]], most: int, *, view: bool = False) -> list[str]:
    """Everything Slack would refuse in these blocks; empty where it takes them."""
    found: list[str] = []
    if len(blocks) > most:
        found.append(f"{len(blocks)} blocks")
    kinds = [b.get("type") for b in blocks]
    if kinds.count("table") > 1:
        found.append("only_one_table_allowed")
    if kinds.count("data_visualization") > 2:
        found.append("more than two charts")
    if view and {"table", "data_visualization"} & set(kinds):
        found.append("a table or chart in a view")
    if not view and "input" in kinds:
        found.append("an input in a message")
    if not view and len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
        found.append("msg_blocks_too_long")
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    if len(ids) != len(set(ids)):
        found.append("a block_id twice")
    for block in blocks:
        found += _block(block)
    return found


def _block(block: dict[str, Any]) -> Iterator[str]:
    if len(block.get("block_id", "")) > 255:
        yield "block_id too long"
    match block["type"]:
        case "header":
            yield from _text(block["text"], 150)
        case "section":
            yield from _text(block["text"], 3000)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "context elements"
            for element in block["elements"]:
                yield from _text(element, 2000)
        case "actions":
            yield from _actions(block["elements"])
        case "input":
            yield from _text(block["label"], 2000)
            if "hint" in block:
                yield from _text(block["hint"], 2000)
            yield from _element(block["element"])
        case "rich_text":
            yield from _rich(block)
        case "table":
            yield from _table(block)
        case "data_visualization":
            yield from _chart(block)
        case "image":
            if not 1 <= len(block["image_url"]) <= 3000 or not 1 <= len(block["alt_text"]) <= 2000:
                yield "image"
        case other:
            yield f"unknown block {other}"


def _text(text: dict[str, Any], most: int) -> Iterator[str]:
    if text["type"] not in ("plain_text", "mrkdwn"):
        yield f"text type {text['type']}"
    if not 1 <= len(text["text"]) <= most:
        yield f"text of {len(text['text'])} where {most} fit"
    if text["type"] == "mrkdwn" and any(ping in text["text"] for ping in ("<!", "<@", "<#", "<http")):
        yield "something that pings or links"


def _actions(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} actions"
    ids = [e["action_id"] for e in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id twice"
    for element in elements:
        yield from _element(element)


def _element(element: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(element["action_id"]) <= 255:
        yield "action_id"
    kind = element["type"]
    if kind == "button":
        yield from _text(element["text"], 75)
        if not 1 <= len(element["value"]) <= 2000:
            yield "button value"
    elif kind == "plain_text_input":
        if element.get("max_length", 3000) > 3000 or len(element.get("initial_value", "")) > 3000:
            yield "input too long"
    elif kind in ("radio_buttons", "checkboxes"):
        yield from _options(element["options"], 10)
        yield from _begun(element, element["options"])
    elif kind in ("static_select", "multi_static_select"):
        groups = element.get("option_groups", [])
        if ("options" in element) == bool(groups) or len(groups) > 100:
            yield "options and groups"
        for group in groups:
            yield from _text(group["label"], 75)
            yield from _options(group["options"], 100)
        if "options" in element:
            yield from _options(element["options"], 100)
    else:
        yield f"unknown element {kind}"


def _begun(element: dict[str, Any], options: list[dict[str, Any]]) -> Iterator[str]:
    begun = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
    if any(option not in options for option in begun):
        yield "an initial option that is not offered"


def _options(options: list[dict[str, Any]], most: int) -> Iterator[str]:
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    for option in options:
        yield from _text(option["text"], 75)
        if not 1 <= len(option["value"]) <= 150:
            yield f"option value of {len(option['value'])}"
        if "description" in option:
            yield from _text(option["description"], 75)


def _rich(block: dict[str, Any]) -> Iterator[str]:
    if not block["elements"]:
        yield "empty rich text"
    for section in block["elements"]:
        if section["type"] not in ("rich_text_section", "rich_text_quote"):
            yield f"rich text {section['type']}"
        if not section["elements"]:
            yield "empty rich text section"
        for run in section["elements"]:
            if run["type"] != "text" or not run["text"]:
                yield "empty or unknown run"


def _table(block: dict[str, Any]) -> Iterator[str]:
    widths = {len(row) for row in block["rows"]}
    if not 1 <= len(block["rows"]) <= 100 or len(widths) != 1 or max(widths) > 20:
        yield "table shape"
    if any(not cell["text"] for row in block["rows"] for cell in row):
        yield "empty cell"


def _chart(block: dict[str, Any]) -> Iterator[str]:
    chart = block["chart"]
    if not 1 <= len(block["title"]) <= 50:
        yield "chart title"
    if chart["type"] == "pie":
        if not 1 <= len(chart["segments"]) <= 12 or any(s["value"] <= 0 for s in chart["segments"]):
            yield "segments"
        labels = [s["label"] for s in chart["segments"]]
    else:
        labels = [*chart["axis_config"]["categories"], *(s["name"] for s in chart["series"])]
        if not 1 <= len(chart["series"]) <= 12 or not 1 <= len(chart["axis_config"]["categories"]) <= 20:
            yield "series"
        for series in chart["series"]:
            if [d["label"] for d in series["data"]] != chart["axis_config"]["categories"]:
                yield "points that are not the categories"
    if any(not 1 <= len(label) <= 20 for label in labels):
        yield "chart label"


def view_problems(view: dict[str, Any]) -> list[str]:
    """Everything Slack would refuse in a modal or home view."""
    found = problems(view["blocks"], 100, view=True)
    inputs = any(b["type"] == "input" for b in view["blocks"])
    if view["type"] == "modal":
        for name in ("title", "close", "submit"):
            if name in view:
                found += _text(view[name], 24)
        if inputs and "submit" not in view:
            found.append("an input needs a submit")
        if len(view.get("private_metadata", "")) > 3000:
            found.append("private_metadata")
    elif inputs:
        found.append("an input in the home tab")
    return found


def schema_problems(payload: Any, name: str) -> list[str]:
    """What the published schema says against a payload; nothing where the schemas are not at hand."""
    file = SCHEMAS / name
    if not file.exists():
        return []
    from jsonschema import Draft7Validator

    validator = _VALIDATORS.setdefault(name, Draft7Validator(json.loads(file.read_text())))
    return [error.message[:300] for error in validator.iter_errors(payload)]


_VALIDATORS: dict[str, Any] = {}
