"""Take a form's answers from what people write, and tell an answer from an interruption.

Returning nothing for a slot makes the form reject the message; then the rule of the message's own intent runs and the form asks again.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from bot.actions.find import NOTHING_TO_ADD, area_in
from bot.actions.turn import Event, Turn
from bot.answers import reply
from bot.asking import COMMANDS, NEXT, skips
from bot.replies import Element, Text, to_wire
from bot.services import Services
from knowledge.areas import WHOLE_MUNICIPALITY
from knowledge.municipalities import official_name
from knowledge.sensitive import is_sensitive

_ANSWERS = {"describe_problem", "state_area", "out_of_scope", "nlu_fallback", "dont_know", "affirm", "deny", ""}
# Long texts tell of a need even when a word in them sounds like a command; see nlu/README.md.
SURE = 0.7
_VERY_SURE = 0.9
_FEW_WORDS = 6
_DISTRESS = {"sensitive_statement", "delete_conversation"}
_ENOUGH_FOR_A_NEED = 4

Slots = dict[str, Any]

# The SDK warns for each slot that needs no validation after it was extracted: ours are checked while they are.
logging.getLogger("rasa_sdk.forms").setLevel(logging.ERROR)


def interrupts(turn: Turn, *, free_text: bool) -> bool:
    """Tell whether a message in the middle of a form is something else than the answer asked for.

    `free_text` is for answers that can be anything, such as a name: only plain commands interrupt those.
    """
    if is_sensitive(turn.message):
        return True
    if turn.intent in _ANSWERS:
        return False
    if not turn.is_typed or COMMANDS.fullmatch(turn.message):
        return True
    if free_text:
        return turn.intent in _DISTRESS and turn.confidence >= _VERY_SURE
    few = len(turn.message.split()) <= _FEW_WORDS
    return turn.confidence >= SURE and (few or (turn.intent in _DISTRESS and turn.confidence >= _VERY_SURE))


class Form(FormValidationAction):
    """Base of the forms; each is named in the rules as `validate_` and its form."""

    form = ""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services

    def name(self) -> str:
        """Return the name that the rules use."""
        return f"validate_{self.form}"

    async def _area(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Slots:
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "area":
            return {}
        if turn.intent == "dont_know":
            return {"area": WHOLE_MUNICIPALITY}
        if interrupts(turn, free_text=False) and turn.intent != "change_area":
            return {}
        slug = await area_in(self.services, turn)
        if turn.intent == "describe_problem" and len(turn.message.split()) >= _ENOUGH_FOR_A_NEED:
            # The person tells of the need instead of the area: take it, and guess the area.
            return {"area": slug or WHOLE_MUNICIPALITY, "problem": turn.message}
        if slug:
            return {"area": slug}
        dispatcher.utter_message(json_message={"reply": to_wire(reply(Text(text=turn.say("form.area_unknown"))))})
        return {"area": None}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: what to say at once, the field to ask for then, and how the form ended."""

    said: list[Element] = field(default_factory=list)
    ask: str = NEXT
    ended: str | None = None


class FieldForm(Form):
    """Base of the forms of one slot and many fields; `next_field` is the slot that says which field comes next."""

    next_field = ""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Take the answer; which field comes next is no slot of the form, so that it is told to Rasa beside them."""
        before = tracker.get_slot(self.next_field)
        events: list[Event] = await super().run(dispatcher, tracker, domain)
        after = tracker.get_slot(self.next_field)
        return events if after == before else [*events, SlotSet(self.next_field, after)]


class NeedForm(Form):
    """Asks for the area and the problem."""

    form = "need_form"

    async def extract_area(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return the area that was chosen or named."""
        return await self._area(dispatcher, tracker)

    async def extract_problem(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return the need in the person's own words."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "problem" or interrupts(turn, free_text=False):
            return {}
        return {"problem": turn.message or None}


class AreaForm(Form):
    """Asks for another area."""

    form = "area_form"

    async def extract_area(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return the area that was chosen or named."""
        return await self._area(dispatcher, tracker)


class ClarifyForm(Form):
    """Asks the one question that may help when nothing was found."""

    form = "clarify_form"

    async def extract_clarification(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return what the person adds, or that there is nothing to add."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "clarification" or interrupts(turn, free_text=False):
            return {}
        return {"clarification": NOTHING_TO_ADD if turn.intent in ("deny", "dont_know", "affirm") else turn.message or None}


class OrganisationForm(Form):
    """Asks which organisation has the same need."""

    form = "organisation_form"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when no challenge is on screen to have in common."""
        return domain_slots if tracker.get_slot("focus") else []

    async def extract_organisation(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return the organisation by its official name where it is a municipality."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "organisation" or interrupts(turn, free_text=True):
            return {}
        if turn.intent in ("deny", "dont_know") and turn.confidence >= _VERY_SURE:
            return {}
        return {"organisation": await asyncio.to_thread(official_name, turn.message) or None}

    async def extract_how_it_shows(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return how the need shows there, or that nothing is said of it."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "how_it_shows":
            return {}
        if turn.intent in ("deny", "dont_know") or skips(turn.message):
            return {"how_it_shows": NOTHING_TO_ADD}
        return {} if interrupts(turn, free_text=False) else {"how_it_shows": turn.message or None}


class ReasonForm(Form):
    """Asks why an answer did not help."""

    form = "reason_form"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when there was no answer to explain."""
        return domain_slots if str(tracker.get_slot("awaiting") or "").startswith("reason:") else []

    async def extract_reason(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Return the reason in the person's own words."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "reason" or interrupts(turn, free_text=False):
            return {}
        return {"reason": turn.message or None}


FORMS: tuple[type[Form], ...] = (NeedForm, AreaForm, ClarifyForm, OrganisationForm, ReasonForm)
