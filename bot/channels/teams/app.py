"""Teams as a channel of the guide: activities in over HTTP, answers and messages out."""

import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from bot.channels.checking import Checking
from bot.channels.lines import Lines
from bot.channels.talk import Talk
from bot.channels.teams.client import Client, MicrosoftToken, OwnToken
from bot.channels.teams.listening import Listening
from bot.channels.teams.outgoing import Outgoing
from bot.channels.teams.server import Server
from bot.settings import Settings
from knowledge.database import Database
from knowledge.outbox import Claimed
from knowledge.reachable import Reachable

log = logging.getLogger(__name__)

# What has been acknowledged is answered before the program ends, within what a turn may take.
_LAST_SECONDS = 25.0


class Teams:
    """Listens and answers while `running`. `own_token` and `keys_url` are Microsoft's unless a test has others."""

    def __init__(
        self, settings: Settings, database: Database, talk: Talk, *, own_token: OwnToken | None = None, keys_url: str = ""
    ) -> None:
        self._microsoft = MicrosoftToken(settings)
        self._client = Client(settings, own_token or self._microsoft)
        self._lines = Lines()
        reachable = Reachable(database)
        self.outgoing = Outgoing(settings, self._client, reachable)
        listening = Listening(talk, self.outgoing, self._lines, reachable, settings.language)
        self._server = Server(settings, listening.receive, keys_url)
        self._checking = Checking("Teams", self._client.check)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve what Teams calls."""
        self._server.add_to(router)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen until the block ends, and answer what came in before."""
        # The other channels work without it; it is tried again with whatever is sent.
        await self.works()
        try:
            async with self._server.running():
                yield
        finally:
            await self._lines.finish(_LAST_SECONDS)

    async def close(self) -> None:
        """Give back the connections to Teams, and the threads."""
        self._checking.close()
        await self._client.close()
        self._microsoft.close()
        self._server.close()

    async def deliver(self, message: Claimed) -> None:
        """Deliver a message of the outbox; raises as `Outgoing.deliver`."""
        await self.outgoing.deliver(message)

    async def works(self) -> bool:
        """Tell whether Microsoft gives us a token; see `Checking.works`."""
        return await self._checking.works()
