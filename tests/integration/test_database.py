"""The database comes up, keeps up, and says so when it cannot."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import knowledge
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import LinkRow, SeenEventRow, Table, now


def _every_table() -> set[str]:
    for module in pkgutil.iter_modules(knowledge.__path__, "knowledge."):
        importlib.import_module(module.name)
    return set(Table.metadata.tables)


def _write_and_fail(session: Session) -> None:
    session.add(SeenEventRow(id="borta"))
    session.flush()
    raise KeyError


def _cause(error: pytest.ExceptionInfo[UnavailableError]) -> tuple[str, bool]:
    return error.value.key, bool(error.value.details["cause"])


def test_upgrade_creates_every_table(empty_database: Database) -> None:
    """An empty database gets every table that any module of knowledge declares, exactly as declared."""
    tables = _every_table()
    empty_database.upgrade()
    with empty_database.engine.connect() as connection:
        found = set(inspect(connection).get_table_names())
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Table.metadata)

    assert (tables | {"alembic_version"}, []) == (found, differences)


def test_upgrade_twice(database: Database) -> None:
    """A second upgrade changes nothing and loses nothing."""
    with database.transaction() as session:
        session.add(SeenEventRow(id="kvar"))
    database.upgrade()
    with database.reading() as session:
        assert session.get(SeenEventRow, "kvar") is not None


def test_upgrade_by_several_at_once(database_url: str) -> None:
    """Several processes that start at the same time bring up one schema between them."""
    databases = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database.upgrade, databases))
    with databases[0].reading() as session:
        versions = session.execute(text("SELECT count(*) FROM alembic_version")).scalar_one()
    for database in databases:
        database.close()

    assert 1 == versions


def test_transaction_commits_or_rolls_back(database: Database) -> None:
    """What a block has written is kept when it ends, and gone when it raises."""
    with database.transaction() as session:
        session.add(SeenEventRow(id="kvar"))
    with pytest.raises(KeyError), database.transaction() as session:
        _write_and_fail(session)
    with database.reading() as session:
        found = [name for name in ("kvar", "borta") if session.get(SeenEventRow, name)]

    assert ["kvar"] == found


def test_moments_come_back_in_utc(database: Database) -> None:
    """A moment that is read is the moment that was written, with its time zone."""
    moment = now()
    with database.transaction() as session:
        session.add(SeenEventRow(id="nu", received_at=moment))
    with database.reading() as session:
        row = session.get(SeenEventRow, "nu")

    assert (moment, moment.utcoffset()) == (row and row.received_at, row and row.received_at.utcoffset())


def test_links_need_both_ends(database: Database) -> None:
    """The database itself refuses a link to an entry that does not exist."""
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(LinkRow(solution_id="ingen", challenge_id="ingenting"))


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    """What is being written does not stop anyone from reading what is there."""
    with database.transaction() as writing:
        writing.add(SeenEventRow(id="på väg"))
        writing.flush()
        with database.reading() as session:
            assert session.get(SeenEventRow, "på väg") is None


def test_locked_sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SQLite database that another program keeps locked is unavailable, not broken."""
    monkeypatch.setattr("knowledge.database.LOCK_WAIT_SECONDS", 0.01)
    holder, other = Database(sqlite_url), Database(sqlite_url)
    holder.upgrade()
    with holder.transaction() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(UnavailableError) as caught:
            Conversations(other).is_new_event("slack:1")
        with pytest.raises(UnavailableError) as upgrading:
            other.upgrade()
    holder.close()
    other.close()

    assert [("database", "database is locked")] * 2 == [(each.value.key, each.value.details["cause"]) for each in (caught, upgrading)]


@pytest.mark.parametrize("attempt", [Database.upgrade, Database.ping])
def test_unreachable_postgres(attempt: object, tmp_path: Path) -> None:
    """A PostgreSQL server that is not there is unavailable, with the reason."""
    database = Database(f"postgresql+psycopg://nobody@/guiden?host={tmp_path}")
    with pytest.raises(UnavailableError) as caught:
        attempt(database)  # type: ignore[operator]

    assert ("database", True) == _cause(caught)


def test_ping(database: Database) -> None:
    """A database that answers passes the check."""
    assert database.ping() is None  # type: ignore[func-returns-value]


def test_home_is_a_file(tmp_path: Path) -> None:
    """A home folder that cannot be made is named, with the reason."""
    (tmp_path / "home").write_text("en fil", "utf-8")
    for folder in (tmp_path / "home", tmp_path / "home" / "below"):
        with pytest.raises(UnavailableError) as caught:
            Database(f"sqlite:///{folder}/guiden.db").upgrade()

        assert ("home_not_writable", folder, True) == (caught.value.key, caught.value.details["path"], bool(caught.value.details["cause"]))


def test_file_that_is_no_database(tmp_path: Path) -> None:
    """A file that is not a database is unavailable, not a stack trace."""
    (tmp_path / "guiden.db").write_bytes(b"bara ord, ingen databas" * 100)
    database = Database(f"sqlite:///{tmp_path}/guiden.db")
    with pytest.raises(UnavailableError) as caught:
        database.upgrade()
    database.close()

    assert ("database", "file is not a database") == (caught.value.key, caught.value.details["cause"])


@pytest.mark.parametrize("url", ["nonsens", "postgresql://dator:port/guiden"])
def test_url_that_cannot_be_read(url: str) -> None:
    """A URL that is none is refused at once."""
    with pytest.raises(UnavailableError) as caught:
        Database(url)

    assert ("database_url", True) == _cause(caught)


def test_postgres_url_without_driver(postgres_url: str) -> None:
    """The driver is the program's own business: postgresql:// is enough."""
    database = Database(postgres_url.replace("postgresql+psycopg", "postgresql"))
    database.upgrade()
    database.close()

    assert "postgresql+psycopg" == database.engine.url.drivername


def test_database_of_a_newer_program_is_refused(sqlite_url: str) -> None:
    """A database whose schema this program does not know is left alone, with one clear error."""
    database = Database(sqlite_url)
    database.upgrade()
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(UnavailableError, match="database_newer"):
        database.upgrade()
    database.close()


def test_what_fails_is_not_repeated(database: Database) -> None:
    """An error of the database, which may be logged with all its causes, does not repeat what was to be written."""
    told = "anna@kommunen.example"
    with pytest.raises(UnavailableError) as error, database.transaction() as session:
        session.execute(text("INSERT INTO nowhere (address) VALUES (:told)"), {"told": told})

    assert (True, False) == ("nowhere" in str(error.value.__cause__), told in str(error.value.__cause__))
