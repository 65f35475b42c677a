"""Take in what people tell us: the same need, whether it helped, and needs that nobody has described."""

import asyncio

from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import reply
from bot.replies import Choice, Notice, Text
from bot.services import Services
from knowledge.errors import RefusedError


async def me_too(services: Services, turn: Turn) -> Outcome:
    """Remember whose need it is where that is known, before the form asks for the organisation."""
    known = turn.organisation or services.settings.organisation or None
    return Outcome(remember={"organisation": known if turn.slot("focus") else None, "awaiting": None})


async def save_me_too(services: Services, turn: Turn) -> Outcome:
    """Count the organisation among those that have the challenge in focus."""
    challenge, organisation = turn.slot("focus"), turn.slot("organisation")
    if not challenge:
        return Outcome([reply(Text(text=turn.say("browse.nothing_shown")))])
    try:
        count, new = await asyncio.to_thread(services.voices.same_need, challenge, organisation, turn.channel)
    except RefusedError:
        return Outcome([reply(Text(text=turn.say("voice.organisation_missing")))], {"organisation": None})
    await asyncio.to_thread(services.conversations.belong, turn.conversation, organisation)
    key = "voice.same_need" if new else "voice.same_need_already"
    text = turn.say(key, organisation=organisation, count=count)
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("show_solutions", "go_back"))], {"organisation": None})


async def useful_yes(services: Services, turn: Turn) -> Outcome:
    """Take in that the answer helped."""
    return await say_useful(services, turn)


async def useful_no(services: Services, turn: Turn) -> Outcome:
    """Take in that the answer did not help, before the form asks why."""
    if not turn.shown:
        return Outcome([reply(Text(text=turn.say("voice.useful_no_nothing")))])
    number = await _feedback(services, turn, useful=False)
    return Outcome(remember={"awaiting": f"reason:{number}", "reason": None})


async def save_reason(services: Services, turn: Turn) -> Outcome:
    """Store why the answer did not help."""
    kind, _, number = turn.slot("awaiting").partition(":")
    if kind != "reason" or not turn.slot("reason"):
        return Outcome([])
    await asyncio.to_thread(services.voices.explain, int(number), turn.slot("reason"))
    choices = [
        Choice(label=turn.say("choice.save_proposal"), intent="propose"),
        *turn.offer("change_area", "start_over"),
    ]
    return Outcome([reply(Text(text=turn.say("voice.reason_saved")), choices=choices)], {"awaiting": None, "reason": None})


async def propose(services: Services, turn: Turn) -> Outcome:
    """Offer to save the last question as a proposed challenge."""
    if not turn.slot("query"):
        return Outcome([reply(Text(text=turn.say("voice.propose_how")))], {"awaiting": "propose_next"})
    text = turn.say("voice.propose_ask", text=turn.slot("query"))
    choices = [
        Choice(label=turn.say("choice.save_proposal"), intent="affirm"),
        Choice(label=turn.say("choice.no_thanks"), intent="deny"),
    ]
    return Outcome([reply(Text(text=text), choices=choices)], {"awaiting": "propose"})


async def say_useful(services: Services, turn: Turn) -> Outcome:
    """Store that the answer helped, when there was one."""
    if turn.shown:
        await _feedback(services, turn, useful=True)
    return Outcome([reply(Text(text=turn.say("voice.useful_yes")), choices=turn.offer("start_over"))], {"awaiting": None})


async def save_proposal(services: Services, turn: Turn) -> Outcome:
    """Store the last question as a proposed challenge, which the person has said yes to."""
    organisation = turn.organisation or services.settings.organisation
    number = await asyncio.to_thread(
        services.voices.propose, turn.slot("query"), turn.slot("area") or None, organisation, turn.language, turn.channel
    )
    text = turn.say("voice.proposal_saved", number=number)
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("start_over"))], {"awaiting": None, "query": None})


async def _feedback(services: Services, turn: Turn, *, useful: bool) -> int:
    return await asyncio.to_thread(services.voices.feedback, turn.conversation, turn.slot("query"), turn.shown, useful=useful)


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_me_too": me_too,
    "action_save_me_too": save_me_too,
    "action_useful_yes": useful_yes,
    "action_useful_no": useful_no,
    "action_save_reason": save_reason,
    "action_propose": propose,
}
