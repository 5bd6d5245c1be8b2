"""An adapter's notes for as long as a test runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class MemoryNotes:
    """An adapter's notes in a dictionary, as JSON, so that nothing but JSON gets in."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.writes = 0

    async def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        kept = self.kept.get((kind, key))
        return json.loads(kept) if kept else None

    async def put(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        self.writes += 1
        self.kept[kind, key] = json.dumps(dict(value))

    async def drop(self, kind: str, key: str) -> bool:
        return self.kept.pop((kind, key), None) is not None

    async def all(self, kind: str, prefix: str = "") -> Mapping[str, Mapping[str, Any]]:
        return {k: json.loads(v) for (of, k), v in self.kept.items() if of == kind and k.startswith(prefix)}
