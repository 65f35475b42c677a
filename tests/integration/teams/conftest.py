"""What the tests of Teams stand on: a Microsoft with keys, a Teams to answer to, and the way in to the guide."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp.test_utils import TestServer

from knowledge.database import Database
from tests.integration.teams.entrance import Entrance, entrance
from tests.integration.teams.keys import FakeMicrosoft, FakeTeams, settings_for
from tests.integration.teams.world import World, world_over


@pytest_asyncio.fixture
async def microsoft() -> AsyncIterator[FakeMicrosoft]:
    """A key server."""
    fake = FakeMicrosoft()
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest_asyncio.fixture
async def fake_teams() -> AsyncIterator[FakeTeams]:
    """A Teams that the guide answers to."""
    fake = FakeTeams()
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest_asyncio.fixture
async def closed(microsoft: FakeMicrosoft, tmp_path: Path) -> AsyncIterator[Entrance]:
    """The way in to a guide that does not run yet."""
    async with entrance(microsoft, settings_for(tmp_path)) as found:
        yield found


@pytest_asyncio.fixture
async def way_in(closed: Entrance) -> AsyncIterator[Entrance]:
    """The way in to a guide that runs."""
    async with closed.server.running():
        yield closed


@pytest_asyncio.fixture
async def teams(sqlite_database: Database, tmp_path: Path) -> World:
    """The guide's side of a conversation, with nothing between it and the test."""
    return world_over(sqlite_database, tmp_path)
