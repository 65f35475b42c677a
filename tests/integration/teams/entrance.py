"""The way in from Teams with nothing behind it but a memory."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.teams.answered import TAKEN, Answered
from bot.channels.teams.server import MESSAGES, Server
from bot.settings import Settings
from tests.integration.teams.keys import FakeMicrosoft


@dataclass
class Inside:
    """What was let in, and how it is answered."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    answer: Answered | Exception = field(default=TAKEN)

    async def receive(self, given: dict[str, Any]) -> Answered:
        """Remember what comes in."""
        self.seen.append(given)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Entrance:
    """The way in to a guide, and what is behind it."""

    server: Server
    client: "TestClient[web.Request, web.Application]"
    microsoft: FakeMicrosoft
    inside: Inside

    async def post(self, body: Any, token: str | None = None, **headers: str) -> tuple[int, str]:
        """Send what Teams sends; return the status and the body."""
        given = headers | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self.client.post(MESSAGES, data=data, headers={"Content-Type": "application/json", **given}) as response:
            return response.status, await response.text()

    async def status(self, body: Any, token: str | None = None) -> int:
        """Send what Teams sends; return the status."""
        return (await self.post(body, token))[0]


@asynccontextmanager
async def entrance(microsoft: FakeMicrosoft, settings: Settings) -> AsyncIterator[Entrance]:
    """Give the way in to a guide that does not run yet."""
    inside = Inside()
    server = Server(settings, inside.receive, microsoft.keys_url)
    app = web.Application(client_max_size=8 * 2**20)  # as the guide's own
    server.add_to(app.router)
    async with TestClient(TestServer(app)) as client:
        yield Entrance(server, client, microsoft, inside)
    server.close()
