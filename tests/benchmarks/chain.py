"""The whole way of a turn, through Rasa: latency of the reply and of its parts, throughput, start-up and memory."""

import asyncio
import os
import time
from uuid import uuid4

from bot.app import Guide
from bot.channels.terminal import plain_lines
from bot.interaction import Interaction
from bot.replies import Reply
from bot.settings import load_settings
from tests.benchmarks.measuring import memory, milliseconds, p50, p95, table

_NEEDS = (
    "vi ringer runt efter vikarier varje morgon",
    "ingen svarar i växeln på eftermiddagen",
    "bygglovsansökningar saknar ritningar",
    "elever är borta och vi märker det för sent",
    "larmet fungerar bara i bostaden",
    "papperskorgarna svämmar över på torget",
)
_AT_ONCE = 50
_TURNS_EACH = 4


def run() -> None:
    """Print the tables of the chain."""
    asyncio.run(_run())


async def _run() -> None:
    started = time.perf_counter()
    guide = Guide(load_settings())
    async with guide.running(port=0):
        up = time.perf_counter() - started
        for need in _NEEDS:
            await _turn(guide, str(uuid4()), need)
        replies = [await _timed(guide, str(uuid4()), need) for need in _NEEDS * 8]
        buttons = [await _timed(guide, "buttons", "hjälp") for _ in range(40)]
        nlu = [await _timed_rasa(guide) for _ in range(40)]
        search = milliseconds(lambda: guide.search.ask(_NEEDS[0]), 40)
        reply = (await _turn(guide, str(uuid4()), _NEEDS[0]))[-1]
        render = milliseconds(lambda: list(plain_lines(reply)), 200)
        rows = [
            ("a need answered, whole way through Rasa", p50(replies), p95(replies)),
            ("help, whole way through Rasa", p50(buttons), p95(buttons)),
            ("of which: Rasa alone (greet, no action)", p50(nlu), p95(nlu)),
            ("of which: search", p50(search), p95(search)),
            ("of which: rendering as plain text", p50(render), p95(render)),
        ]
        table("A turn, warm", ("what", "p50 ms", "p95 ms"), rows)
        await _together(guide)
        rasa = guide.rasa.pid if guide.rasa else None
        facts = [("start to first answer", f"{up:.1f} s"), ("memory of the bot", memory(os.getpid()))]
        table("Start and memory", ("what", "value"), [*facts, *([("memory of Rasa", memory(rasa))] if rasa else [])])


async def _together(guide: Guide) -> None:
    started = time.perf_counter()
    took = await asyncio.gather(*(_conversation(guide) for _ in range(_AT_ONCE)))
    turns = [each for conversation in took for each in conversation]
    seconds = time.perf_counter() - started
    rows = [(_AT_ONCE, len(turns), f"{len(turns) / seconds:.1f}", p50(turns), p95(turns))]
    table("Many at once", ("conversations", "turns answered", "turns/s", "p50 ms", "p95 ms"), rows)


async def _conversation(guide: Guide) -> list[float]:
    place = str(uuid4())
    said = ("hej", _NEEDS[hash(place) % len(_NEEDS)], "vilka kommuner?", "tack")
    return [await _timed(guide, place, words) for words in said[:_TURNS_EACH]]


async def _timed(guide: Guide, place: str, words: str) -> float:
    started = time.perf_counter()
    await _turn(guide, place, words)
    return (time.perf_counter() - started) * 1000


async def _turn(guide: Guide, place: str, words: str) -> list[Reply]:
    replies = await guide.dialogue.turn(Interaction("terminal", place, text=words))
    assert replies, words
    return replies


async def _timed_rasa(guide: Guide) -> float:
    started = time.perf_counter()
    await guide.dialogue.ask_rasa("bench", {"text": "hej på er"}, {})
    return (time.perf_counter() - started) * 1000
