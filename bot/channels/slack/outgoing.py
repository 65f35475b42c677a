"""Sending to Slack: an answer where it was asked for, and a message of the outbox to a person or a channel."""

import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.saying import from_outbox
from bot.channels.slack.pace import Pace
from bot.channels.slack.places import Place
from bot.channels.slack.render import Caps, Message, render_messages
from bot.channels.slack.workspaces import Workspace, Workspaces, error_code
from bot.replies import Reply
from bot.settings import Settings
from knowledge.errors import UnavailableError
from knowledge.outbox import Claimed, UndeliverableError

log = logging.getLogger(__name__)

# A message that Slack will not show as it is; a plainer one may do.
_REFUSED = {
    *("invalid_arguments", "invalid_blocks", "invalid_blocks_format", "invalid_payload"),
    *("msg_blocks_too_long", "msg_too_long", "no_text"),
}
# A recipient who is not there any more, or will not be reached by trying again.
_GONE = {
    *("account_inactive", "cannot_dm_bot", "channel_not_found", "is_archived", "messages_tab_disabled", "not_in_channel"),
    *(
        "restricted_action",
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
        "users_not_found",
    ),
}
_OK = 200
_NOT_OK = re.compile(r'"ok":\s*false')

# A button that Slack alone has: its action, its label, and what it sends back.
Extra = tuple[str, str, str]
Post = Callable[[Message], Awaitable[object]]


class RefusedMessageError(Exception):
    """Slack will not show a message as it is; its text says why."""


