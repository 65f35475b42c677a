"""Find what matches a need, and show it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk.events import FollowupAction

from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import PAGE, challenge_card, opening, reply
from bot.replies import Choice, Element, Notice, Reply, Text
from bot.services import Services
from index.search import Found, Hit
from knowledge.areas import WHOLE_MUNICIPALITY
from knowledge.catalogue import Challenge, Entry, Solution
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

MOST = 30
# What stands for a clarification when the person has nothing to add.
NOTHING_TO_ADD = "-"


async def find(services: Services, turn: Turn) -> Outcome:
    """Search for the need in the message, the form or the last question."""
    outcome = await answer(services, turn, _question(turn))
    # A form whose slot stays filled would be submitted again at once.
    return replace(outcome, remember={"problem": None, "clarification": None} | outcome.remember)


async def set_area(services: Services, turn: Turn) -> Outcome:
    """Remember the area that a message names, or that it names none, before the form asks for what is missing."""
    return Outcome(remember={"area": await area_in(services, turn)})


async def answer(services: Services, turn: Turn, question: str) -> Outcome:
    """Search for `question` and show what was found, or say why nothing is shown."""
    if not question:
        return Outcome([reply(Text(text=turn.say("find.empty")))])
    try:
        found = await asyncio.to_thread(services.search.ask, question, area=turn.slot("area") or None, limit=MOST)
    except UnavailableError as error:
        return Outcome([reply(unavailable(turn, error))])
    # Who was asked for a need, and answered, has a need; only distress is never searched with.
    asked_for = bool(turn.slot("problem") or turn.slot("clarification"))
    if found.reason and (found.reason == "sensitive" or not asked_for):
        return _refuse(services, turn, found.reason)
    if found.band == "none":
        return await _nothing(services, turn, question, found)
    return await _show_found(services, turn, question, found)


def unavailable(turn: Turn, error: UnavailableError) -> Notice:
    """Return what is said when the search cannot be used; the cause is for the log."""
    log.error("The search cannot be used: %s", error)
    return Notice(level="error", text=turn.say("find.unavailable"))


async def area_in(services: Services, turn: Turn) -> str | None:
    """Return the area that the message chooses or names, or None."""
    if chosen := turn.entities.get("area"):
        return chosen
    return await asyncio.to_thread(services.areas.find, turn.message) if turn.is_typed else None


async def _show_found(services: Services, turn: Turn, question: str, found: Found) -> Outcome:
    """Show the first hits, with the area that was guessed when none was chosen."""
    chosen = turn.slot("area")
    guessed = None if chosen or found.area in (None, WHOLE_MUNICIPALITY) else found.area
    page = await page_of(services, turn, found.hits[:PAGE])
    choices = choices_below(turn, found.hits, shown=len(found.hits[:PAGE]))
    remember = {
        "query": question,
        "results": [hit.id for hit in found.hits[:PAGE]],
        "shown": len(found.hits[:PAGE]),
        "focus": found.hits[0].id,
        "opened": None,
        "on_screen": None,
        "awaiting": "useful",
    }
    return Outcome([reply(*opening(turn.say, found, guessed), *page, choices=choices)], remember)


async def page_of(services: Services, turn: Turn, hits: Sequence[Hit]) -> list[Element]:
    """Return a card for each hit, numbered from 1."""
    entries = await asyncio.to_thread(services.catalogue.get, [each for hit in hits for each in (hit.id, *hit.solutions)])
    by_id: dict[str, Entry] = {entry.entry.id: entry for entry in entries}
    cards: list[Element] = []
    for number, hit in enumerate(hits, 1):
        challenge = by_id.get(hit.id)
        solutions = [each for each in (by_id.get(name) for name in hit.solutions) if isinstance(each, Solution)]
        if isinstance(challenge, Challenge):
            cards.append(challenge_card(turn.say, number, challenge, solutions, hit.why))
    return cards


def choices_below(turn: Turn, hits: Sequence[Hit], shown: int) -> list[Choice]:
    """Return what can be done with a list of hits: open one, see more, change area, say that it is the same here."""
    choices = [
        Choice(label=turn.say("choice.details", number=number), intent="show_one", entities={"entry": hit.id})
        for number, hit in enumerate(hits[:shown], 1)
    ]
    if len(hits) > shown:
        choices += turn.offer("more_results")
    return [*choices, *turn.offer(*_BELOW_HITS)]


_BELOW_HITS = ("me_too", "change_area", "useful_yes", "useful_no", "start_over")


def _question(turn: Turn) -> str:
    if clarification := turn.slot("clarification"):
        return f"{turn.slot('query')} {clarification.removeprefix(NOTHING_TO_ADD)}".strip()
    if problem := turn.slot("problem"):
        return problem
    return turn.message if turn.is_typed and turn.intent != "change_area" else turn.slot("query")


def _refuse(services: Services, turn: Turn, reason: str) -> Outcome:
    level = "warning" if reason == "sensitive" else "info"
    text = turn.say(f"refuse.{reason}", contact=services.settings.contact or turn.say("contact.none"))
    return Outcome([reply(Notice(level=level, text=text))])


async def _nothing(services: Services, turn: Turn, question: str, found: Found) -> Outcome:
    if not turn.slot("clarification"):
        remember: dict[str, object] = {"query": question, "results": [], "shown": 0}
        return Outcome([reply(Text(text=turn.say("answer.none")))], remember, [FollowupAction("clarify_form")])
    # An inhabitant's own errand is no need that nobody has described.
    if found.reason != "errand":
        add = services.gaps.add
        await asyncio.to_thread(add, turn.person, question, "none", turn.slot("area") or None, turn.language)
    choices = [
        Choice(label=turn.say("choice.save_proposal"), intent="propose"),
        Choice(label=turn.say("choice.no_thanks"), intent="deny"),
    ]
    remember = {"query": question, "awaiting": "propose"}
    return Outcome([Reply(elements=(Text(text=turn.say("answer.still_none")),), choices=tuple(choices))], remember)


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {"action_find": find, "action_set_area": set_area, "action_clear_area": set_area}
