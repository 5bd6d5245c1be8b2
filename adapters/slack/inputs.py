"""Open questions as Slack controls, in a message (the first, with buttons) or in a modal (all of them).

A control's ``block_id`` says what its answer is: ``q:`` the answer itself, ``o:`` an option picked instead of
words, ``k:`` words that replace an earlier answer too long to be shown, which is kept where nothing is typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.slack import limits
from adapters.slack.blocks import Block, Piece, buttons, notes, one_button, paragraphs, plain_text
from bot.view import Action, AnswerPress, Form, Input, Option, Span, button, clip, plain, press_value

TYPED_TOO = ("text", "date", "money")
"""Kinds whose options are a shortcut: words may be typed as well."""

SHORT = 1_000
"""Characters of a few options that fit beside any question, however they are written."""

# --- what a control carries that is no press of the core's -----------------------------------------------


def typed_value(conversation: int, key: str, words: str) -> str:
    """A control that answers as if ``words`` had been typed."""
    return json.dumps(["t", conversation, key, words], ensure_ascii=False, separators=(",", ":"))


def done_value(conversation: int, key: str) -> str:
    """The button that sends the boxes ticked beside it."""
    return json.dumps(["m", conversation, key], ensure_ascii=False, separators=(",", ":"))


def option_value(conversation: int, key: str, option: Option, number: int) -> str:
    """What an option carries in a message: its press, or its number where that is too long."""
    value = press_value(AnswerPress(conversation, key, option.value))
    return value if len(value) <= limits.OPTION_VALUE else typed_value(conversation, key, str(number))


# --- in a message ------------------------------------------------------------------------------------------


def needs_modal(form: Form | None) -> bool:
    """Whether a form is better asked in a modal: it needs typing, or asks several things at once."""
    if form is None or not form.inputs:
        return False
    first = form.inputs[0]
    typed = first.kind in ("many", *TYPED_TOO) or not first.options
    return typed or len(form.inputs) > 1 or not _fits_message(form, first)


def _fits_message(form: Form, asked: Input) -> bool:
    """Whether a question's options fit beside its words; a longer menu needs a modal."""
    hints = sum(len(o.label) + len(o.hint) for o in asked.options)
    if len(asked.options) <= limits.FEW_OPTIONS and hints + sum(len(o.value) for o in asked.options) < SHORT:
        return True  # as nearly always; building the menu only to measure it took a tenth of showing it
    menu = sum(p.size for p in (_ticks if asked.kind == "many" else _picks)(form, asked))
    return menu + hints <= limits.MESSAGE_CHARS * 2 // 3


def question(form: Form, *, typing: bool = True) -> list[Piece]:
    """A form's first question, as a conversation asks it; ``typing``: whether words can be typed there."""
    if not form.inputs:
        return []
    asked = form.inputs[0]
    made = paragraphs((Span(asked.error, bold=True),)) if asked.error else []
    made += paragraphs(asked.prompt)
    if asked.hint:
        made += notes((Span(asked.hint),))
    made += _spelled_out(asked.options)
    fits = _fits_message(form, asked)
    if fits:
        made += _ticks(form, asked) if asked.kind == "many" else _picks(form, asked)
    return made + _asides(form, asked, typing=typing and fits)


def _spelled_out(options: Sequence[Option]) -> list[Piece]:
    if not any(o.hint or len(o.label) > limits.OPTION_TEXT for o in options):
        return []
    rows: list[Span] = []
    for n, option in enumerate(options, 1):
        rows += [Span(f"{n}. {option.label}", bold=True), Span(f" {option.hint}\n" if option.hint else "\n")]
    return paragraphs(tuple(rows))


def _picks(form: Form, asked: Input) -> list[Piece]:
    if not asked.options:
        return []
    values = [
        option_value(form.conversation, asked.key, o, n) if len(asked.options) > limits.FEW_OPTIONS
        else _button_value(form.conversation, asked.key, o, n)
        for n, o in enumerate(asked.options, 1)
    ]  # fmt: skip
    if len(asked.options) <= limits.FEW_OPTIONS:
        return buttons((Action(o.label, v) for o, v in _clipped(asked.options, values)), prefix="a")
    element = _select("static_select", [_option(o.label, v) for o, v in zip(asked.options, values, strict=True)])
    return [Piece({"type": "actions", "elements": [{**element, "action_id": "a:0"}]}, "")]


