"""A form that is filled in as a whole, as an Adaptive Card: from the form to its card, and from what was sent back to its values.

What must be filled in is said by Teams as a courtesy only; what is right is decided by those who take the form in.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast, get_args

from bot.channels.literal import cut
from bot.channels.teams.elements import (
    LARGEST,
    SIGNS,
    Element,
    Level,
    Piece,
    button,
    card,
    card_message,
    heading,
    line,
    lines,
    notice,
    run,
    size,
)
from bot.channels.teams.literal import plain
from bot.texts import text
from bot.whole_forms.form import NO, YES, Field, FormName, WholeForm

SEND, CLOSE = "form", "close"
_FIELD = "field."
_FRAME = 1000
_ENDED = ("?", "!", ".", ":")
_STYLES = {"email": "Email", "phone": "Tel"}


class Sent(NamedTuple):
    """A form that came in: which, about what, as which sending, and what was filled in by field."""

    name: FormName
    about: str
    nonce: str
    values: dict[str, str]


def render_form(
    form: WholeForm,
    *,
    nonce: str,
    language: str = "sv",
    errors: Mapping[str, str] = MappingProxyType({}),
    values: Mapping[str, str] | None = None,
) -> Element:
    """Return the card of a form; `nonce` comes back with it, so that it is taken once.

    `errors` are sentences by field for a form that is shown again, and `values` what was filled in, which is kept as it was.
    """
    filled = {field.name: field.value for field in form.fields} | dict(values or {})
    pieces = [*heading(form.title, look="Large"), *_wrong(form, errors, language), *_intro(form)]
    for field in form.fields:
        pieces.append(Piece(_input(field, filled[field.name], language), plain(field.label)))
        pieces += _error(field, errors)
    body = [piece.element for piece in pieces if piece.element]
    actions = (
        button(form.submit, SEND, {"form": form.name, "about": form.about, "nonce": nonce}, inputs=True) | {"style": "positive"},
        button(text(language, "choice.cancel"), CLOSE, {"nonce": nonce}),
    )
    told = "\n".join(piece.plain for piece in pieces if piece.plain)
    room = max(LARGEST - _FRAME - size(body) - size(actions), 0)
    return card(body, cut(told, room // 2) or "…", actions)


def form_message(form_card: Element, summary: str) -> dict[str, Any]:
    """Return a message that holds a card; `summary` is what a notification says."""
    return card_message(form_card, summary)


def render_note(words: str, level: Level = "info") -> Element:
    """Return the card that stands where a form was."""
    pieces = list(notice(level, words))
    return card([piece.element for piece in pieces if piece.element], "\n".join(piece.plain for piece in pieces))


def read_form(data: Mapping[str, Any]) -> Sent:
    """Return the form that a pressed button sent.

    Raises:
        ValueError: no form of ours has sent it.
    """
    name, about, nonce = (data.get(each) for each in ("form", "about", "nonce"))
    if name not in get_args(FormName) or not isinstance(about, str) or not isinstance(nonce, str):
        raise ValueError(name)
    # Teams leaves out, or sends as null, what nothing is filled in for.
    values = {key.removeprefix(_FIELD): "" if value is None else str(value) for key, value in data.items() if key.startswith(_FIELD)}
    return Sent(cast("FormName", name), about, nonce, values)


def _wrong(form: WholeForm, errors: Mapping[str, str], language: str) -> Iterator[Piece]:
    """Yield which fields must be corrected, and what is wrong with what the form does not ask for."""
    labels = {field.name: field.label for field in form.fields}
    fields = [labels[name] for name in labels if name in errors]
    if fields:
        yield from notice("error", text(language, "teams_look.wrong", fields=", ".join(fields)))
    for name, sentence in errors.items():
        if name not in labels:
            yield from notice("error", sentence)


def _intro(form: WholeForm) -> Iterator[Piece]:
    for paragraph in form.intro:
        yield from lines(paragraph, spacing="Medium")


def _error(field: Field, errors: Mapping[str, str]) -> Iterator[Piece]:
    if field.name in errors:
        for piece in lines(f"{SIGNS['error']} {field.label} – {errors[field.name]}"):
            # The label is repeated for those who hear the form: the sentence is not tied to its field.
            yield Piece(line(run(piece.plain, color="Attention")), piece.plain)


def _input(field: Field, value: str, language: str) -> Element:
    asked: Element = {"id": f"{_FIELD}{field.name}", "label": _label(field), "spacing": "Medium"}
    if field.required:
        asked |= {"isRequired": True, "errorMessage": text(language, "teams_look.answer_first", field=plain(field.label))}
    return _kind(field, language) | asked | ({"value": value} if value else {})


def _kind(field: Field, language: str) -> Element:
    if field.kind == "choice":
        options = [{"title": plain(label) or value, "value": value} for value, label in field.options]
        nothing = text(language, "teams_look.nothing_chosen")
        return {"type": "Input.ChoiceSet", "style": "compact", "placeholder": nothing, "wrap": True, "choices": options}
    if field.kind == "yes_no":
        # Not a toggle: nothing is chosen for anybody, and a required toggle cannot be answered with no.
        answers = [{"title": text(language, f"teams_look.{value}"), "value": value} for value in (YES, NO)]
        return {"type": "Input.ChoiceSet", "style": "expanded", "choices": answers}
    asked: Element = {"type": "Input.Text", "maxLength": field.longest, "isMultiline": field.kind == "text"}
    return asked | ({"style": _STYLES[field.kind]} if field.kind in _STYLES else {})


def _label(field: Field) -> str:
    """Return the label with the hint, which cards have no other place for that is read out with the field."""
    label, hint = plain(field.label).strip(), plain(field.hint).strip()
    if not hint:
        return label or field.name
    return f"{label}{' ' if label.endswith(_ENDED) else ': '}{hint}"
