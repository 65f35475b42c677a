"""Decide on a contribution, change its text, or answer a report: what is needed is asked for, and the revision that was read goes along."""

import asyncio
from datetime import date

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import Slots
from bot.actions.told import ToldForm, utter
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.asking import NOTHING, REVIEW, SHOWN
from bot.replies import Choice, Element, Notice, Text
from bot.services import Services
from knowledge.errors import GuidenError, NotFoundError, RefusedError

_NO_FORM: dict[str, None] = dict.fromkeys(("reviewing", "review_answer"))
# What the one slot is filled with when the form is over.
_DONE, _REFUSED = "done", "refused"
_TRY_AGAIN = (
    *("review_reason_missing", "text_missing", "text_too_long", "text_unusable", "text_unchanged"),
    *("next_update_by_missing", "next_update_by_passed"),
)


async def approve(services: Services, turn: Turn) -> Outcome:
    """Publish a solution at once; of a challenge the form asks when its next news comes."""
    about = _about(turn)
    if not about:
        return _which(turn)
    number, revision = _parts(about)
    try:
        reviewed = await asyncio.to_thread(services.review.show, turn.person, number)
        if reviewed.contribution.kind == "challenge":
            return Outcome(remember={"reviewing": f"approve:{about}", "review_answer": None})
        entry = await asyncio.to_thread(services.review.approve, turn.person, number, revision)
    except (RefusedError, NotFoundError) as error:
        return _not_done(turn, number, error)
    return Outcome([reply(_approved(turn), choices=_published(turn, entry))], dict(_NO_FORM))


async def return_(services: Services, turn: Turn) -> Outcome:
    """Begin to send a contribution back."""
    return _begin(turn, "return")


async def reject(services: Services, turn: Turn) -> Outcome:
    """Begin to reject a contribution."""
    return _begin(turn, "reject")


async def edit(services: Services, turn: Turn) -> Outcome:
    """Begin to change a field of the entry that a contribution would be."""
    about = turn.entities.get("entry") or turn.slot("reviewing")
    name = turn.entities.get("value")
    if not about or not name:
        return _which(turn)
    return Outcome(remember={"reviewing": f"edit:{about}:{name}", "review_answer": None})


async def answer_report(services: Services, turn: Turn) -> Outcome:
    """Begin to answer a report."""
    number = turn.entities.get("value")
    if not number:
        return _which(turn)
    return Outcome(remember={"reviewing": f"answer:{number}:{turn.entities.get('field', '')}", "review_answer": None})


async def ask_answer(services: Services, turn: Turn) -> Outcome:
    """Ask for what the decision needs: a date, a comment, a reason, a new text or an answer."""
    verb, _, rest = turn.slot("reviewing").partition(":")
    elements: list[Element] = []
    if verb == "edit":
        number, _, name = rest.split(":")
        try:
            reviewed = await asyncio.to_thread(services.review.show, turn.person, int(number))
        except (RefusedError, NotFoundError) as error:
            return _not_done(turn, int(number), error)
        elements.append(Text(text=turn.say("reviewing.ask.edit", field=turn.say(f"reviewing.field.{name}").lower())))
        elements.append(Text(text=turn.say("contribute.now", value=str(reviewed.entry.get(name) or turn.say("contribute.nothing")))))
    else:
        elements.append(Text(text=turn.say(f"reviewing.ask.{verb}")))
    return Outcome([reply(*elements, choices=turn.offer("cancel"), asks=REVIEW + verb)], private=True)


async def reviewed(services: Services, turn: Turn) -> Outcome:
    """Say what was done, and lead on; what was refused has been spoken of already."""
    done, _, entry = turn.slot("review_answer").partition(":")
    if done != _DONE:
        number = turn.slot("reviewing").split(":")[1:2]
        again = _open_again(turn, number[0]) if done == _REFUSED and number else []
        choices = [*again, *turn.offer("review_queue")]
        return Outcome([reply(Text(text=turn.say("reviewing.nothing_done")), choices=choices)] if done else [], dict(_NO_FORM))
    verb = turn.slot("reviewing").partition(":")[0]
    if verb == "approve":
        return Outcome([reply(_approved(turn), choices=_published(turn, entry))], dict(_NO_FORM))
    notice = Notice(level="success", text=turn.say(f"reviewing.done.{verb}"))
    if verb == "edit":
        # The decision goes on with the text as it is now.
        choices = [*decisions(turn, entry), *_open_again(turn, entry.partition(":")[0]), *turn.offer("review_queue")]
        return Outcome([reply(notice, choices=choices, asks=SHOWN)], {**_NO_FORM, "reviewing": entry})
    return Outcome([reply(notice, choices=turn.offer("review_queue", "start_over"))], dict(_NO_FORM))


