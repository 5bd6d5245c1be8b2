from collections.abc import Generator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.dialog import (
    LONGEST_ANSWER,
    MOST_STEPS,
    Ask,
    BadAnswer,
    Choice,
    Confirm,
    Date,
    Dialog,
    Done,
    Form,
    Load,
    Many,
    Moment,
    Money,
    Need,
    Person,
    Question,
    Say,
    Scale,
    Text,
    advance,
    load_key,
    loaded,
    match_option,
    said_key,
    tidy,
    without_last,
)
from bot.errors import DialogError
from bot.view import Option, card, plain, say

AT = Moment(datetime(2025, 11, 20, 9, tzinfo=UTC), "Europe/Berlin")
COLOURS = (Option("Dark red", "red"), Option("Green", "green"), Option("Blue?", "blue"))


def colour() -> Choice:
    return Choice("colour", "Colour?", options=COLOURS, near={"navy": "blue", "gone": "purple"})


def story() -> Dialog[tuple[str, str, int]]:
    """A question, a thing said, a fact that hangs on the answer, a branch."""
    name = yield from Text("name", "Name?")
    yield from Say("hello", card(say("Hello {name}.", name=name)))
    size = yield from Load("size", "size_of", int, {"name": name})
    picked = yield from colour()
    if picked == "red":
        yield from Text("why", "Why red?")
    return name, picked, size


# --- running -----------------------------------------------------------------------------------------------


def test_a_dialog_runs_to_its_first_open_question() -> None:
    standing = advance(story, {})
    assert isinstance(standing, Ask)
    assert standing.question.key == "name"
    assert standing.fields == (standing.question,)
    assert not standing.path.answered


def test_a_fact_is_needed_once_and_again_when_its_parameters_change() -> None:
    answers: dict[str, Any] = {"name": "Ada"}
    need = advance(story, answers)
    assert isinstance(need, Need)
    assert need.load.params == {"name": "Ada"}
    answers |= loaded(need.load, 3)
    assert isinstance(advance(story, answers), Ask)
    again = advance(story, answers | {"name": "Grace"})
    assert isinstance(again, Need)
    assert again.load.params == {"name": "Grace"}


@pytest.mark.parametrize("record", [None, "old", {"for": {"name": "Ada"}, "is": "three"}, {"for": {"name": "Ada"}}])
def test_a_fact_recorded_in_another_form_is_looked_up_again(record: Any) -> None:
    assert isinstance(advance(story, {"name": "Ada", load_key("size"): record}), Need)


def test_a_thing_is_said_until_it_is_recorded_as_said() -> None:
    answers = {"name": "Ada", load_key("size"): {"for": {"name": "Ada"}, "is": 3}}
    standing = advance(story, answers)
    assert [s.card.text for s in standing.path.unsaid] == ["Hello Ada."]
    assert not advance(story, answers | {said_key("hello"): True}).path.unsaid


def test_the_end_gives_the_result_and_the_path() -> None:
    answers = {"name": "Ada", "colour": {"pick": "green"}, load_key("size"): {"for": {"name": "Ada"}, "is": 3}}
    done = advance(story, answers)
    assert isinstance(done, Done)
    assert done.result == ("Ada", "green", 3)
    assert done.path.keys == ("name", "colour")


def test_going_back_takes_the_last_answer_on_the_path_and_no_other() -> None:
    fact = {load_key("size"): {"for": {"name": "Ada"}, "is": 3}}
    answers = {"name": "Ada", "colour": {"pick": "green"}, "why": "left from before"} | fact
    back = without_last(answers, advance(story, answers).path)
    assert set(back) == {"name", "why", load_key("size")}
    standing = advance(story, back)
    assert isinstance(standing, Ask)
    assert standing.question.key == "colour"
    first = without_last(back, standing.path)
    assert "name" not in first
    assert without_last(first, advance(story, first).path) == first


def test_an_edit_of_an_early_answer_keeps_what_still_fits() -> None:
    fact = {load_key("size"): {"for": {"name": "Ada"}, "is": 3}}
    answers = {"name": "Ada", "colour": {"pick": "green"}} | fact
    red = advance(story, answers | {"colour": {"pick": "red"}})
    assert isinstance(red, Ask)
    assert red.question.key == "why"
    done = advance(story, answers | {"colour": {"pick": "red"}, "why": "It is warm."})
    assert isinstance(done, Done)


