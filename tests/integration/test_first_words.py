"""What is said first to somebody new, before the answer to their own first words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.interaction import Interaction
from bot.replies import Reply, Text
from bot.texts import text
from knowledge.conversations import Conversations
from knowledge.database import Database
from tests.rasa_server import FakeRasa, dialogue_with


@dataclass
class Translated(FakeRasa):
    """Answers in Finnish from now on, whatever it is told."""

    conversations: Conversations | None = None

    async def receive(self, request: web.Request) -> web.Response:
        """Take one message."""
        body: dict[str, Any] = await request.json()
        assert self.conversations
        self.conversations.speak(body["sender"], "fi")
        return await super().receive(request)


async def test_welcome_in_the_language_asked_for(sqlite_database: Database, tmp_path: Path) -> None:
    """Who begins by asking for another language reads in it that an AI answers, and what is kept."""
    answer = Reply(elements=(Text(text="Vastaan nyt suomeksi."),))
    rasa = Translated(answer, conversations=Conversations(sqlite_database))
    async with dialogue_with(sqlite_database, tmp_path, rasa) as dialogue:
        told = await dialogue.turn(Interaction("terminal", "run", "suomeksi", person="anna"))

    disclosed = text("fi", "welcome", days=21).split(".")[0]
    assert [disclosed, "Vastaan nyt suomeksi"] == [reply.fallback.split(".")[0] for reply in told]
