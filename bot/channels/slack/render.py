"""An answer as Slack messages, in three steps that fall back on each other where a workspace refuses the newer blocks.

Limits: Slack's documentation, and for a whole message what others measured (12 000 characters, 50 blocks).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from bot.channels.literal import parts
from bot.channels.slack.blocks import (
    LONGEST_HEADER,
    LONGEST_TEXT,
    Block,
    Line,
    Piece,
    context,
    divider,
    fact_lines,
    header,
    is_address,
    link_button,
    link_lines,
    rich_text,
    text_lines,
)
from bot.channels.slack.choices import choice_pieces
from bot.channels.slack.literal import clean, escaped, unformatted
from bot.replies import Card, Element, Notice, Reply
from bot.texts import text

Caps = Literal["new", "classic", "text"]
Message = dict[str, Any]

MOST_BLOCKS = 45
LONGEST_MESSAGE = 12_000
_LONGEST_CARD_LINE = 150
_LONGEST_CARD_BODY = 200
_LONGEST_CARD_URL = 200
_MOST_LINKS = 3
_MOST_CARDS = 10
_SIGNS = {"info": ("i", "ℹ️"), "success": ("✓", "✅"), "warning": ("!", "⚠️"), "error": ("✗", "⛔")}


def render_messages(reply: Reply, *, caps: Caps, language: str = "sv") -> list[Message]:
    """Return the reply as messages in order, each the arguments `text` and `blocks` (and how Slack is to read them); never raises.

    `new` uses cards side by side and thumbs, `classic` only old blocks, `text` no block at all. Nothing is left out: what a button or a
    notification has no room for ends in an ellipsis, and stands in full beside it.
    """
    pieces = [piece for piece in _pieces(reply, caps, language) if piece.block or piece.plain]
    if caps == "text":
        return _as_text(pieces)
    return [_message(group) for group in _groups(pieces) if any(piece.block for piece in group)]


def _pieces(reply: Reply, caps: Caps, language: str) -> Iterator[Piece]:
    alone = sum(isinstance(element, Card) for element in reply.elements) == 1
    for index, element in enumerate(reply.elements):
        if isinstance(element, Card):
            yield from _card(element, caps, language, alone=alone, first=index == 0)
        else:
            yield from _words(element)
    yield from choice_pieces(reply.choices, language, thumbs=caps == "new")


def _words(element: Element) -> Iterator[Piece]:
    if isinstance(element, Card):
        return
    if not isinstance(element, Notice):
        yield from rich_text(text_lines(element.text))
        return
    sign, picture = _SIGNS[element.level]
    first, *rest = text_lines(element.text)
    marked = Line(({"type": "text", "text": f"{picture} "}, *first.runs), f"{sign} {first.plain}")
    yield from rich_text([marked, *rest])


def _card(card: Card, caps: Caps, language: str, *, alone: bool, first: bool) -> Iterator[Piece]:
    """Yield an entry: its title as a heading where it is the only one, and the cards within it side by side or one below the other."""
    if not (alone or first):
        yield Piece(divider(), "")
    title = text_lines(card.title, bold=True)
    plain = "\n" + "\n".join(line.plain for line in title)
    if alone and len(title) == 1 and 0 < len(title[0].plain.strip()) <= LONGEST_HEADER:
        yield Piece(header(card.title), plain)
    else:
        yield from _with_blank(rich_text(title))
    if card.subtitle:
        yield from _grey(card.subtitle, "  ")
    yield from _facts(card, apart=alone)
    if caps == "new" and card.cards and all(_fits(inner) for inner in card.cards):
        yield from _carousel(card.cards, language)
    else:
        for inner in card.cards:
            yield from rich_text(list(_quoted(inner, "  ")), quoted=True)


def _with_blank(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        yield piece if number else Piece(piece.block, "\n" + piece.plain)


def _grey(words: str, indent: str) -> Iterator[Piece]:
    for block in context(words):
        yield Piece(block, "\n".join(indent + line for line in block["elements"][0]["text"].split("\n")))


def _facts(card: Card, *, apart: bool) -> Iterator[Piece]:
    """Yield what a card says; `apart` gives every fact air around it, as a whole page of them needs."""
    if not apart:
        yield from rich_text(_body(card, "  "))
        return
    facts = (fact_lines(fact, "  ") for fact in card.facts)
    for lines in (
        text_lines(card.text, "  ") if card.text else [],
        *facts,
        [line for link in card.links for line in link_lines(link, "  ")],
    ):
        yield from rich_text(lines)


def _body(card: Card, indent: str) -> list[Line]:
    lines = text_lines(card.text, indent) if card.text else []
    lines += [line for fact in card.facts for line in fact_lines(fact, indent)]
    return lines + [line for link in card.links for line in link_lines(link, indent)]


def _quoted(card: Card, indent: str) -> Iterator[Line]:
    yield Line((), "")
    yield from text_lines(card.title, indent, bold=True)
    if card.subtitle:
        yield from text_lines(card.subtitle, indent + "  ")
    yield from _body(card, indent + "  ")
    for inner in card.cards:
        yield from _quoted(inner, indent + "  ")


def _fits(card: Card) -> bool:
    """Tell whether a card of Slack's shows all that the card says, so that nothing need be cut."""
    lines = [unformatted(clean(card.title)), unformatted(clean(card.subtitle))]
    sized = all(len(line) <= _LONGEST_CARD_LINE for line in lines) and len(_card_body(card)) <= _LONGEST_CARD_BODY
    linked = len(card.links) <= _MOST_LINKS and all(is_address(link.url) and len(link.url) <= _LONGEST_CARD_URL for link in card.links)
    return bool(lines[0].strip()) and sized and linked and not card.cards


