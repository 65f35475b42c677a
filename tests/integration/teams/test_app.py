"""Teams over HTTP, from a message to its answer, and whether it can be used."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Guide
from bot.channels.teams.app import Teams
from bot.channels.teams.client import MicrosoftToken, TeamsError
from bot.channels.teams.server import MESSAGES
from bot.interaction import Interaction
from bot.replies import Reply
from bot.settings import Settings
from knowledge.database import Database
from tests.fake_talk import FakeTalk, said
from tests.integration.teams.keys import FakeMicrosoft, FakeTeams, activity, settings_for


@dataclass
class OwnToken:
    """What Microsoft says when it is asked for our token, once it is `free` to."""

    refusal: str = ""
    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> str:
        """Give a token or refuse it."""
        await self.free.wait()
        if self.refusal:
            raise TeamsError(0, self.refusal)
        return "egen-token"


class SlowTalk(FakeTalk):
    """Answers once it is `free` to."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer late."""
        await self.free.wait()
        return [said(f"Sent svar på {interaction.text}")]


@dataclass(frozen=True, slots=True)
class Started:
    """A guide in Teams that is about to run, a client of it, and what is around it."""

    channel: Teams
    client: "TestClient[web.Request, web.Application]"
    microsoft: FakeMicrosoft
    fake: FakeTeams
    token: OwnToken
    talk: SlowTalk

    async def write(self, words: str) -> int:
        """Write in one's own chat; return the status."""
        sent = activity(self.fake.service_url, words)
        headers = {"Authorization": f"Bearer {self.microsoft.token(self.fake.service_url)}"}
        async with self.client.post(MESSAGES, json=sent, headers=headers) as response:
            return response.status


@pytest_asyncio.fixture
async def guide(microsoft: FakeMicrosoft, fake_teams: FakeTeams, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Started]:
    """A guide in Teams."""
    token, talk = OwnToken(), SlowTalk()
    token.free.set()
    channel = Teams(settings_for(tmp_path), sqlite_database, talk, own_token=token, keys_url=microsoft.keys_url)
    app = web.Application()
    channel.add_to(app.router)
    async with TestClient(TestServer(app)) as client:
        yield Started(channel, client, microsoft, fake_teams, token, talk)
    await channel.close()


async def test_acknowledged_before_it_is_answered(guide: Started) -> None:
    """A message is taken in at once, and its answer follows as a message of its own, with our token."""
    async with guide.channel.running():
        assert (200, []) == (await guide.write("Hej"), guide.fake.messages())
        guide.talk.free.set()
        await guide.fake.until(lambda: bool(guide.fake.messages()))

    assert (["Sent svar på Hej"], {"egen-token"}) == (guide.fake.texts(), set(guide.fake.tokens))


async def test_stopping(guide: Started) -> None:
    """What was taken in is answered before the guide ends, and nothing more is taken in meanwhile."""
    running = guide.channel.running()
    await running.__aenter__()
    await guide.write("Hej")
    stopping = asyncio.create_task(running.__aexit__(None, None, None))
    await asyncio.sleep(0)
    assert (503, False) == (await guide.write("Hallå"), stopping.done())
    guide.talk.free.set()
    await stopping

    assert ["Sent svar på Hej"] == guide.fake.texts()


async def test_works(guide: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Teams works while Microsoft gives us a token; where that is slow, what it said last holds, and trouble is logged once."""
    works = [await guide.channel.works()]
    guide.token.refusal = "invalid_client"
    works += [await guide.channel.works(), await guide.channel.works()]
    guide.token.refusal = ""
    works.append(await guide.channel.works())
    assert ([True, False, False, True], 1) == (works, caplog.text.count("invalid_client"))

    guide.token.refusal = "unauthorized_client"
    guide.token.free.clear()
    monkeypatch.setattr("bot.channels.checking._SECONDS", 0)
    assert await guide.channel.works()
    monkeypatch.setattr("bot.channels.checking._SECONDS", 2)
    guide.token.free.set()
    assert not await guide.channel.works()


async def test_starts_without_microsoft(guide: Started) -> None:
    """The guide starts also while Microsoft gives no token, and takes in what comes."""
    guide.token.refusal = "invalid_client"
    guide.talk.free.set()
    async with guide.channel.running():
        assert 200 == await guide.write("Hej")


async def test_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guide that Microsoft gives no token is not ready, and says that Teams is why."""
    token = OwnToken()
    token.free.set()
    monkeypatch.setattr(MicrosoftToken, "__call__", lambda _self: token())
    problems = []
    whole = Guide(settings_for(tmp_path))
    assert whole.teams
    try:
        async with TestClient(TestServer(whole._web())) as client:
            for token.refusal in ("", "invalid_client"):
                problems.append((await (await client.get("/readyz")).json())["problems"])
            assert 503 == (await client.post(MESSAGES, json={})).status
    finally:
        await whole.teams.close()
        whole.tracker.close()
        whole.database.close()

    assert [False, True] == ["teams" in each for each in problems]


def test_not_used(tmp_path: Path) -> None:
    """A guide that is not in Teams has no part of it."""
    whole = Guide(Settings(home=tmp_path))
    whole.tracker.close()
    whole.database.close()

    assert whole.teams is None
