"""What nobody has published is shown to its author and to who reviews it, and to nobody else where others read along."""

from pathlib import Path
from typing import cast

import pytest

from bot.actions.contribute import ask_answer as ask_next
from bot.actions.own_contributions import my_contributions
from bot.actions.review_form import ask_answer
from bot.actions.reviewing import one, queue
from bot.actions.turn import Answer, Turn
from bot.services import Services
from bot.settings import Settings
from index.area_finder import AreaFinder
from index.encoder import E5Encoder
from index.search import Search
from knowledge.database import Database
from knowledge.people import Person
from tests.contribution_world import AUTHOR, draft, sent
from tests.interest_world import REVIEWER, grant_roles

_EDIT = {"reviewing": "edit:{number}:{revision}:title"}


@pytest.mark.parametrize(
    ("answer", "who", "slots"),
    [
        (my_contributions, AUTHOR, {}),
        (queue, REVIEWER, {}),
        (one, REVIEWER, {}),
        (ask_answer, REVIEWER, _EDIT),
        (ask_next, AUTHOR, {"contribution": "{number}"}),
    ],
)
async def test_unpublished(sqlite_database: Database, tmp_path: Path, answer: Answer, who: Person, slots: dict[str, str]) -> None:
    """What somebody has written and is asked next, the queue, one contribution in it, and a text that is changed are private."""
    grant_roles(sqlite_database)
    written = draft(sqlite_database) if answer is ask_next else sent(sqlite_database)
    services = Services.over(
        Settings(home=tmp_path, database_url=""), sqlite_database, Search(tmp_path, cast("E5Encoder", None)), cast("AreaFinder", None)
    )
    known = {name: value.format(number=written.id, revision=written.revision) for name, value in slots.items()}
    outcome = await answer(services, Turn("c1", "", "", 1.0, {"value": str(written.id)}, known, "sv", "teams", "", who))

    assert True is outcome.private
