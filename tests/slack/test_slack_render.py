import json
from typing import Any

import pytest

from adapters.slack.inputs import answers, read_control
from adapters.slack.mrkdwn import defused, escape, mentioned, mrkdwn, words
from adapters.slack.render import in_words, messages
from adapters.slack.views import Thread, errors, home, modal, overflows, read_thread
from bot.view import (
    Actions,
    AnswerPress,
    Card,
    Chart,
    Facts,
    Form,
    Input,
    Option,
    Series,
    Span,
    Table,
    Text,
    button,
    card,
    read_press,
    say,
)
from tests.slack.cards import WORDS, cards
from tests.slack.checks import problems, schema_problems, view_problems

THREAD = Thread(7, "slack:T1:C1", "https://hooks.example/1")


@pytest.mark.parametrize("hostile", WORDS, ids=lambda w: repr(w[:12]))
def test_every_card_is_taken_as_messages(hostile: str) -> None:
    for shown in cards(hostile):
        for typing in (True, False):
            for message in messages(shown, typing=typing):
                assert not problems(list(message.blocks), 50), message.blocks
                assert 1 <= len(message.text) <= 39_000
                assert not any(ping in message.text for ping in ("<!", "<@", "<#", "<http"))


@pytest.mark.parametrize("hostile", WORDS, ids=lambda w: repr(w[:12]))
def test_every_card_is_taken_as_modal_and_home(hostile: str) -> None:
    for shown in cards(hostile):
        assert not view_problems(modal([shown], THREAD))
        for page in range(3):
            assert not view_problems(home([shown, shown], page))


def outline(value: Any) -> Any:
    """A payload with its long lists and long words shortened: what a schema without lengths looks at."""
    if isinstance(value, dict):
        return {
            k: v if k in ("type", "style", "align") and isinstance(v, str) else outline(v) for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [outline(v) for v in value[:2]]
    return "x" if isinstance(value, str) else value


def test_every_payload_has_the_published_shape() -> None:
    message_shapes: dict[str, Any] = {}
    view_shapes: dict[str, Any] = {}
    for shown in (c for w in WORDS[1:8:3] for c in cards(w)):
        for block in (b for m in messages(shown) for b in m.blocks if b["type"] != "data_visualization"):
            message_shapes[json.dumps(outline(block))] = outline(block)
        for view in (modal([shown], THREAD), home([shown])):
            for block in view["blocks"]:
                small = {**view, "blocks": [outline(block)]}
                view_shapes[json.dumps(outline(small))] = small
    assert len(message_shapes) > 20
    for block in message_shapes.values():
        assert not schema_problems([block], "MessageBlocks.schema.json")
    for view in view_shapes.values():
        assert not schema_problems(view, "AnyView.schema.json")


def all_text(blocks: object) -> str:
    if isinstance(blocks, dict):
        return "".join(all_text(v) if k != "text" or not isinstance(v, str) else v for k, v in blocks.items())
    return "".join(map(all_text, blocks)) if isinstance(blocks, list | tuple) else ""


def test_nothing_is_cut_from_a_long_text() -> None:
    long = " ".join(f"word{n}" for n in range(6000))
    told = "".join(all_text(m.blocks) for m in messages(Card((Text((Span(long),)),))))
    assert told == long


def test_every_row_of_a_long_table_is_shown() -> None:
    rows = tuple((f"client {n}", "worse") for n in range(300))
    told = "".join(all_text(m.blocks) for m in messages(Card((Table(("Client", "State"), rows),))))
    assert all(f"client {n}" in told for n in range(300))


def test_forty_rows_are_one_native_table() -> None:
    rows = tuple((f"client {n}", "worse", "Priya", "2026-12-04") for n in range(40))
    (message,) = messages(Card((Table(("Client", "State", "Owner", "Due"), rows),)))
    (block,) = message.blocks
    assert block["type"] == "table"
    assert len(block["rows"]) == 41


def test_a_bar_chart_is_native_with_its_numbers_in_words_beside() -> None:
    chart = Chart("bar", "At risk", ("Mon", "Tue"), (Series("cases", (3, 5)),))
    (message,) = messages(Card((chart,)))
    assert message.blocks[0]["chart"] == {
        "type": "bar",
        "series": [{"name": "cases", "data": [{"label": "Mon", "value": 3}, {"label": "Tue", "value": 5}]}],
        "axis_config": {"categories": ["Mon", "Tue"]},
    }
    assert "Tue 5" in message.text


def test_a_third_chart_goes_into_a_message_of_its_own() -> None:
    chart = Chart("donut", "Causes", ("a", "b"), (Series("", (3, 5)),))
    shown = messages(Card((chart, chart, chart)))
    assert [len(m.blocks) for m in shown] == [2, 1]


def test_a_workspace_without_charts_gets_them_in_words() -> None:
    chart = Chart("donut", "Causes", ("a", "b"), (Series("", (3, 5)),))
    (message,) = messages(in_words(Card((chart, Table(("x",), (("y",),))))))
    assert {b["type"] for b in message.blocks} == {"rich_text"}


def test_a_client_named_after_a_ping_pings_nobody() -> None:
    named = say("**{client}** is *new*", client="<!channel> @here")
    (message,) = messages(card(named))
    assert message.text == "&lt;!channel&gt; @here is new"
    assert message.blocks[0]["elements"][0]["elements"][0] == {
        "type": "text",
        "text": "<!channel> @here",
        "style": {"bold": True},
    }


def test_marks_in_peoples_words_stay_marks() -> None:
    assert mrkdwn(say("*{w}*", w=" a *b* ")) == " _a \u2060*\u2060b\u2060*\u2060_ "
    assert defused("> quoted :fire: 10:30") == "\u2060&gt; quoted :\u2060fire: 10:30"
    assert escape("<&>") == "&lt;&amp;&gt;"


def test_typed_mentions_and_links_come_in_as_plain_words() -> None:
    raw = (
        "remind <@U12|priya> and <@U9> in <#C3|accounts> <https://a.example|site> "
        "<mailto:a@b.c|a@b.c> &lt;x&gt; <!here>"
    )
    assert mentioned(raw) == ("U12", "U9")
    assert words(raw, {"U12": "Priya Shah"}) == (
        "remind @Priya Shah and @somebody in #accounts site (https://a.example) a@b.c <x> @here"
    )


def a_form(*inputs: Input, back: bool = False) -> Card:
    return Card((), Form(42, "What happened", inputs, can_go_back=back))


def people(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"P{n}", f"slack:T1:U{n}") for n in range(count))


