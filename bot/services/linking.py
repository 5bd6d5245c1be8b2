"""One team on two platforms: an admin's one-time code joins a second tenant to the first one's workspace.

Everything the second tenant had moves along; its cases get the next numbers, so that no two share one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from bot.errors import Refusal
from bot.ports import Role
from bot.services.turn import Result, Turn, told
from bot.storage.tables import (
    Audit,
    Base,
    Case,
    Client,
    Note,
    Tenant,
    Workspace,
)

GOOD_FOR = timedelta(minutes=15)
_KIND = "link_code"
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike when somebody types them over."""


async def offer_code(turn: Turn) -> Result:
    """A code for an admin to type on the other platform, good once and for a quarter of an hour."""
    _require_admin(turn)
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    turn.db.add(
        Note(
            kind=_KIND,
            key=_hashed(code),
            value={"workspace": turn.workspace.id, "until": (turn.now + GOOD_FOR).isoformat()},
        )
    )
    turn.audit("made a code to link another platform")
    return told(
        f"Type this to me on the other platform, as an admin there, within 15 minutes: link {code}. "
        "Its clients and cases then join the ones here."
    )


async def join(turn: Turn, code: str) -> Result:
    """Join this tenant to the workspace a code was made in."""
    _require_admin(turn)
    note = await turn.db.scalar(select(Note).where(Note.kind == _KIND, Note.key == _hashed(code)).with_for_update())
    if note is None or datetime.fromisoformat(note.value["until"]) < turn.now:
        raise Refusal("That code is not good any more. Type link on the other platform for a new one.")
    target = await turn.db.get(Workspace, int(note.value["workspace"]))
    await turn.db.delete(note)
    if target is None or target.id == turn.workspace.id:
        raise Refusal("That code was made here. Type it on the other platform.")
    await _refuse_same_clients(turn, target)
    moved = await _move(turn, target)
    turn.db.add(
        Audit(
            workspace_id=target.id,
            person_id=turn.person.id,
            case_id=None,
            what=f"linked {turn.who.tenant}",
            at=turn.now,
        )
    )
    turn.workspace = target
    cases = f"{moved} case" + ("s" if moved != 1 else "")
    return told(f"Linked. {cases} from here joined; from now on both platforms show the same clients.")


def _require_admin(turn: Turn) -> None:
    if turn.role is not Role.admin:
        raise Refusal("Only an admin can link two platforms. Ask yours.")


def _hashed(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


async def _refuse_same_clients(turn: Turn, target: Workspace) -> None:
    """Two clients of one name would have to be guessed apart: a person sorts that out first."""
    here = select(Client.folded).where(Client.workspace_id == turn.workspace.id)
    same = await turn.db.scalar(
        select(Client.name).where(Client.workspace_id == target.id, Client.folded.in_(here)).limit(1)
    )
    if same is not None:
        raise Refusal(f"{same[:80]} is a client on both sides. Close and rename it on one of them, then link again.")


async def _move(turn: Turn, target: Workspace) -> int:
    """Move every row of this workspace; gives how many cases there were."""
    source = turn.workspace
    numbers = (await turn.db.scalars(select(Case.id).where(Case.workspace_id == source.id).order_by(Case.number))).all()
    first = target.next_number
    target.next_number = first + len(numbers)
    await turn.db.flush()
    for n, case_id in enumerate(numbers):
        await turn.db.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(workspace_id=target.id, number=first + n)
            .execution_options(synchronize_session=False)
        )
    for mapper in Base.registry.mappers:
        table = mapper.class_.__table__
        if "workspace_id" in table.c and mapper.class_ is not Case:
            await turn.db.execute(update(table).where(table.c.workspace_id == source.id).values(workspace_id=target.id))
    await turn.db.refresh(turn.person)
    await turn.db.refresh(target)
    left = await turn.db.scalar(select(func.count()).select_from(Tenant).where(Tenant.workspace_id == source.id))
    assert not left, "every tenant of the source has moved"
    return len(numbers)
