"""The blocks that messages, forms and the home tab are built of, each with the same words as plain text.

Everything is written as rich text where Slack allows it: there, words are data, and no markup is read in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.channels.literal import cut, parts
from bot.channels.slack.literal import clean
from bot.replies import Fact, Link

Block = dict[str, Any]

LONGEST_TEXT = 3000
LONGEST_HEADER = 150
LONGEST_LABEL = 75
LONGEST_URL = 3000
_LONGEST_CONTEXT = 2000
_SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text: its runs of rich text, and the same words plain."""

    runs: tuple[Block, ...]
    plain: str

    @property
    def size(self) -> int:
        """Return how many characters Slack counts."""
        return sum(len(run["text"]) + len(run.get("url", "")) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block (none where the words are in the block before), and what it says as plain text."""

    block: Block | None
    plain: str

    @property
    def size(self) -> int:
        """Return how many characters Slack counts."""
        return _size(self.block)


def text_lines(text: str, indent: str = "", *, bold: bool = False) -> list[Line]:
    """Return the lines of a text, one that is too long for a block divided."""
    lines = (part for line in clean(text).split("\n") for part in parts(line, LONGEST_TEXT))
    return [Line((_words(line, bold=bold),) if line.strip() else (), indent + line) for line in lines]


def fact_lines(fact: Fact, indent: str) -> list[Line]:
    """Return a named value, its name in bold."""
    label = clean(fact.label)
    first, *rest = text_lines(f"{label}: {fact.value}", indent)
    opening = first.plain.removeprefix(indent)
    if opening.startswith(f"{label}: "):
        runs = (_words(f"{label}: ", bold=True), _words(opening.removeprefix(f"{label}: "), bold=False))
        first = Line(tuple(run for run in runs if run["text"]), first.plain)
    return [first, *(Line(line.runs, line.plain) for line in rest)]


def link_lines(link: Link, indent: str) -> list[Line]:
    """Return a link that shows its text; an address that is none is shown as text, so that it leads nowhere."""
    name = clean(link.text).replace("\n", " ").strip() or clean(link.url)
    if not is_address(link.url) or len(name) + len(link.url) > LONGEST_TEXT:
        return text_lines(f"{name}: {link.url}", indent)
    return [Line(({"type": "link", "url": link.url, "text": name},), f"{indent}{name}: {link.url}")]


def is_address(url: str) -> bool:
    """Tell whether a link may lead there: a web or mail address that Slack takes."""
    try:
        where = urlsplit(url)
    except ValueError:
        return False
    has_place = bool(where.netloc or (where.scheme == "mailto" and where.path))
    return where.scheme in _SCHEMES and has_place and len(url) <= LONGEST_URL and url.isprintable() and not set(url) & set(' "<>|')


def rich_text(lines: Sequence[Line], *, quoted: bool = False) -> Iterator[Piece]:
    """Yield the lines as blocks of rich text, as few as their length allows; `quoted` puts a bar beside them."""
    group: list[Line] = []
    for line in lines:
        if group and sum(each.size + 1 for each in group) + line.size > LONGEST_TEXT:
            yield _rich_text(group, quoted=quoted)
            group = []
        group.append(line)
    if group:
        yield _rich_text(group, quoted=quoted)


def header(text: str) -> Block:
    """Return a heading; at most LONGEST_HEADER characters of it are shown."""
    return {"type": "header", "text": plain_text(text, LONGEST_HEADER)}


def context(text: str) -> Iterator[Block]:
    """Yield small grey text."""
    yield from (
        {"type": "context", "elements": [plain_text(part, _LONGEST_CONTEXT)]}
        for part in parts(clean(text), _LONGEST_CONTEXT)
        if part.strip()
    )


def divider() -> Block:
    """Return a line across."""
    return {"type": "divider"}


def plain_text(text: str, longest: int) -> Block:
    """Return a text in which Slack reads no markup, cut at `longest` characters; a text of nothing is a dash, for Slack refuses none."""
    return {"type": "plain_text", "text": cut(clean(text).strip(), longest) or "–", "emoji": False}


def button(label: str, action_id: str, value: str) -> Block:
    """Return a button that sends back `value`."""
    return {"type": "button", "text": plain_text(label, LONGEST_LABEL), "action_id": action_id, "value": value}


def link_button(label: str, url: str, action_id: str) -> Block:
    """Return a button that leads to a web page."""
    return {"type": "button", "text": plain_text(label, LONGEST_LABEL), "action_id": action_id, "url": url}


def _words(text: str, *, bold: bool) -> Block:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})


def _rich_text(lines: Sequence[Line], *, quoted: bool) -> Piece:
    runs: list[Block] = []
    for line in lines:
        if runs:
            runs.append(_words("\n", bold=False))
        runs += line.runs
    while runs and runs[-1]["text"] == "\n":
        runs.pop()
    block = {"type": "rich_text", "elements": [{"type": "rich_text_quote" if quoted else "rich_text_section", "elements": runs}]}
    return Piece(block if runs else None, "\n".join(line.plain for line in lines))


def _size(block: Any) -> int:
    if isinstance(block, dict):
        return sum(len(value) if isinstance(value, str) and name in {"text", "url"} else _size(value) for name, value in block.items())
    return sum(_size(each) for each in block) if isinstance(block, list) else 0
