"""Recorded conversations, run again: a question's key, a look-up's name and an answer's form are a public schema.

Somebody may be in the middle of one of these when a new version starts. Where one of these tests fails, keep the
old key or form readable; a transcript is replaced only when no conversation of its kind can be open any more.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.dialog import Ask, Done, Make, Moment, Need, Standing, advance, loaded
from dialogs.registry import DIALOGS

FILES = sorted((Path(__file__).parent.parent / "transcripts").glob("*.json"))


def transcript(file: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return told


def make_of(told: dict[str, Any]) -> Make:
    return DIALOGS[told["dialog"]](told["args"])


def looked_up(make: Make, answers: dict[str, Any], told: dict[str, Any]) -> Standing:
    """Where the dialog stands once it knows every fact it asks for; a fact is asked for once."""
    facts: Iterator[Any] = iter(told["loads"])
    standing = advance(make, answers)
    while isinstance(standing, Need):
        load = standing.load
        record = next((f for f in facts if f["name"] == load.name and f["for"] == load.params), None)
        assert record is not None, f"a fact that was not recorded is needed: {load.name} {load.params}"
        answers |= loaded(load, record["is"])
        standing = advance(make, answers)
    return standing


def as_json(result: Any) -> Any:
    return {"is": type(result).__name__, **TypeAdapter(type(result)).dump_python(result, mode="json")}


def test_the_dialogs_that_matter_most_are_recorded() -> None:
    recorded = {transcript(f)["dialog"] for f in FILES}
    assert recorded >= {"diagnose", "next", "log", "close", "remind", "reparation"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_recorded_conversation_asks_and_ends_as_it_did(file: Path) -> None:
    told = transcript(file)
    make, answers = make_of(told), {}
    at = Moment(datetime.fromisoformat(told["at"]["now"]), told["at"]["zone"])
    for key, raw in told["answers"]:
        standing = looked_up(make, answers, told)
        assert isinstance(standing, Ask), f"ended before {key}"
        assert standing.question.key == key
        answers[key] = standing.question.accept(raw, at)
    end = looked_up(make, answers, told)
    assert isinstance(end, Done), f"still asks {end}"
    now = as_json(end.result)
    assert {field: now.get(field) for field in told["result"]} == told["result"]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_answers_stored_by_an_earlier_version_still_fit(file: Path) -> None:
    told = transcript(file)
    stored = told["stored"]
    for kept in range(len(stored) + 1):
        standing = looked_up(make_of(told), dict(stored[:kept]), told)
        asked = standing.question.key if isinstance(standing, Ask) else None
        assert asked == (stored[kept][0] if kept < len(stored) else None)
        assert standing.path.keys == tuple(key for key, _ in stored[:kept])
