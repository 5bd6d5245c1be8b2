"""What people mistype, paste and try: each gets a sentence that says what to do, and nothing is half-done."""

import pytest
from sqlalchemy import func, select

from bot.ports import Pressed, Submitted
from bot.storage.tables import Case, Client, PromiseRow, Schedule
from bot.view import AnswerPress, CommandPress, press_value
from tests.core.told import opened
from tests.house import House

NAMES = (
    'O\'Brien & Söhne "Nord"',
    "Acme 🚀 GmbH",
    "[Acme](https://x.test) *bold* `code`",
    "@everyone",
    "<!channel>",
    "<script>alert(1)</script>",
    "小林商店",
    "مؤسسة النور",
    "{client} %s {0}",
    "A" * 300,
    "SAL & Partner",
)


async def count(house: House, table: type) -> int:
    async with house.database.begin() as db:
        return int(await db.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.parametrize(
    ("typed", "meant"), [("sumary", "summary"), ("strat Acme", "start"), ("remnid Acme", "remind"), ("hlep", "help")]
)
async def test_a_word_that_is_nearly_a_command_gets_the_nearest_one(house: House, typed: str, meant: str) -> None:
    priya = house.seat()
    assert f"Did you mean {meant}?" in await priya.say(typed)
    assert priya.labels == [f"Yes, {meant}", "Help"]


async def test_the_nearest_command_keeps_what_was_typed_after_it(house: House) -> None:
    priya = house.seat()
    await priya.say("strat Acme")
    assert "Acme is new to me." in await priya.press("Yes, start")


@pytest.mark.parametrize("words", ["", "   ", "\x00\x01", "\u202e", "\n\n"])
async def test_nothing_typed_is_home(house: House, words: str) -> None:
    assert "Tell me about a client" in (await house.seat().say(words))


async def test_nothing_typed_into_a_question_asks_it_again(house: House) -> None:
    priya = house.seat()
    await priya.say("start")
    assert await priya.say("\u202e\x00") == (
        "I need a few words here. Type them, or type cancel to stop.\nWhich client is it?"
    )


async def test_a_story_of_forty_thousand_characters_is_kept_whole(house: House) -> None:
    priya = house.seat()
    story = "They waited and nobody told them. " * 1200
    await priya.say("start Acme", story, "1", "Open the case now, the rest later")
    async with house.database.begin() as db:
        case = await db.scalar(select(Case))
        assert case is not None
        assert case.story == story.strip()
    card = await priya.say("cancel", "Acme")
    assert "characters are kept in full" in card
    assert len(card) < 4000


async def test_a_text_too_long_to_keep_says_how_much_is_possible(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    assert "100,000 characters; I can keep 50,000" in await priya.say("x" * 100_000)


async def test_control_characters_and_turned_around_text_are_left_out(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "They \u202ewaited\u202c\x00 a \x07week.\r\nNobody called.", "1")
    await priya.say("Open the case now, the rest later", "cancel")
    card = await priya.say("Acme")
    assert "They waited a week." in card
    assert not any(c in card for c in "\u202e\u202c\x00\x07\r")


async def test_markup_is_shown_as_it_was_typed(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "**Dana** waited {client} <b>a week</b> ~~for~~ nothing & <!channel>", "1")
    await priya.say("Open the case now, the rest later", "cancel")
    assert "> **Dana** waited {client} <b>a week</b> ~~for~~ nothing & <!channel>" in await priya.say("Acme")


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_can_be_opened_found_logged_and_closed(house: House, name: str) -> None:
    priya = house.seat()
    await priya.say("start", name, "They waited a week and nobody called.", "1")
    assert "SAL-1 is open" in await priya.say("Open the case now, the rest later")
    await priya.say("cancel")
    async with house.database.begin() as db:
        assert await db.scalar(select(Client.name)) == name
    assert "SAL-1" in await priya.say("clients")
    await priya.say(f'log "{name}" She is glad.' if '"' not in name else "log SAL-1 She is glad.", "warmer")
    await priya.say("I still need to ask")
    assert "She is glad." in await priya.say("cancel", "SAL-1")
    await priya.say("close SAL-1", "lost", "They said nothing")
    assert "SAL-1 is closed" in await priya.say("nothing new")


async def test_a_name_longer_than_can_be_kept_is_refused_with_the_limit(house: House) -> None:
    priya = house.seat()
    await priya.say("start", "B" * 301, "They waited a week and nobody called.", "1")
    assert "301 characters; 300 is the most" in await priya.say("Open the case now, the rest later")
    assert await count(house, Case) == 0


async def test_near_names_are_asked_about_and_never_guessed(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Northwind Traders")
    assert "Did you mean one of these?" in await priya.say("Northwind")
    assert priya.labels == ["Northwind Traders", "A new client"]
    assert "Did you mean Northwind Traders?" in await priya.say("log Northwing Traders she called")
    await priya.say("start Northwind Trader")
    assert "I know names like it" in priya.words
    assert "Northwind Trader is new to me." in await priya.say("A new client")


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("yesterday", "That is in the past"),
        ("31 February", "February has no 31st. Try 28 February or 1 March."),
        ("25:00", "A day has no 25:00"),
        ("3/4", "Write the month as a word"),
        ("the 32nd", "32nd"),
    ],
)
async def test_a_promise_with_a_time_that_cannot_be_asks_for_the_time_alone(house: House, when: str, says: str) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say(f"promise Acme the list by {when}")
    assert says in priya.words
    assert "By when is it due? the list" in priya.words
    assert "I'll watch it: the list, tomorrow 12:00." in await priya.say("tomorrow noon")


async def test_by_is_not_always_a_time(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("promise Acme to stand by them")
    assert "By when is it due? to stand by them" in priya.words
    assert "could not read" not in priya.words


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("limit member 1.2.3", "could not read “1.2.3” as an amount"),
        ("limit member -5", "below zero"),
        ("limit intern 5", "Limits are for member or manager"),
        ("limit", "Which role, and how much?"),
        ("role Ada boss", "A role is member, manager or admin"),
        ("digest weekly on Caturday", "as a weekday"),
        ("kept abc", "Which promise? Type promises to see yours"),
        ("approve abc", "Which offer?"),
        ("kept 99", "There is no promise 99. Type promises to see yours"),
        ("slip 99", "There is no promise 99. Type promises to see yours"),
        ("snooze 99", "There is no reminder 99"),
        ("reminder 99 skip", "There is no reminder 99"),
        ("reading 99 warmer", "I don't know that check-in any more"),
        ("reading what", "can't read that button"),
        ("approve 99", "I don't know that offer"),
        ("SAL-99", "There is no SAL-99"),
        ("next SAL-99", "There is no SAL-99"),
        ("log Nobody they called", "I don't know a client called Nobody"),
        ("handover Acme to Ada", "Ada owns SAL-1 already"),
        ("handover Acme to Nobody", "I don't know anyone in the team called Nobody"),
        ("log", "What did"),
    ],
)
async def test_a_command_that_cannot_be_done_says_why_and_what_to_do(house: House, typed: str, says: str) -> None:
    from bot.ports import Role

    ada = house.seat("Ada", Role.admin)
    await opened(ada)
    assert says in await ada.say(typed)
    assert "did not work" not in ada.words


