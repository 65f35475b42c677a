"""The page that a link in an e-mail leads to."""

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot import unfollow_page
from knowledge.database import Database
from knowledge.following import Following
from knowledge.interest_tables import FollowRow
from tests.interest_world import BO, CHALLENGE, add_challenge, count, last_code

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def token(database: Database) -> str:
    """The token in the messages of somebody who follows a challenge."""
    add_challenge(database)
    following = Following(database)
    following.follow(BO, challenge=CHALLENGE, email="bo@annat.se")
    following.confirm(BO, last_code(database, "bo@annat.se"))
    with database.reading() as session:
        return session.scalars(select(FollowRow.token)).one()


def client(database: Database) -> Client:
    app = web.Application()
    unfollow_page.add_to(app.router, Following(database))
    return TestClient(TestServer(app))


async def test_opening_changes_nothing(database: Database, token: str) -> None:
    """Mail programs open links by themselves, so the page only asks, in the reader's language."""
    async with client(database) as visitor:
        page = await (await visitor.get(f"/unfollow/{token}?language=fi")).text()

    assert ('lang="fi"' in page, "Lopeta seuraaminen" in page, '<form method="post">' in page) == (True, True, True)
    assert count(database, FollowRow) == 1


async def test_button_ends_it(database: Database, token: str) -> None:
    """The button, or a mail program's own one click, ends the follow; once more says that it has ended."""
    async with client(database) as visitor:
        first = await visitor.post(f"/unfollow/{token}", data={"List-Unsubscribe": "One-Click"})
        second = await visitor.post(f"/unfollow/{token}?language=en")
        said = [re.sub(r"<[^>]+>", "", await answer.text()) for answer in (first, second)]

    assert (200, 200, 0) == (first.status, second.status, count(database, FollowRow))
    assert ("Klart" in said[0], "no longer followed" in said[1]) == (True, True)


async def test_strange_links(database: Database) -> None:
    """A link that somebody made up is answered kindly, and nothing of it is repeated."""
    async with client(database) as visitor:
        answer = await visitor.post("/unfollow/%3Cscript%3E?language=%3Cb%3E")
        page = await answer.text()

    assert (200, False, False) == (answer.status, "script" in page, "<b>" in page)
    assert "no-store" in answer.headers["Cache-Control"]
