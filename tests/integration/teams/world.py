"""The guide's side of a conversation in Teams, before a client that remembers what is sent, and Teams' activities as plain dicts."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bot.channels.lines import Lines
from bot.channels.talk import Talk
from bot.channels.teams.answered import Answered
from bot.channels.teams.client import Client, TeamsError
from bot.channels.teams.listening import Listening
from bot.channels.teams.outgoing import Outgoing
from bot.settings import Settings
from knowledge.database import Database
from knowledge.people import Person
from knowledge.reachable import Reachable
from tests.fake_talk import FakeTalk

TENANT, SERVICE = "katalog-1", "https://service.example/emea/"
GUIDE = {"id": "28:guiden", "name": "Digitaliseringsguiden"}
ANNA, BO = "anna-id", "bo-id"
CHAT, GROUP, TEAM = "a:anna", "19:grupp@thread.v2", "19:kanal@thread.tacv2"
MENTION = {"type": "mention", "text": "<at>Digitaliseringsguiden</at>", "mentioned": GUIDE}

Activity = dict[str, Any]
_numbers = count(1)


class FakeClient(Client):
    """Remembers what is sent where, and fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Activity]] = []
        self.opened: list[tuple[str, str, str]] = []
        self.services: list[str] = []
        self.changed_to: list[tuple[str, str, str]] = []
        self.failures: dict[str, list[int]] = defaultdict(list)
        self.changed = asyncio.Event()

    async def send(self, service_url: str, conversation: str, activity: Activity) -> str:
        """Take a message, or fail."""
        if self.failures[conversation]:
            raise TeamsError(self.failures[conversation].pop(0), "refused")
        self.services.append(service_url)
        self.sent.append((conversation, activity))
        self.changed.set()
        return f"sent-{next(_numbers)}"

    async def update(self, service_url: str, conversation: str, message: str, activity: Activity) -> None:
        """Change a message, or fail."""
        if self.failures["update"]:
            raise TeamsError(self.failures["update"].pop(0), "refused")
        self.services.append(service_url)
        self.changed_to.append((conversation, message, words_of(activity)))

    async def open_chat(self, service_url: str, tenant: str, account: str) -> str:
        """Open a person's own chat, or fail."""
        self.opened.append((service_url, tenant, account))
        if self.failures["open"]:
            raise TeamsError(self.failures["open"].pop(0), "refused")
        return f"a:{account.removeprefix('29:')}"

    async def until_typing(self, times: int) -> None:
        """Wait until the guide has shown so many times that it is at work."""
        while sum(activity["type"] == "typing" for _, activity in self.sent) < times:
            self.changed.clear()
            await self.changed.wait()


@dataclass
class World:
    """A guide that listens, and what it stands on."""

    talk: FakeTalk
    client: FakeClient
    lines: Lines
    reachable: Reachable
    listening: Listening
    outgoing: Outgoing
    answers: list[Answered] = field(default_factory=list)

    async def receive(self, *activities: Activity) -> Answered:
        """Let activities come in one after the other, and everything be answered; return how the last was answered at once."""
        for activity in activities:
            self.answers.append(await self.listening.receive(activity))
        await self.settled()
        return self.answers[-1]

    async def settled(self) -> None:
        """Wait until everything has been answered."""
        await self.lines.finish(10)

    def said(self, where: str = "") -> list[str]:
        """Return the words that were said, in one place or in all."""
        return [words_of(activity) for place, activity in self.client.sent if activity["type"] == "message" and where in ("", place)]

    def places(self) -> list[str]:
        """Return where messages were sent, in their order."""
        return [place for place, activity in self.client.sent if activity["type"] == "message"]

    def is_reached(self, person: str = ANNA) -> bool:
        """Tell whether it is known where a person is reached."""
        return self.reachable.find(Person("teams", TENANT, person)) is not None


def world_over(database: Database, home: Path, guide: Talk | None = None) -> World:
    """Return a guide that listens; without one of their own, a stand-in answers."""
    talk, client, lines, reachable = FakeTalk(), FakeClient(), Lines(), Reachable(database)
    outgoing = Outgoing(Settings(home=home), client, reachable)
    return World(talk, client, lines, reachable, Listening(guide or talk, outgoing, lines, reachable, "sv"), outgoing)


def words_of(activity: Activity) -> str:
    """Return the words of a message, also where they stand in a card."""
    cards = [attachment["content"] for attachment in activity.get("attachments") or ()]
    return "\n".join([activity.get("text") or "", *(card.get("fallbackText") or "" for card in cards)]).strip()


def activity(kind: str, conversation: str = CHAT, person: str = ANNA, **given: Any) -> Activity:
    """Return an activity of a person in a conversation."""
    where = {CHAT: "personal", GROUP: "groupChat"}.get(conversation, "channel" if conversation.startswith("19:") else "personal")
    number = next(_numbers)
    return {
        "type": kind,
        "id": f"{number}",
        "timestamp": f"2026-11-24T10:00:00.{number:06}Z",
        "serviceUrl": SERVICE,
        "conversation": {"id": conversation, "conversationType": where, "tenantId": TENANT},
        "from": {"id": f"29:{person.removesuffix('-id')}", "aadObjectId": person},
        "recipient": GUIDE,
    } | given


def message(words: str, conversation: str = CHAT, person: str = ANNA, **given: Any) -> Activity:
    """Return a message; in a chat of several it mentions the guide."""
    if conversation == CHAT:
        return activity("message", conversation, person, **{"text": words} | given)
    return activity("message", conversation, person, **{"text": f"{MENTION['text']} {words}", "entities": [MENTION]} | given)


def press(verb: str, data: Activity, conversation: str = CHAT, person: str = ANNA) -> Activity:
    """Return the press of a button in a card."""
    action = {"type": "Action.Execute", "verb": verb, "data": data}
    return activity(
        "invoke", conversation, person, name="adaptiveCard/action", value={"action": action, "trigger": "manual"}, replyToId="asked-1"
    )


def chosen(choice: str, conversation: str = CHAT, person: str = ANNA) -> Activity:
    """Return that a choice was pressed."""
    return press("choice", {"choice": choice}, conversation, person)


def filled_in(words: str, nonce: str = "nonce-1") -> Activity:
    """Return that the form was sent."""
    return press("form", {"form": "challenge", "about": "about-1", "nonce": nonce, "field.title": words})
