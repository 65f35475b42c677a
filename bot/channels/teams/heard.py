"""What a person wrote in Teams, as they see it themselves: the mention of the guide and Teams' own marks taken away."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

# Neither pattern looks further than the next sign < or >, so that whatever is sent is read in one go, for this is done on the loop.
# Python's own parser of HTML can be kept busy for a minute by one message.
_MENTION = re.compile(r"<at[^<>]*>([^<]*)</at>", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s<>/]*+)[^<>]*+>|<![^<>]*>")
# What Teams itself escapes in plain text.
_ESCAPED = re.compile("&(?:nbsp|lt|gt|amp|quot|#39);")
_BLANKS = re.compile(r"[ \t\xa0]+")
_LINES = {"p", "div", "br", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
_UNSEEN = {"script", "style", "attachment"}


def heard(activity: Mapping[str, Any]) -> str:
    """Return the words of a message without the mention of the guide, which is how it was addressed; others become their names."""
    guide = (activity.get("recipient") or {}).get("id")
    names: dict[object, str] = {}
    for entity in activity.get("entities") or ():
        if entity.get("type") == "mention":
            mentioned = entity.get("mentioned") or {}
            names[entity.get("text")] = " " if mentioned.get("id") == guide else str(mentioned.get("name") or "")
    words = _MENTION.sub(lambda mention: names.get(mention[0], mention[1]), str(activity.get("text") or ""))
    return plain(words, is_html=activity.get("textFormat") in ("xml", "html"))


def plain(words: str, *, is_html: bool) -> str:
    """Return words without marks; where they are no HTML only mentions are marks, and a sign such as < is itself."""
    words = _MENTION.sub(r"\1", words)
    words = "".join(_seen(words)) if is_html else _ESCAPED.sub(lambda sign: unescape(sign.group()), words)
    lines = [_BLANKS.sub(" ", line).strip() for line in words.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _seen(html: str) -> Iterator[str]:
    """Yield what is seen of HTML, and a new line where one begins."""
    at = unseen = 0
    for tag in _TAG.finditer(html):
        if not unseen:
            yield unescape(html[at : tag.start()])
        at, name = tag.end(), (tag["name"] or "").lower()
        if name in _UNSEEN and not tag[0].endswith("/>"):
            unseen = max(unseen - 1, 0) if tag["end"] else unseen + 1
        if name in _LINES and not tag["end"]:
            yield "\n"
    if not unseen:
        yield unescape(html[at:])
