"""A small Slack: the methods that the guide calls, response addresses, and Socket Mode; it refuses blocks that Slack would refuse."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from jsonschema import Draft7Validator

_SCHEMA = json.loads((Path(__file__).parents[2] / "fixtures" / "slack" / "blocks.json").read_text("utf-8"))
_SHAPES = Draft7Validator({"definitions": _SCHEMA["definitions"], "type": "array", "items": {"$ref": "#/definitions/KnownBlock"}})

Call = tuple[str, dict[str, Any]]
TEAM, BOT = "T1", "UBOT"


class FakeSlack:
    """Answers calls and remembers them.

    `failures` are answered first, by method: an error's name, or a status with its headers; an empty name lets one call through.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.tokens: list[str] = []
        self.failures: dict[str, list[Any]] = defaultdict(list)
        self.refuses: Callable[[list[dict[str, Any]]], bool] = lambda _blocks: False
        self.checks_blocks = True
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[str] = []
        self.url = ""
        self._news = asyncio.Condition()
        self._posted = 0

    def app(self) -> web.Application:
        """Return the server's application."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._method)
        app.router.add_post("/hook/{name}", self._hook)
        app.router.add_get("/socket", self._socket)
        return app

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of the calls of a method, and of `hook` for response addresses."""
        return [arguments for name, arguments in self.calls if name == method]

    def texts(self) -> list[str]:
        """Return the texts of all messages that were posted."""
        return [call["text"] for call in self.of("chat.postMessage")]

    def shown(self) -> str:
        """Return all words and addresses in the blocks of all messages that were posted."""
        return " ".join(word for call in self.of("chat.postMessage") for word in _words(call.get("blocks")))

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until something holds after one of the calls; fail after five seconds."""
        async with asyncio.timeout(5), self._news:
            await self._news.wait_for(what)

    async def send(self, envelope: dict[str, Any]) -> None:
        """Send something over the newest open socket."""
        await self.sockets[-1].send_json(envelope)

    async def _method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            arguments = await request.json()
        else:
            arguments = {name: _decoded(str(value)) for name, value in [*(await request.post()).items(), *request.query.items()]}
        self.tokens.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        answer = self._failure(method) or self._refused(arguments) or web.json_response({"ok": True, **self._answer(method, arguments)})
        if answer.status == 200 and json.loads(answer.text or "{}").get("ok"):
            await self._remember(method, arguments)
        else:
            await self._remember(f"failed:{method}", arguments)
        return answer

    async def _hook(self, request: web.Request) -> web.Response:
        arguments = await request.json()
        if failure := self._failure("hook"):
            return failure
        await self._remember("hook", {**arguments, "name": request.match_info["name"]})
        return web.Response(text="ok")

    async def _remember(self, method: str, arguments: dict[str, Any]) -> None:
        async with self._news:
            self.calls.append((method, arguments))
            self._news.notify_all()

    def _failure(self, method: str) -> web.Response | None:
        if not self.failures[method]:
            return None
        if not (failure := self.failures[method].pop(0)):
            return None
        if isinstance(failure, str):
            return web.json_response({"ok": False, "error": failure})
        status, headers = failure
        return web.json_response({"ok": False, "error": "ratelimited"}, status=status, headers=headers)

    def _refused(self, arguments: dict[str, Any]) -> web.Response | None:
        blocks = arguments.get("blocks") or []
        if len(blocks) > 50 or self.refuses(blocks) or (self.checks_blocks and not _SHAPES.is_valid(blocks)):
            return web.json_response({"ok": False, "error": "invalid_blocks"})
        return None

    def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self._posted += 1
        answers: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": TEAM, "user_id": BOT, "bot_id": "BBOT"},
            "conversations.open": {"channel": {"id": f"D{arguments.get('users')}"}},
            "oauth.v2.access": {
                "access_token": "xoxb-annat",
                "bot_user_id": "UBOT2",
                "app_id": "A1",
                "scope": "chat:write",
                "token_type": "bot",
                "team": {"id": "T2", "name": "Annat"},
                "authed_user": {"id": "UADMIN"},
            },
            "apps.connections.open": {"url": f"{self.url.replace('http', 'ws', 1)}/socket"},
        }
        return answers.get(method, {"ts": f"{self._posted}.0"})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await self._remember("socket", {})
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
                await self._remember("acknowledged", {})
        return socket


def _decoded(value: str) -> Any:
    return json.loads(value) if value[:1] in "[{" else value


def _words(block: Any) -> Iterator[str]:
    if isinstance(block, dict):
        for name, value in sorted(block.items()):
            if name in {"text", "url"} and isinstance(value, str):
                yield value
            else:
                yield from _words(value)
    elif isinstance(block, list):
        for each in block:
            yield from _words(each)
