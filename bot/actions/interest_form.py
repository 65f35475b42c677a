"""Take the answers of the form of interest, one at a time, into a draft that outlives the conversation's engine.

Rasa holds one slot for the whole form: which field is asked for, and what has been answered, stands in the draft and with the
conversation in our own database. So Rasa's store never holds an address, and a form goes on after a break, wherever it is resumed.
"""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import SURE, FieldForm, Slots, Taken
from bot.actions.interest_words import field_alone, kind_named
from bot.actions.own_interests import CODE_FOR
from bot.actions.turn import Turn, refusal
from bot.answers import reply
from bot.asking import ANSWER, COMMANDS, CONFIRM, DROP, ENTER_CODE, INTEREST, NEXT, NOTHING
from bot.replies import Reply, Text, to_wire
from bot.services import Services
from knowledge.drafts import Draft
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.interest_form import SECRECY_FIELDS

# What the one slot is filled with when the form is over.
SEND, REFUSED = "send", "refused"
_CLOSED = {"interest_locked", "interest_not_open", "interest_period_over"}
# What the rules answer while the form stays open (nlu/rules.py); everything else would close it.
_STAYS = {
    *("greet", "thanks", "help", "who_are_you", "ask_privacy", "change_language", "sensitive_statement", "citizen_errand", "dont_know"),
    *("affirm", "deny", "out_of_scope", "nlu_fallback", "go_back"),
    *("register_interest", "resume_interest", "change_field", ANSWER),
}
# What a company says of itself reads like a question to search with, wherever in the form it is written.
_DESCRIBES = {"company_offer", "describe_problem", "i_am_company", "state_area"}


class InterestForm(FieldForm):
    """Asks a company for what it takes to register interest."""

    form = "interest_form"
    next_field = "interest_field"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when no form could be begun."""
        return domain_slots if tracker.get_slot("interest") else []

    async def extract_interest_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Put the answer into the draft; return nothing when the message is no answer."""
        if tracker.get_slot("requested_slot") != "interest_answer":
            return {}
        turn = Turn.of(tracker)
        asked, said = await asyncio.to_thread(self.services.conversations.take, turn.conversation)
        value = value_in(turn, asked, said)
        if value is None and asked == CONFIRM and turn.is_typed and (changed := field_alone(turn.message)):
            taken = Taken(ask=changed)
        elif value is None and asked.startswith(INTEREST) and _would_leave_by_mistake(turn):
            taken = Taken([Text(text=turn.say("interest.unclear"))], ask=asked.removeprefix(INTEREST))
        elif value is None:
            return {}
        else:
            taken = await take(self.services, turn, turn.slot("interest"), asked.removeprefix(INTEREST), value)
        if taken.said:
            dispatcher.utter_message(json_message={"reply": to_wire(reply(*taken.said))})
        tracker.slots["interest_field"] = taken.ask
        return {"interest_answer": taken.ended}


async def take(services: Services, turn: Turn, challenge: str, name: str, value: str) -> Taken:
    """Put one answer into the draft; an answer that only leads to another question leaves it as it is."""
    draft = await asyncio.to_thread(services.drafts.find, turn.conversation, challenge)
    if draft is None:
        return Taken([refusal(turn, NotFoundError("no_draft", id=challenge))], ended=REFUSED)
    if (leads := _leads(turn, name, value)) is not None:
        return leads
    try:
        after = await asyncio.to_thread(services.drafts.put, turn.conversation, challenge, *_entry(draft, name, value))
    except (RefusedError, NotFoundError) as error:
        return _refused(turn, name, error)
    if name == "organisation_number" and value != NOTHING and after.fields[name] is None:
        return Taken([Text(text=turn.say("interest.sole_trader"))])
    return Taken(ask="secrecy" if name.startswith("harm:") else NEXT)


def _leads(turn: Turn, name: str, value: str) -> Taken | None:
    """Return what comes after an answer that is no value: the summary confirmed, a field to be secret, or not after all."""
    if name == CONFIRM.removeprefix(INTEREST):
        return Taken(ended=SEND if value == SEND else None)
    if name == "secrecy" and value != NOTHING:
        return _harm_of(turn, value)
    return Taken(ask="secrecy") if name.startswith("harm:") and value == DROP else None


def _would_leave_by_mistake(turn: Turn) -> bool:
    """Tell whether a message only looks like something else than an answer; a form half filled in is not left for a guess."""
    if not turn.is_typed or turn.intent in _STAYS or COMMANDS.fullmatch(turn.message):
        return False
    no_code_waits = turn.intent == ENTER_CODE and not turn.slot("awaiting").startswith(CODE_FOR)
    return turn.intent in _DESCRIBES or no_code_waits or turn.confidence < SURE


def _harm_of(turn: Turn, name: str) -> Taken:
    if name in SECRECY_FIELDS:
        return Taken(ask=f"harm:{name}")
    known = ", ".join(turn.say(f"interest.label.{each}").lower() for each in SECRECY_FIELDS)
    return Taken([refusal(turn, RefusedError("secrecy_field_unknown", name=name, known=known))], ask="secrecy")


def value_in(turn: Turn, asked: str, said: str | None) -> str | None:
    """Return the answer in the message, or None when there is none to what was asked."""
    if not asked.startswith(INTEREST):
        return None
    if turn.intent == "affirm" and asked == CONFIRM:
        return SEND
    if asked == INTEREST + "kind" and turn.is_typed and turn.intent != ANSWER and (kind := kind_named(turn.message)):
        return kind
    if turn.intent != ANSWER or turn.entities.get("field", asked.removeprefix(INTEREST)) != asked.removeprefix(INTEREST):
        return None
    return turn.entities.get("value") or said


def _entry(draft: Draft, name: str, value: str) -> tuple[str, object]:
    """Return the field to put, and its value as the domain takes it."""
    if name.startswith("harm:"):
        harm = "" if value == NOTHING else value
        return "secrecy", {**(draft.fields.get("secrecy") or {}), name.removeprefix("harm:"): harm}
    match name:
        case "secrecy":
            return name, draft.fields.get("secrecy") or {}
        case "notify":
            return name, {"yes": True, "no": False}.get(value)
    return name, "" if value == NOTHING else value


def _refused(turn: Turn, name: str, error: GuidenError) -> Taken:
    ended = REFUSED if error.key in _CLOSED or isinstance(error, NotFoundError) else None
    return Taken([refusal(turn, error)], ask=name, ended=ended)


def kept(turn: Turn) -> Reply:
    """Return what is said of a form that is left: it is kept, and how to go on."""
    return reply(Text(text=turn.say("interest.kept")), choices=turn.offer("resume_interest", "discard_interest", "browse_open"))
