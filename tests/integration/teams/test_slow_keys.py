"""What happens to everybody else while Microsoft's keys do not come: nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.slack.app import Slack
from bot.channels.teams.server import Server
from knowledge.database import Database
from tests.integration.slack.conftest import settings_for as slack_settings
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import FakeSlackTalk, SlackClient
from tests.integration.teams.entrance import Entrance, Inside
from tests.integration.teams.keys import FakeMicrosoft, activity, settings_for

SERVICE = "https://smba.trafficmanager.example/emea/"


@dataclass(frozen=True, slots=True)
class Both:
    """A guide that is met in Slack and in Teams, in one application."""

    slack: SlackClient
    teams: Entrance


@pytest_asyncio.fixture
async def both(microsoft: FakeMicrosoft, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Both]:
    """A guide that listens to Slack; to Teams it does when a test lets it."""
    fake, talk, inside = FakeSlack(), FakeSlackTalk(), Inside()
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        slack = Slack(slack_settings(fake, tmp_path), sqlite_database, talk)
        teams = Server(settings_for(tmp_path), inside.receive, microsoft.keys_url)
        app = web.Application()
        slack.add_to(app.router)
        teams.add_to(app.router)
        async with TestClient(TestServer(app)) as client, slack.running():
            yield Both(SlackClient(client, fake, talk), Entrance(teams, client, microsoft, inside))
        await slack.close()
        teams.close()


async def test_slow_at_start(both: Both, microsoft: FakeMicrosoft) -> None:
    """While the key server holds its answer, Slack gets its acknowledgement and its answer; then Teams gets its own."""
    microsoft.free.clear()
    async with both.teams.server.running():
        waiting = asyncio.create_task(both.teams.status(activity(SERVICE), microsoft.token(SERVICE)))
        await microsoft.until_asked()

        assert 200 == await both.slack.write("Hej")
        await both.slack.fake.until(lambda: both.slack.fake.texts() == ["Du sa: Hej"])
        assert (False, []) == (waiting.done(), both.teams.inside.seen)
        microsoft.free.set()
        assert (200, 1) == (await waiting, len(both.teams.inside.seen))


async def test_slow_for_an_unknown_key(both: Both, microsoft: FakeMicrosoft) -> None:
    """Many tokens whose key is looked for anew take neither the loop nor the threads that the rest needs."""
    async with both.teams.server.running():
        assert 200 == await both.teams.status(activity(SERVICE), microsoft.token(SERVICE))
        microsoft.free.clear()
        both.teams.server._validator._keys.cooldown_duration = 0  # keys that came just now are not asked for again
        strange = microsoft.token(SERVICE, kid="k2")
        waiting = [asyncio.create_task(both.teams.status(activity(SERVICE), strange)) for _ in range(40)]
        await microsoft.until_asked(2)

        assert (200, "ledig") == (await both.slack.write("Hej"), await asyncio.to_thread(lambda: "ledig"))
        assert not [task for task in waiting if task.done()]
        microsoft.free.set()
        assert {401} == set(await asyncio.gather(*waiting))
