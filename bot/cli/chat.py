"""`guiden chat`: talk with the assistant in the terminal."""

import asyncio
import sys
import time
from typing import Annotated, Literal

import typer

from bot.cli.speaking import say, settings


def chat(
    plain: Annotated[bool, typer.Option("--plain", help="Ren text utan färg och ramar, för skärmläsare.")] = False,
    lang: Annotated[Literal["sv", "en", "fi"] | None, typer.Option("--lang", help="Språk i samtalet.")] = None,
) -> None:
    """Prata med guiden i terminalen. Med omdirigerad indata är en rad en replik.

    \b
    guiden chat
    printf 'ingen svarar i växeln\\nvisa 1\\n' | guiden chat
    """
    asyncio.run(_chat(lang or settings().language, plain=plain))


async def _chat(language: str, *, plain: bool) -> None:
    from bot.app import Guide
    from bot.channels.terminal import Terminal

    started = time.monotonic()
    print(say("terminal.starting"), end="", file=sys.stderr, flush=True)
    guide = Guide(settings())
    async with guide.running(progress=_Dots(), port=0):
        print("\n" + say("terminal.started", seconds=round(time.monotonic() - started)), file=sys.stderr)
        await Terminal(guide.dialogue, language, plain=plain).talk()


class _Dots:
    """Writes a dot a second while something is waited for."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last >= 1:
            self._last = time.monotonic()
            print(".", end="", file=sys.stderr, flush=True)