def decisions(turn: Turn, about: str) -> list[Choice]:
    """Return what can be decided of a contribution that was read, named by its number and revision."""
    return [
        Choice(label=turn.say(f"choice.{intent}"), intent=intent, entities={"value": about})
        for intent in ("review_approve", "review_return", "review_reject")
    ]


class ReviewForm(ToldForm):
    """Asks a reviewer for what a decision needs."""

    form = "review_form"
    about = "reviewing"

    async def required_slots(self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> list[str]:
        """Ask nothing when no decision has been begun: a contribution that is only shown is named without a verb."""
        verb = str(tracker.get_slot("reviewing") or "").partition(":")[0]
        return domain_slots if verb and not verb.isdigit() else []

    async def extract_review_answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Slots) -> Slots:
        """Do what was decided."""
        turn = Turn.of(tracker)
        if (answer := await self.told(turn, tracker, "review_answer", REVIEW)) is None:
            return {}
        try:
            return {"review_answer": await _decide(self.services, turn, "" if answer[1] == NOTHING else answer[1])}
        except (RefusedError, NotFoundError) as error:
            utter(dispatcher, refusal(turn, error))
            return {"review_answer": None if error.key in _TRY_AGAIN else _REFUSED}


async def _decide(services: Services, turn: Turn, words: str) -> str:
    """Do what the slot `reviewing` says with the words of the answer; return what the form's slot is filled with."""
    verb, _, rest = turn.slot("reviewing").partition(":")
    review = services.review
    if verb == "answer":
        report, _, changed = rest.partition(":")
        await asyncio.to_thread(services.reports.answer, turn.person, int(report), words, changed=changed == "changed")
        return _DONE
    number, revision = _parts(rest)
    match verb:
        case "approve":
            entry = await asyncio.to_thread(review.approve, turn.person, number, revision, next_update_by=_date(words))
            return f"{_DONE}:{entry}"
        case "return":
            await asyncio.to_thread(review.return_, turn.person, number, revision, words)
        case "reject":
            await asyncio.to_thread(review.reject, turn.person, number, revision, words)
        case "edit":
            name = rest.rpartition(":")[2]
            known = await asyncio.to_thread(services.areas.find, words) if name == "area" else None
            after = await asyncio.to_thread(review.edit, turn.person, number, revision, {name: known or words})
            return f"{_DONE}:{number}:{after}"
    return _DONE


def _date(words: str) -> date:
    try:
        return date.fromisoformat(words.strip(" ."))
    except ValueError as error:
        raise RefusedError("next_update_by_missing") from error


def _begin(turn: Turn, verb: str) -> Outcome:
    about = _about(turn)
    return Outcome(remember={"reviewing": f"{verb}:{about}", "review_answer": None}) if about else _which(turn)


def _about(turn: Turn) -> str:
    """Return the number and the revision of the contribution that is on screen, or chosen."""
    about = turn.entities.get("value") or turn.slot("reviewing")
    return about if about.partition(":")[0].isdigit() else ""


def _parts(about: str) -> tuple[int, int]:
    number, revision, *_ = about.split(":")
    return int(number), int(revision)


def _which(turn: Turn) -> Outcome:
    return Outcome([reply(Text(text=turn.say("reviewing.which")), choices=turn.offer("review_queue"))], dict(_NO_FORM))


def _not_done(turn: Turn, number: int, error: GuidenError) -> Outcome:
    return Outcome([reply(refusal(turn, error), choices=[*_open_again(turn, str(number)), *turn.offer("review_queue")])], dict(_NO_FORM))


def _open_again(turn: Turn, number: str) -> list[Choice]:
    return [Choice(label=turn.say("choice.review_number", number=number), intent="review_one", entities={"value": number})]


def _approved(turn: Turn) -> Notice:
    return Notice(level="success", text=turn.say("reviewing.done.approve"))


def _published(turn: Turn, entry: str) -> list[Choice]:
    show = Choice(label=turn.say("choice.show_published"), intent="show_one", entities={"entry": entry})
    return [show, *turn.offer("review_queue", "start_over")]


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_review_approve": approve,
    "action_review_return": return_,
    "action_review_reject": reject,
    "action_review_edit": edit,
    "action_answer_report": answer_report,
    "action_ask_review_answer": ask_answer,
    "action_reviewed": reviewed,
}
