"""What is said in Slack is what is said in the terminal, to the word."""

import html
import re
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Guide
from bot.channels.slack.app import Slack
from bot.channels.slack.talk import GuideInSlack
from tests.e2e.conftest import Talk
from tests.integration.slack.conftest import settings_for
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import FakeSlackTalk, SlackClient

SCRIPT = ("hjälp", "ingen svarar i växeln på eftermiddagen", "1", "vad kostade det?", "tack")

pytestmark = pytest.mark.asyncio(loop_scope="session")


# What the terminal puts before a choice and a notice; Slack has a button, or a picture.
_SIGN = re.compile(r"^(\d+\)|[i✓!✗]) ")
_CUT = " …"


async def test_same_words(guide: Guide, tmp_path: Path) -> None:
    """Each answer has the terminal's words: in its plain text line by line in the same order, and in its blocks all of them.

    The plain text, for notifications and screen readers, goes on until it is cut at what Slack takes; the blocks are whole. These are
    compared by letters and digits, and in any order. A link is not one run of words there, as the terminal's `text: address` is: Slack
    shows its text and keeps the address behind it, or behind a button of the card. So its two halves are looked for apart.
    """
    talk, fake = Talk(guide), FakeSlack()
    welcome = await talk.open()
    first, *others = [await talk.say(words) for words in SCRIPT]
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

    for in_terminal, plain, in_blocks in zip([f"{welcome}\n{first}", *others], fake.texts(), shown, strict=True):
        lines, told = _lines(in_terminal), "\n".join(_lines(html.unescape(plain)))
        whole = "\n".join(lines)
        assert (whole[: len(told) - len(_CUT)] + _CUT if told.endswith(_CUT) else whole) == told
        parts = [part for line in lines for part in _SIGN.sub("", line).split(": http")]
        assert [] == [part for part in parts if _bare(part) not in _bare(in_blocks)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
