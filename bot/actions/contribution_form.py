"""Take the answers of an interview, one at a time, into a contribution that outlives the conversation's engine."""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.contribution_questions import AREA, CHALLENGE, CONFIRM, ORGANISATION, after
from bot.actions.forms import FieldForm, Slots, Taken
from bot.actions.told import ToldForm, utter
from bot.actions.turn import Turn, refusal
from bot.asking import CONTRIBUTION, NEXT, NOTHING, REPLY, SEND
from bot.replies import Text
from bot.services import Services
from knowledge.contribution_form import FIELDS
from knowledge.contributions import Contribution
from knowledge.errors import NotFoundError, RefusedError
from knowledge.masking import mask
from knowledge.municipalities import official_name

# What the one slot is filled with when the interview is over.
SENT, REFUSED = "sent", "refused"
# The field after `today`, with how the need compares with the catalogue before it.
COMPARE = "compare"
_TELLS_THE_NEED = ("today", "what")


class ContributionForm(FieldForm, ToldForm):
    """Interviews somebody about a need, a solution or an experience."""

    form = "contribution_form"
    about = "contribution"
    next_field = "contribution_field"

    async def extract_contribution_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Put the answer into the contribution; return nothing when the message is no answer."""
        turn = Turn.of(tracker)
        if (answer := await self.told(turn, tracker, "contribution_answer", CONTRIBUTION)) is None:
            return {}
        taken = await take(self.services, turn, *answer)
        utter(dispatcher, *taken.said)
        tracker.slots["contribution_field"] = taken.ask
        return {"contribution_answer": taken.ended}


async def own(services: Services, turn: Turn, number: str) -> Contribution | None:
    """Return the person's own contribution with a number, or None."""
    theirs = await asyncio.to_thread(services.contributions.of, turn.person)
    return next((each for each in theirs if str(each.id) == number), None)


async def take(services: Services, turn: Turn, name: str, value: str) -> Taken:
    """Put one answer into the contribution that the conversation is about."""
    contribution = await own(services, turn, turn.slot("contribution"))
    if contribution is None:
        return Taken([refusal(turn, NotFoundError("no_such_contribution", id=turn.slot("contribution")))], ended=REFUSED)
    try:
        return await _take(services, turn, contribution, name, value)
    except RefusedError as error:
        asks_again = str(error.details.get("field"))
        if error.key == "contribution_not_open":
            return Taken([refusal(turn, error)], ended=REFUSED)
        return Taken([refusal(turn, error)], ask=asks_again if asks_again in FIELDS[contribution.kind] else name)


async def _take(services: Services, turn: Turn, contribution: Contribution, name: str, value: str) -> Taken:
    text = "" if value == NOTHING else value
    if name in (CONFIRM, REPLY):
        return await _end(services, turn, contribution, name, text)
    if name == AREA:
        return await _belong_to_area(services, turn, contribution, text)
    if name == ORGANISATION:
        known = await asyncio.to_thread(official_name, text) if text else ""
        changed = await asyncio.to_thread(services.contributions.belong, turn.person, contribution.id, organisation=known or text)
        if changed.organisation:
            await asyncio.to_thread(services.conversations.belong, turn.conversation, changed.organisation)
        return Taken(ask=after(changed, ORGANISATION))
    if name == CHALLENGE and "field" not in turn.entities and text:
        # Words instead of a choice: the challenges nearest to them are offered.
        return Taken(ask=f"{CHALLENGE}:{mask(text)}")
    changed = await asyncio.to_thread(services.contributions.put, turn.person, contribution.id, name, text)
    if name in _TELLS_THE_NEED and changed.area is None:
        await _guess_area(services, turn, changed)
    return Taken(ask=COMPARE if name == "today" else NEXT)


async def _end(services: Services, turn: Turn, contribution: Contribution, name: str, text: str) -> Taken:
    if name == CONFIRM and text == REPLY:
        return Taken(ask=REPLY if contribution.state == "returned" else CONFIRM)
    comment = text if name == REPLY else ""
    if name == CONFIRM and text != SEND:
        return Taken(ask=CONFIRM)
    await asyncio.to_thread(services.contributions.send, turn.person, contribution.id, comment)
    return Taken(ended=SENT)


async def _belong_to_area(services: Services, turn: Turn, contribution: Contribution, words: str) -> Taken:
    if not words:
        return Taken(ask=after(contribution, AREA))
    slug = words if "field" in turn.entities else await asyncio.to_thread(services.areas.find, words)
    if slug is None:
        return Taken([Text(text=turn.say("form.area_unknown"))], ask=AREA)
    changed = await asyncio.to_thread(services.contributions.belong, turn.person, contribution.id, area=slug)
    return Taken(ask=after(changed, AREA))


async def _guess_area(services: Services, turn: Turn, contribution: Contribution) -> None:
    told = next(contribution.fields[name] for name in _TELLS_THE_NEED if name in contribution.fields)
    if slug := await asyncio.to_thread(services.areas.find, told):
        await asyncio.to_thread(services.contributions.belong, turn.person, contribution.id, area=slug)
