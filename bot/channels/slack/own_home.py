"""What stands in a person's home tab: their follows and registrations, what is open in their areas, and what waits for their review."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from bot.actions.own_contributions import title
from bot.actions.reviewing import REPORTED
from bot.channels.slack.home import MOST_ITEMS, Home, Item, Preference
from bot.dialogue import Dialogue
from bot.interaction import Interaction
from bot.replies import Choice, Reply
from bot.services import Services
from bot.settings import LANGUAGES
from bot.whole_forms import Asked
from knowledge.areas import area, areas
from knowledge.catalogue import Challenge
from knowledge.contributions import Contribution
from knowledge.following import Follow
from knowledge.own_interests import OwnInterest
from knowledge.people import Role
from knowledge.reports import Report
from knowledge.swedish_time import swedish_date

_START = ("start_guided", "browse_open", "propose")
_REVIEWERS: tuple[Role, ...] = ("reviewer", "administrator", "owner")


async def home_of(services: Services, dialogue: Dialogue, interaction: Interaction) -> Home:
    """Return a person's home tab; raise UnavailableError when the database cannot be used."""
    asked = await dialogue.asked_by(interaction)
    return await _with_ids(dialogue, interaction, await asyncio.to_thread(_home, services, asked))


def _home(services: Services, asked: Asked) -> Home:
    follows = services.following.of(asked.person)
    open_now = services.catalogue.open_challenges()
    # The areas that a person follows are theirs; what a conversation was about yesterday says little of today.
    mine = [follow.area for follow in follows if follow.area]
    near = [each for each in open_now if {each.entry.area, *each.entry.areas}.intersection(mine)]
    followed = services.catalogue.get([follow.challenge for follow in follows if follow.challenge])
    titles = {each.entry.id: each.entry.title_in(asked.language) for each in followed}
    return Home(
        language=asked.language,
        start=[Choice(label=asked.say(f"choice.{intent}"), intent=intent) for intent in _START],
        follows=[_follow(asked, titles, follow) for follow in follows],
        interests=[_interest(asked, interest) for interest in services.own_interests.of(asked.person)],
        open_challenges=[_open(asked, each) for each in (near if mine else open_now)],
        languages=_languages(asked),
        areas=Preference([_to_follow(asked, each.slug) for each in areas() if each.slug not in mine]),
        queue=_queue(services, asked) if _reviews(services, asked) else None,
        scope=_scope(asked, mine),
    )


def _scope(asked: Asked, mine: Sequence[str]) -> str:
    if not mine:
        return asked.say("slack.home.everywhere")
    return asked.say("slack.home.followed_areas", areas=", ".join(area(slug).label(asked.language) for slug in mine))


def _to_follow(asked: Asked, slug: str) -> Choice:
    return Choice(label=area(slug).label(asked.language), intent="follow", entities={"area": slug})


def _reviews(services: Services, asked: Asked) -> bool:
    """Tell whether the person reviews anything, or owns what a reader may say is not right."""
    return any(given.person == asked.person for role in _REVIEWERS for given in services.people.list(role))


def _follow(asked: Asked, titles: Mapping[str, str], follow: Follow) -> Item:
    unconfirmed = "" if follow.confirmed else asked.say("slack.home.unconfirmed")
    if follow.area:
        stop = Choice(label=asked.say("choice.unfollow"), intent="unfollow", entities={"area": follow.area})
        return Item(area(follow.area).label(asked.language), unconfirmed, stop)
    return Item(titles.get(follow.challenge, follow.challenge), unconfirmed, _show(asked, follow.challenge))


def _interest(asked: Asked, interest: OwnInterest) -> Item:
    return Item(interest.title, asked.say("slack.home.registered", number=interest.number), _show(asked, interest.challenge))


def _open(asked: Asked, challenge: Challenge) -> Item:
    entry = challenge.entry
    return Item(entry.title_in(asked.language), f"{entry.organisation} · {area(entry.area).label(asked.language)}", _show(asked, entry.id))


def _queue(services: Services, asked: Asked) -> list[Item]:
    """Return what waits for the person, contributions and reports together, the oldest first."""
    sent = [(each.changed_at, _waiting(asked, each)) for each in services.review.queue(asked.person)]
    reported = [(each.at, _reported(asked, each)) for each in services.reports.open(asked.person)]
    return [item for _, item in sorted([*sent, *reported], key=itemgetter(0))]


def _waiting(asked: Asked, contribution: Contribution) -> Item:
    line = asked.say(f"slack.home.kind.{contribution.kind}", since=swedish_date(contribution.changed_at))
    choice = Choice(label=asked.say("slack.home.review"), intent="review_one", entities={"value": str(contribution.id)})
    return Item(title(asked.turn(), contribution), line, choice)


def _reported(asked: Asked, report: Report) -> Item:
    line = asked.say("slack.home.report", since=swedish_date(report.at), text=report.text)
    choice = Choice(label=asked.say("slack.home.answer"), intent="review_one", entities={"value": f"{REPORTED}{report.id}"})
    return Item(report.title, line, choice)


def _show(asked: Asked, challenge: str) -> Choice:
    return Choice(label=asked.say("slack.home.show"), intent="show_one", entities={"entry": challenge})


def _languages(asked: Asked) -> Preference:
    choices = [Choice(label=asked.say(f"language.{each}"), intent="change_language", entities={"language": each}) for each in LANGUAGES]
    return Preference(choices, next((number for number, each in enumerate(LANGUAGES) if each == asked.language), None))


async def _with_ids(dialogue: Dialogue, interaction: Interaction, home: Home) -> Home:
    """Return the home tab with an id on every choice, all of them kept in one go."""
    lists = [home.queue or (), home.open_challenges, home.follows, home.interests]
    shown = [[item for item in items[:MOST_ITEMS] if item.choice] for items in lists]
    of_items = [item.choice for items in shown for item in items if item.choice]
    bare = Reply(elements=(), choices=(*home.start, *home.languages.choices, *home.areas.choices, *of_items))
    offered = iter((await dialogue.offer(interaction, bare)).choices)
    start, languages, of_areas = ([next(offered) for _ in each] for each in (home.start, home.languages.choices, home.areas.choices))
    ids = {id(item): next(offered) for items in shown for item in items}
    queue, opens, follows, interests = ([replace(item, choice=ids.get(id(item))) for item in items] for items in lists)
    return replace(
        home,
        start=start,
        follows=follows,
        interests=interests,
        open_challenges=opens,
        languages=replace(home.languages, choices=languages),
        areas=replace(home.areas, choices=of_areas),
        queue=None if home.queue is None else queue,
    )
