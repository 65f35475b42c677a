"""Teams under load: how fast what comes in is acknowledged and answered with 50 conversations at once, and that nothing is lost or doubled.

Teams and Microsoft are the small ones of the tests, in the same process, and each activity's token is checked as Microsoft's is; the guide
answers at once, so what is measured is everything but the dialogue.
"""

import asyncio
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.teams.app import Teams
from bot.channels.teams.server import MESSAGES
from knowledge.database import Database
from tests.benchmarks.measuring import p50, p95, table
from tests.fake_talk import FakeTalk
from tests.integration.teams.keys import TENANT, FakeMicrosoft, FakeTeams, activity, own_token, settings_for

_AT_ONCE = 50
_TURNS_EACH = 3

Client = TestClient[web.Request, web.Application]


def run() -> None:
    """Print the table."""
    asyncio.run(_run())


async def _run() -> None:
    microsoft, fake = FakeMicrosoft(), FakeTeams()
    async with TestServer(microsoft.app()) as keys, TestServer(fake.app()) as rest:
        microsoft.url, fake.url = (str(server.make_url("")).rstrip("/") for server in (keys, rest))
        with tempfile.TemporaryDirectory() as folder:
            took = await _all(microsoft, fake, Path(folder))
    acks, replies = ([each for person in took for each in person[part]] for part in (0, 1))
    wanted = Counter(f"Du sa: {number} {turn}" for number in range(_AT_ONCE) for turn in range(_TURNS_EACH))
    got = Counter(fake.texts())
    row = (_AT_ONCE, p50(acks), f"{float(np.percentile(acks, 99)):.1f}", p50(replies), p95(replies))
    head = ("conversations", "ack p50 ms", "ack p99 ms", "reply p50 ms", "reply p95 ms", "lost", "doubled")
    table("Teams", head, [(*row, (wanted - got).total(), (got - wanted).total())])


async def _all(microsoft: FakeMicrosoft, fake: FakeTeams, home: Path) -> list[tuple[list[float], list[float]]]:
    settings = settings_for(home)
    database = Database(settings.database)
    database.upgrade()
    channel = Teams(settings, database, FakeTalk(), own_token=own_token, keys_url=microsoft.keys_url)
    app = web.Application()
    channel.add_to(app.router)
    seen = _Seen(fake)
    async with TestClient(TestServer(app)) as client, channel.running():
        took = await asyncio.gather(*(_talk(client, microsoft, fake, seen, number) for number in range(_AT_ONCE)))
    await channel.close()
    database.close()
    return took


async def _talk(client: Client, microsoft: FakeMicrosoft, fake: FakeTeams, seen: "_Seen", number: int) -> tuple[list[float], list[float]]:
    acks, replies = [], []
    place = {"id": f"a:{number}", "conversationType": "personal", "tenantId": TENANT}
    headers = {"Authorization": f"Bearer {microsoft.token(fake.service_url)}"}
    for turn in range(_TURNS_EACH):
        person = {"id": f"29:{number}", "aadObjectId": f"person-{number}"}
        said = activity(fake.service_url, f"{number} {turn}", conversation=place) | {"from": person}
        begun = time.perf_counter()
        async with client.post(MESSAGES, json=said, headers=headers) as answer:
            acks.append((time.perf_counter() - begun) * 1000)
            assert answer.status == 200
        await fake.until(partial(seen.has, f"Du sa: {number} {turn}"))
        replies.append((time.perf_counter() - begun) * 1000)
    return acks, replies


class _Seen:
    """The answers that have come; each message is looked at once, for fifty who wait would else be what is measured."""

    def __init__(self, fake: FakeTeams) -> None:
        self._fake = fake
        self._looked_at = 0
        self._texts: set[str] = set()

    def has(self, words: str) -> bool:
        """Tell whether an answer has come."""
        self._texts.update(sent.get("text", "") for _, sent in self._fake.sent[self._looked_at :])
        self._looked_at = len(self._fake.sent)
        return words in self._texts
