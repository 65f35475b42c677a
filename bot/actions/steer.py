"""Steer the conversation: yes and no, starting over, language, deleting it, and what must not be searched."""

import asyncio
import logging
from dataclasses import replace
from typing import Literal

from rasa_sdk.events import FollowupAction

from bot.actions.contribute import propose
from bot.actions.find import answer
from bot.actions.own_interests import withdraw_now
from bot.actions.turn import Answer, Outcome, Turn
from bot.actions.voice import say_useful
from bot.answers import reply
from bot.replies import Choice, Notice, Text
from bot.services import Services
from bot.settings import LANGUAGES
from index.search import Found
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

# Everything that a fresh start forgets.
_FRESH: dict[str, None] = dict.fromkeys(
    (
        *("area", "problem", "clarification", "organisation", "reason", "results", "shown", "focus", "opened", "awaiting", "query", "role"),
        *("interest", "interest_field", "interest_answer", "following", "follow_answer", "question_about", "question_answer"),
        *("contribution", "contribution_field", "contribution_answer", "report_about", "report_answer"),
        *("reviewing", "review_answer", "how_it_shows", "on_screen"),
    )
)
_LANGUAGE_WORDS = {
    "en": ("engel", "engl", "inglés"),
    "fi": ("finsk", "finn", "suom"),
    "sv": ("svensk", "swed", "ruots"),
}


async def affirm(services: Services, turn: Turn) -> Outcome:
    """Do what was just asked about."""
    match turn.slot("awaiting"):
        case "propose":
            begun = await propose(services, turn)
            return replace(begun, events=[FollowupAction("contribution_form")])
        case "delete":
            return _forget(services, turn)
        case "useful":
            return await say_useful(services, turn)
        case awaiting if awaiting.startswith("withdraw:"):
            return await withdraw_now(services, turn)
    return Outcome([reply(Text(text=turn.say("steer.yes_to_what")), choices=turn.offer("start_guided"))])


async def deny(services: Services, turn: Turn) -> Outcome:
    """Leave what was just asked about."""
    match turn.slot("awaiting"):
        case "propose" | "delete":
            return Outcome([reply(Text(text=turn.say("steer.no_then")), choices=turn.offer("start_over"))], {"awaiting": None})
        case "useful":
            choices = turn.offer("useful_no", "start_over")
            return Outcome([reply(Text(text=turn.say("steer.not_useful")), choices=choices)], {"awaiting": None})
        case awaiting if awaiting.startswith("withdraw:"):
            return Outcome(
                [reply(Text(text=turn.say("interest.stays")), choices=turn.offer("my_interests", "start_over"))], {"awaiting": None}
            )
    return Outcome([reply(Text(text=turn.say("steer.no_then")), choices=turn.offer("start_guided"))])


async def dont_know(services: Services, turn: Turn) -> Outcome:
    """Help a person who does not know what to answer."""
    return Outcome([reply(Text(text=turn.say("steer.dont_know")), choices=turn.offer("start_guided", "browse_open"))])


async def cancel(services: Services, turn: Turn) -> Outcome:
    """Leave what was begun."""
    remember = {"problem": None, "clarification": None, "reason": None, "awaiting": None}
    # What was left before is still there: a button of an older answer, or the same word again, does not throw it away.
    kept = {
        "contribution": await asyncio.to_thread(services.contributions.in_progress, turn.person),
        "interest": await asyncio.to_thread(services.drafts.in_progress, turn.conversation, turn.person),
    }
    left = [name for name, begun in kept.items() if begun]
    if not left:
        return Outcome([reply(Text(text=turn.say("steer.cancelled")), choices=turn.offer("start_guided"))], remember)
    said = [Text(text=turn.say(f"steer.{each}")) for each in ("cancelled_but_kept", *(f"{name}_kept" for name in left))]
    choices = turn.offer(*(f"{way}_{name}" for name in left for way in ("resume", "discard")), "start_guided")
    return Outcome([reply(*said, choices=choices)], remember)


async def restart(services: Services, turn: Turn) -> Outcome:
    """Forget what was found, and begin anew."""
    return Outcome([reply(Text(text=turn.say("steer.restarted")), choices=turn.offer("start_guided", "browse_open"))], dict(_FRESH))


async def change_language(services: Services, turn: Turn) -> Outcome:
    """Answer in another language from now on, the last answer first."""
    wanted = _language(turn)
    if wanted is None:
        choices = [Choice(label=turn.say(f"language.{each}"), intent="change_language", entities={"language": each}) for each in LANGUAGES]
        return Outcome([reply(Text(text=turn.say("steer.which_language")), choices=choices)])
    await asyncio.to_thread(services.conversations.speak, turn.conversation, wanted)
    speaking = replace(turn, language=wanted)
    changed = Outcome([reply(Text(text=speaking.say("steer.language_changed")))])
    if turn.slot("query") and turn.shown:
        again = await answer(services, speaking, turn.slot("query"))
        return Outcome([*changed.replies, *again.replies], again.remember)
    return changed


async def delete_conversation(services: Services, turn: Turn) -> Outcome:
    """Remove the conversation, once the person has confirmed it."""
    if turn.slot("awaiting") == "delete":
        return _forget(services, turn)
    choices = [
        Choice(label=turn.say("choice.delete_yes"), intent="affirm"),
        Choice(label=turn.say("choice.delete_no"), intent="deny"),
    ]
    return Outcome([reply(Text(text=turn.say("steer.delete_sure")), choices=choices)], {"awaiting": "delete"})


async def sensitive(services: Services, turn: Turn) -> Outcome:
    """Answer somebody in distress with where there is help, unless the gate is sure that staff tell of a need."""
    return await _unless_a_need(services, turn, "refuse.sensitive", "warning")


async def citizen_errand(services: Services, turn: Turn) -> Outcome:
    """Point an inhabitant's own errand to their municipality, unless the gate is sure that staff tell of a need."""
    return await _unless_a_need(services, turn, "refuse.errand", "info")


async def _unless_a_need(services: Services, turn: Turn, refusal: str, level: Literal["info", "warning"]) -> Outcome:
    try:
        found = await asyncio.to_thread(services.search.ask, turn.message)
    except UnavailableError as error:
        log.error("The search cannot be used: %s", error)
        found = Found("none")
    if found.band == "match":
        return await answer(services, turn, turn.message)
    return Outcome([reply(Notice(level=level, text=turn.say(refusal, contact=_contact(services, turn))))])


def _language(turn: Turn) -> str | None:
    said = (turn.entities.get("language") or turn.message).casefold()
    if said in LANGUAGES:
        return said
    return next((code for code, words in _LANGUAGE_WORDS.items() if any(word in said for word in words)), None)


def _forget(services: Services, turn: Turn) -> Outcome:
    text = turn.say("steer.deleted", contact=_contact(services, turn))
    return Outcome([reply(Notice(level="success", text=text))], dict(_FRESH), forget=True)


def _contact(services: Services, turn: Turn) -> str:
    return services.settings.contact or turn.say("contact.none")


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_affirm": affirm,
    "action_deny": deny,
    "action_dont_know": dont_know,
    "action_cancel": cancel,
    "action_restart_conversation": restart,
    "action_change_language": change_language,
    "action_delete_conversation": delete_conversation,
    "action_sensitive": sensitive,
    "action_citizen_errand": citizen_errand,
}
