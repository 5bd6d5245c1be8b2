from bot.ports import Role, Who
from tests.house import House, Seat


def elsewhere(house: House, name: str, role: Role = Role.admin) -> Seat:
    """Somebody of another tenant of the local tools."""
    who = Who("local2", f"local2:{name.casefold()}", name, role, "Europe/Berlin")
    return Seat(house, who, who.private)


async def code_from(house: House) -> str:
    ada = house.seat("Ada", Role.admin)
    await ada.say("link")
    return ada.words.split("link ")[1].split(".")[0]


async def test_a_code_joins_a_second_platform_and_its_cases(house: House) -> None:
    await house.seat("Priya").say("start Acme: the server is down again and they are furious")
    bert = elsewhere(house, "Bert")
    await bert.say("start Globex: the invoice was wrong twice and they are angry")
    words = await bert.say("/link " + await code_from(house))
    assert "Linked. 1 case from here joined" in words
    assert "SAL-1" in await bert.say("/clients")
    assert "SAL-2" in bert.words
    assert "Globex" in await house.seat("Priya").say("/SAL-2")


async def test_a_code_is_good_once_and_for_a_quarter_of_an_hour(house: House) -> None:
    code = await code_from(house)
    await house.skip(minutes=16)
    assert "not good any more" in await elsewhere(house, "Bert").say(f"link {code}")
    code = await code_from(house)
    assert "Linked" in await elsewhere(house, "Bert").say(f"link {code}")
    third = Who("local3", "local3:cara", "Cara", Role.admin, "Europe/Berlin")
    assert "not good any more" in await Seat(house, third, third.private).say(f"link {code}")


async def test_only_an_admin_links(house: House) -> None:
    assert "Only an admin" in await house.seat("Sam", Role.manager).say("link")


async def test_a_client_on_both_sides_is_sorted_out_first(house: House) -> None:
    await house.seat("Priya").say("start Acme: the server is down again and they are furious")
    bert = elsewhere(house, "Bert")
    await bert.say("start ACME: the invoice was wrong twice and they are angry")
    assert "is a client on both sides" in await bert.say("/link " + await code_from(house))
    assert "SAL-1" in await bert.say("/clients")
