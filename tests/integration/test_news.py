"""News that wait for people who cannot be written to: told once, to the right person, in their language."""

from pathlib import Path

import pytest

from bot.interaction import Interaction
from bot.replies import Notice, Reply, Text
from knowledge.contribution_tables import NewsRow
from knowledge.database import Database
from knowledge.news import AllNews
from knowledge.outbox import Message, UndeliverableError
from knowledge.people import Person
from tests.interest_world import count
from tests.rasa_server import FakeRasa, dialogue_with

ANNA = Person("terminal", "-", "anna")
DATA = {"contribution": 7, "title": "Ingen svarar i växeln", "comment": "Skriv vem det drabbar.", "language": "sv"}
RETURNED = Message("contribution.returned:7", "contribution.returned", ANNA.address, DATA)
ANSWER = Reply(elements=(Text(text="Hej!"),))


def typed(language: str = "sv", person: str = "anna", words: str = "hej") -> Interaction:
    return Interaction("terminal", "run", words, language=language, person=person)


def test_kept_once_and_told_once(database: Database) -> None:
    """A message that is delivered twice is kept once, and is gone when it has been told."""
    news = AllNews(database)
    news.keep(RETURNED)
    news.keep(RETURNED)

    assert [("contribution.returned", DATA)] == [(each.kind, each.data) for each in news.unread(ANNA)]
    assert [] == news.unread(ANNA)


@pytest.mark.parametrize("address", ["terminal:anna", "fax", "", "web::"])
def test_nobody(sqlite_database: Database, address: str) -> None:
    """An address that is no person's cannot be delivered to, now or later."""
    with pytest.raises(UndeliverableError):
        AllNews(sqlite_database).keep(Message("k", "contribution.returned", address, DATA))


async def test_comes_first_and_once(database: Database, tmp_path: Path) -> None:
    """The next turn of the person, and of nobody else, begins with the news; the turn after that does not."""
    AllNews(database).keep(RETURNED)
    async with dialogue_with(database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        other = await dialogue.turn(typed(person="bo"))
        first = await dialogue.turn(typed())
        second = await dialogue.turn(typed())

    told = [element for element in first[0].elements if isinstance(element, Notice)]
    assert ["Ditt bidrag behöver kompletteras: «Ingen svarar i växeln»"] == [element.text for element in told]
    assert "Skriv vem det drabbar." in " ".join(element.text for element in first[0].elements if isinstance(element, Text))
    assert (["Hej!"], ["Hej!"]) == ([reply.fallback for reply in first[1:]], [reply.fallback for reply in second])
    assert "Ditt bidrag" not in " ".join(reply.fallback for reply in other)


async def test_when_the_place_is_opened(sqlite_database: Database, tmp_path: Path) -> None:
    """Who opens the terminal sees the news before writing anything, after the greeting."""
    AllNews(sqlite_database).keep(RETURNED)
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        opened = await dialogue.turn(Interaction("terminal", "run", intent="open", person="anna"))

    assert ["Hej! Jag är en AI-assistent", "Ditt bidrag behöver"] == [opened[0].fallback[:27], opened[1].fallback[:19]]


async def test_in_the_language_of_the_conversation(sqlite_database: Database, tmp_path: Path) -> None:
    """News are told in the language in which the person talks now."""
    AllNews(sqlite_database).keep(RETURNED)
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(ANSWER)) as dialogue:
        replies = await dialogue.turn(typed("en"))

    assert "Ditt bidrag" not in replies[1].fallback
    assert "Ingen svarar i växeln" in replies[1].fallback


async def test_a_turn_that_fails_loses_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    """When the turn that would have told them fails, the news wait for the next."""
    AllNews(sqlite_database).keep(RETURNED)
    async with dialogue_with(sqlite_database, tmp_path, FakeRasa(None)) as dialogue:
        await dialogue.turn(typed())

    assert count(sqlite_database, NewsRow) == 1
