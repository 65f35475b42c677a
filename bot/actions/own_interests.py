"""A company's own registrations: the code that makes one count, its receipt, how it stands, and how to withdraw it."""

import asyncio
import re

from bot.actions.meant import title_of
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import CODE
from bot.replies import Card, Choice, Fact, Notice, Reply, Text
from bot.services import Services
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.following import Follow
from knowledge.interests import Registration
from knowledge.own_interests import OwnInterest
from knowledge.swedish_time import swedish_time
from knowledge.tables import now

_NUMBER = re.compile(r"(?<!\d)20\d\d-?\d{6}(?!\d)")
_CODE = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}(?!\d)")
_ACTIVE = ("unconfirmed", "confirmed", "informed")
# What waits for a code, in the slot `awaiting`: a registration by its number, or what is to be followed.
CODE_FOR, FOLLOW = "code:", "follow"


def sent(turn: Turn, challenge: str, registration: Registration) -> Outcome:
    """Return what is said when a form has been sent: its receipt, or that a code must come back first."""
    if registration.confirmed:
        return Outcome([_receipt(turn, challenge, registration)], {"awaiting": None})
    text = turn.say("interest.code_sent", email=registration.email, number=registration.number)
    return Outcome([ask_code(turn, text, registration.number)], {"awaiting": CODE_FOR + registration.number})


def ask_code(turn: Turn, text: str, number: str = "") -> Reply:
    """Return a text that asks for the code in a mail; `number` is the registration's, where Rasa may not know which one waits."""
    if not number:
        return reply(Text(text=text), choices=turn.offer("send_code_again"), asks=CODE)
    again = Choice(label=turn.say("choice.send_code_again"), intent="send_code_again", entities={"value": number})
    return reply(Text(text=text), choices=[again], asks=f"{CODE}:{number}")


async def enter_code(services: Services, turn: Turn) -> Outcome:
    """Take a code that came by mail, for the registration or the following that waits for it."""
    asked, said = await asyncio.to_thread(services.conversations.take, turn.conversation)
    typed = said or (turn.message if turn.is_typed else "")
    number = _NUMBER.search(typed)
    code = _CODE.search(typed.replace(number.group(), "") if number else typed)
    if code is None:
        return Outcome([ask_code(turn, turn.say("interest.code_which"))])
    waiting = number.group() if number else asked.partition(":")[2] or await _waiting(services, turn)
    try:
        if waiting == FOLLOW:
            return followed(services, turn, await asyncio.to_thread(services.following.confirm, turn.person, code.group()))
        registration = await asyncio.to_thread(services.interests.confirm, turn.person, waiting, code.group())
    except (RefusedError, NotFoundError) as error:
        return _refused_code(turn, error, "" if waiting == FOLLOW else waiting)
    own = await _own(services, turn)
    challenge = next((each.challenge for each in own if each.number == registration.number), "")
    remember = {"awaiting": None, "focus": challenge or None, "opened": challenge or None}
    return Outcome([_receipt(turn, challenge, registration)], remember, private=True)


async def send_code_again(services: Services, turn: Turn) -> Outcome:
    """Send a new code for what waits for one."""
    waiting = turn.entities.get("value") or await _waiting(services, turn)
    try:
        if waiting == FOLLOW:
            follow = await asyncio.to_thread(services.following.send_code_again, turn.person)
            email = follow.address.removeprefix("mailto:")
        else:
            registration = await asyncio.to_thread(services.interests.send_code_again, turn.person, waiting)
            email = registration.email
    except (RefusedError, NotFoundError) as error:
        return _refused_code(turn, error, "" if waiting == FOLLOW else waiting)
    number = "" if waiting == FOLLOW else waiting
    text = turn.say("interest.code_sent_again", email=email)
    return Outcome([ask_code(turn, text, number)], {"awaiting": CODE_FOR + waiting}, private=True)


async def my_interests(services: Services, turn: Turn) -> Outcome:
    """Show what the person has registered, and the form that is in progress."""
    own = await _own(services, turn)
    draft = await asyncio.to_thread(services.drafts.resume, turn.conversation, turn.person)
    begun = turn.offer("resume_interest", "discard_interest") if draft else []
    if not own:
        text = turn.say("interest.only_draft" if draft else "interest.none_own")
        return Outcome([reply(Text(text=text), choices=[*begun, *turn.offer("browse_open")])], {"role": "company"})
    cards = [_card(turn, each, await title_of(services, turn, each.challenge, each.title)) for each in own]
    withdraw = [_withdraw_choice(turn, each) for each in own if each.status in _ACTIVE]
    choices = [*begun, *withdraw, *turn.offer("browse_open", "start_over")]
    return Outcome([reply(Text(text=turn.say("interest.own")), *cards, choices=choices)], {"role": "company"}, private=True)


