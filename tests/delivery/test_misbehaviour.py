"""What a platform may do to us, and that people see each message once and in order all the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.deliveries import listing
from bot.storage.tables import Outgoing, Person
from tests.delivery.platform import Post
from tests.delivery.post import Office, open_office


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    """A post office whose messenger waits a second for an answer."""
    async with open_office(url, patience=1) as opened:
        yield opened


@pytest.mark.parametrize("what", ["429", "500", "hang", "cut"])
async def test_a_message_is_seen_once_however_its_first_try_went_wrong(office: Office, what: str) -> None:
    await office.stock(["fake:T0"], 0)
    office.platform.behave = lambda post: what if post.tried == 1 else "ok"
    office.run()
    for n in range(3):
        await office.post("fake:T0:C1", f"m{n}")
    await office.until_states(lambda s: s["sent"] == 3)
    assert office.platform.keys == ["m0", "m1", "m2"]


async def test_a_place_keeps_its_order_while_another_one_goes_on(office: Office) -> None:
    await office.stock(["fake:T0"], 0)
    office.platform.behave = lambda post: "500" if post.key == "a0" and post.tried < 3 else "ok"
    for n in range(3):
        await office.post("fake:T0:A", f"a{n}")
        await office.post("fake:T0:B", f"b{n}")
    office.run()
    await office.until_states(lambda s: s["sent"] == 6)
    keys = office.platform.keys
    assert [k for k in keys if k[0] == "a"] == ["a0", "a1", "a2"]
    assert keys.index("b2") < keys.index("a0")


async def test_what_can_never_be_delivered_is_dead_and_its_owner_is_told_privately(office: Office) -> None:
    await office.stock(["fake:T0"], 1)
    office.platform.behave = lambda post: "never" if post.place == "fake:T0:C1" else "ok"
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) == 1)
    assert office.platform.posts[0].place == "@fake:T0:U1"
    states = await office.until_states(lambda s: s["sent"] == 1)
    assert states == Counter(dead=1, sent=1)
    async with office.database.reading() as db:
        dead = await db.scalar(select(Outgoing).where(Outgoing.state == "dead"))
    assert dead is not None
    assert "archived" in dead.problem


async def _lead(office: Office, name: str, role: str) -> None:
    async with office.database.begin() as db:
        one = (await db.scalars(select(Person))).first()
        assert one is not None
        db.add(
            Person(
                workspace_id=one.workspace_id, tenant="fake:T0", key=f"fake:T0:{name}", name=name, folded=name.lower(),
                role=role, zone="UTC", hours={}, seen_at=office.clock.now(),
            )
        )  # fmt: skip


async def test_a_check_in_whose_owner_cannot_be_written_to_either_reaches_the_manager(office: Office) -> None:
    await office.stock(["fake:T0"], 1)
    await _lead(office, "Ada", "admin")
    await _lead(office, "Sam", "manager")
    office.platform.behave = lambda post: "ok" if post.place == "@fake:T0:Sam" else "never"
    office.run()
    assert await office.until_states(lambda s: s["sent"] == 1) == Counter(dead=2, sent=1)
    (news,) = office.platform.posts
    said = office.platform.said[news.key]
    assert news.place == "@fake:T0:Sam"
    assert "I couldn't write to Priya about Client 1 (SAL-1)." in said
    assert all(label in said for label in ("Warmer", "Colder", "Take it over"))


async def test_a_manager_who_cannot_be_written_to_is_passed_over_until_nobody_is_left(office: Office) -> None:
    await office.stock(["fake:T0"], 1)
    for name, role in (("Sam", "manager"), ("Kim", "manager"), ("Ada", "admin")):
        await _lead(office, name, role)
    office.platform.behave = lambda post: "ok" if post.place == "@fake:T0:Ada" else "never"
    office.run()
    assert await office.until_states(lambda s: s["sent"] == 1) == Counter(dead=4, sent=1)
    assert [post.place for post in office.platform.posts] == ["@fake:T0:Ada"]


async def test_one_closed_chat_is_one_piece_of_news_a_day(office: Office) -> None:
    await office.stock(["fake:T0"], 0)
    await _lead(office, "Sam", "manager")
    office.platform.behave = lambda post: "never" if post.place == "@fake:T0:U1" else "ok"
    office.run()
    for n in range(3):
        await office.post("@fake:T0:U1", f"m{n}")
    assert await office.until_states(lambda s: s["dead"] == 3 and not s["waiting"] + s["sending"]) == Counter(
        dead=3, sent=1
    )
    (news,) = office.platform.posts
    assert news.place == "@fake:T0:Sam"
    assert "m0" not in office.platform.said[news.key]


async def test_where_nobody_leads_a_dead_message_is_still_listed(office: Office) -> None:
    await office.stock(["fake:T0"], 1)
    office.platform.behave = lambda post: "never"
    office.run()
    assert await office.until_states(lambda s: s["dead"] == 2) == Counter(dead=2)
    async with office.database.reading() as db:
        lines = await listing(db, "dead", 10)
    assert [line for line in lines if "archived" in line and "@fake:T0:U1" in line]


async def test_a_stored_message_that_cannot_be_read_is_dead_and_harms_no_other(office: Office) -> None:
    await office.stock(["fake:T0"], 0)
    await office.post("fake:T0:A", "broken")
    await office.post("fake:T0:A", "whole")
    async with office.database.begin() as db:
        broken = await db.scalar(select(Outgoing).where(Outgoing.key == "broken"))
        assert broken is not None
        broken.card = {"never": "a card"}
    office.run()
    await office.platform.until(lambda: office.platform.keys == ["whole"])
    assert await office.until_states(lambda s: s["sent"] == 1) == Counter(dead=1, sent=1)


async def test_a_try_after_a_lost_answer_asks_the_platform_before_it_posts(office: Office) -> None:
    await office.stock(["fake:T0"], 0)
    office.platform.behave = lambda post: "hang"
    office.run()
    await office.post("fake:T0:A", "once")
    await office.until_states(lambda s: s["sent"] == 1)
    assert office.platform.asked == ["once"]
    assert office.platform.tries["once"] == 1


async def test_a_message_that_changes_another_one_waits_for_it(office: Office) -> None:
    await office.stock(["fake:T0"], 0)
    office.platform.behave = lambda post: "500" if post.tried == 1 else "ok"
    await office.post("fake:T0:A", "first")
    async with office.database.begin() as db:
        first = await db.scalar(select(Outgoing).where(Outgoing.key == "first"))
        assert first is not None
        db.add(
            Outgoing(
                workspace_id=first.workspace_id, tenant=first.tenant, place=first.place, key="first:answered",
                card=first.card, secret=True, edits="first", state="waiting", not_before=first.not_before,
                made_at=first.made_at, problem="",
            )
        )  # fmt: skip
    office.run()
    await office.platform.until(lambda: office.platform.changes == ["first"])
    assert office.platform.keys == ["first"]


async def test_a_busy_channel_and_a_hanging_workspace_hold_up_nobody_else(office: Office) -> None:
    await office.stock(["fake:T0", "fake:T1"], 0)
    await office.stock(["fake:hanging"], 60)

    def behave(post: Post) -> str:
        return "hang" if "hanging" in post.place else "429" if post.place == "fake:T0:busy" else "ok"

    office.platform.behave = behave
    office.run()
    for n in range(5):
        await office.post("fake:T0:busy", f"busy{n}")
    await office.platform.until(lambda: len(office.platform.posts) >= 2 and "busy0" in office.platform.tries)
    for n in range(3):
        began = asyncio.get_running_loop().time()
        await office.post("fake:T1:A", f"quick{n}", tenant="fake:T1")
        await office.post("fake:T0:free", f"free{n}")
        await office.platform.until(lambda n=n: {f"quick{n}", f"free{n}"} <= set(office.platform.at))  # type: ignore[misc]
        assert office.platform.at[f"quick{n}"] - began < 1
    assert not any(key.startswith("busy") for key in office.platform.keys)