def _button_value(conversation: int, key: str, option: Option, number: int) -> str:
    value = press_value(AnswerPress(conversation, key, option.value))
    return value if len(value) <= limits.BUTTON_VALUE else typed_value(conversation, key, str(number))


def _clipped(options: Sequence[Option], values: Sequence[str]) -> Iterator[tuple[Option, str]]:
    """Options with labels that fit; the full ones are spelled out above."""
    for option, value in zip(options, values, strict=True):
        yield Option(clip(option.label, limits.BUTTON_TEXT), option.value), value


def _ticks(form: Form, asked: Input) -> list[Piece]:
    if not asked.options:
        return []
    block = {**_many(asked, described=False), "action_id": "x:0"}
    send = one_button("m:0", Action("Done", done_value(form.conversation, asked.key), "primary"))
    ticks = {"type": "actions", "block_id": f"q:{asked.key}", "elements": [block, send]}
    return [Piece(ticks, "")]


def _asides(form: Form, asked: Input, *, typing: bool) -> list[Piece]:
    offered: list[Action] = []
    opens = buttons((button("Answer", "help", "primary"),), prefix="o")
    several = len(form.inputs) > 1 or not typing
    if asked.optional:
        offered.append(Action("Skip", typed_value(form.conversation, asked.key, "")))
    if form.can_go_back:
        offered.append(button("Back", "back"))
    return (opens if several and needs_modal(form) else []) + buttons(offered, prefix="b")


# --- in a modal --------------------------------------------------------------------------------------------


def fields(form: Form) -> list[Piece]:
    """Every open question as an input."""
    return [piece for asked in form.inputs for piece in _field(asked)]


def _field(asked: Input) -> list[Piece]:
    label = plain(asked.prompt)
    above = paragraphs((Span(asked.error, bold=True),)) if asked.error else []
    if len(label) > limits.INPUT_LABEL:
        above, label = above + paragraphs(asked.prompt), "Your answer"
    if any(len(o.label) > limits.OPTION_TEXT for o in asked.options):
        above += _spelled_out(asked.options)
    if not asked.options:
        return [*above, _words(asked, label)]
    if asked.kind in TYPED_TOO:
        return [*above, _words(asked, label), _instead(asked)]
    element = _many(asked, described=True) if asked.kind == "many" else _one(asked)
    return [*above, _input(f"q:{asked.key}", label, element, asked.hint, optional=_may_be_empty(asked))]


def _may_be_empty(asked: Input) -> bool:
    return asked.optional or asked.kind == "many"


def _input(block_id: str, label: str, element: Block, hint: str, *, optional: bool) -> Piece:
    block: Block = {
        "type": "input",
        "block_id": clip(block_id, limits.ID),
        "label": plain_text(label, limits.INPUT_LABEL),
        "element": {**element, "action_id": "v"},
        "optional": optional,
    }
    if hint.strip():
        block["hint"] = plain_text(hint, limits.INPUT_LABEL)
    return Piece(block, label)


def _words(asked: Input, label: str) -> Piece:
    earlier = asked.value if isinstance(asked.value, str) and asked.value not in _values(asked) else ""
    element: Block = {"type": "plain_text_input", "multiline": asked.multiline, "max_length": limits.INPUT_TEXT}
    if len(earlier) > limits.INPUT_TEXT:
        hint = "Your earlier answer is too long for this box. It stays as it is unless you type here."
        return _input(f"k:{asked.key}", label, element, hint, optional=True)
    if earlier.strip():
        element["initial_value"] = earlier
    return _input(f"q:{asked.key}", label, element, asked.hint, optional=asked.optional or bool(asked.options))


def _instead(asked: Input) -> Piece:
    element = _select("static_select", _options(asked, described=False))
    return _input(f"o:{asked.key}", "Or pick one", _started(element, asked), "", optional=True)


def _one(asked: Input) -> Block:
    if len(asked.options) <= limits.FEW_OPTIONS:
        return _started({"type": "radio_buttons", "options": _options(asked, described=True)}, asked)
    return _started(_select("static_select", _options(asked, described=False)), asked)


