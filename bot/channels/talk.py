"""What a channel asks of the guide; the tests put a stand-in in its place."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from bot.dialogue import Dialogue
from bot.interaction import Interaction
from bot.replies import Choice, Reply
from bot.services import Services
from bot.whole_forms import FormName, WholeForm, open_again, open_form, opens, send_form


class Talk(Protocol):
    """A guide to talk with."""

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer what a person did; never raises, and answers a delivery that was seen before with nothing."""

    async def opened(self, interaction: Interaction) -> WholeForm | list[Reply] | None:
        """Return the form that a pressed choice opens, what is said when it is refused, or None when it opens none."""

    async def opened_again(self, interaction: Interaction, form: FormName, about: str) -> WholeForm | list[Reply]:
        """Return a form that was opened before, to show it with what is wrong, or what is said when it is refused now."""

    async def sent(self, interaction: Interaction, form: FormName, about: str, values: Mapping[str, str]) -> dict[str, str] | list[Reply]:
        """Take a form in; return what is wrong with which fields, or the answer."""

    async def offer(self, interaction: Interaction, choice: Choice) -> Choice:
        """Return a choice with an id, beside those of the answers."""

    async def label(self, interaction: Interaction) -> str:
        """Return the words on a pressed choice, empty when it was never offered or is too old."""

    async def language(self, interaction: Interaction) -> str:
        """Return the language of the conversation."""

    async def is_new(self, interaction: Interaction) -> bool:
        """Tell whether a delivery that gets no turn is seen for the first time."""


class GuideTalk:
    """Talks with the guide itself."""

    def __init__(self, services: Services, dialogue: Dialogue) -> None:
        self._services = services
        self._dialogue = dialogue

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer what a person did; never raises, and answers a delivery that was seen before with nothing."""
        return await self._dialogue.turn(interaction)

    async def opened(self, interaction: Interaction) -> WholeForm | list[Reply] | None:
        """Return the form that a pressed choice opens, what is said when it is refused, or None when it opens none."""
        choice = await self._dialogue.offered(interaction.choice)
        if choice is None or opens(choice) is None:
            return None
        opened = await open_form(self._services, await self._dialogue.asked_by(interaction), choice)
        return await self._dialogue.answered(interaction, opened) if isinstance(opened, Reply) else opened

    async def opened_again(self, interaction: Interaction, form: FormName, about: str) -> WholeForm | list[Reply]:
        """Return a form that was opened before, to show it with what is wrong, or what is said when it is refused now."""
        opened = await open_again(self._services, await self._dialogue.asked_by(interaction), form, about)
        return await self._dialogue.answered(interaction, opened) if isinstance(opened, Reply) else opened

    async def sent(self, interaction: Interaction, form: FormName, about: str, values: Mapping[str, str]) -> dict[str, str] | list[Reply]:
        """Take a form in; return what is wrong with which fields, or the answer."""
        taken = await send_form(self._services, await self._dialogue.asked_by(interaction), form, about, values)
        return await self._dialogue.answered(interaction, taken) if isinstance(taken, Reply) else taken

    async def offer(self, interaction: Interaction, choice: Choice) -> Choice:
        """Return a choice with an id, beside those of the answers."""
        return (await self._dialogue.offer(interaction, Reply(elements=(), choices=(choice,)))).choices[0]

    async def label(self, interaction: Interaction) -> str:
        """Return the words on a pressed choice, empty when it was never offered or is too old."""
        choice = await self._dialogue.offered(interaction.choice)
        return choice.label if choice else ""

    async def language(self, interaction: Interaction) -> str:
        """Return the language of the conversation."""
        return (await self._dialogue.asked_by(interaction)).language

    async def is_new(self, interaction: Interaction) -> bool:
        """Tell whether a delivery that gets no turn is seen for the first time."""
        return await asyncio.to_thread(self._services.conversations.is_new_event, f"{interaction.channel}:{interaction.event_id}")
