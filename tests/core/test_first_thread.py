from tests.house import House


async def test_a_client_and_what_happened_become_a_case(house: House) -> None:
    priya = house.seat("Priya")
    await priya.say("start Acme", "The migration slipped and nobody told them.")
    await priya.press("Something else")
    await priya.press(
        "They were kept in the dark"
    ) if "They were kept in the dark" in priya.labels else await priya.say("1")
    await priya.press("Open the case now, the rest later")
    assert "SAL-1 is open" in priya.words
    assert "Next:" in priya.words


async def test_the_same_event_twice_is_one_turn(house: House) -> None:
    from bot.ports import Said

    priya = house.seat("Priya")
    first = await priya.act(Said("start Acme"), event="evt-1")
    again = await priya.act(Said("start Acme"), event="evt-1")
    assert first.cards
    assert not again.cards


async def test_an_unknown_command_gets_the_nearest_one(house: House) -> None:
    priya = house.seat("Priya")
    assert "Did you mean summary?" in await priya.say("sumary")
