"""The workspaces that the guide is installed in, and how to reach each of them."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.settings import Settings
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.installations import Installations
from knowledge.people import Person

log = logging.getLogger(__name__)

CHANNEL = "slack"
_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace, and who the guide is there."""

    team: str
    token: str
    bot: str
    bot_id: str
    enterprise: str = ""


class Workspaces:
    """Knows one workspace by the token of the settings, or all that have installed the guide. `close` gives the connections back."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        keys = [key.strip() for key in settings.slack_token_keys.split(",") if key.strip()]
        self.installations = Installations(database, CHANNEL, keys) if keys else None
        self._own: Workspace | None = None
        self._session: aiohttp.ClientSession | None = None
        self._retries = [
            AsyncConnectionErrorRetryHandler(),
            AsyncRateLimitErrorRetryHandler(max_retry_count=3),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ]

    async def check(self) -> None:
        """Learn who we are in the one workspace, or encrypt all tokens with the newest key.

        Raises:
            UnavailableError: Slack cannot be reached or refuses the token, or a key is missing.
        """
        if self.installations:
            await asyncio.to_thread(self.installations.rotate)
            return
        try:
            about = await self._client(self._settings.slack_bot_token).auth_test()
        except SlackApiError as error:
            raise UnavailableError("slack", cause=error_code(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnavailableError("slack", cause=type(error).__name__) from error
        self._own = Workspace(
            about["team_id"], self._settings.slack_bot_token, about["user_id"], about.get("bot_id") or "", about.get("enterprise_id") or ""
        )

    async def of(self, team: str, enterprise: str = "") -> Workspace | None:
        """Return a workspace, or None when the guide is not installed there; raise UnavailableError as `check` does."""
        if self.installations:
            return await asyncio.to_thread(self._installed, team, enterprise)
        if self._own is None:
            await self.check()
        own = self._own
        return own if own and (team == own.team or (enterprise and enterprise == own.enterprise)) else None

    async def forget(self, team: str, enterprise: str) -> None:
        """Forget a workspace that has removed the guide."""
        if self.installations:
            await asyncio.to_thread(self.installations.remove, team or enterprise, Person(CHANNEL, team or enterprise, "uninstalled"))

    def client(self, workspace: Workspace) -> AsyncWebClient:
        """Return what calls Slack in a workspace; it waits and tries again where Slack asks for patience."""
        return self._client(workspace.token)

    def anonymous(self) -> AsyncWebClient:
        """Return what calls Slack before there is a token."""
        return self._client(None)

    def webhook(self, url: str) -> AsyncWebhookClient:
        """Return what answers at the address that came with a command or a press."""
        return AsyncWebhookClient(url, timeout=_SECONDS, session=self._http(), retry_handlers=self._retries)

    async def close(self) -> None:
        """Give back the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def _client(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(
            token=token, base_url=self._settings.slack_api_url, timeout=_SECONDS, session=self._http(), retry_handlers=self._retries
        )

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _installed(self, team: str, enterprise: str) -> Workspace | None:
        assert self.installations is not None
        for tenant in filter(None, (team, enterprise)):
            if kept := self.installations.find(tenant):
                return Workspace(team, kept["bot_token"], kept["bot_user_id"], kept.get("bot_id") or "", kept.get("enterprise_id") or "")
        return None


def error_code(error: SlackApiError) -> str:
    """Return Slack's word for what is wrong, or the HTTP status where something on the way answered in its place."""
    data = getattr(error.response, "data", None)
    if isinstance(data, dict) and data.get("error"):
        return str(data["error"])
    return f"HTTP {getattr(error.response, 'status_code', None) or getattr(error.response, 'status', '?')}"


class Authorize(AsyncAuthorize):
    """Tells Bolt who we are where something comes from; it costs no call to Slack, for the acknowledgement waits for it."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(self, *, enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult | None:
        """Return who we are, or None where the guide is not installed."""
        workspace = await self._workspaces.of(team_id or "", enterprise_id or "")
        if workspace is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_id=workspace.bot_id, bot_user_id=workspace.bot, bot_token=workspace.token
        )
