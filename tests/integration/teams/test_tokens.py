"""Who is let in from Teams: real tokens, checked with keys that are fetched over HTTP."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from microsoft_teams.api.auth.cloud_environment import PUBLIC
from microsoft_teams.apps import HttpServer
from microsoft_teams.apps.auth import TokenValidator

from bot.channels.teams.answered import Answered
from bot.channels.teams.server import MESSAGES
from bot.settings import Settings
from tests.integration.teams.entrance import Entrance, entrance
from tests.integration.teams.keys import CLIENT_ID, FOREIGN, TENANT, FakeMicrosoft, activity, settings_for

SERVICE = "https://smba.trafficmanager.example/emea/"
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest_asyncio.fixture
async def open_way_in(microsoft: FakeMicrosoft, tmp_path: Path) -> AsyncIterator[Entrance]:
    """The way in to a guide that is developed."""
    settings = Settings(home=tmp_path, teams_development=True)
    async with entrance(microsoft, settings) as found, found.server.running():
        yield found


async def test_right_token(way_in: Entrance) -> None:
    """An activity with a right token is let in as it is, and answered as the guide says."""
    answer = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {"body": [], "new": None}}
    way_in.inside.answer = Answered(200, answer)
    sent = activity(SERVICE)
    status, body = await way_in.post(sent, way_in.microsoft.token(SERVICE))

    assert (200, answer) == (status, json.loads(body))
    assert [sent] == way_in.inside.seen


@pytest.mark.parametrize("audience", [CLIENT_ID, f"api://{CLIENT_ID}"])
async def test_audience(way_in: Entrance, audience: str) -> None:
    """A token is for us under any of our names, and its service URL may end with a slash or not."""
    assert 200 == await way_in.status(activity(SERVICE), way_in.microsoft.token(SERVICE.rstrip("/"), aud=audience))


@pytest.mark.parametrize(
    "changed",
    [
        {"key": OTHER_KEY},
        {"aud": "99999999-9999-4999-8999-999999999999"},
        {"iss": "https://api.botframework.example"},
        {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "tid": TENANT},
        {"exp": int(time.time()) - 3600},
        {"serviceurl": "https://elsewhere.example/"},
        {"serviceurl": None},
    ],
    ids=["key", "audience", "issuer", "agent 365", "expired", "service URL", "no service URL"],
)
async def test_wrong_token(way_in: Entrance, changed: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """A token that is not from Teams, not for us, too old, or for another service is refused, and the log says so without its words."""
    caplog.set_level(logging.DEBUG)
    token = way_in.microsoft.token(SERVICE, **changed)

    assert (401, []) == (await way_in.status(activity(SERVICE, "Det är hemligt"), token), way_in.inside.seen)
    assert "Refused: a request with a token" in caplog.text
    assert not [word for word in (token, "hemligt", "elsewhere", "botframework.example") if word in caplog.text]


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Bearer nonsens", "Basic abc", "bearer x.y.z"])
async def test_no_token(way_in: Entrance, authorization: str | None) -> None:
    """Without a token nobody is let in."""
    headers = {} if authorization is None else {"Authorization": authorization}

    assert (401, []) == ((await way_in.post(activity(SERVICE), **headers))[0], way_in.inside.seen)


async def test_token_without_signature(way_in: Entrance) -> None:
    """A token that says itself that it is not signed is refused."""
    claims = jwt.decode(way_in.microsoft.token(SERVICE), options={"verify_signature": False})

    assert 401 == await way_in.status(activity(SERVICE), jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b"\xff", b"[]", b'"hej"', b"{}", b'{"type":{"a":1}}', b'{"type":"message","id":{"a":"hemligt"}}'],
)
async def test_no_activity(way_in: Entrance, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """What is no activity is refused in one word, whoever sends it, and not repeated in the log."""
    assert (400, '{"error": "no activity"}') == await way_in.post(body, way_in.microsoft.token(SERVICE))
    assert ([], False) == (way_in.inside.seen, "hemligt" in caplog.text)


@pytest.mark.parametrize("where", [None, "", 7, "file:///etc/passwd"])
async def test_no_service_url(way_in: Entrance, where: Any) -> None:
    """An activity that does not say where to answer is refused: its token could be for any service."""
    assert (400, []) == (await way_in.status(activity(SERVICE, serviceUrl=where), way_in.microsoft.token(SERVICE)), way_in.inside.seen)


async def test_too_large(way_in: Entrance) -> None:
    """What is larger than Teams sends is not read to its end."""
    body = activity(SERVICE, "a" * 2**20)

    assert (413, []) == (await way_in.status(body, way_in.microsoft.token(SERVICE)), way_in.inside.seen)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_other_methods(way_in: Entrance, method: str) -> None:
    """Whoever only looks whether somebody is there learns that messages are posted here."""
    async with way_in.client.request(method, MESSAGES) as response:
        assert 405 == response.status


async def test_failing(way_in: Entrance, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the guide is logged once by its kind, and Teams is told no more than that there was one."""
    way_in.inside.answer = RuntimeError("trasigt")

    assert (500, '{"error": "failed"}') == await way_in.post(activity(SERVICE, "hemligt"), way_in.microsoft.token(SERVICE))
    assert ["Something from Teams could not be answered: RuntimeError"] == [record.getMessage() for record in caplog.records]


