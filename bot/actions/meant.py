"""Which challenge a company means: the one it chose, named by number, or opened."""

import asyncio
import re
from collections.abc import Sequence

from bot.actions.turn import Outcome, Turn
from bot.answers import reply
from bot.replies import Choice, Text
from bot.services import Services
from knowledge.catalogue import Challenge

_MOST_TITLES = 5


def challenge_meant(turn: Turn) -> str | None:
    """Return the id of the challenge that the message is about, or None when it may be several, or none."""
    if chosen := turn.entities.get("entry"):
        return chosen
    if turn.is_typed and (said := re.search(r"(?<![\d-])\d{1,2}(?![\d-])", turn.message)) and 1 <= int(said.group()) <= len(turn.shown):
        return turn.shown[int(said.group()) - 1]
    focus = turn.slot("focus")
    is_clear = focus != next(iter(turn.shown), "") or focus == turn.slot("opened") or len(turn.shown) == 1
    return focus if focus and is_clear else None


async def ask_which(services: Services, turn: Turn, intent: str, remember: dict[str, None]) -> Outcome:
    """Ask which of the challenges on screen is meant, or offer the open ones when none is on screen."""
    found = await challenges_by_id(services, turn.shown[:_MOST_TITLES])
    if not found:
        text = turn.say("interest.which_open")
        return Outcome([reply(Text(text=text), choices=turn.offer("browse_open", "start_over"))], {"role": "company", **remember})
    choices = [Choice(label=each.entry.title_in(turn.language), intent=intent, entities={"entry": each.entry.id}) for each in found]
    return Outcome([reply(Text(text=turn.say("interest.which")), choices=[*choices, *turn.offer("cancel")])], dict(remember))


async def challenges_by_id(services: Services, ids: Sequence[str]) -> list[Challenge]:
    """Return the visible challenges among `ids`, in that order."""
    found = await asyncio.to_thread(services.catalogue.get, ids)
    return [each for each in found if isinstance(each, Challenge)]


async def title_of(services: Services, turn: Turn, challenge: str, hidden: str = "") -> str:
    """Return a challenge's title in the conversation's language; `hidden`, or its id, when no reader may see it."""
    found = await challenges_by_id(services, [challenge])
    return found[0].entry.title_in(turn.language) if found else hidden or challenge
