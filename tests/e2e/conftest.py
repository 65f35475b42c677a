"""The whole assistant, started once: a real Rasa, a real encoder, a small frozen catalogue."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.app import Guide
from bot.channels.terminal import plain_lines
from bot.interaction import Interaction
from bot.replies import Choice, Reply
from bot.settings import ROOT, Settings
from index.builder import reindex
from index.encoder import E5Encoder
from knowledge.content_import import import_content
from knowledge.database import Database

CATALOGUE = Path(__file__).parent.parent / "fixtures" / "catalogue"


class Talk:
    """One person's conversation with the guide, as plain text."""

    def __init__(self, guide: Guide, language: str = "sv", person: str = "") -> None:
        self.guide = guide
        self.language = language
        self.person = person
        self.place = str(uuid4())
        self.choices: tuple[Choice, ...] = ()

    async def open(self) -> str:
        """Open the conversation and return what is said first."""
        return self._read(await self._turn(intent="open"))

    async def say(self, words: str, event_id: str = "") -> str:
        """Write `words` and return the answer."""
        return self._read(await self._turn(text=words, event_id=event_id))

    async def choose(self, label: str) -> str:
        """Choose what is offered under `label` and return the answer."""
        chosen = next(choice for choice in self.choices if choice.label == label)
        return self._read(await self._turn(intent=chosen.intent, entities=chosen.entities))

    async def turn_as(self, intent: str, entities: dict[str, str] | None = None) -> str:
        """Choose something by what it stands for, as a button of an older answer does, and return the answer."""
        return self._read(await self._turn(intent=intent, entities=entities))

    async def replies(self, words: str) -> list[Reply]:
        """Write `words` and return the replies themselves."""
        return await self._turn(text=words)

    async def _turn(self, text: str = "", intent: str = "", entities: dict[str, str] | None = None, event_id: str = "") -> list[Reply]:
        interaction = Interaction(
            "terminal", self.place, text, intent, entities or {}, event_id=event_id, language=self.language, person=self.person
        )
        return await self.guide.dialogue.turn(interaction)

    def _read(self, replies: list[Reply]) -> str:
        self.choices = replies[-1].choices if replies else ()
        return "\n".join(line for reply in replies for line in plain_lines(reply)).strip()


@pytest.fixture(scope="session")
def guide_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an installation with the frozen catalogue, indexed, in a home folder of its own.

    The encoder's folder is shared with the checkout's, for it takes half a minute and half a gigabyte to make.
    """
    home = tmp_path_factory.mktemp("guide")
    built = Settings().home if Settings().models.exists() else ROOT / "var"
    (home / "models").symlink_to(built / "models")
    # The gate's examples take as long to embed as the catalogue; the checkout's gate has seen the same ones.
    (home / "index").mkdir()
    for gate in (built / "index").glob("gate-*.npz"):
        shutil.copy(gate, home / "index")
    settings = Settings(home=home, contact="digitalisering@kommunen.example", rasa_url="", database_url="", organisation="")
    database = Database(settings.database)
    database.upgrade()
    import_content(database, CATALOGUE, "test")
    reindex(database, E5Encoder(settings.model, settings.models), settings.index)
    database.close()
    return settings


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def guide(guide_settings: Settings) -> AsyncIterator[Guide]:
    """A running guide."""
    started = Guide(guide_settings)
    async with started.running(port=0):
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def talk(guide: Guide) -> Talk:
    """A new conversation, already opened."""
    conversation = Talk(guide)
    await conversation.open()
    return conversation
