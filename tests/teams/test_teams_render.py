import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from adapters.teams import limits
from adapters.teams.forms import read_answers, sent_card
from adapters.teams.render import message, render, wire
from bot.view import (
    Action,
    Actions,
    Attachment,
    Card,
    Chart,
    Element,
    Facts,
    Form,
    Heading,
    Image,
    Input,
    Note,
    Option,
    Quote,
    Series,
    Span,
    Table,
    Text,
    card,
    say,
)

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "adaptive-card-1.5.0.json"

HOSTILE = [
    "",
    " ",
    "\n\n\n",
    "plain words",
    "**bold** _it_ [click](https://evil.example) `code` ~~x~~ # head\n- list\n1. one",
    "<at>everyone</at> <script>alert(1)</script> &amp; {{DATE(2020-01-01, SHORT)}} ${x}",
    "\x00\x07\u202eevil\u2066 \u200f",
    "half \ud83d and \udc00 of a pair",
    "🧑‍🧑‍🧒‍🧒" * 400,
    '"\\' * 3_000,
    "字" * 8_000,
    "a b\n" * 2_000,
    "x" * 20_000,
]
KINDS = ["text", "choice", "many", "scale", "date", "money", "person", "confirm"]


def elements(words: str) -> list[Element]:
    line = (Span(words), Span(words[:50], bold=True), Span("end", italic=True, strike=True))
    return [
        Heading(words),
        Text(line),
        Quote(line),
        Note(line),
        Facts(((words[:200], line), ("Owner", (Span(words),)))),
        Table((words[:100], "B"), ((words, "1"), ("", words[:10])), words[:300]),
        Table(("A", "B"), tuple((f"row {n}", words[:80]) for n in range(35)), "long"),
        Table((), (), words),
        Table(tuple("ABCDEFGHIJKL"), (tuple(words[:20] for _ in range(12)),)),
        Chart("bar", words, ("a", words[:90]), (Series(words, (1.5, 2)),), "€"),
        Chart("bar", "two", ("a", "b"), (Series("x", (1, 2)), Series(words, (3, 4)))),
        Chart("line", "l", ("a", "b"), (Series("x", (1, -2)),)),
        Chart("donut", words, ("a", "b"), (Series("", (1, 2)),)),
        Chart("donut", "minus", ("a",), (Series("", (-1,)),)),
        Chart("bar", "not a number", ("a",), (Series("", (float("nan"),)),)),
        Chart("line", "endless", ("a",), (Series("", (float("inf"),)),)),
        Chart("line", "none", (), ()),
        Image("https://example.org/a.png", words),
        Image("javascript:alert(1)", words or "alt"),
        Attachment(words[:100] or "a.csv", "text/csv", words),
        Actions(tuple(Action(words, words[:3_000], s) for s in ("plain", "primary", "danger"))),
        Actions(tuple(Action(f"b{n}", words) for n in range(14))),
        Actions(()),
    ]


def inputs(words: str) -> list[Input]:
    options = (Option(words, words, words), Option("Two", "t,wo"), Option("Three", "3", "hint"))
    many = tuple(Option(f"{words[:50]}{n}", f"v{n}") for n in range(300))
    made = []
    for kind in KINDS:
        for n, offered in enumerate([(), options, many]):
            value: Any = (words, "t,wo") if kind == "many" else (words or None)
            made.append(Input(
                f"{kind}{n}", kind, say("{w}", w=words), words[:2_000], offered,
                multiline=n == 0, optional=n == 1, value=value, error=words[:500],
            ))  # fmt: skip
    return made


def every_card(words: str) -> Iterator[Card]:
    for element in elements(words):
        yield card(element)
    yield card(*elements(words))
    for question in inputs(words):
        yield card(Text(say("Before.")), form=Form(7, words, (question,), can_go_back=True))
    yield card(form=Form(7, words, tuple(inputs(words)), can_go_back=True))
    yield card(*elements(words), form=Form(7, "All", tuple(inputs(words))))
    yield Card()


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def known_to_schema(node: Any) -> Any:
    """The card without what the 1.5 schema does not know: charts become their fallback, Teams' own goes."""
    if isinstance(node, list):
        return [known_to_schema(n) for n in node]
    if not isinstance(node, dict):
        return node
    if str(node.get("type", "")).startswith("Chart."):
        return known_to_schema(node["fallback"])
    return {k: known_to_schema(v) for k, v in node.items() if k != "msteams"}


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    if not SCHEMA.exists():
        pytest.skip("the Adaptive Card 1.5 schema is not beside this checkout")
    return Draft6Validator(json.loads(SCHEMA.read_text()))


