"""What the interview of a contributor asks next, after an answer and after a correction."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.actions.contribute import ask_answer, leave
from bot.actions.contribution_form import take
from bot.actions.turn import Turn
from bot.asking import CONTRIBUTION, NOTHING
from bot.services import Services
from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.database import Database
from tests.contribution_world import AUTHOR, CHALLENGE, draft


class Interview:
    """The interview about one contribution, without Rasa between the questions."""

    def __init__(self, services: Services, number: int) -> None:
        self._services = services
        slots = {"contribution": str(number)}
        self._turn = Turn("c1", "", "tell", 1.0, {}, slots, "sv", "slack", "", AUTHOR)

    async def asks(self, next_field: str = "next") -> str:
        """Return which field is asked for."""
        turn = replace(self._turn, slots={**self._turn.slots, "contribution_field": next_field})
        return (await ask_answer(self._services, turn)).replies[-1].asks.removeprefix(CONTRIBUTION)

    async def leaves(self) -> str:
        """Leave it; return what is said."""
        return (await leave(self._services, self._turn)).replies[-1].fallback

    async def asks_after(self, name: str, value: str) -> str:
        """Answer a field, asked for or corrected, by a choice; return which one is asked for then."""
        turn = replace(self._turn, entities={"field": name, "value": value})
        return await self.asks((await take(self._services, turn, name, value)).ask)


@pytest.fixture
def services(sqlite_database: Database, tmp_path: Path) -> Services:
    """The services over an empty catalogue; nothing is searched for."""
    return Services.over(
        Settings(home=tmp_path, database_url="", organisation=""), sqlite_database, cast("Search", None), cast("AreaFinder", None)
    )


@pytest.mark.parametrize(
    ("name", "value"), [("title", "Ingen ser att huset är kallt"), ("source", ""), ("area", "skola")], ids=["title", "source", "area"]
)
async def test_organisation_is_asked_for_after_a_correction(services: Services, name: str, value: str) -> None:
    """Who corrects another answer while the organisation is asked for is then asked for it still."""
    begun = draft(services.database, CHALLENGE, organisation="")
    interview = Interview(services, begun.id)

    assert "organisation" == await interview.asks()
    assert "organisation" == await interview.asks_after(name, value)
    assert "confirm" == await interview.asks_after("organisation", "Timrå kommun")


async def test_skipped_organisation_is_not_asked_for_again(services: Services) -> None:
    """An organisation that was skipped is skipped, also after a correction."""
    interview = Interview(services, draft(services.database, CHALLENGE, organisation="").id)

    assert "confirm" == await interview.asks_after("organisation", NOTHING)
    assert "confirm" == await interview.asks_after("title", "Ingen ser att huset är kallt")


async def test_correction_in_the_middle(services: Services) -> None:
    """After a correction the interview goes on where it was."""
    begun = draft(services.database, {"today": CHALLENGE["today"], "often": "Varje vecka."}, organisation="")
    interview = Interview(services, begun.id)

    assert "who" == await interview.asks()
    assert "who" == await interview.asks_after("often", "Varje dag.")


@pytest.mark.parametrize(("fields", "is_kept"), [({}, False), ({"today": CHALLENGE["today"]}, True)], ids=["nothing", "an answer"])
async def test_left(services: Services, fields: dict[str, str], *, is_kept: bool) -> None:
    """What has been answered waits for whoever leaves the interview; of one in which nothing was, nothing is left to remind of."""
    begun = draft(services.database, fields)

    assert is_kept == ("fortsätt förslaget" in await Interview(services, begun.id).leaves())
    assert is_kept == (services.contributions.in_progress(AUTHOR) is not None)
