"""Register interest in a challenge: begin, go on after a break, correct, leave and send the form."""

import asyncio
from collections.abc import Sequence

from bot.actions.interest_form import REFUSED, SEND, kept, take, value_in
from bot.actions.interest_questions import question
from bot.actions.meant import ask_which, challenge_meant, title_of
from bot.actions.own_interests import sent
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import CONFIRM, INTEREST, NEXT, field_named
from bot.replies import Choice, Element, Notice, Text
from bot.services import Services
from knowledge.drafts import Draft
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.interest_form import FIELDS
from knowledge.notices import NOTICES, shown_now
from knowledge.own_interests import OwnInterest
from knowledge.tables import now

_NO_FORM: dict[str, None] = dict.fromkeys(("interest", "interest_field", "interest_answer"))


async def register_interest(services: Services, turn: Turn) -> Outcome:
    """Show the legal notices before the form asks its first question, or say why interest cannot be registered."""
    challenge = challenge_meant(turn)
    if challenge is None:
        return await ask_which(services, turn, "register_interest", _NO_FORM)
    draft = await asyncio.to_thread(services.drafts.find, turn.conversation, challenge)
    try:
        return await (_go_on(services, turn, draft) if draft and draft.fields else _begin(services, turn, challenge))
    except (RefusedError, NotFoundError) as error:
        return not_now(turn, challenge, error)


async def resume_interest(services: Services, turn: Turn) -> Outcome:
    """Go on with the form that the person worked on last, in this conversation or another."""
    draft = await asyncio.to_thread(services.drafts.resume, turn.conversation, turn.person)
    if draft is None:
        return Outcome([reply(Text(text=turn.say("interest.no_draft")), choices=turn.offer("browse_open", "my_interests"))], dict(_NO_FORM))
    try:
        return await _go_on(services, turn, draft)
    except (RefusedError, NotFoundError) as error:
        return not_now(turn, draft.challenge, error)


async def take_detail(services: Services, turn: Turn) -> Outcome:
    """Take an answer that comes when Rasa has forgotten the form, after a day of silence, and go on from there."""
    asked, said = await asyncio.to_thread(services.conversations.take, turn.conversation)
    value = value_in(turn, asked, said)
    draft = await asyncio.to_thread(services.drafts.resume, turn.conversation, turn.person)
    if draft is None or value is None:
        return await resume_interest(services, turn)
    taken = await take(services, turn, draft.challenge, asked.removeprefix(INTEREST), value)
    if taken.ended == REFUSED:
        return Outcome([reply(*taken.said, choices=turn.offer("browse_open", "start_over"))], dict(_NO_FORM))
    said_too = [reply(*taken.said)] if taken.said else []
    return Outcome(said_too, {**_open(draft), "interest_field": taken.ask, "interest_answer": taken.ended})


async def change_field(services: Services, turn: Turn) -> Outcome:
    """Ask again for the field that the message names, in the form that is in progress."""
    draft = await asyncio.to_thread(services.drafts.resume, turn.conversation, turn.person)
    if draft is None:
        return Outcome(
            [reply(Text(text=turn.say("interest.change_sent")), choices=turn.offer("my_interests", "browse_open"))], dict(_NO_FORM)
        )
    name = turn.entities.get("value") or (field_named(turn.message) if turn.is_typed else None)
    said = [] if name else [reply(Text(text=turn.say("interest.change_which")))]
    return Outcome(said, {"interest": draft.challenge, "interest_field": name, "interest_answer": None})


async def previous_field(services: Services, turn: Turn) -> Outcome:
    """Ask for the field before the one that is asked for now."""
    asked, _ = await asyncio.to_thread(services.conversations.take, turn.conversation)
    name = asked.removeprefix(INTEREST).partition(":")[0]
    order = [*FIELDS, CONFIRM.removeprefix(INTEREST)]
    if name == "harm":
        return Outcome(remember={"interest_field": "secrecy"})
    return Outcome(remember={"interest_field": order[max(order.index(name) - 1, 0)] if name in order else None})


async def ask_answer(services: Services, turn: Turn) -> Outcome:
    """Ask for the field that is named or the next in order, or show the summary; what was no answer is asked for again."""
    challenge = turn.slot("interest")
    draft = await asyncio.to_thread(services.drafts.find, turn.conversation, challenge)
    if draft is None:
        return Outcome([reply(refusal(turn, NotFoundError("no_draft", id=challenge)), choices=turn.offer("browse_open"))])
    name = turn.slot("interest_field")
    if not name:
        asked_for, _ = await asyncio.to_thread(services.conversations.take, turn.conversation)
        name = asked_for.removeprefix(INTEREST) if asked_for.startswith(INTEREST) else NEXT
    if name in (NEXT, CONFIRM.removeprefix(INTEREST)):
        name = draft.next_field or CONFIRM.removeprefix(INTEREST)
    asked = question(turn, draft, name, await title_of(services, turn, challenge))
    return Outcome([asked], {"interest_field": None}, private=True)


