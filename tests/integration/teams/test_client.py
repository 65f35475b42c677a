"""What the guide sends to Teams, and what it does when Teams does not take it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.teams.client import Client, MicrosoftToken, TeamsError
from bot.settings import Settings
from tests.integration.teams.keys import CLIENT_ID, TENANT, FakeTeams, own_token, settings_for

HELLO = {"type": "message", "text": "Hej"}
THREAD = "19:abc@thread.tacv2;messageid=17"


class Waits:
    """Remembers how long it should have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Sleep not at all."""
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    """The waits of the client."""
    return Waits()


@pytest_asyncio.fixture
async def client(tmp_path: Path, waits: Waits) -> AsyncIterator[Client]:
    """A client that does not sleep."""
    found = Client(settings_for(tmp_path), own_token, waits)
    yield found
    await found.close()


async def test_send(client: Client, fake_teams: FakeTeams) -> None:
    """A message goes to its conversation, also into a thread, as the app and with our token; its id comes back."""
    sent = await client.send(fake_teams.service_url, THREAD, HELLO)

    assert [(THREAD, {**HELLO, "from": {"id": CLIENT_ID}})] == fake_teams.sent
    assert (True, ["egen-token"]) == (sent.startswith("sent-"), fake_teams.tokens)


async def test_update(client: Client, fake_teams: FakeTeams) -> None:
    """A message that was sent is replaced by another, whatever its name is written with."""
    await client.update(fake_teams.service_url, THREAD, "17/19", HELLO)

    assert [(THREAD, "17/19", {**HELLO, "from": {"id": CLIENT_ID}})] == fake_teams.updated


async def test_conversation_stays_in_its_place(client: Client, fake_teams: FakeTeams) -> None:
    """A conversation's name is a name, whatever is written in it."""
    await client.send(fake_teams.service_url.rstrip("/"), "a:1/../../b?c#d", HELLO)

    assert ["a:1/../../b?c#d"] == [where for where, _ in fake_teams.sent]


async def test_open_chat(client: Client, fake_teams: FakeTeams) -> None:
    """A person's own chat is opened in their directory."""
    conversation = await client.open_chat(fake_teams.service_url, TENANT, "29:anna")

    assert "a:29:anna" == conversation
    assert [
        {
            "isGroup": False,
            "bot": {"id": CLIENT_ID},
            "members": [{"id": "29:anna"}],
            "tenantId": TENANT,
            "channelData": {"tenant": {"id": TENANT}},
        }
    ] == fake_teams.opened


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_patience(client: Client, fake_teams: FakeTeams, waits: Waits, status: int) -> None:
    """What may go better is tried again, later each time, and is sent once."""
    fake_teams.failures["a:1"] = [(status, "Busy", {})] * 3
    await client.send(fake_teams.service_url, "a:1", HELLO)

    assert ([1, 2, 4], 1) == (waits.seconds, len(fake_teams.sent))


async def test_end_of_patience(client: Client, fake_teams: FakeTeams, waits: Waits) -> None:
    """It is tried four times and no more."""
    fake_teams.failures["a:1"] = [(429, "ConversationThrottled", {})] * 5
    with pytest.raises(TeamsError) as caught:
        await client.send(fake_teams.service_url, "a:1", HELLO)

    assert (429, "ConversationThrottled", 3, 4) == (caught.value.status, caught.value.code, len(waits.seconds), len(fake_teams.tokens))


async def test_retry_after_seconds(client: Client, fake_teams: FakeTeams, waits: Waits) -> None:
    """When Teams says how long to wait, the guide waits as long."""
    fake_teams.failures["a:1"] = [(429, "Throttled", {"Retry-After": "7"}), (429, "Throttled", {"Retry-After": "nonsens"})]
    await client.send(fake_teams.service_url, "a:1", HELLO)

    assert [7, 2] == waits.seconds


async def test_retry_after_time(client: Client, fake_teams: FakeTeams, waits: Waits) -> None:
    """Teams may also say until when."""
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    fake_teams.failures["a:1"] = [(503, "Busy", {"Retry-After": until})]
    await client.send(fake_teams.service_url, "a:1", HELLO)

    assert 15 < waits.seconds[0] <= 20


