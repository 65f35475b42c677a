"""Propose a challenge, or share a solution or an experience: begin the interview, go on after a break, correct, leave and send it."""

import asyncio
import re
from dataclasses import replace

from bot.actions.contribution_form import COMPARE, REFUSED, SENT, own, take
from bot.actions.contribution_questions import CHALLENGE, CONFIRM, after, fields_of, likeness, question
from bot.actions.meant import challenge_meant, challenges_by_id
from bot.actions.told import answer_in
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import CONTRIBUTION, NEXT, REPORT, REVIEW
from bot.replies import Choice, Element, Notice, Text
from bot.services import Services
from knowledge.contribution_form import FIELDS, Kind
from knowledge.contributions import Contribution
from knowledge.errors import NotFoundError, RefusedError
from knowledge.masking import mask

_NO_FORM: dict[str, None] = dict.fromkeys(("contribution", "contribution_field", "contribution_answer"))
_EXPERIENCE = re.compile(r"erfarenhet|lärdom|lärt oss|experience|lesson|learned|kokemu|opi", re.IGNORECASE)


async def propose(services: Services, turn: Turn) -> Outcome:
    """Begin to interview about a need, with what the person has told already as its first answer, or go on with one that is begun."""
    told = turn.entities.get("value") or turn.slot("query")
    begun = await _begun(services, turn, "challenge")
    if begun and (not told or begun.fields.get("today") == told):
        return _go_on(turn, begun)
    return await _begin(services, turn, "challenge", {"today": told} if told else {})


async def share_solution(services: Services, turn: Turn) -> Outcome:
    """Begin to interview about a solution or an experience, of the challenge on screen when it is clear which."""
    kind: Kind = "experience" if turn.is_typed and _EXPERIENCE.search(turn.message) else "solution"
    meant = challenge_meant(turn)
    visible = await challenges_by_id(services, [meant]) if meant else []
    if not visible and (begun := await _begun(services, turn, kind)):
        return _go_on(turn, begun)
    outcome = await _begin(services, turn, kind, {CHALLENGE: visible[0].entry.id} if visible else {})
    if visible:
        title = visible[0].entry.title_in(turn.language)
        outcome.replies.append(reply(Text(text=turn.say("contribute.answers", title=title))))
    return outcome


async def resume(services: Services, turn: Turn) -> Outcome:
    """Go on with the contribution that is chosen, or that the person worked on last, here or in another conversation."""
    chosen = turn.entities.get("value")
    found = await own(services, turn, chosen) if chosen else await asyncio.to_thread(services.contributions.in_progress, turn.person)
    if found is None or found.state not in ("draft", "returned"):
        return _nothing_begun(turn)
    return _go_on(turn, found)


async def take_detail(services: Services, turn: Turn) -> Outcome:
    """Take an answer that comes when Rasa has forgotten the form, after a day of silence, and go on from there."""
    asked, words = await asyncio.to_thread(services.conversations.take, turn.conversation)
    if asked.startswith((REPORT, REVIEW)):
        return _forgotten(turn, asked, words or "")
    answer = answer_in(turn, CONTRIBUTION, asked, words)
    found = await asyncio.to_thread(services.contributions.in_progress, turn.person)
    if answer is None or found is None:
        return _nothing_begun(turn)
    taken = await take(services, replace(turn, slots={**turn.slots, "contribution": str(found.id)}), *answer)
    said = [reply(*taken.said)] if taken.said else []
    return Outcome(said, {"contribution": str(found.id), "contribution_field": taken.ask, "contribution_answer": taken.ended})


async def change(services: Services, turn: Turn) -> Outcome:
    """Ask again for the answer that the message names."""
    found = await own(services, turn, turn.slot("contribution"))
    if found is None:
        return await resume(services, turn)
    name = turn.entities.get("value")
    if name not in fields_of(found):
        return Outcome([reply(Text(text=turn.say("contribute.change_which")))], {"contribution_field": CONFIRM})
    return Outcome(remember={"contribution_field": name, "contribution_answer": None})


async def previous(services: Services, turn: Turn) -> Outcome:
    """Ask for the field before the one that is asked for now."""
    asked, _ = await asyncio.to_thread(services.conversations.take, turn.conversation)
    found = await own(services, turn, turn.slot("contribution"))
    order = [*fields_of(found), CONFIRM] if found else [CONFIRM]
    name = asked.removeprefix(CONTRIBUTION)
    return Outcome(remember={"contribution_field": order[max(order.index(name) - 1, 0)] if name in order else None})


async def ask_answer(services: Services, turn: Turn) -> Outcome:
    """Ask for the field that is named or the next in order, or show the summary; what was no answer is asked for again."""
    found = await own(services, turn, turn.slot("contribution"))
    if found is None:
        return _nothing_begun(turn)
    name, _, words = turn.slot("contribution_field").partition(":")
    if not name:
        asked, _ = await asyncio.to_thread(services.conversations.take, turn.conversation)
        name = asked.removeprefix(CONTRIBUTION) if asked.startswith(CONTRIBUTION) else NEXT
    elements: list[Element] = []
    choices: list[Choice] = []
    if name == COMPARE:
        elements, choices = await likeness(services, turn, found)
    asked_for = await question(services, turn, found, after(found) if name in (NEXT, COMPARE) else name, words)
    whole = asked_for.model_copy(update={"elements": (*elements, *asked_for.elements), "choices": (*choices, *asked_for.choices)})
    return Outcome([whole], {"contribution_field": None}, private=True)


