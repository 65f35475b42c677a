"""Forms that come in whole, where a channel has them: opened from a choice, and taken with the same rules as in the conversation."""

from collections.abc import Mapping
from dataclasses import replace

from bot.replies import Choice, Reply
from bot.services import Services
from bot.whole_forms.contribution import open_contribution, send_contribution
from bot.whole_forms.form import Asked, Field, FormName, Taken, WholeForm
from bot.whole_forms.interest import open_interest, send_interest
from bot.whole_forms.review import open_review, send_review

__all__ = ["OPENS", "Asked", "Field", "FormName", "Taken", "WholeForm", "open_again", "open_form", "opens", "send_form"]

# What a choice that opens a form stands for -> the form.
OPENS: Mapping[str, FormName] = {
    "register_interest": "interest",
    "propose": "challenge",
    "share_solution": "solution",
    "review_one": "review",
}


def opens(choice: Choice) -> FormName | None:
    """Return the form that a choice opens, None when it is answered in the conversation.

    That is so when the choice does not say in which of several challenges interest is registered, and when a report is reviewed.
    """
    if choice.intent == "review_one" and not choice.entities.get("value", "").isdecimal():
        return None
    if choice.intent == "register_interest" and not choice.entities.get("entry"):
        return None
    return OPENS.get(choice.intent)


async def open_form(services: Services, asked: Asked, choice: Choice) -> WholeForm | Reply:
    """Return the form that a choice opens (its intent is among `OPENS`), or what is said when it is refused."""
    form = OPENS[choice.intent]
    if form == "interest":
        return await open_interest(services, asked, choice)
    if form == "review":
        return await open_review(services, asked, choice)
    return await open_contribution(services, asked, choice, form)


async def open_again(services: Services, asked: Asked, form: FormName, about: str) -> WholeForm | Reply:
    """Return a form that was opened before, for a channel that shows it anew with what is wrong; or what is said when it is refused."""
    opened = await open_form(services, asked, _opened_by(form, about))
    return opened if isinstance(opened, Reply) else replace(opened, about=about)


async def send_form(services: Services, asked: Asked, form: FormName, about: str, values: Mapping[str, str]) -> Taken:
    """Take a form in; return what is wrong with which fields, by sentences, or the answer. The same form again has the same answer."""
    if form == "interest":
        return await send_interest(services, asked, about, values)
    if form == "review":
        return await send_review(services, asked, about, values)
    return await send_contribution(services, asked, about, values)


def _opened_by(form: FormName, about: str) -> Choice:
    intent = next(intent for intent, opened in OPENS.items() if opened == form)
    match form:
        case "interest":
            return Choice(label="", intent=intent, entities={"entry": about})
        case "review":
            return Choice(label="", intent=intent, entities={"value": about.partition(":")[0]})
    return Choice(label="", intent=intent)  # what is in progress is found by whose it is