def _many(asked: Input, *, described: bool) -> Block:
    options = _options(asked, described=described)
    few = len(options) <= limits.FEW_OPTIONS
    element = {"type": "checkboxes", "options": options} if few else _select("multi_static_select", options)
    ticked = asked.value if isinstance(asked.value, tuple) else ()
    begun = [made for option, made in zip(asked.options, options, strict=True) if option.value in ticked]
    return {**element, **({"initial_options": begun} if begun else {})}


def _started(element: Block, asked: Input) -> Block:
    made = element.get("options") or [o for g in element["option_groups"] for o in g["options"]]
    begun = [m for option, m in zip(asked.options, made, strict=False) if option.value == asked.value]
    return {**element, **({"initial_option": begun[0]} if begun else {})}


def _values(asked: Input) -> set[str]:
    return {o.value for o in asked.options}


def _options(asked: Input, *, described: bool) -> list[Block]:
    """Options that carry their value, marked as such, or their number where a value is too long."""
    fits = all(len(o.value) < limits.OPTION_VALUE for o in asked.options)
    return [
        _option(o.label, f"={o.value}" if fits else f"#{n}", o.hint if described else "")
        for n, o in enumerate(asked.options, 1)
    ]


def _option(label: str, value: str, hint: str = "") -> Block:
    made: Block = {"text": plain_text(label, limits.OPTION_TEXT), "value": value}
    if hint.strip():
        made["description"] = plain_text(hint, limits.OPTION_TEXT)
    return made


def _select(kind: str, options: list[Block]) -> Block:
    """A menu; more options than one holds come in groups."""
    if len(options) <= limits.OPTIONS:
        return {"type": kind, "options": options}
    groups = [
        {
            "label": plain_text(f"{n + 1}–{min(n + limits.OPTIONS, len(options))}", limits.OPTION_TEXT),
            "options": options[n : n + limits.OPTIONS],
        }
        for n in range(0, min(len(options), limits.OPTIONS * limits.OPTION_GROUPS), limits.OPTIONS)
    ]
    return {"type": kind, "option_groups": groups}


# --- answers -----------------------------------------------------------------------------------------------


def answers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Raw answers by question key, from a submitted view's ``state.values``."""
    given: dict[str, Any] = {}
    for block_id, controls in values.items():
        kind, _, key = block_id.partition(":")
        if not isinstance(controls, Mapping) or not key:
            continue
        for control in controls.values():
            answer = answer_of(control) if isinstance(control, Mapping) else ""
            if kind == "q":
                given.setdefault(key, answer)
            elif (kind == "k" and answer) or (kind == "o" and answer and not given.get(key)):
                given[key] = answer
    return given


def answer_of(control: Mapping[str, Any]) -> Any:
    """What a control holds: words, ``{"pick": value}``, or a list of values; empty words for nothing."""
    if "selected_options" in control:
        chosen = control["selected_options"]
        picked = [_value(option) for option in (chosen if isinstance(chosen, list) else ())]
        numbers = any(value.startswith("#") for value in picked)
        return ", ".join(v[1:] for v in picked) if numbers else [v[1:] for v in picked]
    if "selected_option" in control:
        return _as_answer(_value(control["selected_option"]))
    typed = control.get("value")
    return typed if isinstance(typed, str) else ""


def _value(option: Any) -> str:
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else ""


def _as_answer(value: str) -> Any:
    return {"pick": value[1:]} if value.startswith("=") else value.removeprefix("#")


def back_row(form: Form) -> list[Piece]:
    """The way back, where there is one."""
    return buttons((button("Back", "back"),), prefix="b") if form.can_go_back else []


def read_control(value: str) -> tuple[Any, ...] | None:
    """What one of our own controls carries; None for anything else."""
    try:
        match json.loads(value):
            case ["t", int(conversation), str(key), str(typed)]:
                return ("t", conversation, key, typed)
            case ["m", int(conversation), str(key)]:
                return ("m", conversation, key)
    except (ValueError, RecursionError):
        return None
    return None


def ticked(state: Any, key: str) -> Any:
    """The values ticked for a question in a message's ``state``."""
    values = state.get("values") if isinstance(state, Mapping) else None
    return answers(values).get(key, []) if isinstance(values, Mapping) else []
