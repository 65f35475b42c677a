"""Slack's side over the guide's own services: forms that are opened and sent, the home tab, and what is kept to be shown."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest_asyncio
from sqlalchemy import select

from bot.actions import contribute
from bot.channels.slack.home import Home, render_home
from bot.channels.slack.modal import render_modal
from bot.channels.slack.talk import GuideInSlack
from bot.interaction import Interaction
from bot.replies import Choice, Reply, Text
from bot.services import Services
from bot.settings import Settings
from bot.texts import sentences
from bot.whole_forms import Asked, WholeForm
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.contribution_tables import OfferRow
from knowledge.database import Database
from knowledge.interest_tables import InterestRow
from knowledge.notices import NOTICES
from knowledge.people import Person
from knowledge.stages import Stages
from tests import contribution_world
from tests.integration.test_whole_forms import FILLED, INTEREST, NEED, PROPOSE, SHARE
from tests.interest_world import ANNOUNCED, CHALLENGE, OWNER, REVIEWER, add_challenge, count
from tests.rasa_server import FakeRasa, dialogue_with
from tests.unit.slack.payloads import shown_words, view_faults

ANNA = Person("slack", "T1", "UANNA")
HEARD = Reply(elements=(Text(text="Hej!"),))
TOLD = "Ingen svarar i växeln när det regnar, och folk står i kö."


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide's side, and what it stands on."""

    talk: GuideInSlack
    services: Services
    rasa: FakeRasa

    async def press(self, choice: Choice, person: Person = ANNA) -> WholeForm | list[Reply] | None:
        """Press a button that was offered to a person."""
        offered = await self.talk.offer(by(person), choice)
        return await self.talk.opened(by(person, choice=offered.id))

    async def form(self, choice: Choice, person: Person = ANNA) -> WholeForm:
        """Open the form of a choice, which is one that Slack takes."""
        form = await self.press(choice, person)
        assert isinstance(form, WholeForm), form
        assert [] == view_faults(render_modal(form, where="{}"))
        return form

    async def send(self, form: WholeForm, values: dict[str, str], person: Person = ANNA, view: str = "") -> dict[str, str] | list[Reply]:
        """Send a form."""
        return await self.talk.sent(by(person, event_id=view), form.name, form.about, values)

    async def home(self, person: Person = ANNA) -> tuple[Home, list[str]]:
        """Return a home tab, which is one that Slack takes, and its words."""
        home = await self.talk.home(by(person))
        view = render_home(home)
        assert [] == view_faults(view)
        return home, list(shown_words(view))


def by(person: Person, **given: str) -> Interaction:
    return Interaction("slack", f"D{person.external_id}", person=person.external_id, tenant=person.tenant, **given)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def guide(with_challenge: Database, tmp_path: Path) -> AsyncIterator[Guide]:
    """A guide with one challenge, and people who have a role."""
    services = Services.over(Settings(home=tmp_path, database_url=""), with_challenge, cast("Search", None), cast("AreaFinder", None))
    rasa = FakeRasa(HEARD)
    async with dialogue_with(with_challenge, tmp_path, rasa) as dialogue:
        yield Guide(GuideInSlack(services, dialogue), services, rasa)


def offered(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return list(session.scalars(select(OfferRow.choice)))


async def test_interest_form(guide: Guide) -> None:
    """The form of interest opens with every legal notice before its fields."""
    form = await guide.form(INTEREST)
    words = " ".join(shown_words(render_modal(form, where="{}")))

    assert [] == [name for name in NOTICES if sentences("sv")[f"notice.{name}"].split(". ")[0] not in words]


async def test_interest_is_registered(guide: Guide) -> None:
    """A wrong number is told at its field; what is right is registered, and the answer asks for the code, which can then be typed."""
    form = await guide.form(INTEREST)
    wrong = await guide.send(form, FILLED | {"organisation_number": "556036-0794"})
    right = await guide.send(form, FILLED)

    assert isinstance(wrong, dict)
    assert ["organisation_number"] == list(wrong)
    assert isinstance(right, list)
    assert (1, True) == (count(guide.services.database, InterestRow), right[-1].asks.startswith("code:"))
    await guide.talk.turn(by(ANNA, text="123456"))
    assert "enter_code" == guide.rasa.heard[-1]["intent"]


async def test_double_click(guide: Guide) -> None:
    """The same view sent twice is registered and answered once."""
    form = await guide.form(INTEREST)
    answers = [await guide.send(form, FILLED, view="T1/V1") for _ in range(2)]

    assert ([True, False], 1) == ([bool(each) for each in answers], count(guide.services.database, InterestRow))


async def test_locked(guide: Guide) -> None:
    """While a procurement runs no form opens, and the answer says why."""
    Stages(guide.services.database).move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)
    answer = await guide.press(INTEREST)

    assert isinstance(answer, list)
    assert "https://example.org/annons/1" in answer[-1].elements[0].text


