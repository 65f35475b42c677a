"""How fast we may write in one channel."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

# Slack: "chat.postMessage ... generally allows posting one message per second per channel", and short bursts above that.
_SECONDS_EACH = 1.0
_AT_ONCE = 3
_CHANNELS_KEPT = 10_000


class Pace:
    """Lets one message a second into each channel, and three at once after a pause."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._next: OrderedDict[str, float] = OrderedDict()

    async def wait(self, channel: str) -> None:
        """Wait until it is time for the next message to a channel."""
        at = self._clock()
        turn = max(self._next.pop(channel, 0.0), at - (_AT_ONCE - 1) * _SECONDS_EACH)
        self._next[channel] = turn + _SECONDS_EACH
        while len(self._next) > _CHANNELS_KEPT:
            self._next.popitem(last=False)
        if turn > at:
            await self._sleep(turn - at)
