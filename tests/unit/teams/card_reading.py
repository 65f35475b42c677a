"""What Teams would refuse in a message or a card, by the SDK's types and by what they do not know; and what a card shows, word for word."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import microsoft_teams.cards
from markdown_it import MarkdownIt
from microsoft_teams.cards import AdaptiveCard
from pydantic import BaseModel, ValidationError

from bot.settings import ROOT

Node = dict[str, Any]

_MOST_BYTES, _MOST_UTF16, _MOST_ACTIONS = 25_000, 40_000, 6
_NEVER_EMPTY = ("text", "title", "value", "label", "choices", "inlines", "items", "actions", "body", "fallbackText", "summary")
_READER = ROOT / "tests" / "node" / "read_cards.cjs"
_TEMPLATES = ("{{", "${", "<at", "</at")
_AS_SEEN = str.maketrans({"\u2060": ""} | {chr(ord(sign) + 0xFEE0): sign for sign in "*_~`[]<>\\"})
_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def message_faults(message: Node) -> list[str]:
    """Return why Teams would refuse a message, or show it wrongly; nothing for one that is fine."""
    written = json.dumps(message, ensure_ascii=False)
    faults = [f"{len(written.encode())} bytes"] if len(written.encode()) >= _MOST_BYTES else []
    faults += [f"{len(written.encode('utf-16-le'))} in UTF-16"] if len(written.encode("utf-16-le")) > _MOST_UTF16 else []
    faults += [f"empty {name}" for name in ("text", "summary") if name in message and not message[name].strip()]
    faults += [] if message.get("textFormat") == "plain" or card_of(message) else ["neither text nor a card"]
    return faults + (card_faults(card_of(message)) if card_of(message) else [])


def card_faults(card: Node) -> list[str]:
    """Return what is wrong with a card."""
    try:
        AdaptiveCard.model_validate(card)
    except ValidationError as error:
        return [str(error)[:500]]
    faults: list[str] = []
    for node in nodes(card):
        kind = node.get("type", "")
        faults += [f"{kind} has no {name}" for name in set(node) - _properties(kind) if kind]
        faults += [f"empty {name} in {kind}" for name in _NEVER_EMPTY if name in node and not node[name]]
        words = "\n".join(node[name] for name in ("text", "title", "label", "errorMessage") if isinstance(node.get(name), str))
        faults += [f"{each} in {kind}" for each in _TEMPLATES if each in words]
        faults += [f"{len(node['actions'])} actions"] if len(node.get("actions", ())) > _MOST_ACTIONS else []
    ids = Counter(node["id"] for node in nodes(card) if "id" in node)
    return faults + [f"{count} times {name}" for name, count in ids.items() if count > 1]


def read_by_javascript(cards: Sequence[Node]) -> list[list[str]]:
    """Return what Microsoft's own reader of cards has to say against each of them."""
    done = subprocess.run(["node", str(_READER)], input=json.dumps(cards), capture_output=True, text=True, check=True)  # noqa: S607
    found: list[list[str]] = json.loads(done.stdout)
    return found


def card_of(message: Node) -> Node:
    """Return the card of a message, an empty one where it has none."""
    return next((attachment["content"] for attachment in message.get("attachments", ())), {})


def told(message: Node) -> str:
    """Return what a message says as plain text."""
    return str(message["text"] if "text" in message else card_of(message)["fallbackText"])


def shown_words(node: Any) -> Iterator[str]:
    """Yield every line that a card shows, in order, as a person sees it."""
    for each in nodes(node):
        if each.get("type") == "TextBlock":
            yield "".join(token.content for token in markdown(each["text"]) if token.type == "text").translate(_AS_SEEN)
        elif each.get("type") == "RichTextBlock":
            yield "".join(run["text"] for run in each["inlines"]).replace("\u2060", "")


def markdown(text: str) -> list[Any]:
    """Return what is read in a TextBlock, the words and links of a paragraph; fail where it is anything else."""
    opened, inline, closed = _MARKDOWN.parse(text)
    assert (opened.type, inline.type, closed.type) == ("paragraph_open", "inline", "paragraph_close")
    tokens = list(inline.children or [])
    assert {token.type for token in tokens} <= {"text", "link_open", "link_close"}
    return tokens


def links(node: Any) -> list[str]:
    """Return where the links of a card lead."""
    blocks = [each["text"] for each in nodes(node) if each.get("type") == "TextBlock"]
    return [str(token.attrs["href"]) for text in blocks for token in markdown(text) if token.type == "link_open"]


def nodes(node: Any) -> Iterator[Node]:
    """Yield every object of a card, the outer ones first."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


@cache
def _properties(kind: str) -> frozenset[str]:
    for each in vars(microsoft_teams.cards).values():
        if (
            isinstance(each, type)
            and issubclass(each, BaseModel)
            and "type" in each.model_fields
            and each.model_fields["type"].default == kind
        ):
            return frozenset(field.alias or field.serialization_alias or name for name, field in each.model_fields.items()) | {"$schema"}
    return frozenset()
