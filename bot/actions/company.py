"""Answer companies: which challenges are open, for what they sell or where they are; every company gets the same."""

import asyncio
import re
from collections.abc import Sequence

from bot.actions.find import area_in, unavailable
from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import page_links, reply, sources_of
from bot.early_dialogue import standing_facts, standing_links
from bot.replies import Card, Choice, Element, Fact, Notice, Text
from bot.services import Services
from index.search import Hit
from knowledge.areas import area
from knowledge.catalogue import Challenge
from knowledge.errors import UnavailableError
from knowledge.regions import Region, region_in
from knowledge.standing import Standing

_PAGE = 5
_ASKING = re.compile(
    r"\b(vilka|vad|visa|se|lista|alla|er|era|finns|det|är|har|ni|nu|just|kan|jag|vi|få|på|mig|oss|tack|öppna|öppet|utmaning(ar|arna)?|behov(en)?"
    r"|which|what|show|see|list|all|the|are|is|there|open|now|me|us|can|i|we|please|challenges?|needs?"
    r"|näytä|mitkä|mitä|kaikki|avoimet|avoinna|haasteet|ovat|on)\b",
    re.IGNORECASE,
)


async def company(services: Services, turn: Turn) -> Outcome:
    """Show the open challenges nearest to what a company offers, from the region that it names where there are any."""
    challenges = await asyncio.to_thread(services.catalogue.open_challenges)
    region = region_in(turn.message)
    there = _of_region(challenges, region)
    by_id = {each.entry.id: each for each in there or challenges}
    try:
        found = await asyncio.to_thread(services.search.ask, turn.message, among=by_id, limit=_PAGE)
    except UnavailableError as error:
        return Outcome([reply(unavailable(turn, error))])
    if not found.hits:
        return Outcome([reply(Text(text=turn.say("company.none")), choices=turn.offer("browse_open", "start_over"))], {"role": "company"})
    shown = [by_id[hit.id] for hit in found.hits]
    return await _answer(services, turn, _heading(turn, region, there), shown, turn.message, found.hits)


async def browse_open(services: Services, turn: Turn) -> Outcome:
    """Show the open challenges, in an area or a region when one is named; a few at a time, those whose own area it is first."""
    region = region_in(turn.message if turn.is_typed else turn.entities.get("value", ""))
    wanted = None if region or _names_nothing(turn) else await area_in(services, turn)
    challenges = await asyncio.to_thread(services.catalogue.open_challenges, wanted)
    if region:
        challenges = _of_region(challenges, region)
    if not challenges:
        none = turn.say("company.none_there", region=region.name) if region else turn.say("company.none_open")
        return Outcome([reply(Text(text=none), choices=turn.offer("browse_open", "start_over"))])
    challenges.sort(key=lambda each: wanted is not None and each.entry.area != wanted)
    first = int(turn.entities.get("number", 0))
    shown = challenges[first : first + _PAGE]
    left = len(challenges) - first - len(shown)
    place = region.name if region else area(wanted).label(turn.language) if wanted else turn.say("company.all_areas")
    heading = turn.say("company.open_some" if left else "company.open_rest", count=len(challenges), left=left, area=place)
    more = [_next_page(turn, first + _PAGE, wanted, region)] if left else []
    follow = [_follow_area(turn, wanted)] if wanted else []
    return await _answer(services, turn, heading, shown, "", more=[*more, *follow])


async def i_am_company(services: Services, turn: Turn) -> Outcome:
    """Welcome a company and say what it can do here."""
    choices = turn.offer("browse_open", "my_interests", "start_over")
    return Outcome([reply(Text(text=turn.say("company.welcome")), choices=choices)], {"role": "company"})


def _names_nothing(turn: Turn) -> bool:
    """Tell whether a message only asks for what is open: the meaning of such words is near to some area or other."""
    return turn.is_typed and not any(sign.isalpha() for sign in _ASKING.sub("", turn.message))


def _of_region(challenges: Sequence[Challenge], region: Region | None) -> list[Challenge]:
    return [each for each in challenges if region and region.holds(each.entry.organisation)]


def _heading(turn: Turn, region: Region | None, there: Sequence[Challenge]) -> str:
    if region is None:
        return turn.say("company.found")
    return turn.say("company.found_there" if there else "company.found_elsewhere", region=region.name)


def _follow_area(turn: Turn, slug: str) -> Choice:
    label = turn.say("choice.follow_area", area=area(slug).label(turn.language))
    return Choice(label=label, intent="follow", entities={"area": slug})


def _next_page(turn: Turn, first: int, wanted: str | None, region: Region | None) -> Choice:
    where = {"area": wanted} if wanted else {}
    if region:
        where = {"value": f"{region.name} län" if region.also else region.name}  # a county may have the name of a municipality
    return Choice(label=turn.say("choice.more_results"), intent="browse_open", entities={"number": str(first), **where})


def _card(turn: Turn, number: int, challenge: Challenge, standing: Standing, hit: Hit | None) -> Card:
    file = challenge.entry
    facts = [
        Fact(label=turn.say("field.area"), value=area(file.area).label(turn.language)),
        Fact(label=turn.say("field.goal"), value=file.goal),
        *standing_facts(turn.say, standing),
    ]
    if hit:
        facts.insert(0, Fact(label=turn.say("field.why"), value=turn.say(f"why.{hit.why.part}", text=hit.why.text)))
    return Card(
        title=f"{number}. {file.title_in(turn.language)}",
        subtitle=f"{file.organisation} · {turn.say(f'status.{challenge.status}')}",
        text=file.summary,
        facts=tuple(facts),
        links=(*page_links(sources_of(turn.say, challenge)[:1]), *standing_links(turn.say, standing)),
    )


async def _answer(
    services: Services,
    turn: Turn,
    heading: str,
    shown: Sequence[Challenge],
    query: str,
    hits: Sequence[Hit] = (),
    more: Sequence[Choice] = (),
) -> Outcome:
    ids = [each.entry.id for each in shown]
    standings = await asyncio.to_thread(lambda: [services.standing(entry) for entry in ids])
    why = [*hits, *[None] * (len(shown) - len(hits))]
    cards = [
        _card(turn, number, each, standing, hit) for number, (each, standing, hit) in enumerate(zip(shown, standings, why, strict=True), 1)
    ]
    choices = [
        Choice(label=turn.say("choice.details", number=number), intent="show_one", entities={"entry": entry})
        for number, entry in enumerate(ids, 1)
    ]
    choices += [*turn.offer("register_interest", "follow", entry=ids[0] if len(ids) == 1 else ""), *more, *turn.offer("start_over")]
    elements: list[Element] = [Text(text=heading), *cards, Notice(level="info", text=turn.say("notice.early_dialogue"))]
    # Several are on screen, and none of them is meant before the company has said which.
    remember = {"results": ids, "shown": len(ids), "focus": ids[0], "opened": ids[0] if len(ids) == 1 else None}
    return Outcome([reply(*elements, choices=choices)], remember | {"query": query, "role": "company"})


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_company": company,
    "action_browse_open": browse_open,
    "action_i_am_company": i_am_company,
}
