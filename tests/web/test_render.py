from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from adapters.web.places import seat
from adapters.web.render import Frame, card_html, line_html, message_html
from bot.ports import LocalMessage
from bot.view import (
    Action,
    Actions,
    AnswerPress,
    Attachment,
    Card,
    Chart,
    Facts,
    Form,
    Heading,
    Image,
    Input,
    Note,
    Option,
    Quote,
    Series,
    Table,
    Text,
    button,
    card,
    press_value,
    say,
)

HOSTILE = "<script>alert(1)</script>\" onload='x' {{7*7}} &amp; \u202e **b** javascript:alert(1)"
FRAME = Frame(7, {"as": "Priya", "in": "private"})
VOID = {"input", "img"}


class Reader(HTMLParser):
    """Keeps tags with their attributes and the words between them; complains about what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(shown: Card) -> Reader:
    return Reader(str(card_html(shown, FRAME)))


def everything(words: str) -> Card:
    line = say("{w}", w=words)
    inputs = tuple(
        Input(words + kind, kind, line, words, (Option(words, words, words),) * n, True, n == 0, words, words)
        for kind in ("text", "choice", "many", "scale", "date", "money", "person", "confirm")
        for n in (0, 2)
    )
    return Card(
        (
            Heading(words), Text(line), Quote(say("{w}", w=words * 3)), Note(line), Facts(((words, line),)),
            Table((words, words), ((words, words),), words),
            Chart("bar", words, (words,), (Series(words, (1.0,)), Series(words, (-2.0,))), words),
            Chart("line", words, (words, "b"), (Series(words, (1.0, 2.0)),), words),
            Chart("donut", words, (words,), (Series(words, (1.0,)),), words),
            Image(words, words), Attachment(words, words, words), Actions((Action(words, words),)),
        ),
        Form(3, words, inputs, can_go_back=True),
    )  # fmt: skip


def test_styles_become_strong_em_and_del():
    html = line_html(say("**Next:** call *today*, ~~not mail~~ **~~never~~**"))
    assert html == ("<strong>Next:</strong> call <em>today</em>, <del>not mail</del> <del><strong>never</strong></del>")


def test_rendering_is_pure():
    assert card_html(everything("x"), FRAME) == card_html(everything("x"), FRAME)


def test_no_word_of_a_person_becomes_markup_anywhere():
    page = read(everything(HOSTILE))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "object", "style", "a onload"})
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not str(attributes.get("href", "")).startswith("javascript")
        assert not str(attributes.get("src", "")).startswith("javascript")
    assert HOSTILE in page.words


@pytest.mark.parametrize("words", ["", " ", "a" * 300, "日本語 🙂 [x](y) @here <!channel>", "]]>", "\x00\x07", "'\"`"])
def test_any_name_can_stand_in_any_part_of_a_card(words):
    read(everything(words))


def test_a_table_is_a_table_with_headed_columns():
    page = read(card(Table(("Client", "Value"), (("Acme", "€6,200"),), "At risk")))
    assert len(page.all("th")) == 2
    assert all(th["scope"] == "col" for th in page.all("th"))
    assert len(page.all("td")) == 2
    assert len(page.all("caption")) == 1


@pytest.mark.parametrize("kind", ["bar", "line", "donut"])
def test_the_numbers_of_a_chart_stand_in_words_beside_the_picture(kind):
    page = read(card(Chart(kind, "Value", ("Acme", "Northwind"), (Series("now", (6200, 12000)),), "€")))
    assert page.all("svg")[0]["role"] == "img"
    assert "Value" in str(page.all("svg")[0]["aria-label"])
    for words in ("Acme", "Northwind", "€6,200", "€12,000"):
        assert words in page.words


@pytest.mark.parametrize("kind", ["bar", "line", "donut"])
@pytest.mark.parametrize("values", [(0.0, 0.0), (-3.0, 2.0), (float("nan"), 1.0), (float("inf"), 1e18), (5.0, 0.0)])
def test_odd_numbers_still_make_a_chart(kind, values):
    html = str(card_html(card(Chart(kind, "t", ("a", "b"), (Series("s", values),))), FRAME))
    assert "nan" not in html.casefold()
    assert '"inf' not in html.casefold()


def test_a_chart_without_values_is_only_its_title():
    assert not read(card(Chart("bar", "Nothing yet", (), ()))).all("svg")


def test_a_button_carries_its_value_unchanged():
    value = press_value(AnswerPress(4, "who", 'Ann "the <b>" O\'Neill & 🙂'))
    assert read(card(Actions((Action("Go", value, "primary"),)))).all("button")[0]["data-press"] == value


def test_the_first_question_is_asked_with_its_options_as_buttons():
    asked = Input(
        "fault", "choice", say("Whose doing was it?"), options=(Option("Ours", "ours"), Option("Theirs", "t"))
    )
    page = read(Card((), Form(9, "", (asked,))))
    presses = [b["data-press"] for b in page.all("button")]
    assert presses == [press_value(AnswerPress(9, "fault", v)) for v in ("ours", "t")]
    assert not page.all("form")


def test_a_form_of_several_questions_can_be_answered_all_at_once():
    inputs = (Input("when", "date", say("By when?")), Input("note", "text", say("Why?"), optional=True))
    page = read(Card((), Form(9, "Promise", inputs)))
    assert page.all("details")
    assert page.all("form")[0]["data-submit"] == "9"
    keyed = [a for _, a in page.tags if "data-key" in a]
    assert [(a["data-key"], "data-optional" in a) for a in keyed] == [("when", False), ("note", True)]


def test_every_field_has_a_label_and_says_what_was_wrong():
    wrong = Input("when", "date", say("By when?"), hint="A day.", error="That day is past.", value="1 Jan")
    page = read(Card((), Form(9, "", (Input("a", "text", say("First?")), wrong))))
    labels = {label["for"] for label in page.all("label") if "for" in label}
    fields = [f for f in page.all("input") + page.all("textarea") if f.get("type") is None]
    assert {f["id"] for f in fields} == labels
    assert page.all("details")[0].get("open", "closed") is None
    bad = next(f for f in fields if f.get("aria-invalid"))
    assert bad["value"] == "1 Jan"
    assert "That day is past." in page.words


def test_many_options_are_checkboxes_sent_together():
    asked = Input("met", "many", say("Which are met?"), options=(Option("A", "a"), Option("B", "b")), value=("b",))
    page = read(Card((), Form(2, "", (asked,))))
    boxes = [i for i in page.all("input") if i["type"] == "checkbox"]
    assert ["checked" in b for b in boxes] == [False, True]
    assert page.all("form")[0]["data-submit"] == "2"


def test_an_optional_question_can_be_skipped_and_one_can_go_back():
    page = read(Card((), Form(2, "", (Input("cost", "money", say("Cost?"), optional=True),), can_go_back=True)))
    assert {"data-skip", "data-press"} <= {k for b in page.all("button") for k in b}


def test_an_attachment_is_a_link_to_the_app_itself():
    link = read(card("first", Attachment("a b.csv", "text/csv", "1"))).all("a")[0]
    assert link["href"] == "/chat/file/7/1?as=Priya&in=private"
    assert link["download"] == "a b.csv"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/chat/static/icon.svg", True), ("data:image/png;base64,AAAA", True),
        ("https://example.com/x.png", False),
        ("//example.com/x.png", False), ("data:image/svg+xml,<svg/>", False), ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_a_picture_is_only_shown_from_this_very_machine(url, shown):
    page = read(card(Image(url, "A chart of moods")))
    assert bool(page.all("img")) is shown
    assert shown or "A chart of moods" in page.words


def test_a_message_says_who_spoke_when_and_who_can_read_it():
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    here = seat("Priya", "", "client-acme")
    own = LocalMessage(1, here.place.key, here.who.key, card("next"), at, "Priya")
    posted = LocalMessage(2, here.place.key, "", card("Hello"), at)
    assert "only you see this" in message_html(own, here)
    assert "posted for everyone here" in message_html(posted, here)
    assert 'datetime="2026-03-02T09:05:00+00:00"' in message_html(own, here)
    assert "message own" in message_html(own, here)


def test_a_message_names_the_conversation_it_asks_in():
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    here = seat("Priya", "", "private")
    asks = Card((), Form(12, "", (Input("a", "text", say("What?")),)))
    assert 'data-conversation="12"' in message_html(LocalMessage(1, here.place.key, "", asks, at), here)
    command = card(Actions((button("Next", "next"),)))
    assert "data-conversation" not in message_html(LocalMessage(1, here.place.key, "", command, at), here)
