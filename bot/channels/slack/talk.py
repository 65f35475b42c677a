"""What Slack's side asks of the guide beside what every channel does: a home tab, and answers that are shown to everybody later."""

import asyncio
from typing import Protocol

from bot.channels.slack.home import Home
from bot.channels.slack.own_home import home_of
from bot.channels.talk import GuideTalk, Talk
from bot.dialogue import Dialogue
from bot.interaction import Interaction
from bot.replies import Reply, from_wire, to_wire
from bot.services import Services
from knowledge.shareable import Shareable


class SlackTalk(Talk, Protocol):
    """A guide to talk with in Slack."""

    async def home(self, interaction: Interaction) -> Home:
        """Return what stands in the person's home tab."""

    async def keep(self, interaction: Interaction, reply: Reply) -> str:
        """Keep an answer that may be shown to everybody; return its id."""

    async def kept(self, interaction: Interaction, name: str) -> Reply | None:
        """Return that answer, the last one without a name; None when it is gone."""


class GuideInSlack(GuideTalk):
    """Talks with the guide itself."""

    def __init__(self, services: Services, dialogue: Dialogue) -> None:
        super().__init__(services, dialogue)
        self._shareable = Shareable(services.database)

    async def home(self, interaction: Interaction) -> Home:
        """Return what stands in the person's home tab."""
        return await home_of(self._services, self._dialogue, interaction)

    async def keep(self, interaction: Interaction, reply: Reply) -> str:
        """Keep an answer that may be shown to everybody; return its id."""
        asked = await self._dialogue.asked_by(interaction)
        return await asyncio.to_thread(self._shareable.keep, asked.conversation, to_wire(reply))

    async def kept(self, interaction: Interaction, name: str) -> Reply | None:
        """Return that answer, the last one without a name; None when it is gone."""
        asked = await self._dialogue.asked_by(interaction)
        kept = await asyncio.to_thread(self._shareable.find, asked.conversation, name)
        return from_wire(kept) if kept else None