async def test_retry_after_too_long(client: Client, fake_teams: FakeTeams, waits: Waits) -> None:
    """A wait that nobody would sit through is left to whoever asked."""
    fake_teams.failures["a:1"] = [(429, "Throttled", {"Retry-After": "600"})]
    with pytest.raises(TeamsError) as caught:
        await client.send(fake_teams.service_url, "a:1", HELLO)

    assert ([], 600) == (waits.seconds, caught.value.again_after)


@pytest.mark.parametrize(("status", "code"), [(400, "BadSyntax"), (401, ""), (403, "BotNotInConversationRoster"), (404, "x"), (500, "y")])
async def test_refused(client: Client, fake_teams: FakeTeams, waits: Waits, status: int, code: str) -> None:
    """What will not go better is told at once, by Teams' word and without its sentence."""
    fake_teams.failures["a:1"] = [(status, code, {})]
    with pytest.raises(TeamsError) as caught:
        await client.send(fake_teams.service_url, "a:1", HELLO)

    assert (status, code, [], False) == (caught.value.status, caught.value.code, waits.seconds, "hemligt" in str(caught.value))


async def test_nobody_there(client: Client, waits: Waits, unused_tcp_port: int) -> None:
    """A Teams that cannot be reached is tried again, and then told as a status of 0."""
    with pytest.raises(TeamsError) as caught:
        await client.send(f"http://127.0.0.1:{unused_tcp_port}", "a:1", HELLO)

    assert (0, [1, 2, 4]) == (caught.value.status, waits.seconds)


async def test_slow(client: Client, fake_teams: FakeTeams, waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose answer does not come is not sent again, for it may have been taken."""
    monkeypatch.setattr("bot.channels.teams.client._SECONDS", 0.1)
    fake_teams.free.clear()
    with pytest.raises(TeamsError) as caught:
        await client.send(fake_teams.service_url, "a:1", HELLO)
    fake_teams.free.set()

    assert (0, "timeout", []) == (caught.value.status, caught.value.code, waits.seconds)


class FakeLogin:
    """Answers MSAL as Microsoft's login does; `answer` is what a token is asked for with."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def get(self, url: str, **_given: Any) -> Any:
        """Describe the directory."""
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        found = {name: f"https://login.example/{TENANT}/{name}" for name in ("authorization_endpoint", "token_endpoint", "issuer")}
        return FakeAnswer(found | {"metadata": []})

    def post(self, url: str, **_given: Any) -> Any:
        """Give a token."""
        self.asked.append(url)
        assert isinstance(self.answer, dict)
        return FakeAnswer(self.answer)

    def close(self) -> None:
        """Close nothing."""


class FakeAnswer:
    """An answer as MSAL reads it."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.status_code = 200 if "error" not in body else 401
        self.text = json.dumps(body)
        self.headers: dict[str, str] = {}

    def raise_for_status(self) -> None:
        """Raise nothing: MSAL reads the error."""


async def test_own_token(tmp_path: Path) -> None:
    """Our token is asked for once, in the app's own directory, and kept while it is good."""
    login = FakeLogin({"access_token": "egen", "expires_in": 3600, "token_type": "Bearer"})
    microsoft = MicrosoftToken(settings_for(tmp_path), login)

    assert ["egen", "egen"] == [await microsoft(), await microsoft()]
    assert [True, False] == [TENANT in login.asked[0], len(login.asked) > 2]
    microsoft.close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"error": "invalid_client", "error_description": "hemlis"}, "invalid_client"), (ConnectionError("hemlis"), "ConnectionError")],
)
async def test_no_own_token(tmp_path: Path, answer: Any, code: str) -> None:
    """When Microsoft gives no token, or is not there, that is told by one word, and asked anew the next time."""
    login = FakeLogin(answer)
    microsoft = MicrosoftToken(settings_for(tmp_path), login)
    with pytest.raises(TeamsError) as caught:
        await microsoft()
    login.answer = {"access_token": "egen", "expires_in": 3600, "token_type": "Bearer"}

    assert (0, code, "egen") == (caught.value.status, caught.value.code, await microsoft())
    microsoft.close()


async def test_developing(tmp_path: Path, fake_teams: FakeTeams) -> None:
    """Where the guide is developed it has no token and says nothing of who it is."""
    settings = Settings(home=tmp_path, teams_development=True)
    microsoft = MicrosoftToken(settings)
    client = Client(settings, microsoft)
    await client.send(fake_teams.service_url, "a:1", HELLO)
    await client.close()
    microsoft.close()

    assert ([("a:1", HELLO)], [""]) == (fake_teams.sent, fake_teams.tokens)
