"""Look closer at what was found: more, one of them, its solutions, who, what it cost, and for whom it works."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.actions.company import browse_open
from bot.actions.find import MOST, choices_below, page_of, unavailable
from bot.actions.turn import Answer, Outcome, Turn
from bot.answers import PAGE, details, entry_titles, page_links, reply, solution_line, sources_of, told_here
from bot.early_dialogue import questions_card, standing_facts, standing_links
from bot.replies import Card, Choice, Element, Fact, Notice, Text
from bot.services import Services
from index.search import Hit
from knowledge.catalogue import Challenge, Entry, Solution
from knowledge.errors import UnavailableError
from knowledge.municipalities import is_small, municipalities_in

_MOST_SOLUTIONS = 8
_FOR_COMPANIES = ("register_interest", "follow", "ask_challenge_question")
_FOR_STAFF = ("show_solutions", "me_too", "share_solution", "follow", "report_wrong")
_ORDINALS = {
    "första": 1, "andra": 2, "tredje": 3, "ettan": 1, "tvåan": 2, "trean": 3, "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5,
    "first": 1, "second": 2, "third": 3, "one": 1, "two": 2, "three": 3, "ensimmäinen": 1, "toinen": 2, "kolmas": 3,
}  # fmt: skip


async def more(services: Services, turn: Turn) -> Outcome:
    """Show the next challenges that match the last question, or of the open ones when nothing was asked."""
    if not turn.slot("query"):
        return await _more_open(services, turn)
    try:
        found = await asyncio.to_thread(services.search.ask, turn.slot("query"), area=turn.slot("area") or None, limit=MOST)
    except UnavailableError as error:
        return Outcome([reply(unavailable(turn, error))])
    seen = turn.seen
    fresh: list[Hit] = [hit for hit in found.hits if hit.id not in seen][:PAGE]
    if not fresh:
        return Outcome([reply(Text(text=turn.say("browse.no_more")), choices=_restart_or_propose(turn))])
    page = await page_of(services, turn, fresh)
    results = [*seen, *(hit.id for hit in fresh)]
    left = [hit for hit in found.hits if hit.id not in results]
    choices = choices_below(turn, [*fresh, *left], shown=len(fresh))
    remember = {"results": results, "shown": len(fresh), "focus": fresh[0].id, "opened": None, "on_screen": None}
    return Outcome([reply(Text(text=turn.say("browse.more")), *page, choices=choices)], remember)


async def show_one(services: Services, turn: Turn) -> Outcome:
    """Show the entry that was chosen by number, word or button, with everything known of it."""
    entry_id = _meant(turn)
    if entry_id is None:
        return _nothing_shown(turn)
    if entry_id == "":
        return Outcome([reply(Text(text=turn.say("browse.no_such_number", count=len(turn.shown))))])
    return await _show(services, turn, entry_id)


async def show_details(services: Services, turn: Turn) -> Outcome:
    """Show the challenge in focus with everything known of it."""
    focus = turn.slot("focus")
    return await _show(services, turn, focus) if focus else _nothing_shown(turn)


async def show_solutions(services: Services, turn: Turn) -> Outcome:
    """List the solutions of the challenge in focus."""
    return await _with_solutions(services, turn, _solutions_reply)


async def who(services: Services, turn: Turn) -> Outcome:
    """Tell which organisations have worked with the challenge in focus."""
    return await _with_solutions(services, turn, _who_reply)


async def cost(services: Services, turn: Turn) -> Outcome:
    """Tell what the solutions cost, for those whose sources say so."""
    return await _with_solutions(services, turn, _cost_reply)


async def small(services: Services, turn: Turn) -> Outcome:
    """Show the solutions that come from small municipalities."""
    return await _with_solutions(services, turn, _small_reply)


async def sources(services: Services, turn: Turn) -> Outcome:
    """List the sources of the challenge in focus and of its solutions, and when they were checked."""
    return await _with_solutions(services, turn, _sources_reply)


async def back(services: Services, turn: Turn) -> Outcome:
    """Go back to the challenges that were shown last."""
    if not turn.shown:
        return _nothing_shown(turn)
    entries = await asyncio.to_thread(services.catalogue.get, turn.shown)
    choices = [*entry_titles(turn.say, entries), Choice(label=turn.say("choice.start_over"), intent="start_over")]
    return Outcome([reply(Text(text=turn.say("browse.back")), choices=choices)], {"on_screen": None})


def _meant(turn: Turn) -> str | None:
    """Return the id that is meant, "" when the number is on no list, None when nothing was shown."""
    if chosen := turn.entities.get("entry"):
        return chosen
    if not turn.shown:
        return None
    said = turn.entities.get("number") or turn.message
    if said == "last":
        return turn.shown[-1]
    digits = re.search(r"\d+", said)
    number = int(digits.group()) if digits else next((n for word, n in _ORDINALS.items() if word in said.casefold().split()), 1)
    return turn.shown[number - 1] if 1 <= number <= len(turn.shown) else ""


async def _show(services: Services, turn: Turn, entry_id: str) -> Outcome:
    found = await asyncio.to_thread(services.catalogue.get, [entry_id])
    if not found:
        return Outcome([reply(Text(text=turn.say("browse.gone")))])
    entry = found[0]
    linked = list(entry.solutions if isinstance(entry, Challenge) else entry.challenges)
    others = await asyncio.to_thread(services.catalogue.get, linked)
    solutions = [each for each in others if isinstance(each, Solution)]
    count = await asyncio.to_thread(services.voices.same_needs, entry.entry.id) if isinstance(entry, Challenge) else 0
    elements: list[Element] = [details(turn.say, entry, solutions, count)]
    on_screen = {"on_screen": entry.entry.id}
    if isinstance(entry, Challenge):
        standing = await asyncio.to_thread(services.standing, entry.entry.id)
        published = questions_card(turn.say, await asyncio.to_thread(services.questions.published, entry.entry.id))
        elements += [
            Card(
                title=turn.say("standing.title"),
                facts=standing_facts(turn.say, standing),
                links=standing_links(turn.say, standing),
                cards=(published,) if published else (),
            ),
            Notice(level="info", text=turn.say("legal.early_dialogue")),
        ]
        titles = entry_titles(turn.say, solutions[:3])
        if turn.slot("role") == "company":
            choices = [*turn.offer(*_FOR_COMPANIES, entry=entry.entry.id), *titles, *turn.offer("go_back")]
        else:
            choices = [*titles, *turn.offer(*_FOR_STAFF, entry=entry.entry.id), *turn.offer("go_back")]
        return Outcome([reply(*elements, choices=choices)], {**on_screen, "focus": entry.entry.id, "opened": entry.entry.id})
    siblings = entry_titles(turn.say, others[:3])
    return Outcome([reply(*elements, choices=[*siblings, *turn.offer("report_wrong", "go_back")])], on_screen)


async def _with_solutions(
    services: Services, turn: Turn, answer: Callable[[Turn, Challenge, Sequence[Solution]], list[Element]]
) -> Outcome:
    focus = turn.slot("focus")
    found = await asyncio.to_thread(services.catalogue.get, [focus]) if focus else []
    match found:
        case [Challenge() as challenge]:
            linked: Sequence[Entry] = await asyncio.to_thread(services.catalogue.get, challenge.solutions)
            solutions = [each for each in linked if isinstance(each, Solution)]
            choices = entry_titles(turn.say, solutions[:3]) + turn.offer("show_details", "go_back")
            if not solutions:
                text = turn.say("browse.no_solutions", title=challenge.entry.title_in(turn.language))
                return Outcome([reply(Text(text=text), choices=turn.offer("me_too", "go_back"))])
            return Outcome([reply(*answer(turn, challenge, solutions), choices=choices)])
    return _nothing_shown(turn)


def _solutions_reply(turn: Turn, challenge: Challenge, solutions: Sequence[Solution]) -> list[Element]:
    heading = Text(text=turn.say("browse.solutions", title=challenge.entry.title_in(turn.language), count=len(solutions)))
    return [heading, *(solution_line(turn.say, each) for each in solutions[:_MOST_SOLUTIONS])]


def _who_reply(turn: Turn, challenge: Challenge, solutions: Sequence[Solution]) -> list[Element]:
    facts = tuple(
        Fact(label=each.entry.organisation, value=f"{each.entry.title_in(turn.language)} ({turn.say(f'stage.{each.entry.stage}')})")
        for each in solutions
    )
    return [Card(title=turn.say("browse.who", title=challenge.entry.title_in(turn.language)), facts=facts)]


def _cost_reply(turn: Turn, challenge: Challenge, solutions: Sequence[Solution]) -> list[Element]:
    known = [each for each in solutions if each.entry.cost]
    if not known:
        return [Text(text=turn.say("browse.cost_unknown", count=len(solutions), title=challenge.entry.title_in(turn.language)))]
    facts = tuple(Fact(label=each.entry.organisation, value=each.entry.cost or "") for each in known)
    sources = [sources_of(turn.say, each)[0] for each in known]
    title = turn.say("browse.cost", title=challenge.entry.title_in(turn.language))
    elements: list[Element] = [Card(title=title, facts=(*facts, *told_here(turn.say, sources)), links=page_links(sources))]
    if len(known) < len(solutions):
        elements.append(Text(text=turn.say("browse.cost_rest", count=len(solutions) - len(known))))
    return elements


def _small_reply(turn: Turn, challenge: Challenge, solutions: Sequence[Solution]) -> list[Element]:
    small = [each for each in solutions if is_small(each.entry.organisation)]
    if not small:
        named = any(municipalities_in(each.entry.organisation) for each in solutions)
        return [
            Text(text=turn.say("browse.small_none" if named else "browse.small_unknown", title=challenge.entry.title_in(turn.language)))
        ]
    return [
        Text(text=turn.say("browse.small", title=challenge.entry.title_in(turn.language))),
        *(solution_line(turn.say, each) for each in small),
    ]


def _sources_reply(turn: Turn, challenge: Challenge, solutions: Sequence[Solution]) -> list[Element]:
    dates = turn.say("answer.checked", checked=challenge.entry.checked, next_check=challenge.entry.next_check)
    checked = f"{turn.say('field.checked')} {dates}"
    sources = [*sources_of(turn.say, challenge), *(source for each in solutions for source in sources_of(turn.say, each))]
    once = tuple({link.url: link for link in page_links(sources)}.values())
    title = turn.say("browse.sources", title=challenge.entry.title_in(turn.language))
    return [Card(title=title, text=checked, facts=told_here(turn.say, sources), links=once)]


def _restart_or_propose(turn: Turn) -> list[Choice]:
    return turn.offer("propose", "go_back", "start_over")


async def _more_open(services: Services, turn: Turn) -> Outcome:
    """Turn the page that is on screen; on the last page, and below something else, there is nothing to turn."""
    offered = await asyncio.to_thread(services.conversations.offered, turn.conversation)
    page = next((each["entities"] for each in offered if each["intent"] == "browse_open" and "number" in each["entities"]), None)
    if page is None:
        return _nothing_shown(turn)
    return await browse_open(services, replace(turn, message="/browse_open", entities=page))


def _nothing_shown(turn: Turn) -> Outcome:
    return Outcome([reply(Text(text=turn.say("browse.nothing_shown")), choices=turn.offer("start_guided"))])


# The names that the rules use -> what answers them.
ACTIONS: dict[str, Answer] = {
    "action_more": more,
    "action_show_one": show_one,
    "action_show_details": show_details,
    "action_show_solutions": show_solutions,
    "action_who": who,
    "action_cost": cost,
    "action_small": small,
    "action_sources": sources,
    "action_back": back,
}
