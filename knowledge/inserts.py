"""Insert what is not there yet, in one statement that no other process can come between."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from knowledge.tables import Table

_Insert = postgresql.Insert | sqlite.Insert
_INSERT: dict[str, Callable[[sqlalchemy.Table], _Insert]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those of `rows` that break no unique constraint; return how many there were."""
    if not rows:
        return 0
    connection = session.connection()
    to = cast("sqlalchemy.Table", table.__table__)
    # Returned rows are counted: `rowcount` of many rows at once is -1 with psycopg.
    insert = _INSERT[connection.dialect.name](to).on_conflict_do_nothing().returning(*to.primary_key)
    return len(connection.execute(insert, list(rows)).all())
