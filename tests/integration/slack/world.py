"""A guide that answers without Rasa, and a client that speaks to it as Slack does: signed requests over HTTP."""

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.channels.slack.app import Slack
from bot.channels.slack.home import Home, Preference
from bot.interaction import Interaction
from bot.replies import Choice, Reply
from tests.fake_talk import FakeTalk
from tests.integration.slack.fake_slack import TEAM, FakeSlack

SECRET = "signerat"
ANNA, BO = "UANNA", "UBO"

Client = TestClient[web.Request, web.Application]
_numbers = count(1)


class FakeSlackTalk(FakeTalk):
    """Has a home tab, and keeps answers too."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, tuple[str, Reply]] = {}

    async def home(self, _interaction: Interaction) -> Home:
        """Show a home tab with a language."""
        languages = Preference((Choice(label="Svenska", intent="change_language", id="sv-id"),), 0)
        return Home("sv", (), (), (), (), languages, languages)

    async def keep(self, interaction: Interaction, reply: Reply) -> str:
        """Keep an answer."""
        self._kept[interaction.conversation] = (f"kept-{next(_numbers)}", reply)
        return self._kept[interaction.conversation][0]

    async def kept(self, interaction: Interaction, name: str) -> Reply | None:
        """Return the kept answer."""
        found = self._kept.get(interaction.conversation)
        return found[1] if found and name in {"", found[0]} else None


class SlackClient:
    """Sends what Slack sends; `fake` is the Slack that the guide answers to."""

    def __init__(self, client: Client, fake: FakeSlack, talk: FakeSlackTalk, channel: Slack | None = None) -> None:
        self.channel = channel
        self.client = client
        self.fake = fake
        self.talk = talk

    async def post(self, body: bytes, kind: str = "application/json", **changed: str) -> ClientResponse:
        """Send a signed body, or one with another signature or time."""
        at = changed.get("at") or str(int(time.time()))
        signature = changed.get("signature") or "v0=" + hmac.new(SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
        if retry := changed.get("retry"):
            headers["X-Slack-Retry-Num"] = retry
        return await self.client.post("/slack/events", data=body, headers=headers)

    async def event(self, event: dict[str, Any], event_id: str = "", team: str = TEAM, **changed: str) -> int:
        """Send an event; return the status."""
        body = json.dumps(event_body(event, event_id, team)).encode()
        return (await self.post(body, **changed)).status

    async def write(self, words: str, user: str = ANNA, event_id: str = "", **event: Any) -> int:
        """Write in one's own chat with the guide."""
        return await self.event(message(words, user, **event), event_id)

    async def press(self, value: str, **changed: Any) -> int:
        """Press a button below an answer in one's own chat."""
        return (await self.interact(press_body(value, **changed))).status

    async def interact(self, payload: dict[str, Any]) -> ClientResponse:
        """Send a press, a form or a shortcut."""
        return await self.post(urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded")

    async def command(self, words: str, user: str = ANNA, hook: str = "c1") -> int:
        """Use the slash command; return the status."""
        body = {
            "command": "/utmaning",
            "text": words,
            "team_id": TEAM,
            "user_id": user,
            "channel_id": "C1",
            "trigger_id": f"trigger-{next(_numbers)}",
            "response_url": f"{self.fake.url}/hook/{hook}",
        }
        return (await self.post(urlencode(body).encode(), "application/x-www-form-urlencoded")).status


def event_body(event: dict[str, Any], event_id: str = "", team: str = TEAM) -> dict[str, Any]:
    """Return an event as Slack wraps it."""
    name = event_id or f"Ev{next(_numbers)}"
    authorizations = [{"team_id": team, "user_id": "UBOT", "is_bot": True, "enterprise_id": None}]
    about = {"type": "event_callback", "team_id": team, "api_app_id": "A1", "event_id": name}
    return about | {"authorizations": authorizations, "event": event}


def message(words: str, user: str = ANNA, **event: Any) -> dict[str, Any]:
    """Return a message in the user's own chat."""
    at = f"{time.time() + next(_numbers) / 1000:.6f}"
    given = {"type": "message", "channel": f"D{user}", "channel_type": "im", "user": user, "text": words, "ts": at}
    return {name: value for name, value in (given | event).items() if value is not None}


def press_body(value: str, **changed: Any) -> dict[str, Any]:
    """Return the press of a button as Slack sends it."""
    given = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": ANNA, "team_id": TEAM},
        "api_app_id": "A1",
        "trigger_id": f"trigger-{next(_numbers)}",
        "container": {"type": "message", "channel_id": f"D{ANNA}", "message_ts": "1.0", "is_ephemeral": False},
        "channel": {"id": f"D{ANNA}"},
        "actions": [{"type": "button", "action_id": "choice:1", "block_id": "b", "value": value, "action_ts": f"{time.time():.6f}"}],
    }
    return given | changed