def test_a_choice_in_a_message_is_a_row_of_buttons_that_answer() -> None:
    asked = Input("fault", "choice", say("Whose doing?"), options=(Option("Ours", "ours"), Option("Theirs", "x")))
    (message,) = messages(a_form(asked))
    buttons = message.blocks[-1]["elements"]
    assert read_press(buttons[0]["value"]) == AnswerPress(42, "fault", "ours")
    assert [b["text"]["text"] for b in buttons] == ["Ours", "Theirs"]


def test_three_hundred_options_are_a_menu_in_groups() -> None:
    asked = Input("who", "person", say("Who?"), options=tuple(Option(f"P{n}", f"slack:T1:U{n}") for n in range(300)))
    menu = modal([a_form(asked)], THREAD)["blocks"][0]["element"]
    assert [len(g["options"]) for g in menu["option_groups"]] == [100, 100, 100]
    assert menu["option_groups"][2]["options"][99]["value"] == "=slack:T1:U299"


def test_a_menu_too_long_for_a_message_is_opened_by_a_button() -> None:
    asked = Input("who", "person", say("Who?"), options=people(300))
    (message,) = messages(a_form(asked))
    assert [e["action_id"] for e in message.blocks[-1]["elements"]] == ["o:0"]


def test_thirty_options_are_a_menu_that_answers() -> None:
    asked = Input("who", "person", say("Who?"), options=people(30))
    (message,) = messages(a_form(asked))
    options = message.blocks[-1]["elements"][0]["options"]
    assert read_press(options[29]["value"]) == AnswerPress(42, "who", "slack:T1:U29")


def test_an_option_with_a_very_long_value_answers_by_its_number() -> None:
    asked = Input("c", "choice", say("Which?"), options=tuple(Option(f"P{n}", "v" * 500) for n in range(20)))
    (message,) = messages(a_form(asked))
    assert read_control(message.blocks[-1]["elements"][0]["options"][4]["value"]) == ("t", 42, "c", "5")


def test_a_question_that_needs_words_opens_a_modal_where_nothing_can_be_typed() -> None:
    asked = Input("story", "text", say("What happened?"))
    ids = [e["action_id"] for b in messages(a_form(asked), typing=False)[0].blocks for e in b.get("elements", ())
           if "action_id" in e]  # fmt: skip
    assert ids == ["o:0"]
    assert "actions" not in [b["type"] for b in messages(a_form(asked))[0].blocks]


def test_a_modal_asks_everything_and_remembers_its_thread() -> None:
    view = modal(
        [
            a_form(
                Input("story", "text", say("What happened?"), multiline=True, value="It *broke*"),
                Input("fault", "choice", say("Whose?"), options=(Option("Ours", "ours"),), value="ours"),
                back=True,
            )
        ],
        THREAD,
    )
    assert read_thread(view["private_metadata"]) == THREAD
    story, fault, back = view["blocks"]
    assert story["element"]["initial_value"] == "It *broke*"
    assert fault["element"]["initial_option"]["value"] == "=ours"
    assert back["elements"][0]["action_id"] == "b:0"
    assert view["submit"]["text"] == "Continue"