@pytest.mark.parametrize("old", [{"pick": "purple"}, "Green", 3, None, [], {"pick": ["red"]}, {"pick": {}}])
def test_an_answer_that_no_longer_fits_is_as_good_as_none(old: Any) -> None:
    fact = {load_key("size"): {"for": {"name": "Ada"}, "is": 3}}
    standing = advance(story, {"name": "Ada", "colour": old} | fact)
    assert isinstance(standing, Ask)
    assert standing.question.key == "colour"


def test_one_key_twice_on_a_path_is_the_authors_mistake() -> None:
    def twice() -> Dialog[None]:
        yield from Text("name", "Name?")
        yield from Text("name", "Again?")

    assert isinstance(advance(twice, {}), Ask)
    with pytest.raises(DialogError, match="'name' comes twice"):
        advance(twice, {"name": "Ada"})


@pytest.mark.parametrize(
    "other",
    [Say("x", card("Hi")), Load("x", "fact", str), Form("x", "", (Text("y", "?"),)), Form("f", "", (Text("x", "?"),))],
)
def test_no_two_steps_share_a_key(other: Any) -> None:
    def shares() -> Dialog[None]:
        yield from Text("x", "?")
        yield from other

    with pytest.raises(DialogError, match="comes twice"):
        advance(shares, {"x": "a"})


def test_one_key_on_two_branches_is_fine() -> None:
    def branches() -> Dialog[str]:
        if (yield from Confirm("sure", "Sure?")):
            return (yield from Text("what", "What then?"))
        return (yield from Text("what", "What instead?"))

    for sure in ("yes", "no"):
        assert isinstance(advance(branches, {"sure": {"pick": sure}, "what": "tea"}), Done)


def test_a_dialog_without_end_is_stopped() -> None:
    def endless() -> Dialog[None]:
        n = 0
        while True:
            yield from Say(f"again_{n}", card("Again."))
            n += 1

    with pytest.raises(DialogError, match=str(MOST_STEPS)):
        advance(endless, {})


def test_a_step_that_is_none_is_the_authors_mistake() -> None:
    def wrong() -> Generator[Any, Any, None]:
        yield "a string"

    with pytest.raises(DialogError, match="no step"):
        advance(wrong, {})


def test_a_dialog_is_closed_where_it_waits() -> None:
    closed = []

    def tidy_one() -> Dialog[None]:
        try:
            yield from Text("name", "Name?")
        finally:
            closed.append(True)

    advance(tidy_one, {})
    assert closed == [True]


def test_a_fault_inside_a_dialog_is_not_swallowed() -> None:
    def broken() -> Dialog[None]:
        yield from Text("name", "Name?")
        raise KeyError("lost")

    with pytest.raises(KeyError):
        advance(broken, {"name": "Ada"})


# --- forms -------------------------------------------------------------------------------------------------


def a_form() -> Dialog[dict[str, Any]]:
    return (yield from Form("extent", "How bad", (Text("one", "One?"), Many("two", "Two?", options=COLOURS))))


def test_a_form_asks_field_by_field_and_shows_them_all() -> None:
    standing = advance(a_form, {})
    assert isinstance(standing, Ask)
    assert (standing.question.key, standing.title) == ("one", "How bad")
    assert [q.key for q in standing.fields] == ["one", "two"]
    second = advance(a_form, {"one": "a"})
    assert isinstance(second, Ask)
    assert second.question.key == "two"
    assert second.path.keys == ("one",)


def test_a_whole_form_is_a_dictionary() -> None:
    done = advance(a_form, {"one": "a", "two": ["blue", "red"]})
    assert isinstance(done, Done)
    assert done.result == {"one": "a", "two": ("blue", "red")}


def test_a_field_edited_into_nonsense_opens_alone() -> None:
    standing = advance(a_form, {"one": 4, "two": ["red"]})
    assert isinstance(standing, Ask)
    assert standing.question.key == "one"
    assert [q.key for q in standing.fields] == ["one", "two"]


# --- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["Dark red", "dark red.", "  DARK RED ", "red", "1", {"pick": "red"}, "dark", "\u202edark red\u202c"],
)
def test_a_label_a_value_a_number_and_a_press_are_one_answer(typed: Any) -> None:
    assert colour().accept(typed, AT) == {"pick": "red"}


