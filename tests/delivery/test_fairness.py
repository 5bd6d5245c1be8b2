"""Nobody waits for somebody else's crowd, and every place is written to at its own pace."""

from __future__ import annotations

from itertools import pairwise

from bot.delivery.gate import LANE, Gate
from bot.delivery.pace import Pace
from tests.delivery.post import Office, open_office
from tests.delivery.worker import PACED
from tests.postgres import postgres

POST = 0.05
A_SECOND = int(LANE / POST)
"""Messages of a crowd that its lane posts in a second: a slow machine makes each last longer, and no more of them."""


async def test_ten_thousand_due_in_one_workspace_delay_another_by_less_than_a_second(office: Office) -> None:
    office.platform.seconds = POST
    await office.stock(["fake:crowd"], 10_000)
    await office.stock(["fake:small"], 0)
    office.run()
    await office.platform.until(lambda: len(office.platform.posts) > 200, 30)
    for n in range(5):
        before = len(office.platform.posts)
        await office.post("fake:small:A", f"small{n}", tenant="fake:small")
        await office.platform.until(lambda n=n: f"small{n}" in office.platform.at)  # type: ignore[misc]
        assert office.platform.keys.index(f"small{n}") - before < A_SECOND


async def test_many_workspaces_at_once_each_get_their_first_message_early(url: str) -> None:
    async with open_office(url, gate=Gate(slots=16)) as office:
        office.platform.seconds = 0.02
        await office.stock(20, 20)
        office.run()
        await office.platform.until(lambda: len({p.place.split(":C")[0] for p in office.platform.posts}) == 20, 20)
        assert len(office.platform.posts) < 20 * 20 / 2


async def test_a_place_is_written_to_at_its_pace_whoever_has_the_lane(url: str) -> None:
    async with open_office(url, paces={"fake": Pace(place=0.3)}) as office:
        await office.stock(["fake:T0"], 4, one_place=True)
        office.run()
        await office.platform.until(lambda: len(office.platform.posts) == 2)
        await office.stop()
        office.engine._stopping = False  # type: ignore[attr-defined] # the same process starts anew
        office.run()
        await office.platform.until(lambda: len(office.platform.posts) == 4)
        times = sorted(office.platform.at.values())
        assert min(later - earlier for earlier, later in pairwise(times)) >= 0.29, "also from one turn to the next"


async def test_a_workspace_is_written_to_at_its_pace(url: str) -> None:
    async with open_office(url, paces={"fake": Pace(workspace=0.1)}) as office:
        await office.stock(["fake:T0"], 6)
        office.run()
        await office.platform.until(lambda: len(office.platform.posts) == 6)
        times = sorted(office.platform.at.values())
        assert times[-1] - times[0] >= 0.45


async def test_two_processes_together_keep_the_pace_of_a_place_and_of_a_workspace() -> None:
    async with open_office(await postgres().fresh()) as office:
        await office.stock(["paced:one"], 8, one_place=True)
        await office.stock(["paced:many"], 20)
        leaving, _ = await office.worker(), await office.worker()
        await office.platform.until(lambda: _of(office, "one")[2:] != [], 30)
        leaving.terminate()
        await office.platform.until(lambda: len(office.platform.posts) == 28, 60)
        assert min(later - earlier for earlier, later in pairwise(_of(office, "one"))) > PACED.place * 0.9
        many = _of(office, "many")
        assert many[-1] - many[0] > PACED.workspace * len(many) * 0.8


def _of(office: Office, tenant: str) -> list[float]:
    """When each message of a tenant was taken, in order."""
    keys = [post.key for post in office.platform.posts if post.place.startswith(f"paced:{tenant}:")]
    return sorted(office.platform.at[key] for key in keys)
