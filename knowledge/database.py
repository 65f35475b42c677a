"""The database: one engine, short transactions, and the schema brought up to date."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from knowledge.errors import UnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"

# A writer waits this long for another one before it gives up (SQLite has one writer at a time).
LOCK_WAIT_SECONDS = 5


class Database:
    """Holds the engine and hands out transactions; SQLite in WAL mode, or PostgreSQL."""

    def __init__(self, url: str) -> None:
        try:
            self.url: URL = make_url(url)
            self.engine: Engine = _engine(self.url)
        except (ArgumentError, ValueError) as error:  # ValueError: the port is no number
            raise UnavailableError("database_url", cause=error) from error
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(reads_only=True), expire_on_commit=False)

    def transaction(self) -> AbstractContextManager[Session]:
        """Return a block whose session commits at its end, or rolls back when it raises.

        Raises:
            UnavailableError: the database cannot be reached, or stayed locked.
        """
        return _session(self._writers)

    def reading(self) -> AbstractContextManager[Session]:
        """Return a block that only reads, and never waits for a writer; raises as `transaction`."""
        return _session(self._readers)

    def upgrade(self) -> None:
        """Bring the schema up to date; safe to call at every start and by several processes at once."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            folder = Path(self.url.database).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UnavailableError("home_not_writable", path=folder, cause=error.strerror) from error
        try:
            with self.engine.begin() as connection:
                _take_schema_lock(connection)
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DatabaseError as error:  # also a file that is no database, and a user that may not create tables
            raise UnavailableError("database", cause=str(error.orig).strip()) from error
        except CommandError as error:  # the schema is of a version that these migrations do not know
            raise UnavailableError("database_newer", cause=error) from error

    def ping(self) -> None:
        """Raise UnavailableError unless the database answers."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@contextmanager
def _session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    try:
        with sessions.begin() as session:
            yield session
    except (OperationalError, ProgrammingError) as error:
        raise UnavailableError("database", cause=str(error.orig).strip()) from error


def _engine(url: URL) -> Engine:
    # An error is logged with its causes, and those would repeat addresses and names that were to be written.
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # SQLAlchemy begins transactions itself (below), so that reads and writes of one block see one state.
        connection.isolation_level = None
        _use_wal(connection)
        for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # IMMEDIATE: two writers queue up instead of failing when a reader turns into a writer.
        reads_only = connection.get_execution_options().get("reads_only")
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn a new file into WAL mode, which takes a lock of its own kind that SQLite does not wait for by itself."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while not _is_wal(connection):
        if time.monotonic() > deadline:
            raise sqlite3.OperationalError("database is locked")
        time.sleep(0.02)


def _is_wal(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _take_schema_lock(connection: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