async def test_proposal_and_solution(guide: Guide) -> None:
    """A challenge and a solution that are written in a form wait for review."""
    for choice, values in ((PROPOSE, NEED), (SHARE, {"what": "Vi skickar ut lediga pass till alla."})):
        answer = await guide.send(await guide.form(choice), values)
        assert isinstance(answer, list), answer

    assert ["solution", "challenge"] == [each.kind for each in guide.services.contributions.of(ANNA)]
    assert {"in_review"} == {each.state for each in guide.services.contributions.of(ANNA)}


async def test_told_already(guide: Guide) -> None:
    """What a choice tells of a need is the form's first answer, also when another need is begun; pressed again it is the same draft."""
    await guide.form(PROPOSE)
    told = PROPOSE.model_copy(update={"entities": {"value": TOLD}})
    first, again = await guide.form(told), await guide.form(told)

    assert (TOLD, first.about) == (first.fields[0].value, again.about)
    assert 2 == len(guide.services.contributions.of(ANNA))


async def test_told_already_in_the_conversation(guide: Guide) -> None:
    """Where no form can be opened, the interview too begins with what the choice tells, not with what was asked for last."""
    turn = Asked(ANNA, "c1", "sv", "slack", "").turn()
    services = replace(guide.services, areas=cast("AreaFinder", SimpleNamespace(find=lambda _told: None)))
    await contribute.propose(services, replace(turn, entities={"value": TOLD}, slots={"query": "något helt annat som söktes"}))

    assert {"today": TOLD} == guide.services.contributions.of(ANNA)[0].fields


async def test_told_too_little(guide: Guide) -> None:
    """Words that say too little for an answer are left out, and the form opens all the same."""
    form = await guide.form(PROPOSE.model_copy(update={"entities": {"value": "Nej"}}))

    assert "" == form.fields[0].value


async def test_another_challenge(guide: Guide) -> None:
    """A solution for another challenge than the one that a draft answers is a draft of its own."""
    await guide.form(SHARE)
    add_challenge(guide.services.database, "nattens-besok", title="Nattens besök väcker dem")
    form = await guide.form(SHARE.model_copy(update={"entities": {"entry": "nattens-besok"}}))

    assert "Nattens besök väcker dem" in " ".join(form.intro)


async def test_review(guide: Guide) -> None:
    """A reviewer gets the form of a contribution, everybody else a plain no; a report is answered in the conversation."""
    number = contribution_world.sent(guide.services.database).id
    choice = Choice(label="Granska", intent="review_one", entities={"value": str(number)})
    refused = await guide.press(choice)

    assert "review" == (await guide.form(choice, REVIEWER)).name
    assert isinstance(refused, list)
    assert "reviewer" in refused[-1].fallback
    assert await guide.press(choice.model_copy(update={"entities": {"value": "report:1"}}), REVIEWER) is None


async def test_no_form(guide: Guide) -> None:
    """A choice that opens no form, and one that is not known, go on as a turn."""
    assert await guide.press(Choice(label="Hjälp", intent="help")) is None
    assert await guide.talk.opened(by(ANNA, choice="nothing-known")) is None


async def test_home_of_a_newcomer(guide: Guide) -> None:
    """Who follows nothing sees what is open everywhere, and no queue."""
    home, words = await guide.home()

    assert (["Ingen kan hoppa in när någon blir sjuk"], None) == ([item.title for item in home.open_challenges], home.queue)
    assert any(line.startswith("I alla områden.") for line in words)


async def test_home_of_a_follower(guide: Guide) -> None:
    """An area that is followed narrows what is open to it, says so, can be left, and is not offered once more."""
    add_challenge(guide.services.database, "kall-skola", area="skola", title="Skolan är kall på måndagar")
    before, _ = await guide.home()
    menu = {choice.entities["area"]: choice for choice in before.areas.choices}
    guide.services.following.follow(ANNA, area=menu["skola"].entities["area"])
    home, words = await guide.home()

    assert ("follow", ["Skolan är kall på måndagar"]) == (menu["skola"].intent, [item.title for item in home.open_challenges])
    assert any(line.startswith("I områden som du följer: ") for line in words)
    [follow] = home.follows
    assert follow.choice
    assert ("unfollow", {"area": "skola"}) == (follow.choice.intent, follow.choice.entities)
    assert set(menu) - {"skola"} == {choice.entities["area"] for choice in home.areas.choices}


