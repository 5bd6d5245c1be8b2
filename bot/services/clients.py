"""Clients by name: exact, near, or new; near names are offered, never guessed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from bot.errors import Refusal
from bot.services.people import folded
from bot.services.turn import Turn
from bot.storage.tables import Client

LONGEST_NAME = 300
NEAR_ENOUGH = 0.78
"""How alike two names must be (difflib's ratio) to be asked about."""


_EXACT = select(Client).where(Client.workspace_id == bindparam("workspace"), Client.folded == bindparam("name"))


async def exact(turn: Turn, name: str) -> Client | None:
    """The client of exactly this name, in any case and spacing."""
    wanted = folded(name, 400)
    return await turn.db.scalar(_EXACT, {"workspace": turn.workspace.id, "name": wanted}) if wanted else None


async def near(turn: Turn, name: str, most: int = 4) -> Sequence[Client]:
    """Clients whose names are like this one, the likest first."""
    wanted = folded(name, 400)
    if not wanted:
        return []
    first_word = wanted.split()[0]
    query = select(Client).where(
        Client.workspace_id == turn.workspace.id,
        or_(
            Client.folded.startswith(wanted[:3], autoescape=True),
            Client.folded.contains(first_word, autoescape=True),
        ),
    )
    rows = (await turn.db.scalars(query.order_by(Client.folded).limit(200))).all()
    scored = sorted(((likeness(wanted, c.folded), c) for c in rows), key=lambda p: (-p[0], p[1].folded))
    return [c for score, c in scored if score >= NEAR_ENOUGH][:most]


def likeness(wanted: str, known: str) -> float:
    """How alike two folded names are, from 0 to 1; one that begins or holds the other as words counts as alike."""
    if f" {wanted} " in f" {known} " or f" {known} " in f" {wanted} ":
        return 0.95
    if len(wanted) >= 3 and known.startswith(wanted):
        return 0.9
    return difflib.SequenceMatcher(None, wanted, known).ratio()


async def make(turn: Turn, name: str) -> Client:
    """A client under a new name; the same one where it is known already."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refusal("A client needs a name. Type start and the name.")
    if len(tidy) > LONGEST_NAME:
        raise Refusal(
            f"That name has {len(tidy)} characters; {LONGEST_NAME} is the most I can keep. Use a shorter one."
        )
    known = await exact(turn, tidy)
    if known is not None:
        return known
    client = Client(
        workspace_id=turn.workspace.id, name=tidy, folded=folded(tidy, 400), owner_id=None, created_at=turn.now
    )
    turn.db.add(client)
    await turn.db.flush()
    return client


async def starts_with(turn: Turn, words: str) -> tuple[Client, str] | None:
    """The client whose whole name the words begin with, and the words that follow it; the longest name wins."""
    plain = " ".join(words.split())
    wanted = folded(plain, 400)
    if not wanted:
        return None
    query = select(Client).where(
        Client.workspace_id == turn.workspace.id, Client.folded.startswith(wanted[:1], autoescape=True)
    )
    best: Client | None = None
    for client in await turn.db.scalars(query.where(Client.folded.in_(_heads(wanted)))):
        if best is None or len(client.folded) > len(best.folded):
            best = client
    if best is None:
        return None
    return best, _rest(plain, best.folded)


def _heads(wanted: str) -> list[str]:
    """Every beginning of the words that ends at a word's end (or before its punctuation), the whole included."""
    tokens = wanted.split(" ")[:40]
    heads = [" ".join(tokens[: n + 1]) for n in range(len(tokens))]
    return list(dict.fromkeys(h for head in heads for h in (head, head.rstrip(":,-–—"))))


def _rest(words: str, name: str) -> str:
    """The words after a name, without what set them apart from it."""
    tokens = words.split(" ")
    for n in range(len(tokens), 0, -1):
        head = folded(" ".join(tokens[:n]), 400)
        if head == name or head.rstrip(":,-–—") == name:
            return " ".join(tokens[n:]).lstrip(":,-–— ").strip()
    return ""
