"""Microsoft's own client of Teams for a desk, the Agents Playground 0.2.28, without its page: who sits there and what is shown.

Its HTTP and WebSocket are not documented: what its page does is done here. It lacks dialogs, checks of tokens, and all of the manifest.
"""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.talk import Talk
from bot.channels.teams.app import Teams
from bot.channels.teams.server import MESSAGES
from bot.settings import ROOT, Settings
from knowledge.database import Database
from tests.integration.teams import read_card
from tests.integration.teams.keys import ANNA, CLIENT_ID, TENANT

_NODE = ROOT / "tests" / "node"
_PROGRAM = _NODE / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"
OWN, GROUP, TEAM = "a:anna", "19:gruppen@thread.v2", "19:kanalen@thread.tacv2"
_GUIDE, _ANNA = f"28:{CLIENT_ID}", "29:anna"
_CARD = "application/vnd.microsoft.card.adaptive"


def _person(account: str, directory_id: str) -> dict[str, str]:
    name = account.removeprefix("29:")
    address = f"{name}@kommunen.example"
    named = {"name": name, "givenName": name, "surname": "", "userPrincipleName": address, "email": address}
    return {"id": account, "aadObjectId": directory_id, **named}


_CONFIG = {
    "version": "0.1.1",
    "tenantId": TENANT,
    "bot": {"id": _GUIDE, "name": "Digitaliseringsguiden"},
    # It wants five others.
    "users": [
        _person(name, f"55555555-5555-4555-8555-{number:012}") for number, name in enumerate(("29:b", "29:c", "29:d", "29:e", "29:f"))
    ],
    "personalChat": {"id": OWN},
    "groupChat": {"id": GROUP, "name": "Gruppen"},
    "team": {"id": TEAM, "name": "Laget", "aadGroupId": "66666666-6666-4666-8666-666666666666", "channels": []},
}


@dataclass
class Shown:
    """A message of the guide's as it is shown now: a card that is answered in place is another one after that."""

    id: str
    where: str
    text: str
    card: dict[str, Any]
    suggested: list[str]
    size: int

    @property
    def words(self) -> str:
        """Everything that can be read in it, a line for each piece."""
        return read_card.words(self.card) if self.card else self.text


