"""A press that Teams sends again, or that somebody makes again while they wait, counts once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from bot.channels.teams.answered import Answered

# Whoever has heard nothing presses again within these seconds, counted from the end of the work.
_AFTERWARDS = 10.0
_NOT_YET = float("inf")

Handle = Callable[[], Awaitable[Answered]]


@dataclass(slots=True)
class _Press:
    answer: "asyncio.Future[Answered]"
    counts_until: float = _NOT_YET
    is_held: bool = False


class Once:
    """Gives presses that are the same the same answer, until a while after the first has been dealt with."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._presses: dict[Hashable, _Press] = {}

    async def answer(self, key: Hashable, handle: Handle) -> Answered:
        """Return the answer to a press; the same one again joins the first, also when whoever made that has gone."""
        at = self._clock()
        self._presses = {each: press for each, press in self._presses.items() if press.counts_until > at}
        if key not in self._presses:
            press = self._presses[key] = _Press(asyncio.ensure_future(handle()))
            press.answer.add_done_callback(lambda _: None if press.is_held else self._end(press))
        return await asyncio.shield(self._presses[key].answer)

    def hold(self, key: Hashable, work: "asyncio.Future[None]") -> None:
        """Let a press that is being answered count until some work is done, and a while after."""
        if press := self._presses.get(key):  # gone where its answer came too late for Teams
            press.is_held = True
            work.add_done_callback(lambda _: self._end(press))

    def forget(self, key: Hashable) -> None:
        """Let a press that failed be made again at once."""
        self._presses.pop(key, None)

    def _end(self, press: _Press) -> None:
        press.counts_until = self._clock() + _AFTERWARDS
