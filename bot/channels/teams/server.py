"""The way in for Teams: the SDK's server on the guide's own aiohttp application, and who may come in."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web
from microsoft_teams.api import ClientCredentials
from microsoft_teams.api.auth.cloud_environment import PUBLIC
from microsoft_teams.apps import HttpServer
from microsoft_teams.apps.events import ActivityEvent
from microsoft_teams.apps.http.adapter import HttpMethod, HttpRouteHandler

from bot.channels.teams.answered import Answered
from bot.channels.teams.tokens import Validator
from bot.settings import Settings

log = logging.getLogger(__name__)

MESSAGES = "/api/messages"
# A message is below 100 KB; one that is made a challenge of comes with the message itself.
_LARGEST = 2**20


class Server:
    """Takes activities in while `running`, and hands those that may come in to `receive`; `close` gives the threads back.

    It takes the SDK's server without the SDK's application: that one reads settings of its own from the environment, asks Microsoft for
    the person's tokens with each activity, and keeps a state, none of which is wanted here.
    """

    def __init__(self, settings: Settings, receive: Callable[[dict[str, Any]], Awaitable[Answered]], keys_url: str = "") -> None:
        logging.getLogger("microsoft_teams").setLevel(logging.CRITICAL)  # it logs what a stranger sends
        self._settings = settings
        self._receive = receive
        self._cloud = replace(PUBLIC, openid_metadata_url=keys_url or PUBLIC.openid_metadata_url)
        self._validator = Validator(settings.teams_client_id, self._cloud) if settings.teams_client_id else None
        self._is_open = False

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve what Teams calls."""
        server = HttpServer(_Adapter(router, self._may_enter), MESSAGES)
        server.on_request = self._dispatch
        about, tenant = self._settings, self._settings.teams_tenant
        server.initialize(
            ClientCredentials(client_id=about.teams_client_id, client_secret=about.teams_client_secret, tenant_id=tenant),
            self._cloud,
            dangerously_allow_unauthenticated_requests=self._validator is None,
        )
        server._token_validator = self._validator  # type: ignore[assignment]  # noqa: SLF001  # any that has this method will do

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let in until the block ends; before and after that Teams is told to come back."""
        if self._validator is None:
            log.critical("GUIDEN_TEAMS_DEVELOPMENT is set: whoever reaches %s is answered as if Teams called", MESSAGES)
        keeping = asyncio.create_task(self._validator.keep_keys()) if self._validator else None
        self._is_open = True
        try:
            yield
        finally:
            self._is_open = False
            if keeping:
                keeping.cancel()

    def close(self) -> None:
        """Give back the threads."""
        if self._validator:
            self._validator.close()

    async def _may_enter(self) -> bool:
        return self._is_open and (self._validator is None or await self._validator.is_ready())

    async def _dispatch(self, event: ActivityEvent) -> Any:
        """Answer an activity with a status and a body as they are; in the SDK's own class a body is changed into what the SDK knows."""
        activity = event.body.model_dump(exclude={"service_url"})
        if not self._is_let_in(activity):
            log.warning("Refused: an activity from a directory that is not let in, or not from Teams")
            return {"status": 403, "body": {"error": "tenant not allowed"}}
        try:
            answered = await self._receive(activity)
        except Exception as error:  # the edge of a turn; the SDK would log it with all its words
            log.error("Something from Teams could not be answered: %s", type(error).__name__, exc_info=error)
            return {"status": 500, "body": {"error": "failed"}}
        return {"status": answered.status, "body": answered.body}

    def _is_let_in(self, activity: dict[str, Any]) -> bool:
        """Tell whether it is from Teams, names a directory, and names none that is not let in; all are while we develop without a list.

        Azure's other ways to a bot (a web chat, for one) sign with the same keys, but whoever writes there can name any directory.
        """
        allowed = (self._settings.teams_tenants or self._settings.teams_tenant).split(",")
        named = [_at(activity, "conversation", "tenantId"), _at(activity, "channelData", "tenant", "id")]
        given = [str(tenant).lower() for tenant in named if tenant is not None]
        is_ours = allowed == [""] or (bool(given) and all(tenant in allowed for tenant in given))
        return is_ours and activity.get("channelId") == "msteams"


class _Adapter:
    """What the SDK calls a server adapter; it hands requests on when they may enter."""

    def __init__(self, router: web.UrlDispatcher, may_enter: Callable[[], Awaitable[bool]]) -> None:
        self._router = router
        self._may_enter = may_enter

    def register_route(self, method: HttpMethod, path: str, handler: HttpRouteHandler) -> None:
        """Serve a path with one of the SDK's handlers."""

        async def serve(request: web.Request) -> web.Response:
            if not await self._may_enter():
                return web.Response(status=503, headers={"Retry-After": "5"})
            activity = _read(await request.clone(client_max_size=_LARGEST).read())
            if activity is None:
                return web.json_response({"error": "no activity"}, status=400)
            answer = await handler({"body": activity, "headers": {name.lower(): value for name, value in request.headers.items()}})
            if answer["body"] is None:
                return web.Response(status=answer["status"])
            return web.json_response(answer["body"], status=answer["status"])

        self._router.add_route(method, path, serve)

    def serve_static(self, path: str, directory: str) -> None:
        """Serve no files."""

    async def start(self, port: int) -> None:
        """Start nothing: the guide starts its application."""

    async def stop(self) -> None:
        """Stop nothing."""


def _read(body: bytes) -> dict[str, Any] | None:
    """Return an activity, or None for what is none.

    It says where to answer, for without that the SDK would take a token of any service.
    """
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str) or not isinstance(activity.get("id", ""), str):
        return None
    where = activity.get("serviceUrl")
    return activity if isinstance(where, str) and where.startswith(("https://", "http://")) else None


def _at(found: Any, *names: str) -> Any:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
