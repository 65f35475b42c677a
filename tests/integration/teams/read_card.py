"""An Adaptive Card as who sits before it meets it: its words, what can be pressed, and what can be filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

Part = Mapping[str, Any]

# An option of a menu has no type of its own.
_WITHIN = {"body": "", "items": "", "choices": "option", "actions": ""}
_SHOWN = {"TextBlock": "text", "option": "title", "Action.Execute": "title"}


def words(card: Part) -> str:
    """Return everything that can be read in a card, a line for each piece, in order."""
    return "\n".join(line for part in _parts(card) for line in _lines(part))


def buttons(card: Part) -> dict[str, Part]:
    """Return what can be pressed, by what stands on it."""
    return {part["title"]: part for part in _parts(card) if part.get("type") == "Action.Execute"}


def fields(card: Part) -> dict[str, Part]:
    """Return what can be filled in, by label."""
    return {part["label"]: part for part in _parts(card) if str(part.get("type")).startswith("Input.")}


def sent(card: Part, button: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Return what a client sends when a button is pressed: its data, and the fields that something was filled in for, now or before.

    The answers go by the beginnings of the fields' labels; one of several options is given by its title.
    """
    pressed = buttons(card)[button]
    values: dict[str, str] = dict(pressed["data"])
    if pressed.get("associatedInputs") == "none":
        assert not answers, f"«{button}» sends no fields along"
        return values
    left = dict(answers)
    for label, field in fields(card).items():
        answer = next((_value(field, left.pop(begun)) for begun in list(left) if label.startswith(begun)), field.get("value", ""))
        if answer:
            values[field["id"]] = answer
    assert not left, f"Not among {list(fields(card))}: {list(left)}"
    return values


def _value(field: Part, answer: str) -> str:
    options = {each["title"]: each["value"] for each in field.get("choices", ())}
    assert not options or answer in options, f"Not among {list(options)}: {answer}"
    return options.get(answer, answer)


def _lines(part: Part) -> Iterator[str]:
    kind = str(part.get("type"))
    if kind == "RichTextBlock":
        yield "".join(run["text"] for run in part["inlines"])
    elif kind.startswith("Input."):
        yield part["label"]
    elif kind in _SHOWN:
        yield part[_SHOWN[kind]]


def _parts(part: Part) -> Iterator[Part]:
    """Yield the part and what lies in it, as it is read."""
    yield part
    for name, kind in _WITHIN.items():
        for each in part.get(name, ()):
            yield from _parts({**each, "type": kind} if kind else each)
