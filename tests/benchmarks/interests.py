"""Companies' interest: registrations a second and messages a second, on both databases, over SMTP to a real server on loopback."""

import asyncio
import ssl
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from bot.mail import A_ROUND, Mail
from bot.settings import Settings
from knowledge.database import Database
from knowledge.interest_tables import InterestFormRow, InterestRow, OutboxRow
from knowledge.interests import Interests
from knowledge.outbox import Outbox
from knowledge.people import Person
from tests.benchmarks.measuring import Row, table
from tests.interest_world import CHALLENGE, add_challenge, company, notices
from tests.mail_server import HOST, Mailbox, mail_server, make_certificate, server_tls

_COMPANIES = 200
_AT_ONCE = 8


def run() -> None:
    """Print how many registrations are taken and confirmed a second, and how many messages leave the outbox a second."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, _sqlite(Path(folder)) as sqlite, _postgresql() as postgresql:
        for name, database in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
            rows.append((name, *(f"{rate:.0f}" for rate in _measured(database, Path(folder)))))
    head = ("database", "registrations/s", "confirmations/s", "messages/s over SMTP with TLS", "messages/s as files")
    table(f"Interest: {_COMPANIES} companies on one challenge, {_AT_ONCE} at once; messages from one worker", head, rows)


def _measured(database: Database, home: Path) -> Iterator[float]:
    database.upgrade()
    add_challenge(database)
    interests, companies = Interests(database), [company(number) for number in range(_COMPANIES)]
    yield _rate(lambda: _at_once(lambda one: interests.register(one[0], CHALLENGE, one[1], notices()), companies))
    codes = _codes(database)
    yield _rate(lambda: _at_once(lambda one: interests.confirm(*one), codes))
    # The codes and the receipts: half of them by each way.
    certificate = make_certificate(home)
    with patch.dict("os.environ", SSL_CERT_FILE=str(certificate[0])):
        yield _rate(lambda: asyncio.run(_over_smtp(database, home, server_tls(certificate))))
    yield _rate(lambda: asyncio.run(_drain(database, Settings(home=home, smtp_host=""), _COMPANIES)))


def _codes(database: Database) -> list[tuple[Person, str, str]]:
    """Return who confirms which number with which code, as the mails say."""
    with database.reading() as session:
        codes = {row.recipient: row.data for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "interest.code"))}
        forms = session.execute(select(InterestFormRow.email, InterestRow.number).join(InterestRow)).all()
    senders = {form.email: person for person, form in map(company, range(_COMPANIES))}
    return [(senders[email], number, codes[f"mailto:{email}"]["code"]) for email, number in forms]


def _at_once(work: Callable[[Any], object], each: list[Any]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(work, each))


async def _over_smtp(database: Database, home: Path, tls: ssl.SSLContext) -> None:
    async with mail_server(Mailbox(), tls) as port:
        await _drain(database, Settings(home=home, smtp_host=HOST, smtp_port=port, mail_from="guiden@kommunen.se"), _COMPANIES)


async def _drain(database: Database, settings: Settings, count: int) -> None:
    outbox, delivered = Outbox(database), 0
    while delivered < count:
        async with Mail(settings) as mail:
            delivered += (await outbox.deliver_due(mail.deliver, A_ROUND)).delivered


def _rate(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return _COMPANIES / (time.perf_counter() - started)


@contextmanager
def _sqlite(home: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{home / 'guiden.db'}")
    yield database
    database.close()


@contextmanager
def _postgresql() -> Iterator[Database]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pgserver warns of a missing XDG_RUNTIME_DIR when it is imported
        import pgserver
    server = pgserver.get_server(tempfile.mkdtemp(prefix="guiden-pg-"), cleanup_mode="delete")
    database = Database(server.get_uri())
    yield database
    database.close()
    server.cleanup()
