"""Ask the owner of a challenge a question, as a registered company; everybody reads the answer at the same moment."""

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import Form, Slots
from bot.actions.meant import ask_which, challenge_meant, title_of
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import ANSWER, QUESTION
from bot.early_dialogue import questions_card
from bot.replies import Choice, Element, Notice, Text, to_wire
from bot.services import Services
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.standing import check_open

REFUSED = "refused"
_NO_FORM: dict[str, None] = dict.fromkeys(("question_about", "question_answer"))
_COUNTED = ("confirmed", "informed")
_TRY_AGAIN = ("text_missing", "text_too_long")


async def ask_question(services: Services, turn: Turn) -> Outcome:
    """Show what has been answered and how questions are dealt with, or say why none can be asked."""
    own = [each.challenge for each in await asyncio.to_thread(services.own_interests.of, turn.person) if each.status in _COUNTED]
    meant = challenge_meant(turn)
    challenge = meant or (own[0] if len(own) == 1 else None)
    if challenge is None:
        return await ask_which(services, turn, "ask_challenge_question", _NO_FORM)
    try:
        await asyncio.to_thread(check_open, services.database, challenge)
        published = await asyncio.to_thread(services.questions.published, challenge)
    except (RefusedError, NotFoundError) as error:
        return _refused(turn, challenge, error)
    if challenge not in own:
        return _refused(turn, challenge, RefusedError("not_registered", id=challenge))
    card = questions_card(turn.say, published)
    title = await title_of(services, turn, challenge)
    elements: list[Element] = [*([card] if card else []), Text(text=turn.say("question.how", title=title))]
    return Outcome([reply(*elements)], {"question_about": challenge, "question_answer": None, "focus": challenge, "opened": challenge})


async def ask_text(services: Services, turn: Turn) -> Outcome:
    """Ask for the question itself."""
    return Outcome([reply(Text(text=turn.say("question.ask")), choices=turn.offer("cancel"), asks=QUESTION)])


async def question_sent(services: Services, turn: Turn) -> Outcome:
    """Say that the question has been sent; one that was refused has been spoken of already."""
    number = turn.slot("question_answer")
    if not number or number == REFUSED:
        return Outcome(remember=dict(_NO_FORM))
    choices = turn.offer("ask_challenge_question", "my_interests", "browse_open")
    return Outcome([reply(Notice(level="success", text=turn.say("question.sent", number=number)), choices=choices)], dict(_NO_FORM))


class QuestionForm(Form):
    """Asks for the question to the owner of a challenge."""

    form = "question_form"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when no question can be asked."""
        return domain_slots if tracker.get_slot("question_about") else []

    async def extract_question_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Send the question; the slot gets its number."""
        turn = Turn.of(tracker)
        if tracker.get_slot("requested_slot") != "question_answer" or turn.intent != ANSWER:
            return {}
        asked, words = await asyncio.to_thread(self.services.conversations.take, turn.conversation)
        if asked != QUESTION or not words:
            return {}
        try:
            number = await asyncio.to_thread(self.services.questions.ask, turn.person, turn.slot("question_about"), words)
        except (RefusedError, NotFoundError) as error:
            dispatcher.utter_message(json_message={"reply": to_wire(reply(refusal(turn, error)))})
            return {"question_answer": None if error.key in _TRY_AGAIN else REFUSED}
        return {"question_answer": str(number)}


def _refused(turn: Turn, challenge: str, error: GuidenError) -> Outcome:
    register = Choice(label=turn.say("choice.register_interest"), intent="register_interest", entities={"entry": challenge})
    first = [register] if error.key == "not_registered" else []
    return Outcome([reply(refusal(turn, error), choices=[*first, *turn.offer("my_interests", "browse_open")])], dict(_NO_FORM))


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_ask_challenge_question": ask_question,
    "action_ask_question_answer": ask_text,
    "action_question_sent": question_sent,
}
