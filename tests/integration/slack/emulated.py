"""A workspace of emulate, a Slack of another's making that keeps what is written, and a guide in it.

It checks tokens, scopes, members and triggers by itself. It lacks response addresses, statuses and suggested prompts, and takes any blocks.
"""

import html
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.app import Slack
from bot.channels.slack.install import SCOPES
from bot.settings import ROOT, Settings
from knowledge.database import Database
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import SECRET, FakeSlackTalk, SlackClient, message

EMULATE = ROOT / "tests" / "node" / "node_modules" / "emulate" / "dist" / "index.js"
TEAM, GUIDE, APP = "T000000001", "UGUIDE", "A1"
GUIDES_TOKEN, ANNAS_TOKEN = "xoxb-guiden", "xoxp-anna"
PUBLIC_URL = "https://guiden.kommunen.example"
CLIENT = {"client_id": "1.2", "client_secret": "hemlis"}
_BOT = {"app_id": APP, "bot_id": "BGUIDE", "bot_user_id": GUIDE}
SEED = {
    "strict_scopes": True,
    "users": [{"name": "anna"}, {"name": "bo"}],
    "oauth_apps": [{**CLIENT, **_BOT, "name": "Guiden", "bot_name": "guiden", "redirect_uris": [f"{PUBLIC_URL}/slack/oauth_redirect"]}],
    "tokens": [
        {"token": GUIDES_TOKEN, "type": "bot", "user": GUIDE, "scopes": list(SCOPES), **_BOT},
        {"token": ANNAS_TOKEN, "user": "anna"},
    ],
}


@dataclass
class Guided:
    """A guide, what Slack sends to it, and Anna, who writes in the workspace and reads there."""

    url: str
    slack: SlackClient
    channel: Slack
    anna: str = ""
    bo: str = ""
    direct: str = ""

    async def meet(self) -> None:
        """Learn who is there, and open Anna's own chat with the guide."""
        users = {user["name"]: user["id"] for user in (await self.call("users.list"))["members"]}
        self.anna, self.bo = users["anna"], users["bo"]
        self.direct = (await self.call("conversations.open", users=GUIDE))["channel"]["id"]

    async def call(self, method: str, token: str = ANNAS_TOKEN, **arguments: str) -> dict[str, Any]:
        """Do something in the workspace, as Anna unless another token is given."""
        answer = await AsyncWebClient(token=token, base_url=f"{self.url}/api/").api_call(method, data=arguments)
        assert isinstance(answer.data, dict)
        return answer.data

    async def write(self, channel: str, words: str) -> str:
        """Let Anna write in a channel, and Slack tell the guide of it; return the message's time when all is answered."""
        at: str = (await self.call("chat.postMessage", channel=channel, text=words))["ts"]
        kind = {"channel_type": "im"} if channel == self.direct else {"type": "app_mention", "channel_type": "channel"}
        await self.hear(message(words, self.anna, channel=channel, ts=at, **kind))
        return at

    async def hear(self, event: dict[str, Any]) -> None:
        """Tell the guide of an event, and wait until it is answered."""
        assert 200 == await self.slack.event(event, team=TEAM)
        await self.answered()

    async def press(self, value: str, trigger: str) -> None:
        """Let Anna press a button in her own chat, and wait until it is answered."""
        container = {"type": "message", "channel_id": self.direct, "message_ts": "1.0", "is_ephemeral": False}
        who = {"team": {"id": TEAM}, "user": {"id": self.anna, "team_id": TEAM}, "channel": {"id": self.direct}}
        assert 200 == await self.slack.press(value, trigger_id=trigger, container=container, **who)
        await self.answered()

    async def trigger(self) -> str:
        """Return what Slack gives along with a press of Anna's: it opens one form, within three seconds."""
        given: str = (await self.call("views.generateTriggerId", GUIDES_TOKEN, user_id=self.anna))["trigger_id"]
        return given

    async def answered(self) -> None:
        """Wait until the guide has nothing left to answer."""
        await self.channel._lines.finish(5)

    async def written(self, channel: str, after: str = "") -> list[dict[str, Any]]:
        """Return what the guide has written in a channel itself (not in threads), oldest first."""
        found = (await self.call("conversations.history", channel=channel))["messages"]
        return [each for each in reversed(found) if each["user"] == GUIDE and each["ts"] > after]

    async def in_thread(self, channel: str, at: str) -> list[str]:
        """Return the texts of a thread, its first message too."""
        return [each["text"] for each in (await self.call("conversations.replies", channel=channel, ts=at))["messages"]]

    async def seen(self, section: str, **query: str) -> str:
        """Return what emulate's own page shows under a heading: what no method of Slack's gives back."""
        async with aiohttp.ClientSession() as session, session.get(self.url, params=query) as answer:
            page = await answer.text()
        return html.unescape(page.partition(f"<h2>{section}</h2>")[2].partition("</section>")[0])


@contextmanager
def emulate_running(folder: Path) -> Iterator[str]:
    """Run a Slack for the length of a block; give its address."""
    node = shutil.which("node")
    assert node, "Node is missing"
    assert EMULATE.exists(), "emulate is not installed: make .stamps/node"
    seed, said = folder / "seed.yaml", folder / "log"
    seed.write_text(json.dumps({"slack": SEED}), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with said.open("w") as log:
        asked = [node, str(EMULATE), "start", "-s", "slack", "-p", str(port), "--seed", str(seed)]
        process = subprocess.Popen(asked, stdout=log, stderr=log)
    try:
        while not _listens(port):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
                pytest.fail(f"emulate ended: {said.read_text('utf-8')}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@asynccontextmanager
async def guided(url: str, database: Database, home: Path, **given: str) -> AsyncIterator[Guided]:
    """Run a guide, which speaks with a stand-in, in the workspace at an address and with the given settings."""
    settings = Settings(home=home, slack_api_url=f"{url}/api/", slack_signing_secret=SECRET, **given)  # type: ignore[arg-type]
    talk = FakeSlackTalk()
    channel = Slack(settings, database, talk)
    app = web.Application()
    channel.add_to(app.router)
    async with TestClient(TestServer(app)) as client, channel.running():
        here = Guided(url, SlackClient(client, FakeSlack(), talk, channel), channel)
        await here.meet()
        yield here
    await channel.close()


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
