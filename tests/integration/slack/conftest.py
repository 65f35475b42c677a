"""The guide's side of Slack, running against a small Slack of our own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.slack.app import Slack
from bot.settings import Settings
from knowledge.database import Database
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import SECRET, FakeSlackTalk, SlackClient


@pytest_asyncio.fixture
async def fake_slack() -> AsyncIterator[FakeSlack]:
    """A Slack."""
    fake = FakeSlack()
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


def settings_for(fake: FakeSlack, home: Path, **given: str) -> Settings:
    """Return the settings of a guide in one workspace of that Slack, or with what is given instead."""
    one = {"slack_bot_token": "xoxb-hemlig", "slack_signing_secret": SECRET}
    return Settings(home=home, slack_api_url=f"{fake.url}/api/", **(given or one))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Started:
    """A guide that listens to Slack, the Slack that it listens to, and a client of it."""

    channel: Slack
    fake: FakeSlack
    client: SlackClient


@pytest.fixture
def settings(fake_slack: FakeSlack, tmp_path: Path) -> Settings:
    """The settings of a guide in one workspace."""
    return settings_for(fake_slack, tmp_path)


@pytest_asyncio.fixture
async def started(fake_slack: FakeSlack, sqlite_database: Database, settings: Settings) -> AsyncIterator[Started]:
    """A guide that listens to Slack over HTTP."""
    talk = FakeSlackTalk()
    channel = Slack(settings, sqlite_database, talk)
    app = web.Application()
    channel.add_to(app.router)
    async with TestClient(TestServer(app)) as client, channel.running():
        yield Started(channel, fake_slack, SlackClient(client, fake_slack, talk))
    await channel.close()


@pytest.fixture
def slack(started: Started) -> SlackClient:
    """A client of that guide."""
    return started.client
