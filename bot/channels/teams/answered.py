"""What Teams is answered at once, while it waits: that something was taken in, or a card or a sentence where a button was pressed."""

from http import HTTPStatus
from typing import Any, NamedTuple


class Answered(NamedTuple):
    """An HTTP status, and its body as JSON."""

    status: int
    body: dict[str, Any] | None = None


TAKEN = Answered(HTTPStatus.OK)
# What the guide does not know how to do, in HTTP's words; Teams asks for some things that it never offered.
UNKNOWN = Answered(HTTPStatus.NOT_IMPLEMENTED)


def with_sentence(sentence: str) -> Answered:
    """Answer a press by a sentence; the card stays as it is, with everything that is filled in."""
    return _to_press("application/vnd.microsoft.activity.message", sentence)


def with_card(card: dict[str, Any]) -> Answered:
    """Answer a press by a card in place of the one that was pressed."""
    return _to_press("application/vnd.microsoft.card.adaptive", card)


def with_task(sentence: str) -> Answered:
    """Answer an action on a message by a sentence in a window of its own."""
    return Answered(HTTPStatus.OK, {"task": {"type": "message", "value": sentence}})


def _to_press(kind: str, value: object) -> Answered:
    return Answered(HTTPStatus.OK, {"statusCode": int(HTTPStatus.OK), "type": kind, "value": value})
