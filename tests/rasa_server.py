"""A dialogue server of one's own on loopback, which answers what it is told to, for tests of a turn without Rasa."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.dialogue import Dialogue
from bot.offering import Offering
from bot.replies import Reply, to_wire
from bot.settings import Settings
from bot.tracker_store import TrackerStore
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.news import AllNews
from knowledge.offers import Offers


@dataclass
class FakeRasa:
    """Answers every message with `answer`, or (without one) not at all; `heard` is what it was told."""

    answer: Reply | None
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one message."""
        body = await request.json()
        self.heard.append(body.get("payload") or {"text": body["text"]})
        return web.json_response({"messages": [{"reply": to_wire(self.answer)}] if self.answer else []})


@asynccontextmanager
async def dialogue_with(database: Database, home: Path, rasa: FakeRasa) -> AsyncIterator[Dialogue]:
    """Run a dialogue over a database and a made-up Rasa."""
    app = web.Application()
    app.router.add_post("/webhooks/guide/webhook", rasa.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    settings = Settings(home=home, database_url="", rasa_url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    conversations = Conversations(database)
    tracker = TrackerStore(f"sqlite:///{home / 'rasa.db'}")
    dialogue = Dialogue(settings, conversations, Offering(conversations, Offers(database)), AllNews(database), tracker)
    try:
        yield dialogue
    finally:
        await dialogue.close()
        tracker.close()
        await runner.cleanup()
