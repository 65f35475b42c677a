"""What was deleted must not stay readable in the database's own files."""

import time
from collections.abc import Sequence

from sqlalchemy import text

from knowledge.database import LOCK_WAIT_SECONDS, Database


def scrub(database: Database, tables: Sequence[str]) -> bool:
    """Take what was deleted from some tables out of the database's files; return whether it is gone.

    It is not gone when somebody reads an old state all the while; the next time it is taken out too. Backups and replicas are the
    installation's own.
    """
    if database.url.get_backend_name() == "sqlite":
        return _empty_write_ahead_log(database)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.execute(text(f"VACUUM (FULL) {name}"))  # a plain one leaves the text where it was
    return True


def _empty_write_ahead_log(database: Database) -> bool:
    """Let SQLite overwrite what was deleted (`secure_delete`) in the file itself, and cut its write-ahead log to nothing."""
    connection = database.engine.raw_connection()
    try:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy or time.monotonic() > deadline:
                return not busy
            time.sleep(0.05)
    finally:
        connection.close()
