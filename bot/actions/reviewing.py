"""Review in the conversation: the queue, and one contribution or report as it stands, for those who have the role."""

import asyncio
import re
from datetime import datetime

from bot.actions.own_contributions import title
from bot.actions.review_card import entry_card, history_card, remarks
from bot.actions.review_form import decisions
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import entry_titles, reply
from bot.asking import SHOWN
from bot.replies import Card, Choice, Element, Fact, Notice, Text
from bot.services import Services
from index.likeness import compare
from knowledge.catalogue import Entry
from knowledge.contributions import Contribution
from knowledge.errors import NotFoundError, RefusedError, UnavailableError
from knowledge.reports import Report
from knowledge.review import Reviewed
from knowledge.swedish_time import swedish_date
from knowledge.tables import now

REPORTED = "report:"
_MOST = 10
_EDITABLE = {
    "challenge": ("title", "summary", "problem", "who", "consequence", "goal", "organisation", "area"),
    "solution": ("title", "summary", "what", "lessons", "cost", "organisation", "area"),
}


async def queue(services: Services, turn: Turn) -> Outcome:
    """List what waits for the person, the oldest first, and for how long it has waited."""
    if not await _may_review(services, turn):
        return _no_role(services, turn)
    waiting = await asyncio.to_thread(services.review.queue, turn.person)
    reports = await asyncio.to_thread(services.reports.open, turn.person)
    if not waiting and not reports:
        return Outcome([reply(Text(text=turn.say("reviewing.empty")), choices=turn.offer("start_over"))], {"reviewing": None})
    facts = [*(_line(turn, each) for each in waiting[:_MOST]), *(_report_line(turn, each) for each in reports[:_MOST])]
    card = Card(title=turn.say("reviewing.queue", count=len(waiting), reports=len(reports)), facts=tuple(facts))
    choices = [_open(turn, "review_number", str(each.id), each.id) for each in waiting[:_MOST]]
    choices += [_open(turn, "report_number", f"{REPORTED}{each.id}", each.id) for each in reports[:_MOST]]
    return Outcome([reply(card, choices=[*choices, *turn.offer("start_over")])], {"reviewing": None}, private=True)


async def one(services: Services, turn: Turn) -> Outcome:
    """Show a contribution as it would be published, with what it lacks, what is like it and what has happened to it; or a report."""
    chosen = turn.entities.get("value") or (found.group() if (found := re.search(r"\d+", turn.message)) else "")
    if not await _may_review(services, turn):
        return _no_role(services, turn)
    if chosen.startswith(REPORTED):
        return await _report(services, turn, chosen.removeprefix(REPORTED))
    if not chosen:
        return await queue(services, turn)
    try:
        reviewed = await asyncio.to_thread(services.review.show, turn.person, int(chosen))
    except (RefusedError, NotFoundError) as error:
        return Outcome([reply(refusal(turn, error), choices=turn.offer("review_queue"))])
    contribution = reviewed.contribution
    near = await _nearest(services, reviewed)
    elements: list[Element] = [entry_card(turn, reviewed), *remarks(turn, reviewed), history_card(turn, contribution)]
    if near:
        elements.append(Text(text=turn.say("reviewing.near", titles=", ".join(f"«{each.entry.title_in(turn.language)}»" for each in near))))
    about = f"{contribution.id}:{contribution.revision}"
    choices = [*_what_to_do(turn, reviewed, about), *entry_titles(turn.say, near), *turn.offer("review_queue")]
    asks = SHOWN if _is_open(reviewed) else ""
    return Outcome([reply(*elements, choices=choices, asks=asks)], {"reviewing": about}, private=True)


def _what_to_do(turn: Turn, reviewed: Reviewed, about: str) -> list[Choice]:
    if not _is_open(reviewed):
        return []
    kind = "challenge" if reviewed.contribution.kind == "challenge" else "solution"
    edits = [
        Choice(
            label=turn.say("choice.change_field", field=turn.say(f"reviewing.field.{name}").lower()),
            intent="review_edit",
            entities={"value": name, "entry": about},
        )
        for name in _EDITABLE[kind]
    ]
    return [*decisions(turn, about), *edits]


def _is_open(reviewed: Reviewed) -> bool:
    return reviewed.contribution.state == "in_review" and not reviewed.is_own


async def _report(services: Services, turn: Turn, number: str) -> Outcome:
    waiting = await asyncio.to_thread(services.reports.open, turn.person)
    found = next((each for each in waiting if str(each.id) == number), None)
    if found is None:
        error = NotFoundError("no_such_report", report=number)
        return Outcome([reply(refusal(turn, error), choices=turn.offer("review_queue"))])
    card = Card(title=found.title, subtitle=turn.say("reviewing.report", number=found.id, days=_days(found.at)), text=found.text)
    choices = [
        Choice(label=turn.say("choice.answer_report_changed"), intent="answer_report", entities={"value": number, "field": "changed"}),
        Choice(label=turn.say("choice.answer_report"), intent="answer_report", entities={"value": number}),
        Choice(label=turn.say("choice.show", title=found.title), intent="show_one", entities={"entry": found.entry}),
        *turn.offer("review_queue"),
    ]
    return Outcome([reply(card, choices=choices)], {"reviewing": None}, private=True)


async def _may_review(services: Services, turn: Turn) -> bool:
    """Tell whether the person reviews anything at all, or looks after an entry that a reader says is not right."""
    if await asyncio.to_thread(services.people.holds, turn.person, "reviewer"):
        return True
    granted = await asyncio.to_thread(services.people.list)
    return any(each.person == turn.person and each.role in ("reviewer", "owner", "administrator") for each in granted)


def _no_role(services: Services, turn: Turn) -> Outcome:
    contact = services.settings.contact or turn.say("contact.none")
    text = turn.say("reviewing.no_role", contact=contact)
    return Outcome([reply(Notice(level="info", text=text), choices=turn.offer("my_contributions"))])


async def _nearest(services: Services, reviewed: Reviewed) -> list[Entry]:
    """Return the published entries that are most like what would be published; none when the search is down."""
    told = f"{reviewed.entry.get('title', '')} {reviewed.entry.get('problem') or reviewed.entry.get('what', '')}"
    try:
        found = await asyncio.to_thread(compare, services.search, told, itself=reviewed.contribution.entry_id)
    except UnavailableError:
        return []
    return list(await asyncio.to_thread(services.catalogue.get, [hit.id for hit in found.alike]))


def _line(turn: Turn, contribution: Contribution) -> Fact:
    kind, days = turn.say(f"kind.{contribution.kind}"), _days(contribution.created_at)
    about = turn.say("reviewing.waits", kind=kind, organisation=contribution.organisation or "–", days=days)
    return Fact(label=f"{contribution.id} · {title(turn, contribution)}", value=about)


def _report_line(turn: Turn, report: Report) -> Fact:
    return Fact(label=turn.say("reviewing.report", number=report.id, days=_days(report.at)), value=f"{report.title}: {report.text}")


def _open(turn: Turn, label: str, value: str, number: int) -> Choice:
    return Choice(label=turn.say(f"choice.{label}", number=number), intent="review_one", entities={"value": value})


def _days(since: datetime) -> int:
    return (swedish_date(now()) - swedish_date(since)).days


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {"action_review_queue": queue, "action_review_one": one}
