import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from adapters.teams.package import build_package, manifest
from adapters.teams.parse import Turn, parse
from adapters.teams.settings import TeamsSettings
from bot.errors import CannotStart
from tests.fakes.teams import APP, hand_over

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "MicrosoftTeams-1.30.schema.json"
SETTINGS = TeamsSettings(app_id=APP, public_url="https://salvage.example.org/x")


@pytest.fixture
def package(tmp_path: Path) -> dict[str, bytes]:
    path = build_package(SETTINGS, tmp_path / "new" / "salvage.zip")
    with zipfile.ZipFile(path) as files:
        return {name: files.read(name) for name in files.namelist()}


def pixels(png: bytes) -> tuple[int, list[list[tuple[int, ...]]]]:
    width, height, depth, colours = struct.unpack(">IIBB", png[16:26])
    assert (width, depth, colours) == (height, 8, 6)
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        data += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, row = zlib.decompress(data), width * 4 + 1
    return width, [[tuple(raw[y * row + 1 + x * 4 : y * row + 5 + x * 4]) for x in range(width)] for y in range(height)]


def test_the_package_holds_a_manifest_and_two_icons(package: dict[str, bytes]) -> None:
    assert set(package) == {"manifest.json", "color.png", "outline.png"}


def test_the_manifest_is_valid(package: dict[str, bytes]) -> None:
    if not SCHEMA.exists():
        pytest.skip("the Teams 1.30 manifest schema is not beside this checkout")
    schema = json.loads(SCHEMA.read_text())
    assert list(Draft4Validator(schema).iter_errors(json.loads(package["manifest.json"]))) == []


def test_commands_are_offered_after_a_mention_and_a_slash_within_teams_counts() -> None:
    [bot] = manifest(SETTINGS)["bots"]
    assert len(bot["commandLists"]) <= 3
    for offered in bot["commandLists"]:
        assert offered["triggers"] == ["mention", "slash"]
        assert 0 < len(offered["commands"]) <= 12
        assert all(len(c["title"]) <= 128 and c["description"] for c in offered["commands"])


def test_every_message_action_is_one_the_parser_knows() -> None:
    [extension] = manifest(SETTINGS)["composeExtensions"]
    for command in extension["commands"]:
        assert isinstance(parse(hand_over("late", command=command["id"])), Turn)
        assert command["context"] == ["message"]


def test_the_colour_icon_fills_its_square(package: dict[str, bytes]) -> None:
    size, rows = pixels(package["color.png"])
    assert size == 192
    assert all(p[3] == 255 for row in rows for p in row)
    assert len({p for row in rows for p in row}) > 3


def test_the_outline_icon_is_white_on_nothing(package: dict[str, bytes]) -> None:
    size, rows = pixels(package["outline.png"])
    assert size == 32
    assert {p[:3] for row in rows for p in row} == {(255, 255, 255)}
    assert {p[3] for row in rows for p in row} >= {0, 255}


def test_the_same_settings_give_the_same_package(tmp_path: Path) -> None:
    made = [build_package(SETTINGS, tmp_path / f"{n}.zip").read_bytes() for n in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("app_id", ["", "salvage", "33333333"])
def test_without_an_app_id_it_says_what_to_do(app_id: str, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="MICROSOFT_APP_ID"):
        build_package(TeamsSettings(app_id=app_id), tmp_path / "x.zip")


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:3978", "nonsense"])
def test_a_local_address_is_not_put_into_the_manifest(url: str) -> None:
    made: dict[str, Any] = manifest(TeamsSettings(app_id=APP, public_url=url))
    assert made["validDomains"] == ["example.org"]
