"""Forms that come in whole, where a channel has them: opened from a choice, and taken with the same rules as in the conversation."""

from collections.abc import Mapping

from bot.replies import Choice, Reply
from bot.services import Services
from bot.whole_forms.contribution import open_contribution, send_contribution
from bot.whole_forms.form import Asked, Field, FormName, Taken, WholeForm
from bot.whole_forms.interest import open_interest, send_interest
from bot.whole_forms.review import open_review, send_review

__all__ = ["OPENS", "Asked", "Field", "FormName", "Taken", "WholeForm", "open_form", "opens", "send_form"]

# What a choice that opens a form stands for -> the form.
OPENS: Mapping[str, FormName] = {
    "register_interest": "interest",
    "propose": "challenge",
    "share_solution": "solution",
    "review_one": "review",
}


def opens(choice: Choice) -> FormName | None:
    """Return the form that a choice opens, None when it is answered in the conversation: a review is of a contribution, not of a report."""
    if choice.intent == "review_one" and not choice.entities.get("value", "").isdecimal():
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


async def send_form(services: Services, asked: Asked, form: FormName, about: str, values: Mapping[str, str]) -> Taken:
    """Take a form in; return what is wrong with which fields, by sentences, or the answer. The same form again has the same answer."""
    if form == "interest":
        return await send_interest(services, asked, about, values)
    if form == "review":
        return await send_review(services, asked, about, values)
    return await send_contribution(services, asked, about, values)
