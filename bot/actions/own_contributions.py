"""What a person has contributed and reported: how it stands, what the reviewer says, and how to take it back."""

import asyncio

from bot.actions.contribution_form import own
from bot.actions.contribution_questions import comment_on
from bot.actions.turn import Answer, Outcome, Turn, refusal
from bot.answers import reply
from bot.replies import Card, Choice, Element, Fact, Notice, Text
from bot.services import Services
from knowledge.contributions import Contribution
from knowledge.errors import NotFoundError, RefusedError
from knowledge.reports import Report
from knowledge.swedish_time import swedish_time

_MOST = 10


async def my_contributions(services: Services, turn: Turn) -> Outcome:
    """List what the person has contributed, newest first, and what can be done with each."""
    mine = (await asyncio.to_thread(services.contributions.of, turn.person))[:_MOST]
    reported = (await asyncio.to_thread(services.reports.of, turn.person))[:_MOST]
    if not mine and not reported:
        return Outcome([reply(Text(text=turn.say("contribute.none_own")), choices=turn.offer("propose", "share_solution"))])
    elements: list[Element] = [Text(text=turn.say("contribute.own")), *(_card(turn, each) for each in mine)]
    if reported:
        elements.append(Card(title=turn.say("reporting.own"), facts=tuple(_reported(turn, each) for each in reported)))
    choices = [each for contribution in mine for each in _ways_on(turn, contribution)]
    return Outcome([reply(*elements, choices=[*choices, *turn.offer("propose", "start_over")])], private=True)


async def withdraw(services: Services, turn: Turn) -> Outcome:
    """Take back what was sent and is not decided: the chosen one, or the only one there is."""
    waiting = [each for each in await asyncio.to_thread(services.contributions.of, turn.person) if each.state in ("in_review", "returned")]
    if chosen := turn.entities.get("value"):
        found = await own(services, turn, chosen)
    else:
        found = waiting[0] if len(waiting) == 1 else None
    if found is None:
        text = turn.say("contribute.withdraw_which" if waiting else "contribute.nothing_to_withdraw")
        choices = [_choice(turn, "withdraw_contribution", each) for each in waiting]
        return Outcome([reply(Text(text=text), choices=[*choices, *turn.offer("my_contributions")])])
    try:
        await asyncio.to_thread(services.contributions.withdraw, turn.person, found.id)
    except (RefusedError, NotFoundError) as error:
        return Outcome([reply(refusal(turn, error), choices=turn.offer("my_contributions"))])
    text = turn.say("contribute.withdrawn", number=found.id)
    return Outcome([reply(Notice(level="success", text=text), choices=turn.offer("my_contributions", "start_over"))])


def _card(turn: Turn, contribution: Contribution) -> Card:
    kind, state = turn.say(f"kind.{contribution.kind}"), turn.say(f"contribute.state.{contribution.state}")
    comment = comment_on(contribution) if contribution.state in ("returned", "rejected") else ""
    facts = (Fact(label=turn.say("contribute.reviewer_says"), value=comment),) if comment else ()
    return Card(title=f"{contribution.id} · {title(turn, contribution)}", subtitle=f"{kind} · {state}", facts=facts)


def title(turn: Turn, contribution: Contribution) -> str:
    """Return what a contribution is called before it has a title of its own."""
    return contribution.title or turn.say("contribute.untitled")


def _ways_on(turn: Turn, contribution: Contribution) -> list[Choice]:
    match contribution.state:
        case "draft":
            return [_choice(turn, "resume_contribution", contribution), _choice(turn, "discard_contribution", contribution)]
        case "returned":
            return [_choice(turn, "answer_contribution", contribution), _choice(turn, "withdraw_contribution", contribution)]
        case "in_review":
            return [_choice(turn, "withdraw_contribution", contribution)]
        case "approved" if contribution.entry_id:
            label = turn.say("choice.show", title=title(turn, contribution))
            return [Choice(label=label, intent="show_one", entities={"entry": contribution.entry_id})]
    return []


def _choice(turn: Turn, label: str, contribution: Contribution) -> Choice:
    intent = "resume_contribution" if label == "answer_contribution" else label
    words = turn.say(f"choice.{label}_number", number=contribution.id)
    return Choice(label=words, intent=intent, entities={"value": str(contribution.id)})


def _reported(turn: Turn, report: Report) -> Fact:
    at = f"{swedish_time(report.at):%Y-%m-%d}"
    answer = report.answer or turn.say("reporting.waits")
    return Fact(label=f"{report.title} ({at})", value=turn.say("reporting.said_and_answer", text=report.text, answer=answer))


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {"action_my_contributions": my_contributions, "action_withdraw_contribution": withdraw}
