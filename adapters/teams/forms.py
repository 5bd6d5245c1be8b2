"""The open questions of a conversation as inputs of an Adaptive Card, and what comes back of them.

An input's id says how its words are to be read (``text.story``, ``pick.cause``, ``many.criteria``), so that the
parser needs to know nothing about the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from adapters.teams import limits
from adapters.teams.words import button_row, clean, execute, harmless, paragraph, size
from bot.view import (
    Card,
    Form,
    Input,
    Option,
    Span,
    Text,
    button,
    card,
    clip,
    form_actions,
    plain,
    say,
)

Json: TypeAlias = dict[str, Any]

_PICKED = {"choice", "person", "confirm"}


Units: TypeAlias = list[list[Json]]
"""Blocks in groups that stay on one page each."""


def render_form(form: Form) -> Units:
    """One question as a sentence with buttons or an input; several as a form to send."""
    if not form.inputs:
        return []
    presses = _alone(_option_buttons(form)) if len(form.inputs) == 1 else []
    back = _alone(button_row([button("Back", "back")])) if form.can_go_back else []
    if presses and form.inputs[0].kind in _PICKED:
        return [*_asked(form.inputs[0]), *presses, *back]
    above, whole = _inputs(form)
    return [*_alone(above), [*whole, _send(form)], *presses, *back]


def _alone(blocks: list[Json]) -> Units:
    return [[block] for block in blocks]


def _inputs(form: Form) -> tuple[list[Json], list[Json]]:
    """What stands above a form's inputs, and the inputs; what does not fit is asked for after these are sent."""
    titled = paragraph((Span(form.title, bold=True),), size="Medium") if len(form.inputs) > 1 else []
    above, whole = titled, list[Json]()
    for question in form.inputs:
        control = [*_error(question), _control(question, alone=len(form.inputs) == 1)]
        if whole and sum(map(size, whole + control)) > limits.PAGE_BYTES - limits.ASKED_BYTES - 2_000:
            break
        above += _prompt_above(question)
        whole += control
    return above, whole


def read_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """Raw answers by question key from what a sent card carries."""
    answers: dict[str, Any] = {}
    for name, value in data.items():
        how, dot, key = name.partition(".")
        if not dot or not key or not isinstance(value, str | int | float):
            continue
        words = value if isinstance(value, str) else f"{value:g}"
        if how == "text":
            answers[key] = words
        elif how == "pick":
            answers[key] = {"pick": unquote(words)} if words else ""
        elif how == "many":
            answers[key] = [unquote(v) for v in words.split(",") if v]
    return answers


# --- one question ------------------------------------------------------------------------------------------


def _option_buttons(form: Form) -> list[Json]:
    few = len(form.inputs[0].options) <= 2 * limits.BUTTONS
    return button_row(form_actions(form)) if few else []


def _asked(question: Input) -> Units:
    hint = paragraph((Span(question.hint),), size="Small", isSubtle=True)
    return _alone([*_error(question), *paragraph(question.prompt), *hint, *_option_hints(question)])


def _prompt_above(question: Input) -> list[Json]:
    """A prompt too long for a label, and an earlier answer too long for its input."""
    above = paragraph(question.prompt) if len(plain(question.prompt)) > limits.INPUT_LABEL else []
    if _too_long(question):
        above += paragraph((Span("So far: ", italic=True), Span(str(question.value))), isSubtle=True)
    return above


def _too_long(question: Input) -> bool:
    return isinstance(question.value, str) and len(question.value.encode("utf-8", "replace")) > (
        limits.INPUT_VALUE_BYTES
    )


def _error(question: Input) -> list[Json]:
    return paragraph((Span(clip(question.error, limits.INPUT_LABEL)),), color="Attention", weight="Bolder")


def _option_hints(question: Input) -> list[Json]:
    return [
        block
        for o in question.options
        if o.hint
        for block in paragraph((Span(f"{o.label}: ", bold=True), Span(o.hint)), size="Small", spacing="Small")
    ]


def _send(form: Form) -> Json:
    send = execute("Send", "answer", {"form": form.conversation}, style="positive")
    return {"type": "ActionSet", "actions": [{**send, "data": {**send["data"], "asked": _asked_for(form)}}]}


