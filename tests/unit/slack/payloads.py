"""What Slack would refuse in a message or a view, by its own types, by its SDK's lengths, and by what neither of them knows."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View

Payload = dict[str, Any]

_SCHEMA: Payload = json.loads((Path(__file__).parents[2] / "fixtures" / "slack" / "blocks.json").read_text("utf-8"))
_DEFINITIONS: Payload = _SCHEMA["definitions"]
_MOST = {"blocks": 45, "characters": 12_000, "text": 3000, "view blocks": 100, "url": 3000, "value": 150, "metadata": 3000, "options": 100}
_NOT_IN_MESSAGES = {"input", "alert"}
_NOT_IN_VIEWS = {"card", "carousel", "markdown", "table", "context_actions"}


def _validators() -> dict[str, Draft7Validator]:
    # A block is checked as what it says it is: quicker than trying every kind, and the fault found is the real one.
    kinds: dict[str, list[Payload]] = {}
    for each in _DEFINITIONS["KnownBlock"]["anyOf"]:
        definition = _DEFINITIONS[each["$ref"].rpartition("/")[2]]
        variant = definition.get("anyOf", [definition])[0]
        kinds.setdefault(variant["properties"]["type"]["const"], []).append(each)
    return {
        kind: Draft7Validator({"anyOf": each, "definitions": _DEFINITIONS} if len(each) > 1 else each[0] | {"definitions": _DEFINITIONS})
        for kind, each in kinds.items()
    }


_BLOCKS = _validators()
_VIEWS = {
    kind: Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": _DEFINITIONS})
    for kind, name in {"modal": "ModalView", "home": "HomeView"}.items()
}


def message_faults(message: Payload) -> list[str]:
    """Return why Slack would refuse a message, or show it wrongly; nothing for one that is fine."""
    blocks = message.get("blocks", [])
    faults = [f"text of {len(message['text'])}"] if not 0 < len(message["text"].strip()) <= len(message["text"]) <= _MOST["text"] else []
    faults += [f"{len(blocks)} blocks"] if len(blocks) > _MOST["blocks"] else []
    faults += [f"{block['type']} in a message" for block in blocks if block["type"] in _NOT_IN_MESSAGES]
    characters = sum(len(words) for words in shown_words(blocks))
    faults += [f"{characters} characters"] if characters > _MOST["characters"] else []
    return [*faults, *block_faults(blocks)]


def view_faults(view: Payload) -> list[str]:
    """Return why Slack would refuse a modal or a home tab."""
    faults = [error.message[:200] for error in _VIEWS[view["type"]].iter_errors(view)]
    faults += [f"{len(view['blocks'])} blocks"] if len(view["blocks"]) > _MOST["view blocks"] else []
    faults += [f"{block['type']} in a view" for block in view["blocks"] if block["type"] in _NOT_IN_VIEWS]
    faults += ["private_metadata"] if len(view.get("private_metadata", "")) > _MOST["metadata"] else []
    return [*faults, *_lengths(lambda: View(**view).to_dict()), *block_faults(view["blocks"])]


def block_faults(blocks: list[Payload]) -> list[str]:
    """Return what is wrong with blocks, wherever they stand."""
    faults = [error.message[:200] for block in blocks for error in _BLOCKS[block["type"]].iter_errors(block)]
    faults += _lengths(lambda: [block.to_dict() for block in SdkBlock.parse_all(blocks)])
    for name in ("action_id", "block_id"):
        # The same action may stand in several blocks of a form, where the block tells which it is.
        found = Counter(key for block in blocks for key in _found(block, name) if block["type"] != "input" or name == "block_id")
        faults += [f"{count} times {name} {key}" for key, count in found.items() if count > 1]
    for node in _nodes(blocks):
        faults += [f"empty {name}" for name in ("text", "value", "url") if name in node and not node[name]]
        faults += [f"long {name}" for name in ("url", "value") if len(node.get(name, "")) > _MOST[name]]
        faults += [f"{len(node['options'])} options"] if not 0 < len(node.get("options", "x")) <= _MOST["options"] else []
    return faults


def shown_words(node: Any) -> Iterator[str]:
    """Yield every text that a payload shows, in order."""
    for each in _nodes(node):
        if isinstance(each.get("text"), str):
            yield each["text"]


def _nodes(node: Any) -> Iterator[Payload]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(child)


def _found(block: Payload, name: str) -> Iterator[str]:
    yield from (node[name] for node in _nodes(block) if name in node)


def _lengths(build: Any) -> list[str]:
    try:
        build()
    except (SlackObjectFormationError, AttributeError) as error:
        return [str(error)]
    return []
