"""Words of people and of the catalogue as Teams is to show them: letter by letter, never as formatting, links, mentions or templates.

Adaptive Cards read Markdown in a TextBlock and none in the runs of a RichTextBlock, so words stand in runs wherever they can. A heading and
a link must be a TextBlock. There, signs are replaced by their likes: a backslash before them is shown by some phones (AdaptiveCards #5590).
"""

import re
from urllib.parse import urlsplit

from bot.channels.literal import seen

LONGEST_URL = 2000
# It has no width and joins nothing that a reader sees, but what has it in its midst is no markup any more.
_APART = "\u2060"
# The date functions of cards, templates of cards, and the beginning of a tag: mentions are tags.
_TEMPLATE = re.compile(r"(\{)(?=\{)|(\$)(?=\{)|(<)(?=[a-zA-Z/!])")
# They look the same but wider, and are the same to who searches and copies (Unicode's NFKC).
_LOOKALIKES = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "*_~`[]<>\\"})
_ENTITY = re.compile(r"&(?=[#a-zA-Z])")
_BLOCK = re.compile(r"[-+#=|]|\d+[.)]")
_IN_LINK = str.maketrans({"(": "%28", ")": "%29", "\\": "%5C", "{": "%7B", "}": "%7D", "*": "%2A"})
_ENTITY_IN_LINK = re.compile(r"(&#?[a-zA-Z0-9]+);")


def plain(text: str) -> str:
    """Return the text with its lines, as a run, a label, a button and a plain message take it."""
    return _TEMPLATE.sub(lambda sign: sign[0] + _APART, seen(text))


def in_markdown(text: str) -> str:
    """Return the text in one line, as a TextBlock takes it; at its beginning, `1.` or `-` would make it a list."""
    words = _ENTITY.sub("&" + _APART, " ".join(plain(text).translate(_LOOKALIKES).split()))
    return _APART + words if _BLOCK.match(words) else words


def link_in_markdown(text: str, url: str) -> str:
    """Return a link of a TextBlock; `url` is an address."""
    address = _ENTITY_IN_LINK.sub(r"\1%3B", url.translate(_IN_LINK))
    return f"[{in_markdown(text)}]({address})"


def is_address(url: str) -> bool:
    """Tell whether a link may lead there: an address on the web."""
    try:
        where = urlsplit(url)
    except ValueError:
        return False
    return (
        where.scheme in {"http", "https"}
        and bool(where.netloc)
        and len(url) <= LONGEST_URL
        and url.isprintable()
        and not set(url) & set(' "<>|')
    )
