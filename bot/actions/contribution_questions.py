"""How an interview is held: one question for each field, how the need compares with the catalogue, and the summary at its end."""

import asyncio
import logging
from collections.abc import Sequence

from bot.actions.meant import challenges_by_id
from bot.actions.told import choice
from bot.actions.turn import Turn
from bot.answers import reply
from bot.asking import CHANGE_TOLD, CONTRIBUTION, NOTHING, REPLY, SEND
from bot.replies import Card, Choice, Element, Fact, Notice, Reply, Text
from bot.services import Services
from index.likeness import Likeness, compare
from knowledge.areas import area, areas
from knowledge.catalogue import Challenge
from knowledge.contribution_form import FIELDS, REQUIRED, STAGES
from knowledge.contributions import Contribution
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

CONFIRM, CHALLENGE, ORGANISATION, AREA = "confirm", "challenge", "organisation", "area"
# What is asked when the interview does not know it yet; neither is a field of it.
PLACES = (ORGANISATION, AREA)
_SIDE_BY_SIDE = 2


def fields_of(contribution: Contribution) -> list[str]:
    """Return everything that can be asked and corrected, in order."""
    return [*FIELDS[contribution.kind], *PLACES]


def after(contribution: Contribution, name: str = "") -> str:
    """Return what to ask after `name`, or first of all that is left: what has been skipped is not asked again."""
    if left := contribution.next_field:
        return left
    if contribution.organisation is None:
        return ORGANISATION
    return AREA if name != AREA and contribution.area is None else CONFIRM


async def question(services: Services, turn: Turn, contribution: Contribution, name: str, words: str = "") -> Reply:
    """Return the question for a field, or the summary; `words` are what a challenge is looked for by."""
    if name == CONFIRM:
        return await _summary(services, turn, contribution)
    if name == REPLY:
        return reply(Text(text=turn.say("contribute.ask.reply")), choices=turn.offer("cancel"), asks=CONTRIBUTION + REPLY)
    elements: list[Element] = [Text(text=_asked(turn, contribution, name))]
    if name in FIELDS[contribution.kind] and name in contribution.fields:
        elements.append(Text(text=turn.say("contribute.now", value=await _value(services, turn, contribution, name))))
    choices = await _choices(services, turn, contribution, name, words)
    return reply(*elements, choices=[*choices, *turn.offer("cancel")], asks=CONTRIBUTION + name)


async def likeness(services: Services, turn: Turn, contribution: Contribution) -> tuple[list[Element], list[Choice]]:
    """Return one line on how the need compares with the catalogue, and ways to what is like it; nothing when that cannot be told."""
    try:
        found = await asyncio.to_thread(compare, services.search, contribution.fields["today"], itself=contribution.entry_id)
    except UnavailableError as error:
        log.warning("A need was not compared with the catalogue: %s", error)
        return [], []
    alike = await _alike(services, found)
    if not alike:
        return [Text(text=turn.say("contribute.like_new"))], []
    titles = ", ".join(f"«{each.entry.title_in(turn.language)}»" for each in alike)
    choices = [each for challenge in alike for each in _about(turn, challenge)]
    return [Text(text=turn.say(f"contribute.like_{found.verdict}", titles=titles))], choices


async def _alike(services: Services, found: Likeness) -> list[Challenge]:
    return await challenges_by_id(services, [hit.id for hit in found.alike[:_SIDE_BY_SIDE]])


def _about(turn: Turn, challenge: Challenge) -> list[Choice]:
    title, entities = challenge.entry.title_in(turn.language), {"entry": challenge.entry.id}
    return [
        Choice(label=turn.say("choice.show", title=title), intent="show_one", entities=entities),
        Choice(label=turn.say("choice.me_too_in", title=title), intent="me_too", entities=entities),
    ]


def _asked(turn: Turn, contribution: Contribution, name: str) -> str:
    order = list(FIELDS[contribution.kind])
    key = f"contribute.ask.{'challenge' if contribution.kind == 'challenge' else 'solution'}_{name}"
    words = turn.say(f"contribute.ask.{name}" if name in (*PLACES, "source", "title") else key)
    return f"({order.index(name) + 1}/{len(order)}) {words}" if name in order else words


async def _choices(services: Services, turn: Turn, contribution: Contribution, name: str, words: str) -> list[Choice]:
    match name:
        case "stage":
            return [choice(turn, turn.say(f"stage.{each}"), each, name) for each in STAGES]
        case "area":
            return [choice(turn, each.label(turn.language), each.slug, name) for each in areas()]
        case "challenge":
            return await _nearest(services, turn, words or contribution.fields.get("what", ""))
    return [] if name in REQUIRED[contribution.kind] else [choice(turn, turn.say("choice.skip"), NOTHING, name)]


async def _nearest(services: Services, turn: Turn, words: str) -> list[Choice]:
    """Return the challenges that a solution may answer, and a word for none of them."""
    near: Sequence[Challenge] = []
    try:
        found = await asyncio.to_thread(compare, services.search, words)
        near = await challenges_by_id(services, [hit.id for hit in found.hits])
    except UnavailableError as error:
        log.warning("The challenge that a solution answers was not looked for: %s", error)
    titled = [choice(turn, each.entry.title_in(turn.language), each.entry.id, CHALLENGE) for each in near]
    return [*titled, choice(turn, turn.say("choice.none_of_these"), NOTHING, CHALLENGE)]


async def _value(services: Services, turn: Turn, contribution: Contribution, name: str) -> str:
    """Return a field's value as its author reads it."""
    value = contribution.fields.get(name, "")
    match name:
        case "organisation":
            value = contribution.organisation or ""
        case "area":
            value = area(contribution.area).label(turn.language) if contribution.area else ""
        case "stage" if value:
            value = turn.say(f"stage.{value}")
        case "challenge" if value:
            found = await challenges_by_id(services, [value])
            value = found[0].entry.title_in(turn.language) if found else value
    return value or turn.say("contribute.nothing")


async def _summary(services: Services, turn: Turn, contribution: Contribution) -> Reply:
    names = fields_of(contribution)
    facts = [Fact(label=turn.say(f"contribute.label.{name}"), value=await _value(services, turn, contribution, name)) for name in names]
    card = Card(title=turn.say(f"contribute.summary_{contribution.kind}"), facts=tuple(facts))
    came_back = contribution.state == "returned"
    said = [Notice(level="info", text=turn.say("contribute.returned", comment=comment_on(contribution)))] if came_back else []
    choices = [
        choice(turn, turn.say("choice.send_again" if came_back else "choice.send_contribution"), SEND, CONFIRM),
        *([choice(turn, turn.say("choice.reply_to_reviewer"), REPLY, CONFIRM)] if came_back else []),
        *(
            Choice(
                label=turn.say("choice.change_field", field=turn.say(f"contribute.label.{name}").lower()),
                intent=CHANGE_TOLD,
                entities={"value": name},
            )
            for name in names
        ),
        *turn.offer("cancel"),
    ]
    asked = Text(text=turn.say("contribute.ask.confirm_again" if came_back else "contribute.ask.confirm"))
    return reply(card, *said, asked, choices=choices, asks=CONTRIBUTION + CONFIRM)


def comment_on(contribution: Contribution) -> str:
    """Return what the reviewer said last, when it was returned or rejected; else nothing."""
    return next((step.comment for step in reversed(contribution.steps) if step.step in ("returned", "rejected")), "")