def test_another_wording_is_read_and_one_that_leads_nowhere_refused() -> None:
    assert colour().accept("Navy", AT) == {"pick": "blue"}
    with pytest.raises(BadAnswer, match="Press one, or type its number"):
        colour().accept("gone", AT)


@pytest.mark.parametrize(
    "bad", ["", "  ", "0", "4", "yellow", "da", None, 5, {}, {"pick": "yellow"}, {"pick": ["red"]}, []]
)
def test_what_is_no_option_is_refused_and_the_options_are_not_said_twice(bad: Any) -> None:
    with pytest.raises(BadAnswer, match=r"^I can't tell which of these you mean\. Press one, or type its number\.$"):
        colour().accept(bad, AT)


def test_a_start_that_fits_two_labels_is_not_guessed() -> None:
    question = Choice("q", "?", options=(Option("Every week", "w"), Option("Every month", "m")))
    with pytest.raises(BadAnswer):
        question.accept("every", AT)


def test_free_words_are_kept_and_an_option_in_them_is_a_press() -> None:
    question = Text("q", "?", options=(Option("Later", "later"),))
    assert question.accept(" It broke.\r\nTwice.\x00 ", AT) == "It broke.\nTwice."
    assert question.accept("later", AT) == {"pick": "later"}
    assert question.value({"pick": "later"}) == "later"


def test_a_text_needs_words_and_not_too_many() -> None:
    with pytest.raises(BadAnswer, match="a few words"):
        Text("q", "?").accept(" \u200e\x07 ", AT)
    assert Text("q", "?").accept("x" * LONGEST_ANSWER, AT) == "x" * LONGEST_ANSWER
    with pytest.raises(BadAnswer, match="50,001 characters"):
        Text("q", "?").accept("x" * (LONGEST_ANSWER + 1), AT)


@pytest.mark.parametrize("left_out", ["skip", "none", "-", "", None])
def test_an_optional_question_can_be_left_out(left_out: Any) -> None:
    question = Text("q", "?", optional=True)
    assert question.accept(left_out, AT) is None
    assert question.value(None) is None


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("1, 3", ["red", "blue"]), ("blue and dark red", ["red", "blue"]), ("all", ["red", "green", "blue"]),
        ("none", []), ("0", []), ("", []), ("Green", ["green"]), (["blue", "red"], ["red", "blue"]),
        ({"pick": "green"}, ["green"]), ("2;2", ["green"]),
    ],
)  # fmt: skip
def test_many_takes_numbers_labels_and_presses_in_the_options_order(typed: Any, values: list[str]) -> None:
    assert Many("q", "?", options=COLOURS).accept(typed, AT) == values


@pytest.mark.parametrize("bad", ["4", "red, yellow", ["purple"], [["red"]], [None], 3, None, {"pick": None}, {}])
def test_many_refuses_what_is_not_offered(bad: Any) -> None:
    with pytest.raises(BadAnswer, match="Type the numbers that fit"):
        Many("q", "?", options=COLOURS).accept(bad, AT)


def test_many_no_longer_fits_when_an_option_is_gone() -> None:
    with pytest.raises(BadAnswer):
        Many("q", "?", options=COLOURS[:1]).value(["green"])


@pytest.mark.parametrize("bad", ["0", "6", "2.5", "three", "²", "9" * 5000, ""])
def test_a_scale_takes_whole_numbers_in_its_range(bad: str) -> None:
    assert Scale("q", "?").value(Scale("q", "?").accept("5", AT)) == 5
    with pytest.raises(BadAnswer):
        Scale("q", "?").accept(bad, AT)


def test_a_number_on_a_scale_is_no_option() -> None:
    assert Scale("q", "?", options=(Option("Don't know", "later"),)).accept("1", AT) == 1


@pytest.mark.parametrize(
    ("typed", "sure"), [("y", True), ("Send it", True), ("1", True), ("nope", False), ("2", False)]
)
def test_yes_and_no_have_many_words(typed: str, sure: bool) -> None:
    question = Confirm("q", "?", yes="Send it", no="Wait")
    assert question.value(question.accept(typed, AT)) is sure


def test_maybe_is_neither_yes_nor_no() -> None:
    with pytest.raises(BadAnswer, match="Press one, or type its number"):
        Confirm("q", "?").accept("maybe", AT)


PEOPLE = (Option("Omar Haddad", "u1"), Option("Olga Haddad", "u2"), Option("Sam", "u3"))