async def sent(services: Services, turn: Turn) -> Outcome:
    """Say that the contribution has been sent, and who answers; one that ended otherwise has been spoken of already."""
    if turn.slot("contribution_answer") != SENT:
        see = reply(Text(text=turn.say("contribute.see_own")), choices=turn.offer("my_contributions"))
        return Outcome([see] if turn.slot("contribution_answer") == REFUSED else [], dict(_NO_FORM))
    text = turn.say("contribute.sent", number=turn.slot("contribution"))
    choices = turn.offer("my_contributions", "start_over")
    return Outcome([reply(Notice(level="success", text=text), choices=choices)], {**_NO_FORM, "query": None, "awaiting": None})


async def leave(services: Services, turn: Turn) -> Outcome:
    """Leave the interview; what has been answered is kept until it is thrown away, and a draft in which nothing is answered is not kept."""
    found = await own(services, turn, turn.slot("contribution"))
    # Which challenge a solution answers comes with the button.
    if found and found.state == "draft" and found.fields.keys() <= {CHALLENGE}:
        await asyncio.to_thread(services.contributions.discard, turn.person, found.id)
        return Outcome([reply(Text(text=turn.say("steer.cancelled")), choices=turn.offer("start_guided"))], dict(_NO_FORM))
    choices = turn.offer("resume_contribution", "discard_contribution", "start_over")
    return Outcome([reply(Text(text=turn.say("contribute.kept")), choices=choices)], dict(_NO_FORM))


async def paused(services: Services, turn: Turn) -> Outcome:
    """Say, before something else is answered, that the interview waits."""
    return Outcome([reply(Notice(level="info", text=turn.say("contribute.paused")))], dict(_NO_FORM))


async def discard(services: Services, turn: Turn) -> Outcome:
    """Throw a draft away: the chosen one, the one that is written on, or the last."""
    number = turn.entities.get("value") or turn.slot("contribution")
    found = await own(services, turn, number) if number else await asyncio.to_thread(services.contributions.in_progress, turn.person)
    if found is None:
        return _nothing_begun(turn)
    try:
        await asyncio.to_thread(services.contributions.discard, turn.person, found.id)
    except (RefusedError, NotFoundError) as error:
        return Outcome([reply(refusal(turn, error), choices=turn.offer("my_contributions"))], dict(_NO_FORM))
    choices = turn.offer("my_contributions", "start_over")
    return Outcome([reply(Text(text=turn.say("contribute.discarded")), choices=choices)], dict(_NO_FORM))


async def form_help(services: Services, turn: Turn) -> Outcome:
    """Say what can be written within the interview, before it asks again."""
    return Outcome([reply(Text(text=turn.say("contribute.help")))])


async def _begun(services: Services, turn: Turn, kind: Kind) -> Contribution | None:
    """Return the draft of a kind that the person works on, or None."""
    found = await asyncio.to_thread(services.contributions.in_progress, turn.person)
    return found if found and found.kind == kind and found.state == "draft" else None


async def _begin(services: Services, turn: Turn, kind: Kind, known: dict[str, str]) -> Outcome:
    begun = await _draft(services, turn, kind, known)
    elements: list[Element] = [Text(text=turn.say(f"contribute.begin_{kind}")), Text(text=turn.say("contribute.how"))]
    if told := begun.fields.get("today"):
        elements.append(Text(text=turn.say("contribute.told", text=told)))
    ask = COMPARE if told else NEXT
    remember = {"contribution": str(begun.id), "contribution_field": ask, "contribution_answer": None, "awaiting": None}
    return Outcome([reply(*elements)], remember)


async def _draft(services: Services, turn: Turn, kind: Kind, known: dict[str, str]) -> Contribution:
    """Begin a draft; what is known already and cannot be used is asked for instead."""
    told = known.get("today", "")
    guessed = await asyncio.to_thread(services.areas.find, told) if told else None
    area = turn.slot("area") or guessed
    organisation = turn.organisation or services.settings.organisation

    def begin(fields: dict[str, str]) -> Contribution:
        return services.contributions.begin(
            turn.person, kind, language=turn.language, channel=turn.channel, area=area or None, organisation=organisation, fields=fields
        )

    try:
        return await asyncio.to_thread(begin, known)
    except RefusedError:
        return await asyncio.to_thread(begin, {})


def _go_on(turn: Turn, found: Contribution) -> Outcome:
    count = sum(name in found.fields for name in FIELDS[found.kind])
    text = turn.say("contribute.resumed", count=count, total=len(FIELDS[found.kind]))
    said = [] if found.state == "returned" else [reply(Text(text=text))]
    return Outcome(said, {"contribution": str(found.id), "contribution_field": NEXT, "contribution_answer": None, "awaiting": None})


def _forgotten(turn: Turn, asked: str, said: str) -> Outcome:
    """Say that an answer to a report or a review came too late to know what it was about, and give the words back."""
    is_report = asked.startswith(REPORT)
    elements: list[Element] = [Text(text=turn.say("reporting.forgotten" if is_report else "reviewing.forgotten"))]
    if said:
        elements.append(Text(text=turn.say("contribute.you_wrote", text=mask(said))))
    choices = turn.offer(*(("browse_open", "my_contributions") if is_report else ("review_queue",)))
    return Outcome([reply(*elements, choices=choices)], dict(_NO_FORM))


def _nothing_begun(turn: Turn) -> Outcome:
    choices = turn.offer("propose", "share_solution", "my_contributions")
    return Outcome([reply(Text(text=turn.say("contribute.none_begun")), choices=choices)], dict(_NO_FORM))


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_propose": propose,
    "action_share_solution": share_solution,
    "action_resume_contribution": resume,
    "action_take_contribution_detail": take_detail,
    "action_change_contribution": change,
    "action_previous_contribution_field": previous,
    "action_ask_contribution_answer": ask_answer,
    "action_contribution_sent": sent,
    "action_leave_contribution": leave,
    "action_contribution_paused": paused,
    "action_discard_contribution": discard,
    "action_contribution_help": form_help,
}
