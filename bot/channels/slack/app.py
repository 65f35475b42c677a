"""Slack as a channel of the guide: events over HTTP or over a socket that we open, answers and messages out."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.channels.checking import Checking
from bot.channels.lines import Lines
from bot.channels.slack.forms import Forms
from bot.channels.slack.install import add_installation
from bot.channels.slack.listening import listen
from bot.channels.slack.outgoing import Outgoing
from bot.channels.slack.pace import Pace
from bot.channels.slack.serving import Serving
from bot.channels.slack.talk import SlackTalk
from bot.channels.slack.workspaces import Authorize, Workspaces
from bot.settings import Settings
from bot.texts import text
from knowledge.database import Database
from knowledge.outbox import Claimed

log = logging.getLogger(__name__)

EVENTS = "/slack/events"
# What has been acknowledged is answered before the program ends, within what a turn may take.
_LAST_SECONDS = 25.0
_AGAIN_SECONDS = 5.0


class Slack:
    """Listens and answers while `running`; before and after that Slack is told to come back, which it does three times."""

    def __init__(self, settings: Settings, database: Database, talk: SlackTalk) -> None:
        for name in ("slack_bolt", "slack_sdk"):  # below this, they log what people write
            logging.getLogger(name).setLevel(logging.WARNING)
        self._settings = settings
        self._workspaces = Workspaces(settings, database)
        self._lines = Lines()
        self.outgoing = Outgoing(settings, self._workspaces, Pace())
        serving = Serving(talk, self._workspaces, self.outgoing, self._lines, settings.language)
        forms = Forms(talk, self._workspaces, self.outgoing, serving, self._lines, settings.language)
        self._listener = (serving, forms)
        self._app: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._checking = Checking("Slack", self._workspaces.check)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve what Slack calls: events unless they come over the socket, and installations where there can be several."""
        if not self._settings.slack_app_token:
            router.add_post(EVENTS, self._receive)
        if self._settings.slack_client_id:
            add_installation(router, self._settings, self._workspaces)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen until the block ends, and answer what came in before."""
        # The other channels work without it; it is tried again with whatever comes in.
        await self._checking.ask()
        self._app = self._bolt()
        connecting: asyncio.Task[None] | None = None
        try:
            if self._settings.slack_app_token:
                self._socket = AsyncSocketModeHandler(self._app, self._settings.slack_app_token)
                connecting = asyncio.create_task(_connect(self._socket))
            yield
        finally:
            self._app = None
            if connecting and self._socket:
                connecting.cancel()
                await self._socket.close_async()  # type: ignore[no-untyped-call]
            await self._lines.finish(_LAST_SECONDS)

    async def close(self) -> None:
        """Give back the connections to Slack."""
        self._checking.close()
        await self._workspaces.close()

    async def deliver(self, message: Claimed) -> None:
        """Deliver a message of the outbox; raises as `Outgoing.deliver`."""
        await self.outgoing.deliver(message)

    async def works(self) -> bool:
        """Tell whether Slack takes our token, or every workspace's can be read; see `Checking.works`."""
        return await self._checking.works()

    async def _receive(self, request: web.Request) -> web.Response:
        if self._app is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        return await to_aiohttp_response(await self._app.async_dispatch(await to_bolt_request(request)))

    def _bolt(self) -> AsyncApp:
        app = AsyncApp(
            name="guiden",
            client=self._workspaces.anonymous(),
            signing_secret=self._settings.slack_signing_secret,
            authorize=Authorize(self._workspaces),  # type: ignore[arg-type]  # Bolt takes this class, and says otherwise
            user_facing_authorize_error_message=text(self._settings.language, "slack.not_installed"),
        )
        listen(app, *self._listener, self._workspaces, self._lines)
        return app


async def _connect(socket: AsyncSocketModeHandler) -> None:
    """Open the socket, however long it takes; once it has been open, it opens itself again when it is cut."""
    told = False
    while True:
        try:
            await socket.connect_async()  # type: ignore[no-untyped-call]
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            if not told:
                log.error("The socket to Slack cannot be opened yet: %s", type(error).__name__)
            told = True
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return
