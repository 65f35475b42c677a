"""Follow a challenge or an area, see what is followed, and stop in one word."""

import asyncio
import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import Form, Slots
from bot.actions.meant import ask_which, challenge_meant, title_of
from bot.actions.own_interests import CODE_FOR, FOLLOW, ask_code
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import ANSWER, FOLLOW_EMAIL
from bot.replies import Choice, Notice, Text, to_wire
from bot.services import Services
from knowledge.areas import area
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.following import Follow

DONE, REFUSED = "done", "refused"
_NO_FORM: dict[str, None] = dict.fromkeys(("following", "follow_answer"))
_AT_ONCE = re.compile(r"\b(genast|direkt|omedelbart|at once|immediately|right away|heti)\b", re.IGNORECASE)
# What a mail gives instead of a link where the service has no address of its own.
_TOKEN = re.compile(r"[\w-]{32}")
_EVERYTHING = re.compile(r"\b(allt|alla|everything|all|kaik\w+)\b", re.IGNORECASE)
# What is left of "jag vill följa äldreomsorg" is what is to be followed; of "följ den" nothing is.
_AROUND = re.compile(
    r"\b(jag|vi|vill|kan|får|sluta|avfölj\w*|följ(a|er)?|bevaka|prenumerera på|avsluta|ta bort|håll|mig|oss|uppdaterad\w*|om|med"
    r"|den|det|denna|detta|här|utmaning(en|ar|arna)?|området|område|genast|direkt|tack"
    r"|please|i|we|want|to|would|like|stop|un|follow(ing)?|unfollow|unsubscribe|subscribe|it|this|that|the|challenge|area|at once"
    r"|keep|me|us|posted|updated|on|from|seuraa|lopeta|seuraaminen|tätä|haaste(tta)?)\b",
    re.IGNORECASE,
)


async def follow(services: Services, turn: Turn) -> Outcome:
    """Find out what is to be followed, and follow it at once where a message can reach the person."""
    what = await _meant(services, turn)
    if what is None:
        return await ask_which(services, turn, "follow", _NO_FORM)
    if turn.is_typed and _AT_ONCE.search(turn.message):
        what += ":at_once"
    email = await _known_email(services, turn)
    try:
        await _follow(services, turn, what, email)
    except RefusedError as error:
        # There is no chat to write to and no address known: the form asks for one.
        if error.key == "email_missing":
            return Outcome(remember={"following": what, "follow_answer": None})
        return _refused(turn, error)
    except NotFoundError as error:
        return _refused(turn, error)
    return Outcome(remember={"following": what, "follow_answer": DONE})


async def ask_email(services: Services, turn: Turn) -> Outcome:
    """Ask where the news is to be sent."""
    text = turn.say("follow.ask_email", what=await _name(services, turn, *_parts(turn.slot("following"))[:2]))
    return Outcome([reply(Text(text=text), choices=turn.offer("cancel"), asks=FOLLOW_EMAIL)])


async def followed(services: Services, turn: Turn) -> Outcome:
    """Say what is followed now, or that a code must come back first."""
    if turn.slot("follow_answer") != DONE:
        return Outcome(remember=dict(_NO_FORM))
    challenge, slug, told = _parts(turn.slot("following"))
    mine = await asyncio.to_thread(services.following.of, turn.person)
    now = next((each for each in reversed(mine) if (each.challenge, each.area) == (challenge, slug)), None)
    if now is None:
        return Outcome(remember=dict(_NO_FORM))
    what = await _name(services, turn, challenge, slug)
    where = _where(turn, now)
    if not now.confirmed:
        return Outcome(
            [ask_code(turn, turn.say("follow.code_sent", what=what, where=where))],
            {**_NO_FORM, "awaiting": CODE_FOR + FOLLOW},
            private=True,
        )
    text = turn.say(f"follow.now_{told}", what=what, where=where)
    stop = Choice(label=turn.say("choice.unfollow"), intent="unfollow", entities=_entities(now))
    choices = [stop, *turn.offer("my_follows", "start_over")]
    return Outcome([reply(Notice(level="success", text=text), choices=choices)], dict(_NO_FORM), private=True)


async def unfollow(services: Services, turn: Turn) -> Outcome:
    """Stop following what is named, what is on screen, or the only thing there is; ask only when it may be several."""
    if _TOKEN.fullmatch(turn.entities.get("value", "")):
        return await _unfollow_by_mail(services, turn, turn.entities["value"])
    mine = await asyncio.to_thread(services.following.of, turn.person)
    if not mine:
        return Outcome([reply(Text(text=turn.say("follow.none")), choices=turn.offer("browse_open"))])
    if turn.entities.get("value") == "everything" or (turn.is_typed and _EVERYTHING.search(turn.message)):
        count = await asyncio.to_thread(services.following.unfollow, turn.person)
        return Outcome([reply(Notice(level="success", text=turn.say("follow.all_ended", count=count)), choices=turn.offer("browse_open"))])
    what = await _meant(services, turn)
    parts = _parts(what)[:2] if what else ("", "")
    if parts not in [(each.challenge, each.area) for each in mine]:
        if len(mine) > 1:
            return Outcome([reply(Text(text=turn.say("follow.stop_which")), choices=await _stops(services, turn, mine))])
        parts = (mine[0].challenge, mine[0].area)
    await asyncio.to_thread(services.following.unfollow, turn.person, challenge=parts[0], area=parts[1])
    text = turn.say("follow.ended", what=await _name(services, turn, *parts))
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("my_follows", "browse_open"))])


