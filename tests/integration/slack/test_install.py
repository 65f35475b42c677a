"""Several workspaces install the guide, each with a token of its own, and remove it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.channels.slack.app import Slack
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.installation_tables import InstallationRow
from knowledge.installations import STATE_LIVES, Installations
from knowledge.people import Person
from knowledge.tables import now
from tests.integration.slack.conftest import settings_for
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import SECRET, FakeSlackTalk, SlackClient, message

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ADMIN = Person("slack", "T2", "UADMIN")


@pytest_asyncio.fixture
async def several(
    request: pytest.FixtureRequest, fake_slack: FakeSlack, sqlite_database: Database, tmp_path: Path
) -> AsyncIterator[SlackClient]:
    """A guide that workspaces install by themselves: any of them, or those that the test names."""
    given = {
        "slack_client_id": "1.2",
        "slack_client_secret": "hemlis",
        "slack_token_keys": NEW,
        "slack_signing_secret": SECRET,
        "slack_teams": getattr(request, "param", ""),
        "public_url": "https://guiden.kommunen.example",
    }
    channel = Slack(settings_for(fake_slack, tmp_path, **given), sqlite_database, FakeSlackTalk())
    app = web.Application()
    channel.add_to(app.router)
    talk: FakeSlackTalk = channel._listener[0]._talk  # type: ignore[assignment]
    async with TestClient(TestServer(app)) as client, channel.running():
        yield SlackClient(client, fake_slack, talk, channel)
    await channel.close()


async def install(several: SlackClient, *, with_cookie: bool = True, state: str = "") -> tuple[int, str]:
    begun = await several.client.get("/slack/install", allow_redirects=False)
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    cookie = begun.cookies["slack-app-oauth-state"].value if with_cookie else ""
    query = {"code": "kod", "state": state or asked["state"][0]}
    headers = {"Cookie": f"slack-app-oauth-state={cookie}"}
    done = await several.client.get("/slack/oauth_redirect", params=query, headers=headers)
    return done.status, await done.text()


async def test_second_workspace(several: SlackClient, sqlite_database: Database) -> None:
    """An installed workspace is answered with its own token, which lies encrypted in the database."""
    status, page = await install(several)
    await several.event(message("hej"), team="T2")
    await several.fake.until(lambda: bool(several.fake.texts()))

    with sqlite_database.reading() as session:
        kept = session.scalars(select(InstallationRow)).one()
    assert (200, True, "T2") == (status, "Klart" in page, kept.tenant)
    assert ("xoxb-annat" in kept.sealed, "xoxb-annat") == (False, several.fake.tokens[-1])


@pytest.mark.parametrize(("several", "expected"), [("T1, T2", (200, ["T2"])), ("T1,T22", (403, []))], indirect=["several"])
async def test_only_some_may_install(several: SlackClient, sqlite_database: Database, expected: tuple[int, list[str]]) -> None:
    """Where it is said which workspaces may install the guide, another one is told that it may not, and its token is not kept."""
    status, page = await install(several)
    with sqlite_database.reading() as session:
        kept = list(session.scalars(select(InstallationRow.tenant)))

    assert expected == (status, kept)
    assert ("Arbetsytan T2 får inte" in page) == (status == 403)


async def test_workspace_that_has_not_installed(several: SlackClient) -> None:
    """A workspace that is not known is acknowledged, and not answered."""
    assert 200 == await several.event(message("hej"), team="T3")
    assert [] == several.talk.heard


@pytest.mark.parametrize(("given", "status"), [({"with_cookie": False}, 400), ({"state": "gissat"}, 400)])
async def test_somebody_elses_installation(several: SlackClient, given: dict[str, object], status: int) -> None:
    """An installation that did not begin in the same browser is not done."""
    assert status == (await install(several, **given))[0]  # type: ignore[arg-type]
    assert [] == several.fake.of("oauth.v2.access")


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UBOT2"]}}])
async def test_removed(several: SlackClient, sqlite_database: Database, event: dict[str, object]) -> None:
    """A workspace that removes the guide is forgotten, with its token."""
    await install(several)
    await several.event(event, team="T2")
    assert several.channel
    await several.channel._lines.finish(5)

    with sqlite_database.reading() as session:
        assert [] == session.scalars(select(InstallationRow)).all()


def test_rotation(database: Database) -> None:
    """With a new key first, everything is encrypted anew, and the old key can be thrown away; without either nothing can be read."""
    Installations(database, "slack", [OLD]).save("T2", {"bot_token": "xoxb-annat"}, ADMIN)

    assert 1 == Installations(database, "slack", [NEW, OLD]).rotate()
    assert {"bot_token": "xoxb-annat"} == Installations(database, "slack", [NEW]).find("T2")
    for act in (lambda: Installations(database, "slack", [OLD]).find("T2"), Installations(database, "slack", [OLD]).rotate):
        with pytest.raises(UnavailableError):
            act()


def test_state_is_used_once(database: Database) -> None:
    """A state serves one installation, for a short while."""
    at = now()
    installations = Installations(database, "slack", [NEW], lambda: at)
    used, late = installations.begin(), installations.begin()

    assert [True, False] == [installations.finish(used), installations.finish(used)]
    at += STATE_LIVES + timedelta(seconds=1)
    assert False is installations.finish(late)
