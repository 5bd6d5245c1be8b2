"""The operator names the first admin, where the platform tells no roles."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.errors import NotFound
from bot.naming import name_role
from bot.ports import Commanded, Inbound, Role, Who
from tests.house import House


async def say(house: House, who: Who, words: str) -> str:
    """Words typed by somebody of whom the platform tells no role."""
    reply = await house.conversation.handle(
        Inbound(f"{who.key}:{next(house.numbers)}", who, who.private, Commanded(words))
    )
    return " ".join(c.text for c in reply.cards)


def colleague(name: str) -> Who:
    return Who("teams:t", f"teams:t:{name}", name)


async def test_the_operator_names_the_first_admin_and_admins_name_the_others(house: House) -> None:
    priya, omar = colleague("Priya"), colleague("Omar")
    await say(house, omar, "home")
    assert "Only an admin" in await say(house, priya, "role Omar manager")
    settings = Settings(database_url=house.database.url)
    assert await name_role(settings, "Priya", Role.admin) == "Priya is now admin."
    assert "Omar is now manager." in await say(house, priya, "role Omar manager")


async def test_a_name_that_fits_nobody_or_several_names_nobody(house: House) -> None:
    for name in ("Priya Shah", "Priya Nair"):
        await say(house, colleague(name), "home")
    settings = Settings(database_url=house.database.url)
    with pytest.raises(NotFound, match="say hello"):
        await name_role(settings, "Sam", Role.admin)
    with pytest.raises(NotFound, match="teams:t:Priya Nair"):
        await name_role(settings, "Priya", Role.admin)
    assert await name_role(settings, "teams:t:Priya Nair", Role.admin) == "Priya Nair is now admin."