@pytest.mark.parametrize("name", ["start", "next", "draft", "log", "promise", "remind", "waiting"])
async def test_a_command_without_its_client_asks_which(house: House, name: str) -> None:
    assert "Which client" in await house.seat().say(name)


async def test_check_ins_at_an_impossible_day_or_place_say_so_and_ask(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("remind Acme once on 31 February at 15:00")
    assert "February has no 31st" in priya.words
    await priya.say("cancel", "remind Acme weekly on Monday at 9:00 in #nowhere")
    assert "I don't know #nowhere as a place of your own team." in priya.words
    assert await count(house, Schedule) == 0


async def test_a_reparation_of_one_two_three_is_asked_for_again(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("offer Acme")
    assert "could not read “1.2.3” as an amount" in await priya.say("1.2.3")
    assert "What did it cost Acme?" in priya.words


TAMPERED = (
    "",
    "null",
    "{}",
    "[]",
    "x" * 5000,
    '["a",1,"how"]',
    '["a","1","how","healed"]',
    '["a",true,"how","healed"]',
    '["c",5]',
    '["c","reading 1 <script>"]',
    "[" * 5000,
    press_value(AnswerPress(999_999, "how", "healed")),
    press_value(AnswerPress(1, "no such key", "x")),
    press_value(AnswerPress(1, "do", "no such value")),
    press_value(AnswerPress(10**30, "do", "done")),
    press_value(CommandPress("kept 99999999999999999999999")),
    press_value(CommandPress("reminder -1 cancel")),
    press_value(CommandPress("approve " + "9" * 400)),
    press_value(CommandPress("next SAL-" + "9" * 400)),
)


@pytest.mark.parametrize("value", TAMPERED)
async def test_a_tampered_button_is_a_sentence_and_changes_nothing(house: House, value: str) -> None:
    priya = house.seat()
    await opened(priya)
    before = await count(house, Case), await count(house, PromiseRow)
    await priya.act(Pressed(value))
    assert priya.words
    assert "did not work" not in priya.words
    assert (await count(house, Case), await count(house, PromiseRow)) == before


async def test_a_form_with_strange_answers_keeps_the_right_ones_and_shows_the_wrong(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme: It slipped and nobody told them.", "cancel", "start Globex")
    await priya.say("They waited for a week and nobody called them back.", "1", "Ours")
    await priya.submit(severity={"pick": "high"}, cost=5, since="31 February", nonsense=["x"])
    form = next(c.form for c in priya.last.cards if c.form)
    wrong = {i.key: i.error for i in form.inputs if i.error}
    assert wrong.keys() == {"cost", "since"}
    assert "has no 31st" in wrong["since"]
    await priya.submit(cost="about €300", since="last Friday")
    assert "Who at Globex is upset?" in priya.words


@pytest.mark.parametrize("conversation", [0, -1, 999_999, 10**30])
async def test_a_form_of_no_conversation_is_refused(house: House, conversation: int) -> None:
    priya = house.seat()
    await priya.act(Submitted(conversation, {"how": {"pick": "healed"}}))
    assert "isn't yours to answer" in priya.words