def test_an_earlier_answer_too_long_for_a_box_is_kept_unless_replaced() -> None:
    view = modal([a_form(Input("story", "text", say("What happened?"), value="x" * 5000))], THREAD)
    assert view["blocks"][0]["block_id"] == "k:story"
    assert answers({"k:story": {"v": {"type": "plain_text_input", "value": None}}}) == {}
    assert answers({"k:story": {"v": {"type": "plain_text_input", "value": "new"}}}) == {"story": "new"}


def test_answers_are_read_from_every_control() -> None:
    values = {
        "q:a": {"v": {"type": "plain_text_input", "value": "words"}},
        "q:b": {"v": {"type": "radio_buttons", "selected_option": {"value": "=ours"}}},
        "q:c": {"v": {"type": "static_select", "selected_option": {"value": "#3"}}},
        "q:d": {"v": {"type": "checkboxes", "selected_options": [{"value": "=x"}, {"value": "=y"}]}},
        "q:e": {"v": {"type": "plain_text_input", "value": None}},
        "o:e": {"v": {"type": "static_select", "selected_option": {"value": "=none"}}},
        "q:f": {"v": {"type": "plain_text_input", "value": "typed"}},
        "o:f": {"v": {"type": "static_select", "selected_option": {"value": "=none"}}},
        "q:g": {"v": {"type": "checkboxes", "selected_options": [{"value": "#1"}, {"value": "#2"}]}},
    }
    assert answers(values) == {
        "a": "words", "b": {"pick": "ours"}, "c": "3", "d": ["x", "y"], "e": {"pick": "none"}, "f": "typed",
        "g": "1, 2",
    }  # fmt: skip


def test_an_error_stands_at_its_own_question() -> None:
    form = Form(1, "", (Input("a", "date", say("When?"), error="31 February does not exist."), Input("b", "text", ())))
    assert errors(form, {"q:a": 1, "q:b": 1}) == {"q:a": "31 February does not exist."}
    assert errors(form, {"q:other": 1}) == {}


def test_a_long_home_is_paged() -> None:
    long = [
        card(
            f"case {n}",
        )
        for n in range(150)
    ]
    first, second = home(long), home(long, 1)
    assert first["blocks"][-1]["elements"][0]["text"]["text"] == "More"
    assert second["blocks"][-1]["elements"][0]["text"]["text"] == "Earlier"
    assert "case 149" in all_text(second["blocks"])


def test_a_modal_that_cannot_hold_its_words_says_where_the_rest_is() -> None:
    long = [card(f"case {n}") for n in range(150)]
    assert overflows(long)
    assert "The rest is in our private chat." in all_text(modal(long, THREAD)["blocks"])


def test_a_forged_modal_memory_is_none_of_ours() -> None:
    for forged in ("", "x", "{}", "[1]", '["1","p","u"]', "[" * 5000, json.dumps([1, 2, 3])):
        assert read_thread(forged) is None


def test_a_button_whose_command_is_too_long_is_to_be_typed() -> None:
    (message,) = messages(card(Actions((button("Check it", "check " + "x" * 2500),))))
    assert "x" * 2500 in all_text(message.blocks)


def test_a_long_list_of_facts_never_breaks_a_line_in_two() -> None:
    rows = tuple((f"command {n}", say("What it does, **{n}**.", n=str(n))) for n in range(60))
    for block in [b for message in messages(card(Facts(rows))) for b in message.blocks]:
        assert all_text([block]).startswith("command"), "a block begins with a name"


def test_words_in_tables_and_charts_stay_words_and_what_stands_for_them_pings_nobody() -> None:
    ping = "<!channel> *x* &"
    table = Table(("Client", ping), ((ping, "worse"),))
    chart = Chart("bar", ping, (ping, "Tue"), (Series(ping, (3, 5)),))
    pie = Chart("donut", ping, (ping, "b"), (Series("", (3, 5)),))
    shown = messages(Card((table, chart, pie)))
    blocks = [b for m in shown for b in m.blocks]
    cells = [cell for b in blocks if b["type"] == "table" for row in b["rows"] for cell in row]
    assert {"type": "raw_text", "text": ping} in cells
    assert {cell["type"] for cell in cells} == {"raw_text"}
    drawn = [b["chart"] for b in blocks if b["type"] == "data_visualization"]
    assert [c["type"] for c in drawn] == ["bar", "pie"]
    assert drawn[0]["axis_config"]["categories"][0] == drawn[0]["series"][0]["name"] == ping
    assert drawn[1]["segments"][0]["label"] == ping
    assert all("&lt;!channel&gt; *x* &amp;" in m.text and "<!" not in m.text for m in shown)
