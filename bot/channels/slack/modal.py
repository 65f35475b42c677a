"""A form that is filled in as a whole, as a Slack modal: from the form to its view, and from what was sent back to its values.

A block carries its field's name, so that a sentence on what is wrong lands at the field.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.channels.slack.blocks import LONGEST_LABEL, LONGEST_TEXT, Block, divider, plain_text, rich_text, text_lines
from bot.texts import text
from bot.whole_forms.form import NO, YES, Field, WholeForm

_LONGEST_TITLE = 24
_LONGEST_HINT = 150
_MOST_OPTIONS = 100
_ACTION = "value"


def render_modal(form: WholeForm, errors: Mapping[str, str] | None = None, *, where: str, language: str = "sv") -> dict[str, Any]:
    """Return the view of a form; `where` (at most 2 900 characters) comes back with what the form is about.

    `errors` are sentences by field for a form that is shown again; where the person has just sent it, `response_action` does that better.
    """
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": f"{form.about}\n{where}",
        "title": plain_text(form.title, _LONGEST_TITLE),
        "submit": plain_text(form.submit, _LONGEST_TITLE),
        "close": plain_text(text(language, "choice.cancel"), _LONGEST_TITLE),
        "blocks": [*_wrong(form, errors or {}), *_intro(form), *(_input(field, language) for field in form.fields)],
    }


def form_sent(view: Mapping[str, Any]) -> tuple[str, str, str, dict[str, str]]:
    """Return the name of the form that a sent view holds, what it is about, its `where`, and its values by field."""
    about, _, where = view["private_metadata"].partition("\n")
    return view["callback_id"], about, where, {name: _value(inputs[_ACTION]) for name, inputs in view["state"]["values"].items()}


def _wrong(form: WholeForm, errors: Mapping[str, str]) -> Iterator[Block]:
    labels = {field.name: field.label for field in form.fields}
    lines = [line for name, sentence in errors.items() for line in text_lines(f"⚠️ {labels.get(name, name)} – {sentence}")]
    yield from (piece.block for piece in rich_text(lines) if piece.block)


def _intro(form: WholeForm) -> Iterator[Block]:
    for paragraph in form.intro:
        yield from (piece.block for piece in rich_text(text_lines(paragraph)) if piece.block)
    if form.intro:
        yield divider()


def _input(field: Field, language: str) -> Block:
    return {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, LONGEST_LABEL),
        "optional": not field.required,
        "element": _element(field, language) | {"action_id": _ACTION},
    } | ({"hint": plain_text(field.hint, _LONGEST_HINT)} if field.hint else {})


def _element(field: Field, language: str) -> Block:
    if field.kind == "choice":
        return _menu(field, language)
    if field.kind == "yes_no":
        # Not a checkbox: nothing is chosen for anybody, and a required checkbox cannot be answered with no.
        answers = ((YES, "slack_look.yes"), (NO, "slack_look.no"))
        options = [{"text": plain_text(text(language, key), LONGEST_LABEL), "value": value} for value, key in answers]
        chosen = [option for option in options if option["value"] == field.value]
        return {"type": "radio_buttons", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
    filled_in = {"initial_value": field.value[: field.longest]} if field.value else {}
    if field.kind == "email":
        return {"type": "email_text_input"} | filled_in
    # Slack has no field for telephone numbers; the rules for one are in the domain.
    longest = min(field.longest, LONGEST_TEXT)
    return {"type": "plain_text_input", "multiline": field.kind == "text", "max_length": longest} | filled_in


def _menu(field: Field, language: str) -> Block:
    options = [{"text": plain_text(label, LONGEST_LABEL), "value": value} for value, label in field.options[:_MOST_OPTIONS]]
    chosen = next((option for option in options if option["value"] == field.value), None)
    menu = {"type": "static_select", "placeholder": plain_text(text(language, "slack_look.choose"), LONGEST_LABEL), "options": options}
    return menu | ({"initial_option": chosen} if chosen else {})


def _value(element: Mapping[str, Any]) -> str:
    if element["type"] in ("static_select", "radio_buttons"):
        return str((element["selected_option"] or {"value": ""})["value"])
    return str(element["value"] or "")