def _asked_for(form: Form) -> Json:
    """What a form asks and how its options are called, so that what was answered stays readable once it is sent."""
    asked: Json = {}
    for question in form.inputs:
        prompt = clip(plain(question.prompt), limits.ASKED)
        labels = {o.value: clip(o.label, limits.ASKED) for o in question.options}
        for carried in ([prompt, labels], [prompt]):
            if size({**asked, question.key: carried}) <= limits.ASKED_BYTES:
                asked[question.key] = carried
                break
    return asked


def sent_card(data: Mapping[str, Any]) -> Card | None:
    """A form that was sent, as its questions and answers; None where it carries none that can be shown."""
    asked = data.get("asked")
    rows = [row for key, raw in read_answers(data).items() if (row := _answered(asked, key, raw))]
    return card(*rows) if rows else None


def _answered(asked: object, key: str, raw: object) -> Text | None:
    match asked.get(key) if isinstance(asked, dict) else None:
        case [str(prompt), *rest]:
            labels = rest[0] if rest and isinstance(rest[0], dict) else {}
        case _:
            return None
    picked = raw.get("pick") if isinstance(raw, dict) else raw
    named = [str(labels.get(v, v)) for v in (picked if isinstance(picked, list) else [picked])]
    words = ", ".join(n for n in named if n.strip())
    return Text(say("{prompt} **{words}**", prompt=prompt, words=words)) if words else None


# --- one control -------------------------------------------------------------------------------------------


def _control(question: Input, *, alone: bool) -> Json:
    if question.kind in _PICKED or question.kind == "many":
        choices = [_choice(o) for o in question.options]
        if choices and size(choices) <= limits.CHOICES_BYTES:
            return _choice_set(question, choices)
    if question.kind == "scale" and not question.options:
        return _number(question)
    return _words(question, alone)


def _base(question: Input, how: str, missing: str) -> Json:
    label = clip(harmless(plain(question.prompt)), limits.INPUT_LABEL) or question.key
    hint = clip(harmless(question.hint), limits.INPUT_LABEL)
    control: Json = {
        "id": f"{how}.{question.key}",
        "label": label,
        "isRequired": not question.optional,
        "errorMessage": missing,
    }
    return {**control, "placeholder": hint} if hint else control


def _words(question: Input, alone: bool) -> Json:
    control = {"type": "Input.Text", **_base(question, "text", "A few words here, please.")}
    labels = ", ".join(o.label for o in question.options if o.label)
    buttoned = alone and len(question.options) <= 2 * limits.BUTTONS
    if labels and not buttoned and "placeholder" not in control:
        control["placeholder"] = clip(harmless(f"Or type: {labels}"), limits.INPUT_LABEL)
    if question.multiline:
        control["isMultiline"] = True
    if isinstance(question.value, str) and question.value and not _too_long(question):
        control["value"] = clean(question.value)
    return control


def _number(question: Input) -> Json:
    control = {"type": "Input.Number", **_base(question, "text", "A number here, please.")}
    if isinstance(question.value, str) and question.value.isascii() and question.value.isdigit():
        control["value"] = int(question.value[:9])
    return control


def _choice_set(question: Input, choices: list[Json]) -> Json:
    many = question.kind == "many"
    control = {
        "type": "Input.ChoiceSet",
        **_base(question, "many" if many else "pick", "Pick at least one." if many else "Pick one."),
        "choices": choices,
        "style": "expanded" if many or len(choices) <= limits.CHOICES_OPEN else "compact",
        "isMultiSelect": many,
        "wrap": True,
    }
    if many:
        # None of them is an answer too.
        control["isRequired"] = False
    picked = (question.value,) if isinstance(question.value, str) else question.value or ()
    offered = {o.value for o in question.options}
    value = ",".join(_carried(v) for v in picked if v in offered)
    return {**control, "value": value} if value else control


def _choice(option: Option) -> Json:
    words = f"{option.label} – {option.hint}" if option.hint else option.label
    return {"title": clip(harmless(words), limits.CHOICE_LABEL) or "–", "value": _carried(option.value)}


def _carried(value: str) -> str:
    """A value as a choice carries it: several are sent with commas between."""
    return quote(value.encode("utf-8", "surrogatepass"), safe="")
