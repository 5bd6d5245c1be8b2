"""A small made-up portfolio, so that a newcomer has something to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import update

from bot.coach.causes import Cause, likely_causes
from bot.errors import Refusal
from bot.ports import Role, Who
from bot.services import cases, clients, people
from bot.services.turn import Result, Turn, offer, told
from bot.storage.tables import Case, Criterion, Entry, Reading, Step

LOCAL = "local"


@dataclass(frozen=True)
class Sample:
    """One made-up client: value in cents a month, days are back from today."""

    name: str
    owner: str
    contact: str
    value: int
    story: str
    severity: str
    fault: str
    opened: int
    contacted: int | None
    readings: tuple[str, ...]
    wish: str
    done: tuple[str, ...] = ()
    notice_in: int | None = None
    cause: Cause | None = None


SAMPLES = (
    Sample(
        "Northwind",
        "Omar",
        "Ingrid Halvorsen",
        1_200_000,
        "The rollout stopped halfway and each week we tell them it is nearly done. Their director asks for the "
        "contract.",
        "high",
        "ours",
        31,
        9,
        ("same", "colder", "colder"),
        "One date for the rollout, and it holds",
        ("research_what_happened",),
        24,
        Cause.missed_deadline_or_no_show,
    ),
    Sample(
        "Acme",
        "Priya",
        "Dana",
        620_000,
        "The migration promised for Friday slipped to Tuesday and nobody told them. Their warehouse stood still on "
        "Monday.",
        "high",
        "ours",
        12,
        1,
        ("colder", "warmer"),
        "A status mail every Thursday",
        ("listen_before_defending", "apologise_and_own"),
        None,
        Cause.kept_in_dark,
    ),
    Sample(
        "Bloom & Partner",
        "Priya",
        "Yusuf Bloom",
        340_000,
        "They dispute the invoice for the extra design rounds and say nobody told them that rounds cost money.",
        "medium",
        "shared",
        8,
        6,
        ("same",),
        "A line on every quote that says what a further round costs",
        (),
        None,
        Cause.policy_or_billing,
    ),
    Sample(
        "Hafen Logistik",
        "Omar",
        "Frau Petersen",
        580_000,
        "The scanners drop out every other morning; we have closed the ticket three times and it comes back.",
        "medium",
        "ours",
        20,
        3,
        ("colder", "same", "warmer"),
        "Two weeks without a drop-out",
        ("listen_before_defending", "apologise_and_own", "fix_fast_no_fanfare"),
        80,
        Cause.unresolved_problem,
    ),
    Sample(
        "St Aldhelm School",
        "Priya",
        "Mrs Okafor",
        400_000,
        "They used to call every week and have gone quiet since the summer. We do not know why.",
        "low",
        "unclear",
        40,
        None,
        (),
        "",
        (),
        None,
        Cause.unknown,
    ),
)


async def load(turn: Turn) -> Result:
    """Make the sample clients and cases, once; only with the local tools."""
    if turn.who.tenant != LOCAL:
        raise Refusal(
            "The made-up clients are only for the browser and the terminal, so that they never mix with real ones."
        )
    made = 0
    for sample in SAMPLES:
        if await clients.exact(turn, sample.name) is None:
            await _make(turn, sample)
            made += 1
    if not made:
        return told("The made-up clients are here already.", offer("Every client at risk", "summary"))
    return told(
        f"{made} made-up clients are here, owned by Priya and Omar.",
        offer("Every client at risk", "summary"),
        offer("What needs me today", "home"),
    )


async def _make(turn: Turn, sample: Sample) -> None:
    key = f"local:{people.folded(sample.owner)}"
    owner = await people.by_key(turn.db, turn.workspace, key)
    if owner is None:
        who = Who(LOCAL, key, sample.owner, Role.member, turn.person.zone)
        owner = await people.person_of(turn.db, turn.workspace, who, turn.now)
    client = await clients.make(turn, sample.name)
    client.value_cents, client.currency, client.owner_id = sample.value, "EUR", owner.id
    if sample.notice_in is not None:
        client.notice_on = _day(turn, sample.notice_in)
    case = await cases.open_case(
        turn,
        client,
        owner=owner,
        backup=None,
        story=sample.story,
        contact=sample.contact,
        cause=sample.cause or likely_causes(sample.story)[0].cause,
        fault=sample.fault,
        severity=sample.severity,
        client_words="",
        our_words="",
        cost_words="",
        heard=bool(sample.readings),
    )
    case.opened_at = turn.now - timedelta(days=sample.opened)
    await turn.db.execute(update(Entry).where(Entry.case_id == case.id).values(at=case.opened_at))
    if sample.contacted is not None:
        case.last_contact_at = turn.now - timedelta(days=sample.contacted)
    case.readings = list(sample.readings)
    case.temperature = sample.readings[-1] if sample.readings else None
    _sounded(turn, case, sample)
    if sample.wish:
        turn.db.add(Criterion(case_id=case.id, words=sample.wish))
    for play in sample.done:
        turn.db.add(Step(case_id=case.id, play=play, state="done", reason="", by_id=owner.id, at=turn.now))
    await cases.settle(turn, case)
    case.touched_at = case.last_contact_at or case.opened_at


def _sounded(turn: Turn, case: Case, sample: Sample) -> None:
    """A reading a week, up to the last contact, so that the weeks can be shown as a picture."""
    for back, reading in enumerate(reversed(sample.readings)):
        at = turn.now - timedelta(days=(sample.contacted or 0) + 7 * back)
        turn.db.add(Reading(workspace_id=case.workspace_id, case_id=case.id, reading=reading, at=at))


def _day(turn: Turn, days: int) -> date:
    return (turn.now + timedelta(days=days)).date()
