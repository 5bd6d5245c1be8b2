"""Two workspaces on one coach: every command, control and form of one, tried with the other's ids."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from sqlalchemy import Table, func, or_, select

from bot.commands import COMMANDS
from bot.storage.tables import Base, Case, Person, Schedule, Workspace
from tests.fakes.slack import Json, Message, View
from tests.house import House
from tests.slack.actor import Actor, control, words
from tests.slack.stage import Stage, open_stage
from tests.slack.test_slack_hostile import DIALOGS, walk
from tests.slack.test_slack_install import an_installation, installations
from tests.slack.test_slack_story import open_case, with_check_in
from tests.stories.stage import unhurried

SECRETS = ("warehouse", "Priya", "Hendrika", "#ops", "kept in the dark · ours")
"""What only the first workspace's people ever said, or are called."""

AIMS = ("", "Acme", "SAL-1", "SAL-2 healed", "SAL-1 x by Friday", "1", "2 move")


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    """Priya's workspace with all there can be in it; Thea owns another one."""
    unhurried(house)
    async with open_stage(house.conversation, house=house, engine=house.database.engine) as opened:
        other = opened.slack.team("T2", "xoxb-two")
        other.person("UTHEA", "Thea", is_owner=True)
        other.channel("C9", "theirs", ["UTHEA"])
        for team, token in (("T1", "xoxb-one"), ("T2", "xoxb-two")):
            await installations(opened).store.async_save(an_installation(team, token))
        await live(opened, house)
        yield opened


async def live(stage: Stage, house: House) -> None:
    """Two weeks in the first workspace."""
    priya, sam = await with_check_in(stage, "#ops"), stage.actor("USAM")
    await open_case(priya, "Beta")
    for command in ("person Acme Hendrika", "promise Acme the warehouse report by Friday", "waiting Acme",
                    "log Acme she says the warehouse stood still"):  # fmt: skip
        await priya.command(command)
        while "UPRIYA" in stage.slack.modals:
            await priya.submit(**every_answer(priya))
    for dialog in DIALOGS:
        await walk(priya, f"{dialog} SAL-2", "the warehouse stood still")
    for command in ("reminders", "promises", "clients", "SAL-1", "home"):
        await priya.command(command)
    for command in ("summary", "review", "ask SAL-1 how is the warehouse", "decide SAL-1", "override SAL-1"):
        await sam.command(command)
    await priya.open_home()
    await sam.open_home()
    await house.skip(days=14)
    await stage.deliver()
    await priya.command("start Gamma")


def every_answer(somebody: Actor) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for block_id, block in somebody.modal.inputs.items():
        offered = block["element"].get("options")
        kind, _, key = block_id.partition(":")
        first = offered[0]["text"]["text"] if offered else "the warehouse stood still"
        many = block["element"]["type"] == "checkboxes"
        given[f"{key}_pick" if kind == "o" else key] = [first] if many else first
    return given


# --- what must not change, and not be seen -----------------------------------------------------------------


