"""Answer companies: which challenges are open, for what they sell; every company gets the same."""

import asyncio

from bot.actions.find import area_in, unavailable
from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import reply
from bot.replies import Card, Choice, Element, Fact, Link, Notice, Text
from bot.services import Services
from index.search import Hit
from knowledge.areas import area
from knowledge.catalogue import Challenge
from knowledge.errors import UnavailableError

_PAGE = 5


async def company(services: Services, turn: Turn) -> Outcome:
    """Show the open challenges nearest to what a company offers."""
    challenges = await asyncio.to_thread(services.catalogue.open_challenges)
    by_id = {each.entry.id: each for each in challenges}
    try:
        found = await asyncio.to_thread(services.search.ask, turn.message, among=by_id, limit=_PAGE)
    except UnavailableError as error:
        return Outcome([reply(unavailable(turn, error))])
    if not found.hits:
        return Outcome([reply(Text(text=turn.say("company.none")), choices=turn.offer("browse_open", "start_over"))], {"role": "company"})
    cards = [_card(turn, number, by_id[hit.id], hit) for number, hit in enumerate(found.hits, 1)]
    ids = [hit.id for hit in found.hits]
    return _answer(turn, turn.say("company.found"), cards, ids, turn.message)


async def browse_open(services: Services, turn: Turn) -> Outcome:
    """Show the open challenges, in an area when one is named."""
    wanted = await area_in(services, turn)
    challenges = await asyncio.to_thread(services.catalogue.open_challenges, wanted)
    if not challenges:
        return Outcome([reply(Text(text=turn.say("company.none_open")), choices=turn.offer("browse_open", "start_over"))])
    shown = challenges[:_PAGE]
    heading = turn.say(
        "company.open",
        count=len(challenges),
        shown=len(shown),
        area=area(wanted).label(turn.language) if wanted else turn.say("company.all_areas"),
    )
    cards = [_card(turn, number, each) for number, each in enumerate(shown, 1)]
    return _answer(turn, heading, cards, [each.entry.id for each in shown], "")


async def i_am_company(services: Services, turn: Turn) -> Outcome:
    """Welcome a company and say what it can do here."""
    return Outcome([reply(Text(text=turn.say("company.welcome")), choices=turn.offer("browse_open", "start_over"))], {"role": "company"})


async def register_interest(services: Services, turn: Turn) -> Outcome:
    """Tell a company how it will hear when interest can be registered."""
    contact = services.settings.contact or turn.say("contact.none")
    elements: list[Element] = [
        Text(text=turn.say("company.register_later", contact=contact)),
        Notice(level="info", text=turn.say("legal.early_dialogue")),
    ]
    return Outcome([reply(*elements, choices=turn.offer("browse_open", "start_over"))], {"role": "company"})


def _card(turn: Turn, number: int, challenge: Challenge, hit: Hit | None = None) -> Card:
    file = challenge.entry
    facts = [
        Fact(label=turn.say("field.area"), value=area(file.area).label(turn.language)),
        Fact(label=turn.say("field.goal"), value=file.goal),
    ]
    if hit:
        facts.insert(0, Fact(label=turn.say("field.why"), value=turn.say(f"why.{hit.why.part}", text=hit.why.text)))
    return Card(
        title=f"{number}. {file.title_in(turn.language)}",
        subtitle=f"{file.organisation} · {turn.say(f'status.{challenge.status}')}",
        text=file.summary,
        facts=tuple(facts),
        links=tuple(Link(text=source.title, url=source.url) for source in file.sources[:1]),
    )


def _answer(turn: Turn, heading: str, cards: list[Card], ids: list[str], query: str) -> Outcome:
    choices = [
        Choice(label=turn.say("choice.details", number=number), intent="show_one", entities={"entry": entry})
        for number, entry in enumerate(ids, 1)
    ]
    choices += turn.offer("register_interest", "start_over")
    elements: list[Element] = [Text(text=heading), *cards, Notice(level="info", text=turn.say("legal.early_dialogue"))]
    remember = {"results": ids, "shown": len(ids), "focus": ids[0], "query": query, "role": "company"}
    return Outcome([reply(*elements, choices=choices)], remember)


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_company": company,
    "action_browse_open": browse_open,
    "action_i_am_company": i_am_company,
    "action_register_interest": register_interest,
}