def check_limits(page: dict[str, Any]) -> None:
    assert page["version"] == "1.5"
    assert page["body"]
    assert len(wire(page)) <= limits.CARD_BYTES
    assert len(wire(message(page)).decode().encode("utf-16")) < 100_000
    ids = [n["id"] for n in walk(page) if "id" in n]
    assert len(ids) == len(set(ids))
    for node in walk(page):
        kind = node.get("type", "")
        if kind.startswith("Chart."):
            assert node["fallback"]
        if kind == "ActionSet":
            assert 0 < len(node["actions"]) <= limits.BUTTONS
        if kind == "Action.Execute":
            assert node["fallback"]["type"] == "Action.Submit"
            assert node["fallback"]["data"] == {k: v for k, v in node["data"].items() if k != "asked"}
            assert 0 < len(node["title"]) <= limits.BUTTON_LABEL
        if kind.startswith("Input."):
            assert node["label"]
            assert node["errorMessage"]
            assert "isRequired" in node
        if kind == "Table":
            assert all(len(r["cells"]) == len(node["columns"]) for r in node["rows"])
        if kind == "Image":
            assert node["url"].startswith("https://")


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_every_element_and_input_stays_within_the_limits_whatever_it_holds(words: str) -> None:
    for shown in every_card(words):
        for page in render(shown):
            check_limits(page)


# A long value makes more pages of the same blocks, and validating one takes a while.
@pytest.mark.parametrize("words", [*HOSTILE[:8], "a b\n" * 3, "x" * 60], ids=range(10))
def test_every_page_is_an_adaptive_card_of_the_schema(words: str, schema: Draft6Validator) -> None:
    for shown in every_card(words):
        for page in render(shown)[:2]:
            stripped = json.loads(wire(known_to_schema(copy.deepcopy(page))))
            assert schema.is_valid(stripped), next(schema.iter_errors(stripped)).message[:300]


def shown_words(pages: list[Any]) -> str:
    return "".join(n["text"] for p in pages for n in walk(p) if "text" in n)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=0, max_size=400), st.integers(1, 200))
def test_no_word_is_ever_lost(piece: str, times: int) -> None:
    words = "".join(c for c in piece if c.isalnum()) + " "
    pages = render(card(Text((Span(words * times),)), Quote((Span(words * times),))))
    # The last block of each of several pages is its number.
    bare = "".join(shown_words([p["body"][:-1] if len(pages) > 1 else p]) for p in pages)
    assert "".join(bare.split()) == "".join((words * times * 2).split())


def test_a_story_of_fifty_thousand_characters_is_paged_and_whole() -> None:
    story = " ".join(f"word{n}" for n in range(6_000))
    pages = render(card(Quote((Span(story),))))
    assert len(pages) > 1
    assert all(f"word{n}" in shown_words(pages) for n in range(6_000))
    assert f"1 of {len(pages)}" in shown_words(pages[:1])


def test_peoples_words_are_never_read_as_markup() -> None:
    words = "**x** [a](https://evil.example) {{DATE(1,SHORT)}} <at>all</at>"
    shown = card(
        Heading(words), Text((Span(words),)), Facts(((words, (Span(words),)),)), Table((words,), ((words,),)),
        form=Form(1, words, (Input("k", "text", say("{w}", w=words), words),)),
    )  # fmt: skip
    for node in walk(render(shown)):
        assert node.get("type") != "TextBlock"
        if node.get("type") == "TextRun":
            continue
        for key in ("label", "placeholder", "title"):
            assert "](" not in node.get(key, "")
            assert "{{" not in node.get(key, "")
            assert "**x" not in node.get(key, "")


def test_a_plain_heading_is_a_heading_for_screen_readers() -> None:
    [page] = render(card(Heading("SAL-1 · Acme")))
    heading = page["body"][0]
    assert (heading["type"], heading["style"], heading["text"]) == ("TextBlock", "heading", "SAL-1 · Acme")