async def everything_of(house: House, tenant: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that belongs to a tenant's workspace."""
    async with house.database.reading() as db:
        workspace = await db.scalar(select(Person.workspace_id).where(Person.tenant == tenant).limit(1))
        mine = {
            "workspace_id": select(Workspace.id).where(Workspace.id == workspace),
            "person_id": select(Person.id).where(Person.workspace_id == workspace),
            "case_id": select(Case.id).where(Case.workspace_id == workspace),
            "schedule_id": select(Schedule.id).where(Schedule.workspace_id == workspace),
        }
        kept: dict[str, list[tuple[Any, ...]]] = {}
        for table in Base.metadata.sorted_tables:
            columns = [c for c in table.c if c.name in mine] + ([table.c.id] if table.name == "workspaces" else [])
            if columns:
                ours = [c.in_(mine.get(c.name, mine["workspace_id"])) for c in columns]
                kept[table.name] = [tuple(row) for row in await db.execute(ordered(table).where(or_(*ours)))]
        return kept


def ordered(table: Table) -> Any:
    return select(table).order_by(table.c.id)


def shown_to(stage: Stage, user: str) -> str:
    """Everything this person was ever shown, in messages, forms and at home."""
    messages = [m.text + words(m.blocks) for m in stage.slack.messages if m.only == user or m.channel == f"D{user}"]
    return "\n".join([*messages, *(words(v) for v in stage.slack.views if v["_of"] == user)])


async def untouched(stage: Stage, before: dict[str, list[tuple[Any, ...]]]) -> None:
    assert stage.house
    await stage.deliver()
    after = await everything_of(stage.house, "slack:T1")
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    seen = shown_to(stage, "UTHEA")
    assert seen
    assert [secret for secret in SECRETS if secret in seen] == []


# --- what is tried -----------------------------------------------------------------------------------------


async def test_what_is_looked_for_would_be_found(stage: Stage) -> None:
    assert stage.house
    kept = await everything_of(stage.house, "slack:T1")
    filled = {name for name, rows in kept.items() if rows}
    assert filled >= {"cases", "clients", "people", "schedules", "occurrences", "promises", "conversations", "timeline"}
    assert all(secret in shown_to(stage, "UPRIYA") + shown_to(stage, "USAM") for secret in SECRETS)
    await stage.actor("UPRIYA").command("log SAL-1 they are calmer")
    assert await everything_of(stage.house, "slack:T1") != kept


async def test_no_command_reads_or_changes_the_other_workspaces_cases(stage: Stage) -> None:
    assert stage.house
    thea, before = stage.actor("UTHEA", "C9", "T2"), await everything_of(stage.house, "slack:T1")
    for name in [c.name for c in COMMANDS] + [""]:
        for aim in AIMS:
            await thea.command(f"{name} {aim}".strip())
            stage.slack.modals.pop("UTHEA", None)
    await untouched(stage, before)


async def test_no_control_of_the_other_workspace_can_be_pressed(stage: Stage) -> None:
    assert stage.house
    thea, before = stage.actor("UTHEA", "C9", "T2"), await everything_of(stage.house, "slack:T1")
    controls = every_control(stage)
    assert len(controls) > 60
    theirs = Message("C1", "1.1", "", [], "UBOT")
    for element in controls:
        as_theirs = thea.press_payload(theirs, element)
        as_her_own = {**as_theirs, "channel": {"id": "C9"}, "container": {"type": "message", "message_ts": "1.2"}}
        as_her_own["message"] = {"ts": "1.2", "team": "T2", "blocks": []}
        alone = {k: v for k, v in as_her_own.items() if k != "message"}
        at_home = {**alone, "container": {"type": "view"}, "view": {"id": "VX", "type": "home"}}
        for body in (as_theirs, as_her_own, at_home):
            await stage.slack.deliver("interactive", body)
            stage.slack.modals.pop("UTHEA", None)
    await untouched(stage, before)


def every_control(stage: Stage) -> list[Json]:
    """Each button and menu that the first workspace was ever shown, with each of its choices."""
    blocks: Iterable[Json] = (b for shown in [*stage.slack.payloads, *(v["blocks"] for v in stage.slack.views)]
                              for b in shown)  # fmt: skip
    elements = [e for b in blocks for e in b.get("elements", ()) if "action_id" in e]
    found: dict[str, Json] = {}
    for e in elements:
        if e["type"] == "button":
            found[e["value"]] = e
        for option in e.get("options", ()):
            found[option["value"]] = {**e, "options": [option]}
    return list(found.values())


async def test_no_form_of_the_other_workspace_can_be_sent(stage: Stage) -> None:
    assert stage.house
    before = await everything_of(stage.house, "slack:T1")
    forms = [v for v in stage.slack.views if v["type"] == "modal" and any(b["type"] == "input" for b in v["blocks"])]
    assert len(forms) > 20
    for n, form in enumerate(forms):
        view = View(f"VF{n}", "T2", "UTHEA", form, "h")
        values = {key: {"v": control(block, {})} for key, block in view.inputs.items()}
        for given in (values, {k: answered(block) for k, block in view.inputs.items()}):
            body = {
                "type": "view_submission", "team": {"id": "T2"}, "user": {"id": "UTHEA", "team_id": "T2"},
                "api_app_id": "A1", "trigger_id": stage.slack.trigger("UTHEA"),
                "view": {**form, "id": view.id, "hash": "h", "state": {"values": given}},
            }  # fmt: skip
            await stage.slack.deliver("interactive", body)
            stage.slack.modals.pop("UTHEA", None)
    await untouched(stage, before)


def answered(block: Json) -> Json:
    element = block["element"]
    offered = element.get("options") or [o for g in element.get("option_groups", ()) for o in g["options"]]
    match element["type"]:
        case "plain_text_input":
            return {"v": {"type": "plain_text_input", "value": "mine now"}}
        case "checkboxes" | "multi_static_select":
            return {"v": {"type": element["type"], "selected_options": offered}}
        case other:
            return {"v": {"type": other, "selected_option": offered[-1]}}


async def test_the_numbers_of_cases_begin_anew_in_each_workspace(stage: Stage) -> None:
    assert stage.house
    thea = stage.actor("UTHEA", "C9", "T2")
    await open_case(thea, "Delta")
    assert "SAL-1" in shown_to(stage, "UTHEA")
    async with stage.house.database.reading() as db:
        assert await db.scalar(select(func.count()).select_from(Case).where(Case.number == 1)) == 2
