"""The terminal: a conversation by keyboard, or one turn a line when the input is piped."""

import asyncio
import getpass
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, nullcontext
from uuid import uuid4

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import HTML
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text as Styled

from bot.dialogue import Dialogue
from bot.interaction import Interaction
from bot.replies import Card, Choice, Notice, Reply, Text
from bot.texts import text

_SIGNS = {"info": "i", "success": "✓", "warning": "!", "error": "✗"}
_STYLES = {"info": "cyan", "success": "green", "warning": "yellow", "error": "red"}
_LEAVE = {"avsluta", "quit", "exit", "lopeta"}


class Terminal:
    """Talks with one person; `plain` writes no colour, no boxes and no control codes."""

    def __init__(self, dialogue: Dialogue, language: str, *, plain: bool) -> None:
        self._dialogue = dialogue
        self._language = language
        self._conversation = str(uuid4())
        # Each run is a conversation of its own; what its user has registered, follows or began to fill in is found again.
        self._person = _user()
        self._interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._plain = plain or not self._interactive
        # Nothing is cut or wrapped when another program reads the answers.
        width = None if self._interactive else 10_000
        no_colour = self._plain or "NO_COLOR" in os.environ
        self._console = Console(width=width, no_color=no_colour, highlight=False, markup=False, soft_wrap=not self._interactive)

    async def talk(self) -> None:
        """Hold the conversation until the person leaves, the input ends, or Ctrl-C is pressed."""
        await self._answer(self._interaction(intent="open"))
        try:
            async for line in self._lines():
                if line.strip().casefold() in _LEAVE:
                    break
                await self._answer(self._interaction(line))
        except (EOFError, KeyboardInterrupt):
            self._console.print()
        self._console.print(text(self._language, "terminal.bye"))

    def _interaction(self, words: str = "", intent: str = "") -> Interaction:
        return Interaction("terminal", self._conversation, words, intent, language=self._language, person=self._person)

    async def _answer(self, interaction: Interaction) -> None:
        with self._thinking():
            replies = await self._dialogue.turn(interaction)
        for reply in replies:
            self.show(reply)

    def show(self, reply: Reply) -> None:
        """Write one reply, its choices numbered below it."""
        if self._plain:
            for line in plain_lines(reply):
                self._console.print(line)
            return
        for element in reply.elements:
            self._console.print(_drawn(element))
        self._console.print(_drawn_choices(reply.choices))

    async def _lines(self) -> AsyncIterator[str]:
        if self._interactive:
            session: PromptSession[str] = PromptSession()
            hint = HTML("<i>{}</i>").format(text(self._language, "terminal.number_hint"))
            while True:
                yield await session.prompt_async(text(self._language, "terminal.prompt") + " ", bottom_toolbar=hint)
        while line := await asyncio.to_thread(sys.stdin.readline):
            yield line.rstrip("\n")

    def _thinking(self) -> AbstractContextManager[object]:
        return nullcontext() if self._plain else self._console.status("")


def _user() -> str:
    """Return the name of the system's user, or the number where it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def plain_lines(reply: Reply) -> Iterator[str]:
    """Yield a reply as lines of plain text that a screen reader can read from top to bottom; no control code gets through."""
    for line in _lines_of(reply):
        yield "".join(sign for sign in line if sign.isprintable())


def _lines_of(reply: Reply) -> Iterator[str]:
    for element in reply.elements:
        if isinstance(element, Card):
            yield from _plain_card(element)
        elif isinstance(element, Notice):
            yield from f"{_SIGNS[element.level]} {element.text}".splitlines()
        else:
            yield from element.text.splitlines()
    yield from (f"{number}) {choice.label}" for number, choice in enumerate(reply.choices, 1))
    yield ""


def _plain_card(card: Card, indent: str = "") -> Iterator[str]:
    yield ""
    yield f"{indent}{card.title}"
    yield from (f"{indent}  {line}" for line in (card.subtitle, card.text) if line)
    for fact in card.facts:
        yield from (f"{indent}  {line}" for line in f"{fact.label}: {fact.value}".splitlines())
    yield from (f"{indent}  {link.text}: {link.url}" for link in card.links)
    for inner in card.cards:
        yield from _plain_card(inner, indent + "  ")


def _drawn(element: Text | Notice | Card) -> RenderableType:
    if isinstance(element, Card):
        return Panel(Group(*_inside(element)), title=Styled(element.title, "bold"), title_align="left", border_style="blue")
    if isinstance(element, Notice):
        return Panel(Styled(element.text), title=_SIGNS[element.level], title_align="left", border_style=_STYLES[element.level])
    return Padding(Styled(element.text), (1, 0, 0, 0))


def _inside(card: Card) -> Iterator[RenderableType]:
    if card.subtitle:
        yield Styled(card.subtitle, "dim")
    if card.text:
        yield Styled(card.text)
    for fact in card.facts:
        yield Styled.assemble((f"{fact.label}: ", "bold"), fact.value)
    for link in card.links:
        yield Styled.assemble(f"{link.text}  ", (link.url, f"cyan link {link.url}"))
    for inner in card.cards:
        yield Padding(Group(Styled(inner.title, "bold green"), *_inside(inner)), (1, 0, 0, 2))


def _drawn_choices(choices: tuple[Choice, ...]) -> RenderableType:
    if not choices:
        return Styled("")
    parts = [
        (f" {number} ", "bold reverse") if odd else f" {choice.label}   " for number, choice in enumerate(choices, 1) for odd in (1, 0)
    ]
    return Padding(Styled.assemble(*parts), (1, 0, 1, 0))
