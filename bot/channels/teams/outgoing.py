"""Sending to Teams: an answer where it was asked for or in the person's own chat, and a message of the outbox to a person or a channel."""

import asyncio
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from bot.channels.saying import from_outbox
from bot.channels.teams.cards import render_messages, with_prompts
from bot.channels.teams.client import Client, TeamsError
from bot.channels.teams.places import CHANNEL, SHARED, Place
from bot.replies import Reply
from bot.settings import Settings
from knowledge.errors import UnavailableError
from knowledge.outbox import Claimed, UndeliverableError
from knowledge.people import Person
from knowledge.reachable import Address, Reachable

log = logging.getLogger(__name__)

Message = dict[str, Any]
Prompt = tuple[str, str]

# Where Teams is reached for everybody, when nobody of a directory has written to us (Microsoft's address for proactive messages).
_EVERYWHERE = "https://smba.trafficmanager.net/teams/"
_GONE = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class Outgoing:
    """Writes in Teams."""

    def __init__(self, settings: Settings, client: Client, reachable: Reachable) -> None:
        self._settings = settings
        self._client = client
        self._reachable = reachable

    async def say(self, place: Place, reply: Reply, language: str, prompts: Sequence[Prompt] = ()) -> None:
        """Answer in a place, in as many messages as it takes, with suggestions of what to write below the last.

        Raises:
            UndeliverableError: the place is gone, or the guide is not let in there.
            UnavailableError: Teams cannot be reached, also after trying again.
        """
        messages = render_messages(reply, language=language)
        if not messages:
            log.warning("An answer had nothing to show")
            return
        if prompts and place.is_personal:
            messages[-1] = with_prompts(messages[-1], prompts)
        for message in messages:
            await self.show(place, message)

    async def show(self, place: Place, message: Message) -> None:
        """Send one message to a place; raises as `say`."""
        try:
            await self._client.send(place.service_url, place.conversation, message)
        except TeamsError as error:
            if place.is_personal and error.status == HTTPStatus.NOT_FOUND:
                await asyncio.to_thread(self._reachable.forget, place.who)
            raise _judged(error) from error

    async def replace(self, place: Place, message: str, by: Message) -> None:
        """Put another message in the place of one that was sent; raises as `say`."""
        try:
            await self._client.update(place.service_url, place.conversation, message, by)
        except TeamsError as error:
            raise _judged(error) from error

    async def typing(self, place: Place) -> None:
        """Show that the guide is at work; raises as `say`."""
        await self.show(place, {"type": "typing"})

    async def own(self, place: Place) -> Place:
        """Return the person's own chat, opened where there is none yet; raises as `say`."""
        if place.is_personal:
            return place
        if known := await asyncio.to_thread(self._reachable.find, place.who):
            return place.at(known)
        try:
            chat = await self._client.open_chat(place.service_url, place.tenant, place.account)
        except TeamsError as error:
            raise _judged(error) from error
        opened = Address(chat, place.service_url, place.account)
        await asyncio.to_thread(self._reachable.remember, place.who, opened)
        return place.at(opened)

    async def deliver(self, message: Claimed) -> None:
        """Deliver a message of the outbox to `teams:TENANT:` and a person or a conversation of several.

        Teams knows no message twice: one that is tried again because its acknowledgement was lost is shown twice.

        Raises:
            UndeliverableError: the recipient is gone, or is not known to have a chat with the guide.
            UnavailableError: it may go better later.
        """
        tenant, _, target = message.recipient.removeprefix(f"{CHANNEL}:").partition(":")
        place = await asyncio.to_thread(self._place_of, tenant, target)
        await self.say(place, *from_outbox(self._settings, message))

    def _place_of(self, tenant: str, target: str) -> Place:
        if target.startswith(SHARED):
            service = self._reachable.service_url(CHANNEL, tenant) or _EVERYWHERE
            return Place(tenant, "", target, service, "channel", "")
        known = self._reachable.find(Person(CHANNEL, tenant, target))
        if known is None:
            raise UndeliverableError("no chat")
        return Place(tenant, target, known.conversation, known.service_url, "personal", known.account)


def _judged(error: TeamsError) -> UndeliverableError | UnavailableError:
    """Say whether the recipient or the moment is to blame."""
    if error.status in _GONE:
        return UndeliverableError(f"{error.status} {error.code}".strip())
    return UnavailableError("teams_unreachable", cause=f"{error.status or ''} {error.code}".strip())