async def withdraw_interest(services: Services, turn: Turn) -> Outcome:
    """Ask whether a registration is to be withdrawn, having found out which."""
    every = await _own(services, turn)
    own = [each for each in every if each.status in _ACTIVE]
    named = turn.entities.get("value") or (found.group() if (found := _NUMBER.search(turn.message)) else "")
    if named:
        own = [each for each in own if each.number.replace("-", "") == named.replace("-", "")]
        if not own:
            return Outcome([reply(refusal(turn, NotFoundError("no_such_interest", number=named)), choices=turn.offer("my_interests"))])
    if not own:
        text = turn.say("interest.none_to_withdraw" if every else "interest.none_own")
        return Outcome([reply(Text(text=text), choices=turn.offer("my_interests", "browse_open"))])
    if len(own) > 1:
        choices = [_withdraw_choice(turn, each) for each in own]
        return Outcome([reply(Text(text=turn.say("interest.withdraw_which")), choices=[*choices, *turn.offer("cancel")])])
    text = turn.say("interest.withdraw_sure", number=own[0].number, title=await title_of(services, turn, own[0].challenge, own[0].title))
    choices = [Choice(label=turn.say("choice.withdraw_yes"), intent="affirm"), Choice(label=turn.say("choice.withdraw_no"), intent="deny")]
    return Outcome([reply(Text(text=text), choices=choices)], {"awaiting": f"withdraw:{own[0].number}"})


async def withdraw_now(services: Services, turn: Turn) -> Outcome:
    """Withdraw the registration that was asked about, and say what stays and why."""
    number = turn.slot("awaiting").removeprefix("withdraw:")
    try:
        withdrawal = await asyncio.to_thread(services.own_interests.withdraw, turn.person, number)
    except (RefusedError, NotFoundError) as error:
        return Outcome([reply(refusal(turn, error), choices=turn.offer("my_interests"))], {"awaiting": None})
    facts = tuple(Fact(label=turn.say(f"kept.{each.what}"), value=turn.say(f"kept.{each.why}")) for each in withdrawal.kept)
    until = turn.say("interest.kept_until", date=withdrawal.until) if withdrawal.until else turn.say("interest.kept_open")
    elements = (Notice(level="success", text=turn.say("interest.withdrawn", number=number)), Card(title=until, facts=facts))
    return Outcome([reply(*elements, choices=turn.offer("browse_open", "start_over"))], {"awaiting": None})


def followed(services: Services, turn: Turn, follows: list[Follow]) -> Outcome:
    """Return what is said when what is followed has been confirmed."""
    text = turn.say("follow.confirmed", count=len(follows))
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("my_follows", "start_over"))], {"awaiting": None})


def _receipt(turn: Turn, challenge: str, registration: Registration) -> Reply:
    at = f"{swedish_time(now()):%Y-%m-%d %H:%M}"
    key = "interest.updated" if registration.is_update else "interest.receipt"
    promised = registration.next_update_by
    next_update = turn.say("interest.next_update", date=promised) if promised else turn.say("interest.next_update_unknown")
    ask = Choice(label=turn.say("choice.ask_challenge_question"), intent="ask_challenge_question", entities={"entry": challenge})
    choices = [*([ask] if challenge else []), *turn.offer("my_interests", "browse_open")]
    elements = (
        Notice(level="success", text=turn.say(key, number=registration.number, at=at)),
        Text(text=next_update),
        Text(text=turn.say("interest.what_next", email=registration.email)),
    )
    return reply(*elements, choices=choices)


def _card(turn: Turn, own: OwnInterest, title: str) -> Card:
    promised = own.next_update_by
    named = [
        ("company", str(own.fields["company"])),
        ("sent", f"{swedish_time(own.sent_at):%Y-%m-%d %H:%M}"),
        ("stage", turn.say(f"status.{own.stage}")),
        ("next_update", turn.say("standing.promised", date=promised) if promised else turn.say("standing.nothing_promised")),
    ]
    facts = tuple(Fact(label=turn.say(f"interest.label.{name}"), value=value) for name, value in named)
    return Card(title=f"{own.number} · {title}", subtitle=turn.say(f"interest.status_{own.status}"), facts=facts)


def _withdraw_choice(turn: Turn, own: OwnInterest) -> Choice:
    return Choice(label=turn.say("choice.withdraw", number=own.number), intent="withdraw_interest", entities={"value": own.number})


async def _own(services: Services, turn: Turn) -> list[OwnInterest]:
    return await asyncio.to_thread(services.own_interests.of, turn.person)


async def _waiting(services: Services, turn: Turn) -> str:
    """Return the number of the registration that waits for a code, or that something to follow does."""
    asked = turn.slot("awaiting")
    if asked.startswith(CODE_FOR):
        return asked.removeprefix(CODE_FOR)
    own = await _own(services, turn)
    return next((each.number for each in own if each.status == "unconfirmed"), FOLLOW)


def _refused_code(turn: Turn, error: GuidenError, number: str) -> Outcome:
    if error.key in ("code_wrong", "code_expired", "code_attempts_used"):
        asked = ask_code(turn, "", number)
        return Outcome([asked.model_copy(update={"elements": (refusal(turn, error),)})])
    return Outcome([reply(refusal(turn, error), choices=turn.offer("my_interests", "browse_open"))])


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_enter_code": enter_code,
    "action_send_code_again": send_code_again,
    "action_my_interests": my_interests,
    "action_withdraw_interest": withdraw_interest,
}