async def _unfollow_by_mail(services: Services, turn: Turn, token: str) -> Outcome:
    """Stop what a mail was sent for; whoever has the mail may do that, from anywhere."""
    try:
        await asyncio.to_thread(services.following.unfollow_by, token, turn.channel)
    except NotFoundError:
        return Outcome([reply(Text(text=turn.say("follow.none")), choices=turn.offer("browse_open"))])
    text = turn.say("follow.all_ended", count=1)
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("my_follows", "browse_open"))])


async def my_follows(services: Services, turn: Turn) -> Outcome:
    """Show what the person follows, with a choice to stop each."""
    mine = await asyncio.to_thread(services.following.of, turn.person)
    if not mine:
        return Outcome([reply(Text(text=turn.say("follow.none")), choices=turn.offer("browse_open"))])
    lines = []
    for each in mine:
        how = turn.say(f"follow.told_{each.told}" if each.confirmed else "follow.unconfirmed")
        lines.append(f"• {await _name(services, turn, each.challenge, each.area)}: {how}, {_where(turn, each)}")
    code = [] if all(each.confirmed for each in mine) else turn.offer("send_code_again")
    choices = [*code, *await _stops(services, turn, mine)]
    return Outcome([reply(Text(text="\n".join([turn.say("follow.mine"), *lines])), choices=choices)], private=True)


class FollowForm(Form):
    """Asks for the address that news goes to, where there is no chat to write to."""

    form = "follow_form"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when there is nothing to follow."""
        return domain_slots if tracker.get_slot("following") else []

    async def extract_follow_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Begin to follow by the address that was written; Rasa is not told it."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "follow_answer" or turn.intent != ANSWER:
            return {}
        asked, email = await asyncio.to_thread(self.services.conversations.take, turn.conversation)
        if asked != FOLLOW_EMAIL or not email:
            return {}
        try:
            await _follow(self.services, turn, turn.slot("following"), email)
        except (RefusedError, NotFoundError) as error:
            dispatcher.utter_message(json_message={"reply": to_wire(reply(refusal(turn, error)))})
            return {"follow_answer": None if error.key == "email_wrong" else REFUSED}
        return {"follow_answer": DONE}


async def _meant(services: Services, turn: Turn) -> str | None:
    """Return what the message is about, as `challenge:<id>` or `area:<slug>`, or None."""
    if chosen := turn.entities.get("area"):
        return f"area:{chosen}"
    named = " ".join(_AROUND.sub(" ", turn.message).split()).strip(" .!?,") if turn.is_typed else ""
    if any(sign.isalpha() for sign in named) and (slug := await asyncio.to_thread(services.areas.find, named)):
        return f"area:{slug}"
    challenge = challenge_meant(turn)
    return f"challenge:{challenge}" if challenge else None


def _parts(what: str) -> tuple[str, str, str]:
    """Return the challenge, the area (one of them is empty) and how often to tell, of what `_meant` returned."""
    kind, _, rest = what.partition(":")
    name, _, told = rest.partition(":")
    return (name if kind == "challenge" else "", name if kind == "area" else "", told or "daily")


async def _follow(services: Services, turn: Turn, what: str, email: str | None) -> Follow:
    challenge, slug, told = _parts(what)
    return await asyncio.to_thread(
        services.following.follow,
        turn.person,
        challenge=challenge,
        area=slug,
        email=email,
        told="at_once" if told == "at_once" else "daily",
        language=turn.language,
    )


async def _known_email(services: Services, turn: Turn) -> str | None:
    """Return an address that the person has confirmed, so that it need not be written again."""
    mine = await asyncio.to_thread(services.following.of, turn.person)
    own = await asyncio.to_thread(services.own_interests.of, turn.person)
    confirmed = [each.address.removeprefix("mailto:") for each in mine if each.confirmed and each.address.startswith("mailto:")]
    return next(iter([*confirmed, *(each.fields["email"] for each in own if each.status in ("confirmed", "informed"))]), None)


async def _name(services: Services, turn: Turn, challenge: str, slug: str) -> str:
    return await title_of(services, turn, challenge) if challenge else area(slug).label(turn.language)


def _where(turn: Turn, follow: Follow) -> str:
    if not follow.address.startswith("mailto:"):
        return turn.say("follow.here")
    return turn.say("follow.by_email", email=follow.address.removeprefix("mailto:"))


def _entities(follow: Follow) -> dict[str, str]:
    return {"entry": follow.challenge} if follow.challenge else {"area": follow.area}


async def _stops(services: Services, turn: Turn, mine: list[Follow]) -> list[Choice]:
    choices = []
    for each in mine:
        label = turn.say("choice.unfollow_one", what=await _name(services, turn, each.challenge, each.area))
        choices.append(Choice(label=label, intent="unfollow", entities=_entities(each)))
    every = Choice(label=turn.say("choice.unfollow_all"), intent="unfollow", entities={"value": "everything"})
    return [*choices, *([every] if len(mine) > 1 else [])]


def _refused(turn: Turn, error: GuidenError) -> Outcome:
    return Outcome([reply(refusal(turn, error), choices=turn.offer("browse_open"))], dict(_NO_FORM))


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_follow": follow,
    "action_ask_follow_answer": ask_email,
    "action_followed": followed,
    "action_unfollow": unfollow,
    "action_my_follows": my_follows,
}
