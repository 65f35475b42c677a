"""Forms of one slot whose answers Rasa is not told: what was asked for and what was said stands in our own database."""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import Form, Slots
from bot.actions.turn import Turn
from bot.answers import reply
from bot.asking import TELL
from bot.replies import Choice, Element, to_wire
from bot.services import Services


class ToldForm(Form):
    """Base of the forms in which staff write what they know; `about` is the slot that names what the form is about."""

    about = ""

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when there is nothing to ask about."""
        return domain_slots if tracker.get_slot(self.about) else []

    async def told(self, turn: Turn, tracker: Tracker, slot: str, prefix: str) -> tuple[str, str] | None:
        """Return the field that was asked for and its answer, or None when the message is no answer to what `slot` stands for."""
        return await answer_to(self.services, turn, prefix) if tracker.get_slot("requested_slot") == slot else None


async def answer_to(services: Services, turn: Turn, prefix: str) -> tuple[str, str] | None:
    """Return the field with `prefix` that was asked for, and the answer to it, or None when there is none."""
    return answer_in(turn, prefix, *await asyncio.to_thread(services.conversations.take, turn.conversation))


def answer_in(turn: Turn, prefix: str, asked: str, said: str | None) -> tuple[str, str] | None:
    """Return the field with `prefix` that `asked` names and the answer to it, or None; `said` are the words kept from Rasa."""
    name = asked.removeprefix(prefix)
    if not asked.startswith(prefix) or turn.intent != TELL or turn.entities.get("field", name) != name:
        return None
    value = turn.entities.get("value") or said
    return (name, value) if value else None


def choice(turn: Turn, label: str, value: str, name: str) -> Choice:
    """Return a choice that answers the field `name`; a button below an older question must not answer a newer one."""
    return Choice(label=label, intent=TELL, entities={"value": value, "field": name})


def utter(dispatcher: CollectingDispatcher, *elements: Element) -> None:
    """Say something before the form goes on."""
    if elements:
        dispatcher.utter_message(json_message={"reply": to_wire(reply(*elements))})
