"""What somebody had begun to tell about a case when it ended: kept in its history instead of dropped."""

from __future__ import annotations

from sqlalchemy import select

from bot.services.turn import Turn
from bot.storage.tables import Case, Client, ConversationRow, Entry, Person
from bot.view import card, clip, say

FREE_WORDS = {
    "log": ("words", "wishes", "wishes_edited"),
    "reparation": ("what",),
    "decide": ("reason",),
    "handover": ("avoid", "touch"),
    "override": ("reason",),
    "close": ("wishes", "confirmed", "leaving", "reasons", "hand_back_details", "lesson"),
}
"""The answers, or words a dialog was begun with, that somebody told about a case, by dialog."""


def told_in(row: ConversationRow) -> str:
    """The words told so far in a conversation about a case; '' for none."""
    keys = FREE_WORDS.get(row.dialog, ())
    told = [words for kept in (row.args, row.answers) for key in keys if isinstance(words := kept.get(key), str)]
    return " / ".join(words.strip() for words in told if words.strip())


async def keep(turn: Turn, case: Case, row: ConversationRow) -> bool:
    """End a conversation and keep its words with the case; whether there were any."""
    row.state = "cancelled"
    words = told_in(row)
    if not words:
        return False
    line = f"told while closing: {words}"
    turn.db.add(Entry(case_id=case.id, at=turn.now, by_id=row.person_id, kind="note", words=line, data={}))
    return True


async def at_closing(turn: Turn, case: Case, *, watched: bool) -> bool:
    """Keep what is half told about a case that ends; whether the person who ends it had told any of it.

    While the client is watched, others can still say how they sounded, so that their questions stay.
    """
    query = select(ConversationRow).where(
        ConversationRow.case_id == case.id,
        ConversationRow.dialog.in_(FREE_WORDS),
        ConversationRow.state.in_(("open", "parked")),
    )
    mine = False
    for row in (await turn.db.scalars(query.order_by(ConversationRow.id))).all():
        if row.person_id == turn.person.id:
            mine = await keep(turn, case, row) or mine
        elif not (watched and row.dialog == "log") and await keep(turn, case, row):
            await tell(turn, case, row, "{who} has closed {client}'s case (SAL-{n}).")
    return mine


async def tell(turn: Turn, case: Case, row: ConversationRow, why: str = "{client}'s case (SAL-{n}) is closed.") -> None:
    """Whoever had begun to tell hears in private where it is kept, since it is not asked about any more."""
    client = await turn.db.get_one(Client, case.client_id)
    words = f"{why} What you had begun to tell me is kept in its history."
    shows = card(say(words, who=turn.person.name, client=clip(client.name, 60), n=case.number))
    turn.tell(await turn.db.get_one(Person, row.person_id), f"halftold:{row.id}", shows, case_id=case.id)
