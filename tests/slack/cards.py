"""Cards of every kind, with tame, hostile and very long words."""

from __future__ import annotations

from typing import get_args

from bot.view import (
    Action,
    Actions,
    Attachment,
    Card,
    Chart,
    Facts,
    Form,
    Heading,
    Image,
    Input,
    InputKind,
    Note,
    Option,
    Quote,
    Series,
    Span,
    Table,
    Text,
    button,
    say,
)

WORDS = [
    "Acme",
    "<!channel> <@U1> <#C1> <https://evil.example|bank>",
    "& < > &amp; &lt;",
    "*bold* _it_ ~no~ `code` > quote :fire: @here @channel",
    "",
    " ",
    "\n",
    "x" * 7000,
    "long words " * 1500,
    "é" * 3001,
    "😀" * 2500,
    "a\nb\n" * 900,
    '"quoted" \\ {braces} [brackets]',
    "\u202eright to left\u202c",
]


def elements(words: str) -> list[object]:
    """Every element with these words in every place."""
    line = say("Before **{w}** and *{w}* and ~~{w}~~ after {w}", w=words)
    row = (words, words, "plain")
    return [
        Heading(words),
        Text(line),
        Text((Span(words),)),
        Quote(line),
        Note(line),
        Note((Span(words),)),
        Facts(((words, line), ("Owner", (Span(words),)))),
        Table(("One", words, "Three"), (row, row), words),
        Table(tuple(f"c{n}" for n in range(25)), ((words,) * 25,)),
        Table(("a", "b"), tuple((f"{n}", words[:60]) for n in range(240)), "many"),
        Table((), ()),
        Chart("bar", words, ("Mon", words), (Series(words, (1.0, 2.5)), Series("b", (3, -1)))),
        Chart("line", words, tuple(f"w{n}" for n in range(30)), (Series("", tuple(range(30))),)),
        Chart("donut", words, ("a", "b", "c"), (Series("", (1, 0, 3)),)),
        Chart("bar", "t", ("same", "same"), (Series("s", (1, 2)),)),
        Chart("bar", "t", ("a",), (Series("s", (float("nan"),)),)),
        Chart("bar", "t", (), ()),
        Image("https://example.com/a.png", words),
        Image(words, words),
        Attachment(words or "a.txt", "text/plain", words),
        Actions((button(words, words), Action("Delete", words, "danger"), button("Go", "go", "primary"))),
        Actions(tuple(button(f"{n} {words}", f"next {n}") for n in range(60))),
        Actions(()),
    ]


def options(count: int, words: str) -> tuple[Option, ...]:
    """Options with these words as label and hint, and as value where it is long."""
    return tuple(Option(f"{n} {words}", f"v{n}{words[:400]}", words) for n in range(count))


def inputs(words: str) -> list[Input]:
    """Every kind of input, few and many options, with and without an earlier answer and an error."""
    made: list[Input] = []
    for kind in get_args(InputKind):
        for count in (0, 3, 11, 300):
            offered = options(count, words if count < 300 else words[:90])
            value: str | tuple[str, ...] | None = words
            if offered:
                value = (offered[0].value,) if kind == "many" else offered[-1].value
            made.append(Input("k", kind, say("Ask {w}", w=words), words, offered, True, count % 2 == 0, value, words))
            made.append(Input("k", kind, (Span(words),), "", offered))
    return made


def cards(words: str) -> list[Card]:
    """Every element alone, every input alone, and all of them together."""
    alone = [Card((e,)) for e in elements(words)]  # type: ignore[arg-type]
    asked = [Card((), Form(7, words, (i,), can_go_back=True)) for i in inputs(words)]
    whole = Card(tuple(elements(words)), Form(7, words, tuple(
        Input(f"k{n}", i.kind, i.prompt, i.hint, i.options, i.multiline, i.optional, i.value, i.error)
        for n, i in enumerate(inputs(words)[:12])
    )))  # type: ignore[arg-type]  # fmt: skip
    return [*alone, *asked, whole, Card()]
