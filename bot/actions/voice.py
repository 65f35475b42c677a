"""Take in what people tell us: the same need and how it shows, and whether an answer helped."""

import asyncio

from bot.actions.find import NOTHING_TO_ADD
from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import reply
from bot.replies import Choice, Notice, Text
from bot.services import Services
from knowledge.errors import RefusedError
from knowledge.voices import LONGEST_SENTENCE


async def me_too(services: Services, turn: Turn) -> Outcome:
    """Remember which need it is and whose, where that is known, before the form asks for the rest."""
    focus = turn.entities.get("entry") or turn.slot("focus") or None
    known = turn.organisation or services.settings.organisation or None
    return Outcome(remember={"focus": focus, "organisation": known if focus else None, "how_it_shows": None, "awaiting": None})


async def ask_how_it_shows(services: Services, turn: Turn) -> Outcome:
    """Ask how the need shows where the person works; nobody has to answer."""
    skip = Choice(label=turn.say("choice.skip"), intent="deny")
    return Outcome([reply(Text(text=turn.say("voice.how_it_shows", organisation=turn.slot("organisation"))), choices=[skip])])


async def save_me_too(services: Services, turn: Turn) -> Outcome:
    """Count the organisation among those that have the challenge in focus, with how it shows there."""
    challenge, organisation = turn.slot("focus"), turn.slot("organisation")
    if not challenge:
        return Outcome([reply(Text(text=turn.say("browse.nothing_shown")))])
    counted = dict.fromkeys(("organisation", "how_it_shows"))
    said = turn.slot("how_it_shows").removeprefix(NOTHING_TO_ADD)[:LONGEST_SENTENCE]
    try:
        count, new = await asyncio.to_thread(
            services.voices.same_need,
            challenge,
            organisation,
            turn.channel,
            person=turn.person,
            sentence=said,
            threshold=services.settings.same_need_threshold,
        )
    except RefusedError:
        return Outcome([reply(Text(text=turn.say("voice.organisation_missing")))], dict(counted))
    await asyncio.to_thread(services.conversations.belong, turn.conversation, organisation)
    key = "voice.same_need" if new else "voice.same_need_already"
    text = turn.say(key, organisation=organisation, count=count)
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("show_solutions", "go_back"))], dict(counted))


async def count_me_too(services: Services, turn: Turn) -> Outcome:
    """Count the organisation when something else is said instead of how the need shows: a voice is not lost for that."""
    return await save_me_too(services, turn) if turn.slot("focus") and turn.slot("organisation") else Outcome()


async def useful_yes(services: Services, turn: Turn) -> Outcome:
    """Take in that the answer helped."""
    return await say_useful(services, turn)


async def useful_no(services: Services, turn: Turn) -> Outcome:
    """Take in that the answer did not help, before the form asks why."""
    if not turn.shown:
        return Outcome([reply(Text(text=turn.say("voice.useful_no_nothing")))])
    number = await _feedback(services, turn, useful=False)
    add = services.gaps.add
    await asyncio.to_thread(add, turn.person, turn.slot("query"), "not_useful", turn.slot("area") or None, turn.language)
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


async def say_useful(services: Services, turn: Turn) -> Outcome:
    """Store that the answer helped, when there was one."""
    if turn.shown:
        await _feedback(services, turn, useful=True)
    return Outcome([reply(Text(text=turn.say("voice.useful_yes")), choices=turn.offer("start_over"))], {"awaiting": None})


async def _feedback(services: Services, turn: Turn, *, useful: bool) -> int:
    return await asyncio.to_thread(services.voices.feedback, turn.conversation, turn.slot("query"), turn.shown, useful=useful)


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_me_too": me_too,
    "action_ask_how_it_shows": ask_how_it_shows,
    "action_save_me_too": save_me_too,
    "action_count_me_too": count_me_too,
    "action_useful_yes": useful_yes,
    "action_useful_no": useful_no,
    "action_save_reason": save_reason,
}
