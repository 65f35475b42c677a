"""An answer as Teams messages: plain text where it is nothing but words, else an Adaptive Card with the same words beside it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.channels.literal import cut, parts
from bot.channels.teams.choices import choice_pieces
from bot.channels.teams.elements import (
    LARGEST,
    LONGEST_BUTTON,
    SIGNS,
    Piece,
    boxed,
    card,
    card_message,
    fact_lines,
    heading,
    lines,
    link_lines,
    notice,
    size,
)
from bot.channels.teams.literal import plain
from bot.replies import Card, Notice, Reply

Message = dict[str, Any]

# What a message has beside its pieces: the names of its parts, and what a notification says.
_FRAME = 2500


def render_messages(reply: Reply, *, language: str = "sv") -> list[Message]:
    """Return the reply as messages in order, each an activity without its addressing; never raises.

    Nothing is left out: what a menu or a notification has no room for ends in an ellipsis, and stands in full beside it.
    """
    if not reply.choices and not any(isinstance(element, Card) for element in reply.elements):
        return _as_text(reply)
    pieces = [piece for piece in _pieces(reply, language) if piece.element or piece.plain]
    groups = [group for group in _groups(pieces) if any(piece.element for piece in group)]
    return [_message(group, "" if number else plain(reply.fallback)) for number, group in enumerate(groups)]


def with_prompts(message: Message, prompts: Sequence[tuple[str, str]]) -> Message:
    """Return the message with suggestions below it, each a title and the words that it says; Teams shows three, older clients six."""
    actions = [{"type": "imBack", "title": cut(plain(title), LONGEST_BUTTON), "value": words} for title, words in prompts]
    return message | {"suggestedActions": {"to": [], "actions": actions}}


def _as_text(reply: Reply) -> list[Message]:
    told = (
        f"{SIGNS[each.level]} {each.text}" if isinstance(each, Notice) else each.text
        for each in reply.elements
        if not isinstance(each, Card)
    )
    whole = plain("\n".join(told)).strip("\n")
    return [{"type": "message", "text": part, "textFormat": "plain"} for part in parts(whole, LARGEST - _FRAME, size) if part.strip()]


def _pieces(reply: Reply, language: str) -> Iterator[Piece]:
    alone = sum(isinstance(element, Card) for element in reply.elements) == 1
    for index, element in enumerate(reply.elements):
        if isinstance(element, Card):
            yield Piece(None, " ")
            yield from _card(element, alone=alone, first=index == 0)
        elif isinstance(element, Notice):
            yield from notice(element.level, element.text)
        else:
            yield from lines(element.text, spacing="Default")
    yield from choice_pieces(reply.choices, language)


def _card(shown: Card, *, alone: bool, first: bool) -> Iterator[Piece]:
    """Yield an entry, and the cards within it in boxes of their own."""
    yield from heading(shown.title, look="Large" if alone else "Medium", apart=not first)
    yield from _body(shown, "  ")
    for inner in shown.cards:
        yield from boxed(_inner(inner, "  "), "emphasis")


def _inner(shown: Card, indent: str) -> Iterator[Piece]:
    yield Piece(None, " ")
    yield from heading(shown.title, look="Default", indent=indent)
    yield from _body(shown, indent + "  ")
    for inner in shown.cards:
        yield from _inner(inner, indent + "  ")


def _body(shown: Card, indent: str) -> Iterator[Piece]:
    if shown.subtitle:
        yield from lines(shown.subtitle, indent, subtle=True, spacing="None")
    if shown.text:
        yield from lines(shown.text, indent)
    for fact in shown.facts:
        yield from fact_lines(fact, indent)
    for link in shown.links:
        yield from link_lines(link, indent)


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        is_full = _FRAME + sum(each.size for each in group) + piece.size > LARGEST
        if group and (is_full or (piece.is_menu and any(each.is_menu for each in group))):
            yield group
            group = []
        group.append(piece)
    yield group


def _message(pieces: list[Piece], summary: str) -> Message:
    told = "\n".join(piece.plain.rstrip() for piece in pieces if piece.plain).strip("\n")
    summary = summary.strip() or next((each.strip() for each in told.split("\n") if each.strip()), "…")
    return card_message(card([piece.element for piece in pieces if piece.element], told or "…"), summary)
