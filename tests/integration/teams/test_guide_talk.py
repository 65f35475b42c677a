"""Teams' side over the guide's own services: every form is opened, shown again with what is wrong, and taken once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from bot.channels.talk import GuideTalk
from bot.interaction import Interaction
from bot.replies import Choice, Reply, Text
from bot.services import Services
from bot.settings import Settings
from bot.texts import text
from bot.whole_forms import WholeForm
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.database import Database
from knowledge.interest_tables import InterestFormRow, InterestRow
from knowledge.people import Granted, People, Person
from knowledge.stages import Stages
from tests.integration.teams.read_card import buttons, fields, words
from tests.integration.teams.world import ANNA, BO, CHAT, GROUP, TENANT, World, chosen, press, world_over
from tests.integration.test_whole_forms import FILLED, INTEREST, NEED, PROPOSE, SHARE
from tests.interest_world import ANNOUNCED, CHALLENGE, OPERATOR, OWNER, count
from tests.rasa_server import FakeRasa, dialogue_with

HEARD = Reply(elements=(Text(text="Hej!"),))


@dataclass
class Guide:
    """The guide's side of Teams, and what it stands on."""

    teams: World
    talk: GuideTalk
    database: Database

    async def offered(self, choice: Choice, person: str = ANNA) -> Choice:
        """Return a choice as it was offered to a person."""
        return await self.talk.offer(by(person), choice)

    async def opened(self, choice: Choice, person: str = ANNA) -> WholeForm:
        """Open the form of a choice."""
        form = await self.talk.opened(by(person, choice=(await self.offered(choice, person)).id))
        assert isinstance(form, WholeForm), form
        return form

    async def shown(self, choice: Choice, conversation: str = CHAT) -> dict[str, Any]:
        """Press a choice; return the card of the form that comes."""
        await self.teams.receive(chosen((await self.offered(choice)).id, conversation))
        place, message = self.teams.client.sent[-1]
        assert CHAT == place
        return dict(message["attachments"][0]["content"])

    async def send(self, card: dict[str, Any], values: dict[str, str], times: int = 1) -> dict[str, Any]:
        """Send a form; return the card that stands in its place then."""
        data = {**buttons(card)["Skicka"]["data"], **{f"field.{name}": value for name, value in values.items()}}
        invoke = press("form", data)
        answered = await self.teams.receive(*[invoke] * times)
        return dict((answered.body or {})["value"])


def by(person: str, **given: str) -> Interaction:
    return Interaction("teams", person, person=person, tenant=TENANT, **given)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def guide(with_challenge: Database, tmp_path: Path) -> AsyncIterator[Guide]:
    """A guide with one challenge, and a person in Teams who reviews."""
    services = Services.over(Settings(home=tmp_path, database_url=""), with_challenge, cast("Search", None), cast("AreaFinder", None))
    People(with_challenge).grant(OPERATOR, Granted(Person("teams", TENANT, BO), "reviewer"))
    async with dialogue_with(with_challenge, tmp_path, FakeRasa(HEARD)) as dialogue:
        talk = GuideTalk(services, dialogue)
        yield Guide(world_over(with_challenge, tmp_path, talk), talk, with_challenge)


@pytest.mark.parametrize("choice", [INTEREST, PROPOSE, SHARE])
async def test_opened_again(guide: Guide, choice: Choice) -> None:
    """A form that is opened again is the same form."""
    form = await guide.opened(choice)

    assert form == await guide.talk.opened_again(by(ANNA), form.name, form.about)


async def test_review_opened_again(guide: Guide) -> None:
    """A review that is opened again is of what was read, even when that has changed."""
    need = await guide.opened(PROPOSE)
    await guide.talk.sent(by(ANNA), need.name, need.about, NEED)
    form = await guide.opened(Choice(label="Granska", intent="review_one", entities={"value": need.about}), BO)

    assert form == await guide.talk.opened_again(by(BO), form.name, form.about)
    changed = await guide.talk.opened_again(by(BO), form.name, f"{need.about}:99")
    assert (f"{need.about}:99", form.intro) == (cast("WholeForm", changed).about, cast("WholeForm", changed).intro)


async def test_interest(guide: Guide) -> None:
    """A wrong number is told at its field with everything kept; the right one is registered once, however often it is sent."""
    card = await guide.shown(INTEREST, GROUP)
    again = await guide.send(card, FILLED | {"organisation_number": "556036-0794"})
    numbers = [field["value"] for label, field in fields(again).items() if label.startswith("Organisationsnummer")]
    assert (["556036-0794"], True, 0) == (numbers, "organisationsnumret" in words(again).casefold(), count(guide.database, InterestRow))

    note = await guide.send(again, FILLED, times=3)
    assert ({}, 1, 1) == (fields(note), count(guide.database, InterestRow), count(guide.database, InterestFormRow))
    assert 1 == sum("kod" in said for said in guide.teams.said())


async def test_sent_again_with_other_words(guide: Guide) -> None:
    """Who finds the form still there and sends it with other words is told what became of those, as of the first."""
    card = await guide.shown(INTEREST)
    for told in ("Vi kan hjälpa till.", "Vi har ett färdigt system."):
        await guide.send(card, FILLED | {"message": told})

    assert (1, 2, 2) == (count(guide.database, InterestRow), count(guide.database, InterestFormRow), len(guide.teams.said()) - 1)


async def test_locked_while_it_is_filled_in(guide: Guide) -> None:
    """When interest is locked meanwhile, it is said so in place of what is wrong, once."""
    card = await guide.shown(INTEREST)
    Stages(guide.database).move(OWNER, CHALLENGE, "procurement", "Annonserad.", ANNOUNCED)
    note = await guide.send(card, FILLED | {"organisation_number": "1"})

    assert ({}, 0) == (fields(note), count(guide.database, InterestRow))
    assert [True] == ["upphandling" in said.casefold() for said in guide.teams.said()[1:]]


async def test_press_of_an_answer_to_somebody_else(guide: Guide) -> None:
    """A button below an answer to somebody else does nothing, and the group is not shown what the presser can choose in their own chat."""
    offered = await guide.offered(Choice(label="Visa fler", intent="more_results"))
    await guide.teams.receive(chosen(offered.id, GROUP, BO))

    assert [text("sv", "teams.in_own_chat")] == guide.teams.said(GROUP)
    assert text("sv", "channel.others_button") in guide.teams.said("a:bo")[-1]


async def test_label(guide: Guide) -> None:
    """A press is answered with the words of its choice; one that was never offered has none."""
    offered = await guide.offered(Choice(label="Visa fler", intent="more_results"))

    assert ["Visa fler", ""] == [await guide.talk.label(by(ANNA, choice=each)) for each in (offered.id, "never")]
