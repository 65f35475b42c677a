"""What Slack sends, acknowledged at once and put in line; a listener does nothing else.

Bolt 1.30 takes an acknowledgement back when its listener fails right after it, and Slack then shows an error: no listener may fail.
"""

import logging
import re
import time
from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.channels.lines import Lines
from bot.channels.slack.forms import Ack, Forms
from bot.channels.slack.incoming import (
    Ignored,
    Incoming,
    read_command,
    read_mention,
    read_message,
    read_opened,
    read_press,
    read_shortcut,
)
from bot.channels.slack.serving import Serving
from bot.channels.slack.workspaces import Workspaces

log = logging.getLogger(__name__)

COMMAND = "/utmaning"
SHORTCUT = "make_challenge"
_ANY = re.compile(".*", re.DOTALL)

Body = Mapping[str, Any]


def listen(app: AsyncApp, serving: Serving, forms: Forms, workspaces: Workspaces, lines: Lines) -> None:
    """Let an application of Bolt hand on what comes in."""
    _hear(app, serving)
    _stay_installed(app, workspaces, lines)
    _serve_presses(app, serving, forms)

    @app.event(_ANY)
    async def _other(body: Body) -> None:
        _told(Ignored(f"an event of type {body['event'].get('type')}"))

    @app.error
    async def _failed(error: Exception) -> None:
        log.error("Something from Slack could not be read: %s", type(error).__name__, exc_info=error)


def _hear(app: AsyncApp, serving: Serving) -> None:
    @app.event("message")
    async def _message(body: Body, context: AsyncBoltContext) -> None:
        if incoming := _told(read_message(body, _team(context), context.bot_user_id or "")):
            serving.hear(incoming)

    @app.event("app_mention")
    async def _mention(body: Body, context: AsyncBoltContext) -> None:
        if incoming := _told(read_mention(body, _team(context), context.bot_user_id or "")):
            serving.hear(incoming)

    @app.event("app_home_opened")
    async def _opened(body: Body, context: AsyncBoltContext) -> None:
        serving.open(read_opened(body, _team(context)))


def _stay_installed(app: AsyncApp, workspaces: Workspaces, lines: Lines) -> None:
    @app.event("app_uninstalled")
    async def _uninstalled(context: AsyncBoltContext) -> None:
        lines.start(workspaces.forget(context.team_id or "", context.enterprise_id or ""))

    @app.event("tokens_revoked")
    async def _revoked(body: Body, context: AsyncBoltContext) -> None:
        if (body["event"].get("tokens") or {}).get("bot"):
            lines.start(workspaces.forget(context.team_id or "", context.enterprise_id or ""))


def _serve_presses(app: AsyncApp, serving: Serving, forms: Forms) -> None:
    @app.command(COMMAND)
    async def _command(ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        serving.hear(read_command(body, _team(context), time.time()))
        await ack()

    @app.shortcut(SHORTCUT)
    async def _shortcut(ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        serving.make_challenge(read_shortcut(body, _team(context), time.time()))
        await ack()

    @app.action(_ANY)
    async def _press(ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        if incoming := _told(read_press(body, _team(context))):
            forms.press(incoming)
        await ack()

    @app.view(_ANY)
    async def _sent(ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        await forms.sent(ack, body["view"], _team(context))


def _team(context: AsyncBoltContext) -> str:
    return context.team_id or context.enterprise_id or ""


def _told(read: Incoming | Ignored) -> Incoming | None:
    """Return what is to be answered; of all else the reason is logged, never what it says."""
    if isinstance(read, Ignored):
        log.info("Left alone: %s", read.reason)
        return None
    return read
