"""What cards are built of, each with the same words as plain text: headings, lines, links, boxes and buttons of Adaptive Cards 1.5."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.literal import cut, parts
from bot.channels.teams.literal import in_markdown, is_address, link_in_markdown, plain
from bot.replies import Fact, Link

Element = dict[str, Any]
Level = Literal["info", "success", "warning", "error"]
HeadingSize = Literal["Default", "Medium", "Large"]
Spacing = Literal["None", "Small", "Default", "Medium", "Large"]

# Messages are to stay under 25 KB; Microsoft counts 40 KB of UTF-16 as well.
LARGEST = 24_000
LONGEST_BUTTON = 40
_LARGEST_LINE = 3000
_LARGEST_BOX = 8000
_STYLES: Mapping[Level, str] = {"info": "accent", "success": "good", "warning": "warning", "error": "attention"}
SIGNS: Mapping[Level, str] = {"info": "ℹ️", "success": "✅", "warning": "⚠️", "error": "⛔"}


@dataclass(frozen=True, slots=True)
class Piece:
    """An element of a card, and what it says as plain text; two menus cannot stand in one card, for their choices have one name."""

    element: Element | None
    plain: str
    is_menu: bool = False

    @property
    def size(self) -> int:
        """Return how much of a message it takes."""
        return size(self.element) + size(self.plain) if self.element else size(self.plain)


def size(value: Any) -> int:
    """Return how much a value takes as JSON: its bytes as UTF-8, or six tenths of them as UTF-16 where these are more."""
    written = json.dumps(value, ensure_ascii=False)
    return max(len(written.encode()), len(written.encode("utf-16-le")) * 3 // 5)


def heading(text: str, *, look: HeadingSize = "Medium", apart: bool = False, indent: str = "") -> Iterator[Piece]:
    """Yield a heading that a screen reader finds; `apart` draws a line above it."""
    first, *rest = parts(" ".join(plain(text).split()), _LARGEST_LINE, size)
    if not first:
        return
    words = in_markdown(first)
    block = {
        "type": "TextBlock",
        "text": words,
        "wrap": True,
        "style": "heading",
        "weight": "Bolder",
        "size": look,
    }
    yield Piece(block | ({"separator": True, "spacing": "Large"} if apart else {}), indent + first)
    yield from (Piece(line(run(each, bold=True)), indent + each) for each in rest)


def lines(text: str, indent: str = "", *, subtle: bool = False, spacing: Spacing = "Small") -> Iterator[Piece]:
    """Yield the lines of a text, the first with `spacing` above it; an empty line is air above the next."""
    above: Spacing = spacing
    for each in plain(text).split("\n"):
        if not each.strip():
            yield Piece(None, " ")
            above = "Medium"
            continue
        for part in parts(each, _LARGEST_LINE, size):
            yield Piece(line(run(part, subtle=subtle), spacing=above), indent + part)
            above = "Small"


def fact_lines(fact: Fact, indent: str) -> Iterator[Piece]:
    """Yield a named value, its name in bold. Not a FactSet: the values are sentences, and a phone leaves them half its width."""
    label = " ".join(plain(fact.label).split())
    first, *rest = lines(f"{label}: {fact.value}", indent)
    opening = first.plain.removeprefix(indent)
    if opening.startswith(f"{label}: "):
        runs = [run(f"{label}: ", bold=True), run(opening.removeprefix(f"{label}: "))]
        first = Piece(line(*(each for each in runs if each["text"])), first.plain)
    yield first
    yield from rest


def link_lines(link: Link, indent: str) -> Iterator[Piece]:
    """Yield a link that shows its text; an address that is none is shown as text, so that it leads nowhere."""
    name = " ".join(plain(link.text).split()) or plain(link.url)
    if not is_address(link.url) or size(name) > _LARGEST_LINE:
        yield from lines(f"{name}: {link.url}", indent)
        return
    # Not a run that is selected: Teams has shown those as words on a line of their own (AdaptiveCards #9100).
    block = {"type": "TextBlock", "text": link_in_markdown(name, link.url), "wrap": True, "spacing": "Small"}
    yield Piece(block, f"{indent}{name}: {link.url}")


def notice(level: Level, text: str) -> Iterator[Piece]:
    """Yield a sentence that must be noticed, by a sign and a colour behind it."""
    return boxed(lines(f"{SIGNS[level]} {text}"), _STYLES[level])


def boxed(pieces: Iterable[Piece], style: str) -> Iterator[Piece]:
    """Yield the pieces in a box of their own, in several where they are too much for one."""
    box: list[Piece] = []
    for piece in pieces:
        if box and sum(each.size for each in box) + piece.size > _LARGEST_BOX:
            yield _box(box, style)
            box = []
        box.append(piece)
    if box:
        yield _box(box, style)


def run(text: str, *, bold: bool = False, subtle: bool = False, color: str = "") -> Element:
    """Return words that stand in a line."""
    look = {"weight": "Bolder"} if bold else {}
    return {"type": "TextRun", "text": text} | look | ({"isSubtle": True} if subtle else {}) | ({"color": color} if color else {})


def line(*runs: Element, spacing: Spacing = "Small") -> Element:
    """Return a line of runs."""
    return {"type": "RichTextBlock", "inlines": list(runs), "spacing": spacing}


def button(title: str, verb: str, data: Mapping[str, str], *, inputs: bool = False) -> Element:
    """Return a button that comes back with `data`, and with what is filled in where `inputs` is set."""
    pressed = {"type": "Action.Execute", "title": cut(plain(title).strip(), LONGEST_BUTTON) or "–", "verb": verb, "data": dict(data)}
    return pressed if inputs else pressed | {"associatedInputs": "none"}


def card(body: list[Element], told: str, actions: Iterable[Element] = ()) -> Element:
    """Return a card; `told` is its whole meaning as plain text, for what cannot show it."""
    shown: Element = {"type": "AdaptiveCard", "version": "1.5", "fallbackText": told, "body": body}
    buttons = list(actions)
    return shown | ({"actions": buttons} if buttons else {})


def card_message(shown: Element, summary: str) -> dict[str, Any]:
    """Return a message that holds a card; `summary` is what a notification says."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": shown}
    return {"type": "message", "attachments": [attachment], "summary": cut(" ".join(plain(summary).split()), 300) or "…"}


def _box(pieces: list[Piece], style: str) -> Piece:
    items = [piece.element for piece in pieces if piece.element]
    return Piece({"type": "Container", "style": style, "items": items} if items else None, "\n".join(piece.plain for piece in pieces))
