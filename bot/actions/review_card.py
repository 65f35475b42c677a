"""A contribution as a reviewer reads it: the entry it would be, what it lacks, and what has happened to it."""

from collections.abc import Mapping
from typing import Any

from bot.actions.turn import Turn
from bot.replies import Card, Element, Fact, Link, Notice
from knowledge.areas import area
from knowledge.contributions import Contribution
from knowledge.review import Reviewed
from knowledge.swedish_time import swedish_time

_SHOWN = {
    "challenge": ("summary", "problem", "who", "consequence", "goal", "organisation", "area"),
    "solution": ("summary", "what", "stage", "results", "cost", "lessons", "organisation", "area", "challenges"),
}

# A contribution never has as many ways to say it as the shipped entries, in each language: one line tells that.
FEW = "few_phrasings"


def entry_card(turn: Turn, reviewed: Reviewed) -> Card:
    """Return the entry that would be published, field by field, with its sources."""
    body, contribution = reviewed.entry, reviewed.contribution
    names = _SHOWN["challenge" if contribution.kind == "challenge" else "solution"]
    facts = [Fact(label=turn.say(f"reviewing.field.{name}"), value=_value(turn, name, body.get(name))) for name in names]
    first_hand = [Fact(label=turn.say("field.source"), value=each["title"]) for each in body.get("sources", []) if not each.get("url")]
    links = tuple(Link(text=each["title"], url=each["url"]) for each in body.get("sources", []) if each.get("url"))
    state = turn.say(f"contribute.state.{contribution.state}")
    subtitle = f"{contribution.id} · {turn.say(f'kind.{contribution.kind}')} · {state}"
    return Card(title=body.get("title") or turn.say("contribute.untitled"), subtitle=subtitle, facts=(*facts, *first_hand), links=links)


def remarks(turn: Turn, reviewed: Reviewed) -> list[Element]:
    """Return what stands in the way of publishing, and that nobody reviews their own."""
    found: list[Element] = []
    if reviewed.is_own:
        found.append(Notice(level="info", text=turn.say("error.own_contribution")))
    if reviewed.missing:
        names = ", ".join(_label(turn, name) for name in reviewed.missing)
        found.append(Notice(level="warning", text=turn.say("reviewing.missing", names=names)))
    if any(fault.key == FEW for fault in reviewed.advice):
        found.append(Notice(level="info", text=turn.say("reviewing.few_phrasings")))
    for fault in (*reviewed.faults, *(each for each in reviewed.advice if each.key != FEW)):
        text = turn.say(f"fault.{fault.key}", **fault.details)
        level = "warning" if fault in reviewed.faults else "info"
        found.append(Notice(level="warning" if level == "warning" else "info", text=f"{_label(turn, fault.at)}: {text}"))
    return found


def history_card(turn: Turn, contribution: Contribution) -> Card:
    """Return what has happened to a contribution, in order."""
    facts = tuple(
        Fact(label=f"{swedish_time(step.at):%Y-%m-%d %H:%M} {turn.say(f'contribute.step.{step.step}')}", value=step.comment or "–")
        for step in contribution.steps
    )
    return Card(title=turn.say("reviewing.history"), facts=facts)


def _label(turn: Turn, name: str) -> str:
    known = {each for names in _SHOWN.values() for each in names} | {"title"}
    return turn.say(f"reviewing.field.{name}").lower() if name in known else name


def _value(turn: Turn, name: str, value: Any) -> str:
    match value:
        case None | "" | []:
            return turn.say("contribute.nothing")
        case str() if name == "area":
            return area(value).label(turn.language)
        case str() if name == "stage":
            return turn.say(f"stage.{value}")
        case list():
            return "\n".join(str(each["text"]) if isinstance(each, Mapping) else str(each) for each in value)
    return str(value)
