"""What an action knows of the turn it serves, and what it gives back."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.replies import Choice, Notice, Reply, to_wire
from bot.services import Services
from bot.texts import text
from knowledge.errors import GuidenError
from knowledge.masking import mask
from knowledge.people import Person

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and what is remembered of the conversation before it."""

    conversation: str
    message: str
    intent: str
    confidence: float
    entities: dict[str, str]
    slots: dict[str, Any]
    language: str
    channel: str
    organisation: str
    person: Person

    @classmethod
    def of(cls, tracker: Tracker) -> "Turn":
        """Return the turn that a tracker stands at."""
        latest = tracker.latest_message or {}
        about = latest.get("metadata") or {}
        intent = latest.get("intent") or {}
        channel = about.get("channel") or "terminal"
        return cls(
            conversation=tracker.sender_id,
            message=mask((latest.get("text") or "").strip()),
            intent=intent.get("name") or "",
            confidence=float(intent.get("confidence") or 0),
            entities={found["entity"]: str(found["value"]) for found in latest.get("entities") or []},
            slots=dict(tracker.slots),
            language=about.get("language") or "sv",
            channel=channel,
            organisation=about.get("organisation") or "",
            person=Person(channel, about.get("tenant") or "-", about.get("person") or tracker.sender_id),
        )

    @property
    def is_typed(self) -> bool:
        """Tell whether a person typed the message, as opposed to having chosen something."""
        return not self.message.startswith("/")

    @property
    def seen(self) -> list[str]:
        """Return the ids of the challenges that this question has shown so far."""
        results: list[str] = self.slots.get("results") or []
        return results

    @property
    def shown(self) -> list[str]:
        """Return the ids of the challenges on screen, in the order of their numbers."""
        count = int(self.slots.get("shown") or 0)
        return self.seen[-count:] if count else []

    def slot(self, name: str) -> str:
        """Return a slot's text, empty when it has none."""
        return str(self.slots.get(name) or "")

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the conversation's language."""
        return text(self.language, key, **values)

    def offer(self, *intents: str, entry: str = "") -> list[Choice]:
        """Return a choice for each intent that needs nothing more than being chosen, or no more than the challenge that it is about.

        A button may be pressed long after, when another challenge is on screen, or where it opens a form at once.
        """
        entities = {"entry": entry} if entry else {}
        return [Choice(label=self.say(f"choice.{intent}"), intent=intent, entities=entities) for intent in intents]


def refusal(turn: Turn, error: GuidenError) -> Notice:
    """Return what is said when the domain says no; a field that it names is called what the form of interest calls it."""
    details = dict(error.details)
    if name := details.get("name"):
        details["name"] = turn.say(f"interest.label.{name}").lower()
    return Notice(level="warning", text=turn.say(f"error.{error.key}", **details))


@dataclass(slots=True)
class Outcome:
    """What to say, what to remember (slots by name), other events for Rasa, and whether the conversation is to be removed.

    `private` keeps what is said from Rasa's store, and from others where they read along, for it holds addresses and names that the
    person entered, or what they or others have written and nobody has published.
    """

    replies: list[Reply] = field(default_factory=list)
    remember: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    forget: bool = False
    private: bool = False


Answer = Callable[[Services, Turn], Coroutine[Any, Any, Outcome]]


class GuideAction(Action):
    """A Rasa action by name, answered by a function of the turn."""

    def __init__(self, name: str, answer: Answer, services: Services) -> None:
        self._name = name
        self._answer = answer
        self._services = services

    def name(self) -> str:
        """Return the name that the rules use."""
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Answer the turn; Rasa carries the replies through as they are, and of private ones only the number."""
        outcome = await self._answer(self._services, Turn.of(tracker))
        for reply in outcome.replies:
            message: dict[str, Any] = {"reply": to_wire(reply)}
            if outcome.private:
                keep = self._services.conversations.say_privately
                message = {"private": await asyncio.to_thread(keep, tracker.sender_id, message["reply"])}
            dispatcher.utter_message(json_message=message)
        if outcome.forget:
            dispatcher.utter_message(json_message={"forget": True})
        return [*(SlotSet(name, value) for name, value in outcome.remember.items()), *outcome.events]
