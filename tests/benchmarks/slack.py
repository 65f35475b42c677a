"""Slack under load: how fast what comes in is acknowledged and answered with 50 conversations at once, and that nothing is lost or doubled.

Slack is the small one of the tests, in the same process; the guide answers at once, so what is measured is everything but the dialogue.
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

from bot.channels.slack.app import Slack
from knowledge.database import Database
from tests.benchmarks.measuring import p50, p95, table
from tests.integration.slack.conftest import settings_for
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import FakeSlackTalk, SlackClient

_AT_ONCE = 50
_TURNS_EACH = 3  # what Slack lets into one channel without a pause


def run() -> None:
    """Print the table."""
    asyncio.run(_run())


async def _run() -> None:
    fake, talk = FakeSlack(), FakeSlackTalk()
    fake.checks_blocks = False  # it takes longer than everything that is measured
    with tempfile.TemporaryDirectory() as folder:
        async with TestServer(fake.app()) as server:
            fake.url = str(server.make_url("")).rstrip("/")
            settings = settings_for(fake, Path(folder))
            database = Database(settings.database)
            channel = Slack(settings, database, talk)
            app = web.Application()
            channel.add_to(app.router)
            async with TestClient(TestServer(app)) as client, channel.running():
                people = [_talk(SlackClient(client, fake, talk), f"U{number}") for number in range(_AT_ONCE)]
                took = await asyncio.gather(*people)
            await channel.close()
            database.close()
    acks, replies = ([each for person in took for each in person[part]] for part in (0, 1))
    wanted = Counter(f"Du sa: U{number} {turn}" for number in range(_AT_ONCE) for turn in range(_TURNS_EACH))
    got = Counter(fake.texts())
    row = (_AT_ONCE, p50(acks), f"{float(np.percentile(acks, 99)):.1f}", p50(replies), p95(replies))
    head = ("conversations", "ack p50 ms", "ack p99 ms", "reply p50 ms", "reply p95 ms", "lost", "doubled")
    table("Slack", head, [(*row, (wanted - got).total(), (got - wanted).total())])


async def _talk(client: SlackClient, user: str) -> tuple[list[float], list[float]]:
    acks, replies = [], []
    for turn in range(_TURNS_EACH):
        words, begun = f"{user} {turn}", time.perf_counter()
        status = await client.write(words, user)
        acks.append((time.perf_counter() - begun) * 1000)
        assert status == 200
        answer = f"Du sa: {words}"
        await client.fake.until(partial(_is_posted, client.fake, answer))
        replies.append((time.perf_counter() - begun) * 1000)
    return acks, replies


def _is_posted(fake: FakeSlack, answer: str) -> bool:
    return any(post["text"] == answer for post in fake.of("chat.postMessage"))
