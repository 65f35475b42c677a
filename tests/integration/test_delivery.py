"""Messages out, each by its own way: what is stuck, or is not there, holds up nobody else."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bot.chores import Chores
from bot.delivery import Delivery
from bot.dialogue import Dialogue
from bot.services import Services
from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.contribution_tables import NewsRow
from knowledge.database import Database
from knowledge.interest_tables import OutboxRow
from knowledge.outbox import Claimed, Message, Outbox, Recipients, enqueue
from tests.fakes import FakeEncoder
from tests.interest_world import count

DATA = {"contribution": 7, "title": "Växeln", "comment": "Skriv mer.", "language": "sv"}


def chores(database: Database, home: Path) -> tuple[Chores, Delivery]:
    settings = Settings(home=home, database_url="")
    search = Search(settings.index, FakeEncoder())
    found = Services.over(settings, database, search, cast("AreaFinder", None))
    delivery = Delivery(settings, database)
    return Chores(found, cast("Dialogue", None), delivery), delivery


def add(database: Database, *recipients: str) -> None:
    with database.transaction() as session:
        messages = [Message(f"k:{each}", "contribution.returned", each, DATA) for each in recipients]
        enqueue(session, messages, datetime(2026, 1, 1, tzinfo=UTC))


def state(database: Database, recipient: str) -> tuple[str, str | None]:
    [row] = [each for each in Outbox(database).list() if each.recipient == recipient]
    return row.state, row.error


async def until_delivered(database: Database, wanted: int) -> None:
    """Wait, as long as the test may take, until so many messages have been delivered."""
    while await asyncio.to_thread(count, database, OutboxRow, state="delivered") < wanted:
        pass


async def test_each_by_its_own_way(database: Database, tmp_path: Path) -> None:
    """Mail goes to the mail server, a chat to its channel, and everybody else is told when they come back."""
    chore, delivery = chores(database, tmp_path)
    sent: list[str] = []

    async def slack(message: Claimed) -> None:
        sent.append(message.recipient)

    delivery.register("slack", slack)
    add(database, "mailto:a@b.se", "slack:T1:U1", "terminal:-:anna", "web:-:x")
    for scheme in ("mailto", "slack", None):
        await chore.deliver(scheme)

    assert ["slack:T1:U1"] == sent
    assert (1, 2) == (len(list((tmp_path / "outbox").glob("*.eml"))), count(database, NewsRow))
    assert count(database, OutboxRow, state="delivered") == 4


async def test_channel_that_is_not_there(database: Database, tmp_path: Path) -> None:
    """A message to a channel that does not run is dead at once and says why; it can be tried again when the channel runs."""
    chore, delivery = chores(database, tmp_path)
    add(database, "slack:T1:U1")
    await chore.deliver("slack")
    before = state(database, "slack:T1:U1")

    async def slack(_message: Claimed) -> None:
        return

    delivery.register("slack", slack)
    Outbox(database).retry()
    await chore.deliver("slack")

    assert ("dead", "undeliverable cause=no channel slack") == before
    assert state(database, "slack:T1:U1")[0] == "delivered"


async def test_address_of_nobody(database: Database, tmp_path: Path) -> None:
    """A recipient that is no address is dead, and those after it are told."""
    chore, _ = chores(database, tmp_path)
    add(database, "fax", "terminal:-:anna")
    await chore.deliver()

    assert ("dead", 1) == (state(database, "fax")[0], count(database, NewsRow))


async def test_stuck_channel_holds_up_nobody(database: Database, tmp_path: Path) -> None:
    """While Slack does not answer, mail and news go out."""
    chore, delivery = chores(database, tmp_path)
    stuck, free = asyncio.Event(), asyncio.Event()

    async def slack(_message: Claimed) -> None:
        stuck.set()
        await free.wait()

    delivery.register("slack", slack)
    add(database, "slack:T1:U1")
    async with asyncio.timeout(20), chore.running():
        await stuck.wait()
        add(database, "mailto:a@b.se", "terminal:-:anna")
        await until_delivered(database, 2)
        waiting = state(database, "slack:T1:U1")
        free.set()

    assert ("waiting", None) == waiting
    assert state(database, "slack:T1:U1")[0] == "delivered"


def test_recipients_of_one_way(database: Database) -> None:
    """A worker of one way takes no other's messages, and that of all others none of a known way."""
    add(database, "mailto:a@b.se", "slack:T1:U1", "slackish:x:y", "terminal:-:anna")
    outbox = Outbox(database)

    assert ["slack:T1:U1"] == [each.recipient for each in outbox.claim(to=Recipients(["slack"]))]
    others = outbox.claim(to=Recipients(["slack", "mailto"], others=True))
    assert ["slackish:x:y", "terminal:-:anna"] == [each.recipient for each in others]
