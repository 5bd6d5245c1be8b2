"""A confidential case with something of every kind hanging on it, and the words that reach for it."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage.tables import Case, Occurrence, Person, PromiseRow, Reparation, Schedule
from tests.house import MONDAY, House

SECRET = "quarrel about the takeover"
STORY = f"{SECRET}, and nobody told them for a week."

ABOUT_A_CASE = [
    "SAL-1", "Acme", "next SAL-1", "next Acme", "draft apology Acme", "draft SAL-1", "log SAL-1 They called.",
    "log Acme They called.", "promise SAL-1 a report by Friday", "remind SAL-1 weekly", "waiting SAL-1",
    "answered SAL-1", "offer SAL-1", "edit SAL-1", "edit SAL-1 backup", "handover SAL-1 to Omar", "decide SAL-1",
    "close SAL-1", "kept 1", "broken 1", "slip 1", "reading 1 warmer", "reminder 1", "snooze 1", "skip 1", "pause 1",
    "resume 1", "people Acme", "person Acme Dana",
]  # fmt: skip
FOR_MANAGERS = ["ask SAL-1", "call SAL-1", "take SAL-1", "override SAL-1", "approve 1", "decline 1"]
LISTS = ["summary", "summary csv", "clients", "home", "reminders", "promises", "lessons takeover"]


async def make_confidential(house: House) -> None:
    """The one case there is, Omar's: Nina steps in, Vera sponsors it; a promise, a check-in and an offer hang on it."""
    async with house.database.begin() as db:
        case = (await db.scalars(select(Case))).one()
        people = {p.name: p for p in await db.scalars(select(Person))}
        omar = people["Omar"]
        case.confidential = True
        case.backup_id, case.sponsor_id = people["Nina"].id, people["Vera"].id
        db.add(PromiseRow(case_id=case.id, client_id=case.client_id, words=SECRET, owner_id=omar.id,
                          made_at=MONDAY, due_at=MONDAY, state="open"))  # fmt: skip
        schedule = Schedule(workspace_id=case.workspace_id, case_id=case.id, tenant=omar.tenant, place=f"@{omar.key}",
                            cadence={"rhythm": "weekly", "at": "09:00", "weekday": 0, "monthday": None,
                                     "zone": "Europe/Berlin", "on": None},
                            state="on", made_by=omar.id)  # fmt: skip
        db.add(schedule)
        await db.flush()
        db.add(Occurrence(schedule_id=schedule.id, case_id=case.id, due_at=MONDAY))
        db.add(Reparation(case_id=case.id, words=SECRET, offer_cents=100, currency="EUR", state="waiting",
                          by_id=omar.id, at=MONDAY))  # fmt: skip
