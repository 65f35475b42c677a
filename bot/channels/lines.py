"""Work that waits its turn: one line for each conversation, the earliest in the channel's own time first, all lines at once."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


class Lines:
    """Takes work without waiting for it; each line does one thing at a time."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[float, int, Work]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = itertools.count()

    def put(self, line: str, at: float, work: Work) -> None:
        """Put work in a line; among what waits there, what has the smaller `at` goes first."""
        waiting = self._waiting.get(line)
        is_new = waiting is None
        if waiting is None:
            waiting = self._waiting[line] = []
        heapq.heappush(waiting, (at, next(self._count), work))
        if is_new:
            self.start(self._serve(line, waiting))

    def start(self, work: Awaitable[object]) -> None:
        """Begin work that belongs in no line."""
        task = asyncio.ensure_future(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait until nothing is left to do, but no longer than `seconds`; what is not done then is given up."""
        while self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            if late:
                log.error("%s things that came in were given up", len(late))
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, line: str, waiting: list[tuple[float, int, Work]]) -> None:
        try:
            while waiting:
                await _guarded(heapq.heappop(waiting)[2]())
        finally:
            del self._waiting[line]


async def _guarded(work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:  # the edge of a turn: what failed here must not hold up what comes after it
        log.exception("Something that came in failed")
