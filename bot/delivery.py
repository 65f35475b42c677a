"""How a message leaves the program: by mail, in a person's chat, or as news that wait for them; each way on its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal, get_args

from bot.mail import Mail
from bot.settings import Settings
from knowledge.database import Database
from knowledge.news import AllNews
from knowledge.outbox import Claimed, Deliver, UndeliverableError

# The beginnings of recipients that a channel delivers to; everybody else is told when they come back.
Scheme = Literal["mailto", "slack", "teams"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)


class Delivery:
    """Knows how to deliver to whom. A channel registers itself when it runs."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._news = AllNews(database)
        self._channels: dict[Scheme, Deliver] = {}

    def register(self, scheme: Scheme, deliver: Deliver) -> None:
        """Let a channel deliver messages to its own recipients; `deliver` raises UndeliverableError when it never can, else anything."""
        self._channels[scheme] = deliver

    @contextlib.asynccontextmanager
    async def by(self, scheme: Scheme | None) -> AsyncIterator[Deliver]:
        """Give what delivers messages of one scheme in a row, or (None) to all who cannot be written to."""
        if scheme is None:
            yield self._keep_as_news
        elif scheme == "mailto":
            async with Mail(self._settings) as mail:
                yield mail.deliver
        else:
            yield self._channels.get(scheme, _no_channel)

    async def _keep_as_news(self, message: Claimed) -> None:
        await asyncio.to_thread(self._news.keep, message)


async def _no_channel(message: Claimed) -> None:
    raise UndeliverableError("no channel " + message.recipient.partition(":")[0])