async def send_interest(services: Services, turn: Turn) -> Outcome:
    """Send the form when the company has confirmed its summary; a form that ended otherwise has been spoken of already."""
    challenge = turn.slot("interest")
    draft = await asyncio.to_thread(services.drafts.find, turn.conversation, challenge)
    if turn.slot("interest_answer") != SEND or draft is None:
        return Outcome(remember=dict(_NO_FORM))
    try:
        registration = await asyncio.to_thread(
            services.interests.register,
            turn.person,
            challenge,
            draft.form(),
            draft.notices,
            language=turn.language,
            version=draft.version,
            conversation=turn.conversation,
        )
    except (RefusedError, NotFoundError) as error:
        return not_now(turn, challenge, error, kept_too=True)
    outcome = sent(turn, challenge, registration)
    return Outcome(outcome.replies, {**_NO_FORM, **outcome.remember}, private=True)


async def leave(services: Services, turn: Turn) -> Outcome:
    """Leave the form; what has been answered is kept until it is thrown away."""
    return Outcome([kept(turn)], dict(_NO_FORM))


async def paused(services: Services, turn: Turn) -> Outcome:
    """Say, before something else is answered, that the form waits."""
    return Outcome([reply(Notice(level="info", text=turn.say("interest.paused")))], dict(_NO_FORM))


async def discard(services: Services, turn: Turn) -> Outcome:
    """Throw the form in progress away."""
    draft = await asyncio.to_thread(services.drafts.resume, turn.conversation, turn.person)
    if draft is None:
        return Outcome([reply(Text(text=turn.say("interest.no_draft")), choices=turn.offer("browse_open"))], dict(_NO_FORM))
    await asyncio.to_thread(services.drafts.cancel, turn.conversation, draft.challenge)
    return Outcome([reply(Text(text=turn.say("interest.discarded")), choices=turn.offer("browse_open", "start_over"))], dict(_NO_FORM))


async def unclear(services: Services, turn: Turn) -> Outcome:
    """Say that the message was no answer, before the form asks again."""
    return Outcome([reply(Text(text=turn.say("interest.unclear")))])


async def form_help(services: Services, turn: Turn) -> Outcome:
    """Say what can be written within the form, before it asks again."""
    return Outcome([reply(Text(text=turn.say("interest.help")))])


async def _begin(services: Services, turn: Turn, challenge: str) -> Outcome:
    shown = shown_now(turn.language, now())
    draft = await asyncio.to_thread(services.drafts.begin, turn.conversation, challenge, shown, turn.person)
    earlier = await earlier_form(services, turn, challenge)
    if earlier:
        for name in FIELDS:
            draft = await asyncio.to_thread(services.drafts.put, turn.conversation, challenge, name, earlier.fields.get(name))
    title = await title_of(services, turn, challenge)
    again = [Text(text=turn.say("interest.update", number=earlier.number))] if earlier else []
    elements: list[Element] = [
        Text(text=turn.say("interest.begin", title=title)),
        *notices(turn),
        Text(text=turn.say("interest.how")),
        *again,
    ]
    return Outcome([reply(*elements)], _open(draft))


async def _go_on(services: Services, turn: Turn, draft: Draft) -> Outcome:
    """Go on with a draft; notices that have changed since it was begun are shown anew."""
    title = await title_of(services, turn, draft.challenge)
    elements: list[Element] = [Text(text=turn.say("interest.resumed", title=title, count=len(draft.fields), total=len(FIELDS)))]
    begin = services.drafts.begin
    try:
        await asyncio.to_thread(begin, turn.conversation, draft.challenge, draft.notices, turn.person)
    except RefusedError as error:
        if error.key != "notices_not_shown":
            raise
        await asyncio.to_thread(begin, turn.conversation, draft.challenge, shown_now(turn.language, now()), turn.person)
        elements += notices(turn)
    return Outcome([reply(*elements)], _open(draft))


def _open(draft: Draft) -> dict[str, str | None]:
    return {"interest": draft.challenge, "interest_field": NEXT, "interest_answer": None, "focus": draft.challenge, "role": "company"}


def notices(turn: Turn) -> Sequence[Notice]:
    """Return the legal notices that come before the first field."""
    plan = turn.say("interest.plan")
    return [Notice(level="info", text=turn.say(f"notice.{notice}", plan=plan)) for notice in NOTICES]


async def earlier_form(services: Services, turn: Turn, challenge: str) -> OwnInterest | None:
    """Return what the person has registered before in the challenge: a second form is an update of it."""
    own = await asyncio.to_thread(services.own_interests.of, turn.person)
    return next((each for each in own if each.challenge == challenge and each.status != "withdrawn"), None)


def not_now(turn: Turn, challenge: str, error: GuidenError, *, kept_too: bool = False) -> Outcome:
    """Return what is said when no interest can be registered; `kept_too` when what has been answered is kept."""
    follow = Choice(label=turn.say("choice.follow"), intent="follow", entities={"entry": challenge})
    elements: list[Element] = [refusal(turn, error)]
    if kept_too:
        elements.append(Text(text=turn.say("interest.kept")))
    choices = [*(turn.offer("resume_interest") if kept_too else []), follow, *turn.offer("browse_open", "start_over")]
    return Outcome([reply(*elements, choices=choices)], dict(_NO_FORM))


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_register_interest": register_interest,
    "action_resume_interest": resume_interest,
    "action_take_detail": take_detail,
    "action_change_field": change_field,
    "action_previous_field": previous_field,
    "action_ask_interest_answer": ask_answer,
    "action_send_interest": send_interest,
    "action_leave_interest": leave,
    "action_interest_paused": paused,
    "action_discard_interest": discard,
    "action_not_an_answer": unclear,
    "action_interest_help": form_help,
}
