"""The early dialogue about a challenge as it is shown to anybody: how it stands, and what has been asked and answered."""

from collections.abc import Sequence

from bot.answers import Say
from bot.replies import Card, Fact, Link
from knowledge.questions import Question
from knowledge.standing import LOCKED, Standing


def standing_facts(say: Say, standing: Standing) -> tuple[Fact, ...]:
    """Return whether interest is open and until when, the next promise, how many have registered, and what it came to."""
    named = [("interest", _openness(say, standing)), ("next_update", _promise(say, standing))]
    if standing.counter is not None:
        named.append(("counter", say(f"standing.band_{standing.counter.rstrip('+').replace('-', '_')}")))
    named += [(name, value) for name, value in (("outcome", standing.outcome), ("lessons", standing.lessons)) if value]
    return tuple(Fact(label=say(f"standing.{name}"), value=value) for name, value in named)


def standing_links(say: Say, standing: Standing) -> tuple[Link, ...]:
    """Return the link to the announcement where a procurement runs."""
    if standing.stage in LOCKED and standing.announcement_url:
        return (Link(text=say("standing.announcement"), url=standing.announcement_url),)
    return ()


def questions_card(say: Say, questions: Sequence[Question]) -> Card | None:
    """Return the questions that have been answered, or None when there are none."""
    if not questions:
        return None
    facts = [Fact(label=say(label), value=value) for each in questions for label, value in _both(each)]
    return Card(title=say("question.published"), subtitle=say("question.same_for_all"), facts=tuple(facts))


def _both(question: Question) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("question.q", question.text), ("question.a", question.answer or "")


def _openness(say: Say, standing: Standing) -> str:
    if standing.stage in LOCKED:
        return say("standing.locked")
    if not standing.is_open:
        return say("standing.closed")
    return say("standing.open_until", until=standing.interest_until) if standing.interest_until else say("standing.open")


def _promise(say: Say, standing: Standing) -> str:
    return say("standing.promised", date=standing.next_update_by) if standing.next_update_by else say("standing.nothing_promised")
