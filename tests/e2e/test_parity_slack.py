"""What is said in Slack is what is said in the terminal, to the word."""

import html
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Guide
from bot.channels.slack.app import Slack
from bot.channels.slack.talk import GuideInSlack
from tests.e2e.parity import SCRIPT, in_terminal, lines_of, not_shown
from tests.integration.slack.conftest import settings_for
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import FakeSlackTalk, SlackClient

pytestmark = pytest.mark.asyncio(loop_scope="session")


_CUT = " …"


async def test_same_words(guide: Guide, tmp_path: Path) -> None:
    """Each answer has the terminal's words: in its plain text line by line in the same order, and in its blocks all of them.

    The plain text, for notifications and screen readers, goes on until it is cut at what Slack takes; the blocks are whole.
    """
    fake = FakeSlack()
    welcome, first, *others = await in_terminal(guide)
    shown: list[str] = []
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        channel = Slack(settings_for(fake, tmp_path), guide.database, GuideInSlack(guide.services, guide.dialogue))
        app = web.Application()
        channel.add_to(app.router)
        async with TestClient(TestServer(app)) as client, channel.running():
            slack = SlackClient(client, fake, FakeSlackTalk())
            for number, words in enumerate(SCRIPT, 1):
                before = len(fake.shown())
                await slack.write(words)
                await fake.until(lambda number=number: len(fake.texts()) >= number)  # type: ignore[misc]
                shown.append(fake.shown()[before:])
        await channel.close()

    for said, plain, in_blocks in zip([f"{welcome}\n{first}", *others], fake.texts(), shown, strict=True):
        whole, told = "\n".join(lines_of(said)), "\n".join(lines_of(html.unescape(plain)))
        assert (whole[: len(told) - len(_CUT)] + _CUT if told.endswith(_CUT) else whole) == told
        assert [] == not_shown(said, in_blocks)
