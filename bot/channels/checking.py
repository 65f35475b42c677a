"""Whether a platform takes us, asked anew each time without letting whoever asks wait for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

# Whoever asks whether the guide works waits no longer for a platform.
_SECONDS = 2.0


class Checking:
    """Remembers what a check of `platform` said last; `check` raises UnavailableError when the platform does not take us."""

    def __init__(self, platform: str, check: Callable[[], Awaitable[None]]) -> None:
        self._platform = platform
        self._check = check
        self._asking: asyncio.Task[None] | None = None
        self._works = True

    async def works(self) -> bool:
        """Tell whether the platform takes us.

        Waits two seconds: a platform that is slow says nothing new, so what it said last holds until it has answered.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self.ask())
        await asyncio.wait({self._asking}, timeout=_SECONDS)
        return self._works

    async def ask(self) -> None:
        """Ask, and wait for the answer; that it does not work any more is logged once."""
        try:
            await self._check()
        except UnavailableError as error:
            if self._works:
                log.error("%s cannot be used: %s", self._platform, error)
            self._works = False
        else:
            self._works = True

    def close(self) -> None:
        """Stop asking."""
        if self._asking:
            self._asking.cancel()