def _card_body(card: Card) -> str:
    lines = [card.text, *(f"{fact.label}: {fact.value}" for fact in card.facts), *(link.text for link in card.links)]
    return unformatted(clean("\n".join(line for line in lines if line)))


def _carousel(cards: tuple[Card, ...], language: str) -> Iterator[Piece]:
    for start in range(0, len(cards), _MOST_CARDS):
        beside = cards[start : start + _MOST_CARDS]
        elements = [_slack_card(card, start + number, language) for number, card in enumerate(beside)]
        plain = "\n".join(line.plain for card in beside for line in _quoted(card, "  "))
        yield Piece({"type": "carousel", "elements": elements}, plain)


def _slack_card(card: Card, number: int, language: str) -> Block:
    words = {"title": unformatted(clean(card.title)), "subtitle": unformatted(clean(card.subtitle)), "body": _card_body(card)}
    # `verbatim` keeps Slack from making links and mentions of what only looks like them.
    shown: Block = {name: {"type": "mrkdwn", "text": line, "verbatim": True} for name, line in words.items() if line.strip()}
    if card.links:
        open_source = text(language, "slack_look.open_source")
        shown["actions"] = [link_button(open_source, link.url, f"source:{number}:{index}") for index, link in enumerate(card.links)]
    return {"type": "card"} | shown


def _groups(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        blocks = sum(each.block is not None for each in group)
        if piece.block and (blocks == MOST_BLOCKS or sum(each.size for each in group) + piece.size > LONGEST_MESSAGE):
            yield group
            group = []
        group.append(piece)
    yield group


def _message(pieces: list[Piece]) -> Message:
    words = _plain(pieces) or "…"
    begun = next(parts(words, LONGEST_TEXT - 2, _size_escaped))
    told = begun if begun == words else f"{begun} …"
    return {"text": escaped(told), "blocks": [piece.block for piece in pieces if piece.block], **_READ_AS_IT_STANDS}


def _as_text(pieces: list[Piece]) -> list[Message]:
    told = (part for part in parts(_plain(pieces), LONGEST_TEXT, _size_escaped) if part.strip())
    return [{"text": escaped(part), **_READ_AS_IT_STANDS} for part in told]


def _plain(pieces: list[Piece]) -> str:
    return "\n".join(piece.plain for piece in pieces if piece.plain).strip("\n")


def _size_escaped(words: str) -> int:
    return len(escaped(words))


# No formatting is read in `text`, and no preview of a page pushes the answer out of sight.
_READ_AS_IT_STANDS: Message = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
