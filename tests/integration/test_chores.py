"""What the program does by itself: each chore goes on whatever happens to the others, and stops with the program."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import update

from bot.chores import Chores
from bot.delivery import Delivery
from bot.dialogue import Dialogue
from bot.services import Services
from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.database import Database
from knowledge.digests import send_digests
from knowledge.errors import UnavailableError
from knowledge.interest_tables import DigestItemRow, OutboxRow, StandingRow
from knowledge.interests import Interests
from knowledge.ownership import Ownership
from tests.fakes import FakeEncoder
from tests.interest_world import ANNA, CHALLENGE, OPERATOR, OWNER_ADDRESS, Clock, add_challenge, count, form, notices, register
from tests.mail_server import HOST, Mailbox, mail_server


class BrokenSearch:
    """A search whose index cannot be read, and that counts how often it was tried."""

    def __init__(self, error: Exception) -> None:
        self.encoder = FakeEncoder()
        self.error = error
        self.tried = asyncio.Event()

    def refresh(self) -> None:
        """Fail."""
        self.tried.set()
        raise self.error


class FakeDialogue:
    """Remembers which conversations were forgotten."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    async def forget(self, conversation: str) -> None:
        """Forget."""
        self.forgotten.append(conversation)


def services(database: Database, home: Path, search: object = None, **values: Any) -> Services:
    settings = Settings(home=home, database_url="", **values)
    broken = search or BrokenSearch(UnavailableError("no_index"))
    return Services.over(settings, database, cast("Search", broken), cast("AreaFinder", None))


def chores(found: Services) -> Chores:
    return Chores(found, cast("Dialogue", FakeDialogue()), Delivery(found.settings, found.database))


@pytest.mark.parametrize("error", [UnavailableError("no_index"), RuntimeError("a fault of the program's own")])
async def test_one_chore_fails_and_the_others_go_on(
    database: Database, tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """While the index cannot be used, messages are delivered all the same, and the fault is in the log."""
    add_challenge(database)
    Interests(database).register(ANNA, CHALLENGE, form(), notices())
    mailbox, search = Mailbox(), BrokenSearch(error)
    with caplog.at_level(logging.ERROR, "bot.chores"):
        async with mail_server(mailbox, None) as port:
            found = services(database, tmp_path, search, smtp_host=HOST, smtp_port=port, smtp_tls="none", mail_from="guiden@kommunen.se")
            async with asyncio.timeout(20), chores(found).running():
                await mailbox.came.wait()
                await search.tried.wait()

    assert ["anna@bolaget.se"] == [mail["To"] for mail in mailbox.mails]
    assert any("efresh of the index" in record.message for record in caplog.records)


async def test_stops_when_told(database: Database, tmp_path: Path) -> None:
    """When the program stops, no chore is left running, and a message that was on its way is noted as delivered."""
    add_challenge(database)
    for number in range(3):
        Interests(database).register(ANNA, CHALLENGE, form(organisation_number="", company=f"Bolag {number}"), notices())
    before = asyncio.all_tasks()
    async with mail_server(mailbox := Mailbox(), None) as port:
        found = services(database, tmp_path, smtp_host=HOST, smtp_port=port, smtp_tls="none", mail_from="guiden@kommunen.se")
        async with asyncio.timeout(20), chores(found).running():
            await mailbox.came.wait()

    names = {"delivery by mailto", "digests", "refresh of the index"}
    assert not names & {task.get_name() for task in asyncio.all_tasks() - before}
    assert len(mailbox.mails) == count(database, OutboxRow, state="delivered")


async def test_no_mail_server(database: Database, tmp_path: Path) -> None:
    """Without a mail server the messages are written as files, more of them than one round takes."""
    add_challenge(database)
    for number in range(12):
        Interests(database).register(
            ANNA, CHALLENGE, form(organisation_number="", company=f"Bolag {number}", email=f"a@b{number}.se"), notices()
        )
    found = services(database, tmp_path)
    chore = chores(found)

    assert [True, False] == [await chore.deliver("mailto"), await chore.deliver("mailto")]
    assert len(list(found.settings.outbox.glob("*.eml"))) == 12


async def test_reminders_and_drafts(database: Database, tmp_path: Path) -> None:
    """The owner of a broken promise is reminded once, however often the chore runs."""
    add_challenge(database)
    Ownership(database).tell_at(OPERATOR, CHALLENGE, OWNER_ADDRESS)
    with database.transaction() as session:
        session.execute(update(StandingRow).values(next_update_by=datetime.now(UTC).date() - timedelta(days=3)))
    chore = chores(services(database, tmp_path))
    for _ in range(3):
        await chore.nudge()
        await chore.remove_expired()
        await chore.digest()

    assert count(database, OutboxRow, kind="owner.overdue") == 1


def test_digest_waits_for_its_hour(database: Database) -> None:
    """News that comes after seven in the morning, by the Swedish clock, waits for the next morning."""
    clock = Clock()  # 1 December 2026, 10:00 in Sweden
    add_challenge(database)
    Ownership(database, clock).tell_at(OPERATOR, CHALLENGE, OWNER_ADDRESS, "daily")
    register(Interests(database, clock), database, ANNA, form())

    assert (0, 1) == (send_digests(database, clock, hour=7), count(database, DigestItemRow))
    clock.time = datetime(2026, 12, 2, 5, 59, tzinfo=UTC)
    assert send_digests(database, clock, hour=7) == 0
    clock.time = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
    assert (1, 0) == (send_digests(database, clock, hour=7), count(database, DigestItemRow))
