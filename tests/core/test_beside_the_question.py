"""What is typed beside the open question: a client whose case is not open yet, a name alone, a button of long ago."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import passing
from tests.core.told import STORY, opened
from tests.house import House

# --- a client whose case is still being asked about ---------------------------------------------------------


@pytest.mark.parametrize("typed", ["draft Acme", "remind Acme weekly on Monday at 9:00", "/salvage draft apology acme"])
@pytest.mark.parametrize("answered", [(), (STORY,), (STORY, "yes", "ours")])
async def test_a_command_about_a_new_case_waits_until_it_is_open(
    house: House, typed: str, answered: tuple[str, ...]
) -> None:
    priya = house.seat()
    asked = (await priya.say("start Acme", *answered)).split("\n")[-1]
    said = await priya.say(typed)
    assert said.startswith("Acme's case opens after these questions. I offer that again then.")
    assert "I don't know a client" not in said
    assert said.endswith(asked)


async def test_what_was_asked_for_before_the_case_was_open_is_offered_with_it(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme", "draft Acme", "remind Acme weekly on Monday at 9:00 in private", STORY, "yes")
    said = await priya.say("open the case now, the rest later")
    assert "You asked for this before the case was open:" in said
    assert "I'll ask about Acme every Monday" in await priya.press("remind Acme weekly on Monday at 9:00 in private")


@pytest.mark.parametrize("answered", [(STORY,), (STORY, "yes"), (STORY, "yes", "theirs"), (STORY, "yes", "ours", "1")])
async def test_that_is_all_opens_the_case_with_what_was_told(house: House, answered: tuple[str, ...]) -> None:
    priya = house.seat()
    said = await priya.say("start Acme", *answered, "That's all.")
    assert "SAL-1 is open" in said
    assert ("theirs" in said) is ("theirs" in answered)


async def test_a_case_is_not_opened_with_nothing_told(house: House) -> None:
    said = await house.seat().say("start Acme", "that's all")
    assert said.startswith("I need this one before I can open the case.")
    assert "What happened?" in said


@pytest.mark.parametrize("typed", ["Acme", "start Acme"])
async def test_the_client_asked_about_is_no_story_of_what_happened(house: House, typed: str) -> None:
    said = await house.seat().say("start Acme", typed)
    assert "That sounds like" not in said
    assert "What happened?" in said


async def test_a_client_called_like_its_contact_is_upset_under_that_name(house: House) -> None:
    priya = house.seat()
    await priya.say("start Dana", STORY, "yes", "ours", "1", "skip", "skip")
    assert "What did Dana say?" in await priya.say("Dana")


async def test_a_command_is_no_clients_name_unless_it_is_typed_again(house: House) -> None:
    priya = house.seat()
    said = await priya.say("they are all furious with us and want to leave", "draft Acme")
    assert said.startswith("I can only do that once the case is open. Type the client's name alone")
    assert "Which client is it?" in said
    assert "Which client is it?" not in await priya.say("draft Acme")


# --- a client named alone at a question for free words ------------------------------------------------------


@pytest.mark.parametrize("named", ["Bolt", "bolt", "SAL-1"])
async def test_a_client_named_alone_at_a_question_for_words_is_asked_about(house: House, named: str) -> None:
    priya = house.seat()
    await opened(priya, "Bolt")
    await priya.say("start Acme")
    said = await priya.say(named)
    assert "is that your answer, or shall I show you how they are?" in said
    assert "SAL-1 · Bolt" in await priya.press("Show me")
    assert "What happened?" in priya.words


@pytest.mark.parametrize("again", ["Bolt", "It is my answer", "1"])
async def test_a_clients_name_can_be_the_answer(house: House, again: str) -> None:
    priya = house.seat()
    await opened(priya, "Bolt")
    await priya.say("start Acme", STORY, "yes", "ours", "1", "skip", "skip", "Dana", "Bolt")
    assert "how do we see it?" in await priya.say(again)
    await priya.say("that's all")
    assert "Bolt" in await priya.say("Acme")


async def test_a_press_says_that_a_clients_name_is_the_answer(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Bolt")
    await priya.say("start Acme", STORY, "yes", "ours", "1", "skip", "skip", "Dana", "Bolt")
    assert "how do we see it?" in await priya.press("It is my answer")


@pytest.mark.parametrize("typed", ["Keep open", "I called", "colder"])
async def test_a_button_of_another_question_is_not_kept_as_somebodys_words(house: House, typed: str) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("draft apology Acme", "dana", "We moved your migration and did not tell you.", "skip")
    said = await priya.say(typed)
    assert said.startswith(f"{typed}: is that your answer here?")
    assert "By when is that done?" in await priya.say("we add two people to the migration")


async def test_a_draft_begun_twice_goes_on_with_what_was_answered(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("draft apology Acme", "Dana", "We moved your migration and did not tell you.")
    said = await priya.say("draft apology Acme")
    assert "What did it do to them?" in said
    assert "Back to" not in await priya.say("cancel")


# --- the words of a button whose question is long gone -------------------------------------------------------

ROOT = Path(__file__).parents[2]
COMMANDS_ALONE = {"Answered", "Approve", "Close", "Decide", "Decline", "Draft", "Edit", "Help", "Kept", "Snooze"}
"""Labels that are a command's own word."""