@dataclass
class Playground:
    """Anna at her desk: what she does, and what she is shown."""

    url: str
    session: aiohttp.ClientSession
    shown: list[Shown] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _unread: list[Shown] = field(default_factory=list)

    async def write(self, words: str, where: str = OWN, *, mention: bool = False) -> str:
        """Write in a conversation; return the one that it landed in, which in a team is a new thread."""
        at = "<at>Digitaliseringsguiden</at>"
        body: dict[str, Any] = {"type": "text", "text": f"{at} {words}" if mention else words, "textFormat": "plain", "from": {"id": _ANNA}}
        if mention:
            body["mentions"] = [{"mentioned": {"id": _GUIDE}, "text": at}]
        answer = await self._post(f"_conversation/v1/conversations/{where}/messages", body)
        return str(answer.get("postConversationId") or where)

    async def press(self, shown: Shown, label: str, answers: Mapping[str, str] | None = None, times: int = 1) -> dict[str, Any]:
        """Fill in a card and press what stands under `label`, so many times at once; return what was answered, and show it."""
        pressed = {**read_card.buttons(shown.card)[label], "data": read_card.sent(shown.card, label, answers or {})}
        value = {"action": {name: pressed[name] for name in ("type", "title", "verb", "data")}}
        presses = [self.invoke("adaptiveCard/action", value, shown.where, replyToId=shown.id) for _ in range(times)]
        answer = (await asyncio.gather(*presses))[-1]
        if answer["type"] == _CARD:
            shown.card = answer["value"]
        return answer

    async def invoke(self, name: str, value: Mapping[str, Any], where: str = OWN, **about: str) -> dict[str, Any]:
        """Do what the guide must answer at once; return its answer."""
        body = {"name": name, "value": value, "from": {"id": _ANNA}, "conversation": {"id": where}}
        return await self._post("_conversation/v1/invoke", body | about)

    async def install(self, where: str = OWN) -> None:
        """Put the guide in a conversation, which Teams tells of in two activities."""
        await self._post(f"_debug/conversation/{where}/installation", {})

    async def until(self, what: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something holds after one of the things that the guide shows."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(what)

    async def next(self, where: str = OWN, seconds: float = 10) -> Shown:
        """Return the first message in a conversation that is not returned yet."""
        await self.until(lambda: any(each.where == where for each in self._unread), seconds)
        found = next(each for each in self._unread if each.where == where)
        self._unread.remove(found)
        return found

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take in what is shown, until the socket is closed."""
        async for message in socket:
            told = json.loads(message.data)
            async with self._news:
                if told["action"] == "typing":
                    self.typing.append(told["actionConversationId"])
                if told["action"] == "createMessage":
                    self.shown.append(shown := _shown(told, len(message.data.encode())))
                    self._unread.append(shown)
                self._news.notify_all()

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self.session.post(f"{self.url}/{path}", json=body) as response:
            answer = await response.text()
        assert response.status == 200, f"{path}: {response.status} {answer}"
        return json.loads(answer) if answer else {}


@asynccontextmanager
async def guided(database: Database, talk: Talk, home: Path, person: str = ANNA) -> AsyncIterator[tuple[Playground, Teams]]:
    """Run a guide and a Playground before it, for the length of a block; `person` is the directory's id of who sits there."""
    channel = Teams(Settings(home=home, teams_development=True), database, talk)
    app = web.Application()
    channel.add_to(app.router)
    try:
        async with TestServer(app) as server, _playground(str(server.make_url(MESSAGES)), home, person) as playground, channel.running():
            yield playground, channel
    finally:
        await channel.close()


@asynccontextmanager
async def _playground(endpoint: str, folder: Path, person: str) -> AsyncIterator[Playground]:
    async with _process(endpoint, folder, person) as url, aiohttp.ClientSession() as session:
        async with session.ws_connect(f"{url}/_ws_conversation/v1/conversations/stream") as socket:
            playground = Playground(url, session)
            listening = asyncio.create_task(playground.listen(socket))
            yield playground
        await listening


@asynccontextmanager
async def _process(endpoint: str, folder: Path, person: str) -> AsyncIterator[str]:
    node = shutil.which("node")
    assert node, "Node is missing"
    assert _PROGRAM.exists(), "The Agents Playground is not installed: make .stamps/node"
    config, log = folder / "playground.yml", folder / "playground.log"
    config.write_text(json.dumps(_CONFIG | {"currentUser": _person(_ANNA, person)}), "utf-8")
    told = {"M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(config), "M365_AGENTS_PLAYGROUND_LOGFILE": str(log), "TEAMSAPPTESTER_BROWSER": "none"}
    asked = ["-e", endpoint, "-c", "msteams", "-p", "0", "--disable-telemetry"]
    process = await asyncio.create_subprocess_exec(
        *(node, "--require", str(_NODE / "loopback.cjs"), str(_PROGRAM), "start", *asked),
        env=os.environ | told,
        cwd=folder,
        start_new_session=True,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(30):
            said = (await process.stdout.readline()).decode()
        if not said.startswith("Listening on "):
            pytest.fail(f"The Agents Playground did not start: {said} {log.read_text('utf-8') if log.exists() else ''}")
        yield f"http://127.0.0.1:{said.split()[-1]}"
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _shown(told: Mapping[str, Any], size: int) -> Shown:
    message = told["message"]
    cards = [each["content"] for each in message["attachments"] if each["contentType"] == _CARD]
    suggested = [each["title"] for each in (message.get("suggestedActions") or {}).get("actions", [])]
    where = message.get("postConversationId") or told["actionConversationId"]
    return Shown(message["messageId"], where, message.get("text") or "", cards[0] if cards else {}, suggested, size)