async def test_home_of_one_who_follows_everything(guide: Guide) -> None:
    """Where every area is followed there is none left to choose, and the tab is still one that Slack takes."""
    before, _ = await guide.home()
    for choice in before.areas.choices:
        guide.services.following.follow(ANNA, area=choice.entities["area"])
    home, _ = await guide.home()

    assert [] == list(home.areas.choices)


async def test_home_names_what_is_closed(guide: Guide) -> None:
    """A challenge that is followed has its title also when it is open no more."""
    guide.services.following.follow(ANNA, challenge=CHALLENGE)
    Stages(guide.services.database).move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)
    home, _ = await guide.home()

    assert (["Ingen kan hoppa in när någon blir sjuk"], []) == ([item.title for item in home.follows], list(home.open_challenges))


async def test_home_shows_own_interests(guide: Guide) -> None:
    """What a person has registered stands in the tab with its number."""
    await guide.send(await guide.form(INTEREST), FILLED)
    home, _ = await guide.home()

    [interest] = home.interests
    assert ("Ingen kan hoppa in när någon blir sjuk", True) == (interest.title, interest.line.startswith("anmälan 20"))


async def test_home_of_a_reviewer(guide: Guide) -> None:
    """A reviewer sees what waits, by its title also when it answers a challenge, and opens it from there."""
    contribution_world.sent(guide.services.database)
    contribution_world.sent(guide.services.database, contribution_world.SOLUTION | {"challenge": CHALLENGE, "title": ""})
    home, _ = await guide.home(REVIEWER)
    other, _ = await guide.home()

    assert home.queue is not None
    assert contribution_world.CHALLENGE["title"] == home.queue[0].title
    assert "Vi satte givare" in home.queue[1].title
    assert other.queue is None
    assert home.queue[0].choice
    assert isinstance(await guide.talk.opened(by(REVIEWER, choice=home.queue[0].choice.id)), WholeForm)


async def test_home_of_one_who_answers_reports(guide: Guide) -> None:
    """What readers say is not right waits in the same list, the oldest first, for owners too, and opens in the conversation."""
    reports = guide.services.reports
    reports.report(ANNA, CHALLENGE, "Siffran är fel.")
    contribution_world.sent(guide.services.database)
    reports.report(ANNA, CHALLENGE, "Länken är död.")
    home, words = await guide.home(REVIEWER)
    owned, _ = await guide.home(OWNER)
    newcomer, _ = await guide.home()

    assert home.queue is not None
    assert owned.queue is not None
    title = "Ingen kan hoppa in när någon blir sjuk"
    assert [title, contribution_world.CHALLENGE["title"], title] == [item.title for item in home.queue]
    assert [title, title] == [item.title for item in owned.queue]
    assert newcomer.queue is None
    assert any("Siffran är fel." in each for each in words)
    assert home.queue[0].choice
    assert await guide.talk.opened(by(REVIEWER, choice=home.queue[0].choice.id)) is None
    await guide.talk.turn(by(REVIEWER, choice=home.queue[0].choice.id))
    assert {"intent": "review_one", "entities": {"value": "report:1"}} == guide.rasa.heard[-1]


async def test_home_is_pressed(guide: Guide) -> None:
    """What is pressed in the home tab acts as what it says."""
    home, _ = await guide.home()
    await guide.talk.turn(by(ANNA, choice=home.areas.choices[0].id))

    assert ("follow", home.areas.choices[0].entities) == (guide.rasa.heard[-1]["intent"], guide.rasa.heard[-1]["entities"])


async def test_kept(guide: Guide) -> None:
    """The last answer can be shown, by its name or without; an older one and somebody else's cannot."""
    old = await guide.talk.keep(by(ANNA), HEARD)
    new = await guide.talk.keep(by(ANNA), HEARD)

    assert [None, HEARD, HEARD] == [await guide.talk.kept(by(ANNA), name) for name in (old, new, "")]
    assert await guide.talk.kept(by(OWNER), new) is None


async def test_language_and_news_of_events(guide: Guide) -> None:
    """The language is the conversation's, and an event is new once."""
    event = by(ANNA, event_id="T1/Ev1")

    assert ("sv", [True, False]) == (await guide.talk.language(event), [await guide.talk.is_new(event) for _ in range(2)])