def labels() -> Iterator[str]:
    """Every fixed label of a button in the program."""
    for place in ("dialogs", "bot"):
        for path in (ROOT / place).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                firsts = node.args[:1] if node.func.id in ("Option", "Action", "offer", "button") else []
                named = [k.value for k in node.keywords if node.func.id == "Confirm" and k.arg in ("yes", "no")]
                yield from (a.value for a in [*firsts, *named] if isinstance(a, ast.Constant))


def test_every_button_is_known_by_its_words() -> None:
    known = {label for label in labels() if passing.answers_nothing(label) or passing.is_button(label)}
    assert set(labels()) - known == COMMANDS_ALONE


@pytest.mark.parametrize("typed", ["I do", "Nobody yet", "Yes", "Skip", "Ours", "draft it", "I sent it.", "How bad"])
async def test_a_button_typed_to_no_question_is_no_clients_name(house: House, typed: str) -> None:
    said = await house.seat().say(typed)
    assert said.startswith("No question of mine is open here. Tell me what happened with a client")
    assert "Start a case for" not in said


async def test_a_button_that_stands_for_a_command_works_when_typed(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    assert "Next: " in await priya.say("clients", "next step")


async def test_a_client_called_like_a_button_is_found(house: House) -> None:
    priya = house.seat()
    await priya.say(f"start Shared: {STORY}", "cancel", "clients")
    assert "SAL-1 · Shared" in await priya.say("shared")


async def test_who_says_that_they_called_is_not_asked_to_call(house: House) -> None:
    priya = house.seat()
    await opened(priya, "Acme", "We missed the delivery on Friday, and she screamed at me for an hour on the phone.")
    await priya.say("edit Acme severity", "The account is at risk", "cancel")
    said = await priya.say("i called her", "She was furious about Friday.", "colder", "I still need to ask")
    assert "Next: " in said
    assert "Call them before you write" not in said


@pytest.mark.parametrize("typed", ["listened", "I talked to her", "just called him"])
async def test_a_talk_that_was_held_takes_the_step_that_asks_for_it(house: House, typed: str) -> None:
    priya = house.seat()
    await priya.say(f"start Acme: {STORY}")
    assert "What did Acme say?" in await priya.say(typed)


async def test_what_was_put_aside_about_a_client_comes_back_before_its_next_step(house: House) -> None:
    priya = house.seat()
    await opened(priya)
    await priya.say("log Acme Very angry. She wants a refund of 400 euros and a written report.", "colder")
    said = await priya.say("log Acme No reply to my mail.", "no reply")
    assert "Back to what they said for Acme (SAL-1)" in said
    assert "two things that would make it right" in said
    await priya.say("correct")
    assert "refund" in await priya.say("close Acme", "healed")


async def test_a_letter_to_be_checked_is_no_answer_though_it_is_not_quoted(house: House) -> None:
    priya = house.seat()
    await priya.say("start Acme")
    await priya.say("1")
    said = await priya.say("check Hi Dana, you should have told us earlier.")
    assert "Tone: 2 things to change." in said
    assert "What happened, in one sentence?" in said
    assert "Whose doing was it" in await priya.say("check the forwarding rule was what we forgot")