def test_a_chart_shows_its_numbers_beside_it_and_has_a_fallback() -> None:
    [page] = render(card(Chart("line", "Temperature", ("Mon", "Tue"), (Series("Acme", (1, 2)),), "°")))
    chart = page["body"][0]
    assert chart["type"] == "Chart.Line"
    assert chart["data"] == [{"legend": "Acme", "values": [{"x": "Mon", "y": 1}, {"x": "Tue", "y": 2}]}]
    assert "Mon 1°, Tue 2°" in shown_words([page])


def test_a_question_with_few_options_is_a_row_of_buttons() -> None:
    asked = Form(3, "", (Input("fault", "choice", say("Whose doing?"), options=(Option("Ours", "ours"),)),))
    [page] = render(card(form=asked))
    [row] = [n for n in page["body"] if n["type"] == "ActionSet"]
    assert row["actions"][0]["data"] == {"press": '["a",3,"fault","ours"]'}
    assert row["actions"][0]["associatedInputs"] == "none"


def test_a_form_comes_back_as_raw_answers() -> None:
    options = (Option("A, and more", "a,1"), Option("B", "b"))
    asked = Form(5, "All at once", (
        Input("story", "text", say("What happened?"), multiline=True),
        Input("cause", "choice", say("Which?"), options=options, value="a,1"),
        Input("met", "many", say("Which are met?"), options=options, value=("a,1", "b")),
        Input("sure", "confirm", say("Sure?"), options=(Option("Yes", "yes"), Option("No", "no"))),
        Input("when", "date", say("When?"), value="2026-03-01"),
        Input("mark", "scale", say("How sure?"), value="4"),
    ))  # fmt: skip
    [page] = render(card(form=asked))
    sent = {n["id"]: n.get("value", "") for n in walk(page) if n.get("type", "").startswith("Input.")}
    sent["text.story"] = "It slipped"
    assert read_answers(sent) == {
        "story": "It slipped",
        "cause": {"pick": "a,1"},
        "met": ["a,1", "b"],
        "sure": "",
        "when": "2026-03-01",
        "mark": "4",
    }


def test_a_form_sent_is_shown_as_its_questions_and_answers() -> None:
    options = (Option("Dana herself", "d,1"), Option("Nobody yet", "none"))
    asked = Form(5, "All at once", (
        Input("story", "text", say("What happened to {c}?", c="**Acme**"), multiline=True),
        Input("who", "choice", say("Who is upset?"), options=options),
        Input("met", "many", say("Which are met?"), options=options),
        Input("left", "text", say("Anything else?")),
    ))  # fmt: skip
    [page] = render(card(form=asked))
    [send] = [n for n in walk(page) if n.get("title") == "Send" and n["type"] == "Action.Execute"]
    typed = {"text.story": "It slipped, *twice*", "pick.who": "d%2C1", "many.met": "none,d%2C1", "text.left": " "}
    shown = sent_card({**send["data"], **typed})
    assert shown
    assert shown.text.split("\n") == [
        "What happened to **Acme**? It slipped, *twice*",
        "Who is upset? Dana herself",
        "Which are met? Nobody yet, Dana herself",
    ]
    assert read_answers({**send["data"], **typed}).keys() == {"story", "who", "met", "left"}


@settings(max_examples=200, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
))  # fmt: skip
def test_whatever_a_tampered_form_carries_it_is_shown_or_left_out(asked: object) -> None:
    for data in ({"asked": asked}, {"asked": {"k": asked}}, {"asked": {"k": ["Who?", asked]}}):
        sent_card({"form": 1, "text.k": "words", "pick.k": "a", "many.k": "a,b", **data})


def test_what_was_wrong_with_an_answer_stands_at_its_input() -> None:
    asked = Form(5, "", (Input("when", "date", say("When?"), value="31 Feb", error="February ends on the 28th."),))
    [page] = render(card(form=asked))
    at = [n for n, b in enumerate(page["body"]) if "February ends" in json.dumps(b)]
    assert page["body"][at[0] + 1]["id"] == "text.when"
    assert page["body"][at[0] + 1]["value"] == "31 Feb"


def test_a_notification_says_what_the_card_says() -> None:
    shown = card("Acme needs you today.")
    assert message(render(shown)[0], shown.text)["summary"] == "Acme needs you today."


def test_an_empty_card_is_no_message() -> None:
    assert render(Card()) == []
