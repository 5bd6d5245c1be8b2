"""Whom words are about, as people type them: quotes, half sentences, names that begin alike."""

from tests.core.told import manager, opened
from tests.house import House


async def test_a_name_in_quotes_may_hold_quotes(house: House) -> None:
    priya = house.seat()
    assert 'The "Quoted" Company is new to me' in await priya.say('start “The "Quoted" Company”')


async def test_a_longer_name_is_another_client_until_somebody_says_otherwise(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    said = await priya.say("start Acme Nordic Ltd")
    assert "Which one do you mean?" in said
    assert priya.labels == ["Acme", "A new client"]
    assert "Acme Nordic Ltd is new to me" in await priya.say("2")


async def test_a_sentence_after_a_known_name_is_still_its_story(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("start Acme they found another fault in the export", "same trouble")
    assert "How did Acme sound" in priya.words


async def test_two_words_open_no_case_by_themselves(house: House) -> None:
    priya = house.seat()
    said = await priya.say("start Acme: invoice wrong")
    assert "is open" not in said
    assert "What happened?" not in said, "what was told is not asked again"
    assert priya.labels


async def test_a_slip_in_because_is_no_part_of_the_name(house: House) -> None:
    priya = house.seat()
    assert "SAL-1 · Acme ·" in await priya.say("start Acme becuase we broke the export on Monday")


async def test_a_client_who_is_mad_is_not_a_client_called_so(house: House) -> None:
    priya = house.seat()
    said = await priya.say("acme is mad")
    assert "acme is mad has" not in said
    assert "Start a case for acme" in priya.labels
    await opened(priya)
    assert "Shall I keep that as news of Acme?" in await priya.say("Acme is happier now")
    await priya.press("Keep it")
    assert "How did Acme sound" in priya.words


async def test_a_story_that_begins_with_a_name_offers_the_name(house: House) -> None:
    priya = house.seat()
    said = await priya.say("Northwind says the export is broken since yesterday and Tom threatens to leave")
    assert "Which client is it?" in said
    assert priya.labels == ["Northwind"]
    await opened(priya, "Bolt")
    await priya.say("cancel")
    assert "Bolt already has SAL-1 open" in await priya.say("Bolt says the export is broken again and again")
    assert "How did Bolt sound" in await priya.say("same trouble"), "what was told is kept as their words"


async def test_another_start_is_no_clients_name(house: House) -> None:
    priya = house.seat()
    await priya.say("start")
    assert "SAL-1 · Bolt" in await priya.say("start Bolt: the migration slipped and nobody told them")


async def test_somebody_who_tells_of_anger_does_not_hear_that_nothing_is_wrong(house: House) -> None:
    priya = house.seat()
    for story, heard in (
        ("they are mad", "That sounds like nobody knows yet what went wrong."),
        ("הלקוח כועס", "I can't tell yet what went wrong there."),
        ("the export", "I can't tell yet what went wrong there."),
    ):
        assert heard in await priya.say("start Acme", story)
        assert priya.labels[0] != "Nothing is wrong"
        await priya.say("cancel")


async def test_how_bad_it_is_need_not_be_known(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "We missed the deadline again.", "1", "not sure")
    assert "Not sure yet" in priya.labels
    assert "What has it cost Acme so far?" in await priya.say("dunno")


async def test_newcomers_questions_are_answered(house: House) -> None:
    priya = house.seat()
    assert "What I can do" in await priya.say("who are you?")
    assert "What I can do" in await priya.say("What can you do?")
    assert "Nothing needs you today" in await priya.say("what should I do")


async def test_what_is_done_at_the_command_line_is_said_to_be_so(house: House) -> None:
    sam = manager(house)
    await opened(sam)
    for words, command in (("erase Acme", "erase"), ("delete Acme", "erase"), ("export", "export"), ("audit", "audit")):
        assert f"they type: salvage {command}." in await sam.say(words)


async def test_a_role_for_nobody_speaks_of_no_case(house: House) -> None:
    from bot.ports import Role

    ada = house.seat("Ada", Role.admin)
    said = await ada.say("role Nobody manager")
    assert "I know nobody called Nobody." in said
    assert "case" not in said


async def test_words_behind_a_number_are_news_of_that_case(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Shall I keep that as news of Acme (SAL-1)?" in await priya.say("SAL-1: she wants a refund")
    await priya.press("Keep it")
    assert "How did Acme sound" in priya.words


async def test_a_sentence_about_them_is_a_story_and_no_name(house: House) -> None:
    priya = house.seat()
    assert "Which client is it?" in await priya.say("they hate our new tool")
