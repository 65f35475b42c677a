"""A reviewer's decision on a contribution, made in one form: publish, send back or turn down."""

import asyncio
from collections.abc import Mapping
from datetime import date

from bot.actions.review_card import FEW
from bot.answers import reply
from bot.replies import Choice, Notice, Reply
from bot.services import Services
from bot.whole_forms.form import Asked, Field, Taken, WholeForm, sentence
from knowledge.areas import area
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.people import Person
from knowledge.review import Review, Reviewed

APPROVE, RETURN, REJECT = "approve", "return", "reject"
_LONGEST_COMMENT = 1000
_LONGEST_DATE = 10
_LONGEST_PART = 2900
# Where a sentence of what is wrong belongs; every other refusal is the answer to the form.
_BESIDE = {
    "review_reason_missing": "comment",
    "text_too_long": "comment",
    "next_update_by_missing": "next_update_by",
    "next_update_by_passed": "next_update_by",
    "entry_incomplete": "decision",
}


async def open_review(services: Services, asked: Asked, choice: Choice) -> WholeForm | Reply:
    """Return the form for a contribution, with the entry as it would be published and what it lacks."""
    number = choice.entities.get("value", "")
    try:
        shown = await asyncio.to_thread(Review(services.database).show, asked.person, _number(number))
    except (RefusedError, NotFoundError) as error:
        return _refused(asked, error)
    if shown.is_own:
        return _refused(asked, RefusedError("own_contribution"))
    decisions = tuple((each, asked.say(f"form.review.{each}")) for each in (APPROVE, RETURN, REJECT))
    fields = [
        Field("decision", asked.say("form.review.decision"), "choice", required=True, options=decisions),
        Field(
            "comment",
            asked.say("form.review.comment"),
            "text",
            required=False,
            hint=asked.say("form.review.comment_hint"),
            longest=_LONGEST_COMMENT,
        ),
    ]
    if shown.contribution.kind == "challenge":
        hint = asked.say("form.review.next_update_hint")
        label = asked.say("form.review.next_update")
        fields.append(Field("next_update_by", label, "line", required=False, hint=hint, longest=_LONGEST_DATE))
    about = f"{shown.contribution.id}:{shown.contribution.revision}"
    return WholeForm("review", about, asked.say("form.review.title"), _intro(asked, shown), tuple(fields), asked.say("form.review.submit"))


async def send_review(services: Services, asked: Asked, about: str, values: Mapping[str, str]) -> Taken:
    """Carry the decision out; who has been overtaken is told so."""
    decision = values.get("decision", "")
    if decision not in (APPROVE, RETURN, REJECT):
        return {"decision": asked.say("form.review.choose")}
    try:
        day = _day(values.get("next_update_by", ""))
    except ValueError:
        return {"next_update_by": asked.say("form.review.date_wrong")}
    number, _, revision = about.partition(":")
    try:
        which = (asked.person, _number(number), _number(revision))
        entry = await asyncio.to_thread(_decide, Review(services.database), which, decision, values.get("comment", ""), day)
    except (RefusedError, NotFoundError) as error:
        beside = _BESIDE.get(error.key)
        return {beside: sentence(asked, error)} if beside else _refused(asked, error)
    notice = Notice(level="success", text=asked.say(f"form.review.done_{decision}", number=number, entry=entry))
    return reply(notice, choices=asked.turn().offer("start_over"))


def _decide(review: Review, which: tuple[Person, int, int], decision: str, comment: str, day: date | None) -> str:
    """Make a decision; return the id of the entry that was published, empty when none was."""
    if decision == APPROVE:
        return review.approve(*which, next_update_by=day)
    (review.return_ if decision == RETURN else review.reject)(*which, comment)
    return ""


def _intro(asked: Asked, shown: Reviewed) -> tuple[str, ...]:
    """Return the entry, text by text, and what must be done first."""
    named = [asked.say("form.review.about", number=shown.contribution.id)]
    named += [
        f"{asked.say(f'mail.field.{name}').capitalize()}: {_told(asked, name, value)}"
        for name in _SHOWN
        if (value := shown.entry.get(name))
    ]
    if shown.missing:
        fields = ", ".join(asked.say(f"mail.field.{name}") for name in shown.missing)
        named.append(asked.say("form.review.missing", fields=fields))
    if any(fault.key == FEW for fault in shown.advice):
        named.append(asked.say("reviewing.few_phrasings"))
    faults = (*shown.faults, *(each for each in shown.advice if each.key != FEW))
    named += [f"{fault.at}: {asked.say(f'fault.{fault.key}', **fault.details)}" for fault in faults]
    return tuple(part[:_LONGEST_PART] for part in named)


def _told(asked: Asked, name: str, value: object) -> str:
    return area(str(value)).label(asked.language) if name == "area" else str(value)


_SHOWN = ("title", "summary", "problem", "who", "consequence", "goal", "what", "lessons", "cost", "organisation", "area")


def _refused(asked: Asked, error: GuidenError) -> Reply:
    return reply(Notice(level="warning", text=sentence(asked, error)), choices=asked.turn().offer("start_over"))


def _day(words: str) -> date | None:
    return date.fromisoformat(words.strip()) if words.strip() else None


def _number(words: str) -> int:
    if not (words.isascii() and words.isdigit()):
        raise NotFoundError("no_such_contribution", id=words)
    return int(words)
