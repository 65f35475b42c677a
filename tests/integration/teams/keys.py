"""A small Microsoft and a small Teams: keys and tokens signed with them, and a REST interface that remembers what it is sent."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.settings import Settings

CLIENT_ID = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-aaaaaaaaaaaa"
FOREIGN = "33333333-3333-4333-8333-bbbbbbbbbbbb"
ISSUER = "https://api.botframework.com"
ANNA = "44444444-4444-4444-8444-444444444444"

_numbers = count(1)


def settings_for(home: Path, **given: Any) -> Settings:
    """Return the settings of a guide in Teams."""
    one = {"teams_client_id": CLIENT_ID, "teams_client_secret": "hemlis", "teams_tenant": TENANT}
    return Settings(home=home, **{**one, **given})


async def own_token() -> str:
    """Return what the guide would get from Microsoft."""
    return "egen-token"


class FakeMicrosoft:
    """Publishes keys at `keys_url` once `free` is set, unless it `is_down`; `token` signs with them."""

    def __init__(self) -> None:
        self.url = ""
        self.free = asyncio.Event()
        self.free.set()
        self.is_down = False
        self.asked = 0
        self._news = asyncio.Condition()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def keys_url(self) -> str:
        """What the guide is given as `keys_url`."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def app(self) -> web.Application:
        """Return the server's application."""
        app = web.Application()
        app.router.add_get("/v1/.well-known/keys", self._keys)
        return app

    def token(self, service_url: str, key: rsa.RSAPrivateKey | None = None, kid: str = "k1", **changed: Any) -> str:
        """Return a token as Teams sends it for an activity from `service_url`, signed with another key or with other claims."""
        at = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "iat": at, "nbf": at, "exp": at + 3600, "serviceurl": service_url} | changed
        return jwt.encode(claims, key or self._key, algorithm="RS256", headers={"kid": kid})

    async def until_asked(self, times: int = 1) -> None:
        """Wait until the keys have been asked for; fail after five seconds."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(lambda: self.asked >= times)

    async def _keys(self, _request: web.Request) -> web.Response:
        async with self._news:
            self.asked += 1
            self._news.notify_all()
        await self.free.wait()
        if self.is_down:
            raise web.HTTPBadGateway
        key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True) | {"kid": "k1", "use": "sig", "alg": "RS256"}
        return web.json_response({"keys": [key]})


class FakeTeams:
    """Takes activities in and remembers them in `sent`, and opened chats in `opened`.

    `failures` are answered first, by conversation ("" for a chat to be opened): a status, Teams' word for it, and headers. Until
    `free` is set it answers nothing.
    """

    def __init__(self) -> None:
        self.url = ""
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.updated: list[tuple[str, str, dict[str, Any]]] = []
        self.opened: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.free = asyncio.Event()
        self.free.set()
        self.failures: dict[str, list[tuple[int, str, dict[str, str]]]] = defaultdict(list)
        self._news = asyncio.Condition()

    def app(self) -> web.Application:
        """Return the server's application; it serves below `/teams`, as Teams does below a region."""
        app = web.Application()
        app.router.add_post("/teams/v3/conversations", self._open)
        app.router.add_post("/teams/v3/conversations/{conversation}/activities", self._send)
        app.router.add_put("/teams/v3/conversations/{conversation}/activities/{message}", self._update)
        return app

    @property
    def service_url(self) -> str:
        """Where activities say that they are from."""
        return f"{self.url}/teams/"

    def messages(self, conversation: str = "") -> list[dict[str, Any]]:
        """Return the messages that were sent, to one conversation or to all; not the signs of typing."""
        return [sent for where, sent in self.sent if sent["type"] == "message" and conversation in {"", where}]

    def texts(self, conversation: str = "") -> list[str]:
        """Return their texts."""
        return [message.get("text", "") for message in self.messages(conversation)]

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until something holds after one of the calls; fail after five seconds."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(what)

    async def _send(self, request: web.Request) -> web.Response:
        conversation = request.match_info["conversation"]
        if failure := await self._failure(request, conversation):
            return failure
        async with self._news:
            self.sent.append((conversation, await request.json()))
            self._news.notify_all()
        return web.json_response({"id": f"sent-{next(_numbers)}"}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        if failure := await self._failure(request, request.match_info["conversation"]):
            return failure
        self.updated.append((request.match_info["conversation"], request.match_info["message"], await request.json()))
        return web.json_response({"id": request.match_info["message"]})

    async def _open(self, request: web.Request) -> web.Response:
        if failure := await self._failure(request, ""):
            return failure
        asked = await request.json()
        async with self._news:
            self.opened.append(asked)
            self._news.notify_all()
        return web.json_response({"id": f"a:{asked['members'][0]['id']}"}, status=201)

    async def _failure(self, request: web.Request, conversation: str) -> web.Response | None:
        self.tokens.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        await self.free.wait()
        if not self.failures[conversation]:
            return None
        status, code, headers = self.failures[conversation].pop(0)
        return web.json_response({"error": {"code": code, "message": "hemligt"}}, status=status, headers=headers)


def activity(service_url: str, words: str = "Hej", **changed: Any) -> dict[str, Any]:
    """Return a message in a person's own chat as Teams sends it, with other fields where given; None leaves a field out."""
    given = {
        "type": "message",
        "id": f"m{next(_numbers)}",
        "timestamp": "2026-11-24T12:00:00.000Z",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:anna", "aadObjectId": ANNA, "name": "Anna"},
        "recipient": {"id": f"28:{CLIENT_ID}", "name": "Digitaliseringsguiden"},
        "conversation": {"id": "a:anna", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "sv-SE",
        "text": words,
        "textFormat": "plain",
    }
    return {name: value for name, value in (given | changed).items() if value is not None}