@pytest.mark.parametrize("typed", ["Omar", "@omar haddad", "@Omar Haddad", "omar h", {"pick": "u1"}, "1"])
def test_a_person_is_named_in_many_ways(typed: Any) -> None:
    assert Person("q", "?", options=PEOPLE).accept(typed, AT) == {"pick": "u1"}


@pytest.mark.parametrize("typed", ["Nina Berg", "nina", "@berg"])
def test_who_has_it_already_is_known_and_said_so(typed: str) -> None:
    with pytest.raises(BadAnswer, match="It is with Nina Berg already"):
        Person("q", "?", options=PEOPLE, holder="Nina Berg").accept(typed, AT)


def test_a_colleague_whose_name_begins_like_the_holders_is_still_named() -> None:
    assert Person("q", "?", options=PEOPLE, holder="Samuel Roe").accept("sam", AT) == {"pick": "u3"}
    with pytest.raises(BadAnswer, match="It is with Sa already"):
        Person("q", "?", options=PEOPLE, holder="Sa").accept("sa", AT)


def test_an_empty_answer_to_a_free_question_with_a_button_asks_for_words() -> None:
    with pytest.raises(BadAnswer, match="I need a few words here"):
        Text("q", "?", options=(Option("Don't know yet", "later"),)).accept("", AT)


@pytest.mark.parametrize(("typed", "says"), [("haddad", "More than one"), ("Zoe", "I don't know anyone called Zoe")])
def test_a_person_is_never_guessed(typed: str, says: str) -> None:
    with pytest.raises(BadAnswer, match=says):
        Person("q", "?", options=PEOPLE).accept(typed, AT)


def read_iso(words: str, at: Moment) -> str:
    """The date or the number of days from now."""
    if words == "soon":
        return at.now.date().isoformat()
    return date.fromisoformat(words).isoformat()


def a_day() -> Date[Any]:
    options = (Option("Soon enough", "soon"), Option("Don't know", "later"))
    return Date[Any]("day", "?", options=options, reader=read_iso, made=date.fromisoformat)


def test_a_date_is_read_once_against_its_moment() -> None:
    assert a_day().accept("2025-12-03", AT) == "2025-12-03"
    assert a_day().value("2025-12-03") == date(2025, 12, 3)


def test_an_option_that_reads_like_a_date_is_read_and_another_stands_for_itself() -> None:
    assert a_day().accept({"pick": "soon"}, AT) == "2025-11-20"
    assert a_day().accept("don't know", AT) == {"pick": "later"}
    assert a_day().value({"pick": "later"}) == "later"


@pytest.mark.parametrize("old", ["no date", 7, {}, [], None, {"pick": "gone"}])
def test_a_recorded_date_of_another_form_is_asked_again(old: Any) -> None:
    with pytest.raises(BadAnswer):
        a_day().value(old)


def test_a_readers_refusal_is_the_sentence_shown() -> None:
    def refuse(words: str, at: Moment) -> Any:
        raise ValueError(f"{words} is no sum. Write it like €5.")

    with pytest.raises(BadAnswer, match="a lot is no sum"):
        Money[Any]("q", "?", reader=refuse).accept("a lot", AT)


def test_a_bare_number_is_a_sum_and_no_option() -> None:
    def cents(words: str, at: Moment) -> int:
        return int(words) * 100

    assert Money[Any]("q", "?", options=(Option("Don't know", "later"),), reader=cents).accept("1", AT) == 100


def test_typed_numbers_beyond_any_list_are_no_option() -> None:
    assert match_option(COLOURS, "9" * 400) is None
    assert match_option(COLOURS, "٢") is None
    assert match_option(COLOURS, "2", numbers=False) is None


def test_control_and_direction_marks_never_reach_an_answer() -> None:
    assert tidy("\u202eevil\u2066 \x1b[31mred\x07\r\nline") == "evil [31mred\nline"


def test_every_refusal_of_every_kind_is_a_sentence() -> None:
    kinds: list[Question[Any]] = [
        Text("q", "?"), colour(), Many("q", "?", options=COLOURS), Scale("q", "?"), Confirm("q", "?"), a_day(),
        Person("q", "?", options=PEOPLE),
    ]  # fmt: skip
    for question in kinds:
        with pytest.raises(BadAnswer) as refused:
            question.accept({"pick": "nonsense"}, AT)
        assert str(refused.value).endswith(".")
        assert plain(say("{w}", w=str(refused.value)))[0].isupper()