class Outgoing:
    """Writes in Slack. `refused` counts, by look, the messages that Slack would not show as they were."""

    def __init__(self, settings: Settings, workspaces: Workspaces, pace: Pace) -> None:
        self._settings = settings
        self._workspaces = workspaces
        self._pace = pace
        self._direct: dict[tuple[str, str], str] = {}
        self.refused: Counter[Caps] = Counter()

    async def say(self, place: Place, reply: Reply, language: str, extras: Sequence[Extra] = (), *, privately: bool = False) -> None:
        """Answer in a place; `privately` hides the answer from others there.

        Raises:
            UndeliverableError: the place is gone, or the guide is not let in there.
            UnavailableError, SlackApiError, ClientError, TimeoutError: Slack cannot be reached, also after trying again.
        """
        client = self._workspaces.client(await self.workspace(place.team))
        if place.response_url:
            return await self._send(self._for_asker(client, place), reply, language, extras)
        if privately and place.is_seen_by_others:
            return await self._send(self._for_one(client, place), reply, language, extras)
        return await self._send(self._for_all(client, await self.placed(place)), reply, language, extras)

    async def share(self, place: Place, reply: Reply, language: str) -> None:
        """Show an answer to everybody in a place where only one person has seen it; raises as `say`."""
        await self._send(self._by_url(place, response_type="in_channel"), reply, language, ())

    async def deliver(self, message: Claimed) -> None:
        """Deliver a message of the outbox to `slack:TEAM:` and a user or a channel.

        Slack knows no message twice: one that is tried again because its acknowledgement was lost is shown twice.

        Raises:
            UndeliverableError: the recipient is gone, or the guide is not installed there.
            UnavailableError, SlackApiError, ClientError, TimeoutError: it may go better later.
        """
        team, _, target = message.recipient.removeprefix("slack:").partition(":")
        is_person = target[:1] in {"U", "W"}
        place = Place(team, target if is_person else "", "" if is_person else target)
        await self.say(place, *from_outbox(self._settings, message))

    async def placed(self, place: Place) -> Place:
        """Return the place with the channel of the person's own chat where it names none; raises as `say`."""
        if place.channel:
            return place
        key = (place.team, place.user)
        if key not in self._direct:
            client = self._workspaces.client(await self.workspace(place.team))
            opened = await _judged(client.api_call("conversations.open", json={"users": place.user}))
            self._direct[key] = opened["channel"]["id"]
        return replace(place, channel=self._direct[key])

    async def workspace(self, team: str) -> Workspace:
        """Return a workspace; raise UndeliverableError when the guide is not installed there."""
        if (workspace := await self._workspaces.of(team)) is None:
            raise UndeliverableError("not installed")
        return workspace

    async def _send(self, post: Post, reply: Reply, language: str, extras: Sequence[Extra]) -> None:
        for caps in get_args(Caps):
            messages = _with_extras(render_messages(reply, caps=caps, language=language), extras)
            if not messages:
                log.warning("An answer had nothing to show")
                return
            first, *others = messages
            try:
                await post(first)
            except RefusedMessageError as error:
                self.refused[caps] += 1
                log.warning("Slack refused a message in the look %s: %s", caps, error)
                continue
            for message in others:
                await self._send_on(post, message, caps)
            return
        raise UndeliverableError("refused in every look")

    async def _send_on(self, post: Post, message: Message, caps: Caps) -> None:
        """Send what comes after the first message; what is before it has been read, so only this one is made plainer."""
        try:
            await post(message)
        except RefusedMessageError as error:
            self.refused[caps] += 1
            log.warning("Slack refused a message in the look %s: %s", caps, error)
            await post({name: value for name, value in message.items() if name != "blocks"})

    def _for_all(self, client: AsyncWebClient, place: Place) -> Post:
        async def post(message: Message) -> None:
            await self._pace.wait(place.channel)
            where: Message = {"channel": place.channel, "thread_ts": place.thread or None}
            await _judged(client.chat_postMessage(**where, **message))

        return post

    def _for_one(self, client: AsyncWebClient, place: Place) -> Post:
        async def post(message: Message) -> None:
            await self._pace.wait(place.channel)
            thread = place.thread or None
            await _judged(client.chat_postEphemeral(channel=place.channel, user=place.user, thread_ts=thread, **message))

        return post

    def _for_asker(self, client: AsyncWebClient, place: Place) -> Post:
        """Answer at the address that came along, which lives for half an hour and takes five messages; what comes after, in the place."""
        by_url, for_one = self._by_url(place), self._for_one(client, place)

        async def post(message: Message) -> None:
            try:
                await by_url(message)
            except UndeliverableError:
                log.info("An address to answer at was used up; answering in the place itself")
                await for_one(message)

        return post

    def _by_url(self, place: Place, response_type: str = "ephemeral") -> Post:
        async def post(message: Message) -> None:
            body = {"response_type": response_type, "replace_original": False, **message}
            answer = await _judged(self._workspaces.webhook(place.response_url).send_dict(body))
            if error := next((word for word in sorted(_REFUSED) if word in answer.body), ""):
                raise RefusedMessageError(error)
            # Some errors come with the status of a success.
            if answer.status_code != _OK or _NOT_OK.search(answer.body):
                cause = f"HTTP {answer.status_code}"
                raise UndeliverableError(cause)

        return post


async def _judged(call: Awaitable[Any]) -> Any:
    """Return what Slack answered; say of an error whether the message, the recipient or the moment is to blame."""
    try:
        return await call
    except SlackApiError as error:
        code = error_code(error)
        if code in _REFUSED:
            raise RefusedMessageError(code) from error
        if code in _GONE:
            raise UndeliverableError(code) from error
        # Not the error itself: it repeats what Slack answered.
        raise UnavailableError("slack", cause=code) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise UnavailableError("slack", cause=type(error).__name__) from error


def _with_extras(messages: list[Message], extras: Sequence[Extra]) -> list[Message]:
    """Put the buttons that Slack alone has below the last message, where it has blocks."""
    if not extras or not messages or not messages[-1].get("blocks"):
        return messages
    buttons = [
        {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": label, "emoji": False}}
        for action, label, value in extras
    ]
    last = messages[-1] | {"blocks": [*messages[-1]["blocks"], {"type": "actions", "elements": buttons}]}
    return [*messages[:-1], last]
