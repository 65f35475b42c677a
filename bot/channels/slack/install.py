"""Installing the guide in workspaces: Slack's OAuth, with tokens encrypted in our own database."""

import asyncio
import html
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.channels.slack.workspaces import CHANNEL, Workspaces
from bot.settings import Settings
from bot.texts import text
from knowledge.installations import STATE_LIVES, Installations
from knowledge.people import Person

log = logging.getLogger(__name__)
# Bolt's own words on a failed installation hold the code that Slack gave; what failed is told by _Pages.
_silent = logging.getLogger(f"{__name__}.bolt")
_silent.disabled = True

# What slack/manifest.yml asks for as well.
SCOPES: Sequence[str] = ("app_mentions:read", "assistant:write", "chat:write", "commands", "im:history", "im:write")
_INSTALL, _REDIRECT = "/slack/install", "/slack/oauth_redirect"
_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title></head><body><main><h1>{title}</h1><p>{content}</p></main></body></html>"""


class _NotListedError(BoltError):
    """A workspace asks that is not among those that may install the guide; Bolt tells its own errors to `_Pages`."""


class _Installed(AsyncInstallationStore):
    """Keeps what Slack gives as the guide's own installations, of the workspaces that may install it."""

    def __init__(self, installations: Installations, allowed: str) -> None:
        self._installations = installations
        self._allowed = {team.strip() for team in allowed.split(",") if team.strip()}

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        tenant = installation.team_id or installation.enterprise_id or ""
        if self._allowed and tenant not in self._allowed:
            raise _NotListedError(tenant)
        by = Person(CHANNEL, tenant, installation.user_id)
        kept: dict[str, Any] = {
            name: getattr(installation, name) for name in ("bot_token", "bot_user_id", "bot_id", "enterprise_id", "app_id", "bot_scopes")
        }
        await asyncio.to_thread(self._installations.save, tenant, kept, by)


class _States(AsyncOAuthStateStore):
    """Hands out one-time states."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *_args: Any, **_kwargs: Any) -> str:
        return await asyncio.to_thread(self._installations.begin)

    async def async_consume(self, state: str) -> bool:
        return await asyncio.to_thread(self._installations.finish, state)


def add_installation(router: web.UrlDispatcher, settings: Settings, workspaces: Workspaces) -> None:
    """Serve the page that begins an installation and the one that Slack leads back to."""

    async def begin(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await _flow(settings, workspaces).handle_installation(await to_bolt_request(request)))

    async def finish(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await _flow(settings, workspaces).handle_callback(await to_bolt_request(request)))

    router.add_get(_INSTALL, begin)
    router.add_get(_REDIRECT, finish)


def _flow(settings: Settings, workspaces: Workspaces) -> AsyncOAuthFlow:
    assert workspaces.installations is not None
    given = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        scopes=SCOPES,
        user_scopes=(),
        redirect_uri=settings.public_url + _REDIRECT,
        authorization_url=urljoin(settings.slack_api_url, "/oauth/v2/authorize"),
        install_page_rendering_enabled=False,
        callback_options=_Pages(settings.language),
        installation_store=_Installed(workspaces.installations, settings.slack_teams),
        state_store=_States(workspaces.installations),
        state_expiration_seconds=int(STATE_LIVES.total_seconds()),
        logger=_silent,
    )
    return AsyncOAuthFlow(client=workspaces.anonymous(), logger=_silent, settings=given)


class _Pages(AsyncCallbackOptions):
    """What is shown when an installation is done, or was not."""

    def __init__(self, language: str) -> None:
        super().__init__(success=self._done, failure=self._not_done)
        self._language = language

    async def _done(self, _args: AsyncSuccessArgs) -> BoltResponse:
        return self._page(200, "slack.install.done")

    async def _not_done(self, args: AsyncFailureArgs) -> BoltResponse:
        if isinstance(args.error, _NotListedError):
            log.warning("The workspace %s is not in GUIDEN_SLACK_TEAMS, and was not let install the guide", args.error)
            return self._page(403, "slack.install.not_listed", team=str(args.error))
        log.warning("An installation in Slack was not done: %s", args.reason)
        return self._page(args.suggested_status_code, "slack.install.not_done", reason=args.reason)

    def _page(self, status: int, key: str, **values: str) -> BoltResponse:
        title, content = (html.escape(text(self._language, name, **values)) for name in ("slack.install.title", key))
        page = _PAGE.format(language=self._language, title=title, content=content)
        headers: dict[str, str | Sequence[str]] = {
            "content-type": "text/html; charset=utf-8",
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'",
        }
        return BoltResponse(status=status, body=page, headers=headers)