async def test_before_and_after(closed: Entrance) -> None:
    """Before it runs and after it the guide asks Teams to come back, and asks for no more keys."""
    token = closed.microsoft.token(SERVICE)

    assert 503 == await closed.status(activity(SERVICE), token)
    async with closed.server.running():
        assert 200 == await closed.status(activity(SERVICE), token)
    async with closed.client.post(MESSAGES, json=activity(SERVICE)) as response:
        assert (503, "5") == (response.status, response.headers["Retry-After"])
    assert not [task for task in asyncio.all_tasks() if "keep_keys" in repr(task)]


async def test_keys_are_fetched_once(way_in: Entrance) -> None:
    """The keys are fetched when the guide starts, and not again with each activity."""
    await way_in.microsoft.until_asked()
    statuses = [await way_in.status(activity(SERVICE), way_in.microsoft.token(SERVICE)) for _ in range(3)]

    assert ([200, 200, 200], 1) == (statuses, way_in.microsoft.asked)


async def test_unreachable_keys(closed: Entrance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """When Microsoft cannot be reached the guide starts all the same, says so once, and lets in as soon as the keys are here."""
    monkeypatch.setattr("bot.channels.teams.tokens._AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.teams.tokens._SECONDS", 0.1)
    closed.microsoft.is_down = True
    token = closed.microsoft.token(SERVICE)
    async with closed.server.running():
        await closed.microsoft.until_asked(2)
        assert 503 == await closed.status(activity(SERVICE), token)
        monkeypatch.setattr("bot.channels.teams.tokens._SECONDS", 5)
        closed.microsoft.is_down = False

        assert 200 == await closed.status(activity(SERVICE), token)
    assert 1 == caplog.text.count("cannot be fetched")


async def test_unreachable_later(closed: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that were fetched once are good while Microsoft cannot be reached."""
    monkeypatch.setattr("bot.channels.teams.tokens._RENEWED_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.teams.tokens._AGAIN_SECONDS", 0.01)
    async with closed.server.running():
        assert 200 == await closed.status(activity(SERVICE), closed.microsoft.token(SERVICE))
        closed.microsoft.is_down = True
        await closed.microsoft.until_asked(closed.microsoft.asked + 3)

        assert 200 == await closed.status(activity(SERVICE), closed.microsoft.token(SERVICE))


async def test_development(open_way_in: Entrance) -> None:
    """Only where it is developed the guide answers without a token, from whatever directory."""
    elsewhere = activity(SERVICE, conversation={"id": "a", "tenantId": "anywhere"}, channelData=None)

    assert [200, 200] == [await open_way_in.status(elsewhere), await open_way_in.status(activity(SERVICE))]


async def test_development_is_loud(microsoft: FakeMicrosoft, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can overlook in the log that anybody is let in."""
    async with entrance(microsoft, Settings(home=tmp_path, teams_development=True)) as found, found.server.running():
        pass

    assert [("CRITICAL", True)] == [(record.levelname, "whoever reaches" in record.getMessage()) for record in caplog.records]


async def test_environment_decides_nothing(microsoft: FakeMicrosoft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK reads from the environment elsewhere neither opens the guide nor changes who it is."""
    for name, value in _SDK_SETTINGS.items():
        monkeypatch.setenv(name, value)
    async with entrance(microsoft, settings_for(tmp_path)) as found, found.server.running():
        assert [401, 200] == [await found.status(activity(SERVICE)), await found.status(activity(SERVICE), microsoft.token(SERVICE))]


def test_environment_is_left_alone(tmp_path: Path) -> None:
    """A file .env in the working folder, which the SDK would read when it is imported, changes nothing."""
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in _SDK_SETTINGS.items()), "utf-8")
    code = f"import os, bot.channels.teams.server; print([name for name in {list(_SDK_SETTINGS)} if name in os.environ])"
    environment = {name: value for name, value in os.environ.items() if name not in {*_SDK_SETTINGS, "PYTHON_DOTENV_DISABLED"}}
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_sdk() -> None:
    """The SDK still keeps its key client and its validator under the names that are replaced."""
    assert hasattr(TokenValidator.for_service(CLIENT_ID, cloud=PUBLIC), "_jwks_client")
    assert hasattr(HttpServer(_NoRoutes()), "_token_validator")


class _NoRoutes:
    """A server adapter that serves nothing."""

    def register_route(self, *_given: Any) -> None:
        """Serve nothing."""

    def serve_static(self, path: str, directory: str) -> None:
        """Serve no files."""

    async def start(self, port: int) -> None:
        """Start nothing."""

    async def stop(self) -> None:
        """Stop nothing."""


_SDK_SETTINGS = {
    "CLIENT_ID": FOREIGN,
    "CLIENT_SECRET": "annan",
    "TENANT_ID": FOREIGN,
    "CLOUD": "USGov",
    "SERVICE_URL": "https://elsewhere.example",
    "OAUTH_URL": "https://elsewhere.example",
    "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "1",
}
