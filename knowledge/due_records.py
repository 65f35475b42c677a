"""Which rows the retention plan lets go, and how they are removed with what belongs to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Row, Table, and_, delete, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from knowledge import contribution_tables, installation_tables, interest_tables  # noqa: F401 - their tables register themselves
from knowledge import tables as all_tables
from knowledge.interest_tables import DialogueRow
from knowledge.retention import RecordClass
from knowledge.swedish_time import swedish_date

Key = tuple[Any, ...]


def table(name: str) -> Table:
    """Return a table by its name."""
    return all_tables.Table.metadata.tables[name]


def is_due(record: RecordClass, before: datetime) -> ColumnElement[bool]:
    """Return the condition for records whose time began to run before a moment."""
    rows = table(record.tables[0])
    return and_(*(_where(rows.c[column], wanted) for column, wanted in record.where.items()), _began(record, rows, before))


def keys(session: Session, record: RecordClass, condition: ColumnElement[bool], limit: int, *, skip_used: bool = False) -> list[Key]:
    """Return the keys of at most `limit` records, kept from other processes until the transaction ends.

    With `skip_used` those that another process is just using are left for another time.
    """
    rows = table(record.tables[0])
    found = select(*rows.primary_key).where(condition).order_by(*rows.primary_key).limit(limit).with_for_update(skip_locked=skip_used)
    return [tuple(each) for each in session.execute(found)]


def content(session: Session, record: RecordClass, some: Sequence[Key]) -> dict[Key, dict[str, list[dict[str, Any]]]]:
    """Return everything that records hold: by key, the rows of each of their tables."""
    rows = table(record.tables[0])
    found: dict[Key, dict[str, list[dict[str, Any]]]] = {}
    for row in session.execute(select(rows).where(among(record, some))):
        found[tuple(row._mapping[column] for column in rows.primary_key)] = {rows.name: [_plain(row)]}  # noqa: SLF001 - SQLAlchemy's own name
    for child, column in _children(record):
        for row in session.execute(select(child).where(column.in_([key[0] for key in some])).order_by(*child.primary_key)):
            found[(row._mapping[column],)].setdefault(child.name, []).append(_plain(row))  # noqa: SLF001 - the same
    return found


def remove(session: Session, record: RecordClass, some: Sequence[Key]) -> None:
    """Delete records with what belongs to them."""
    for child, column in _children(record):
        session.execute(delete(child).where(column.in_([key[0] for key in some])))
    rows = table(record.tables[0])
    session.execute(delete(rows).where(among(record, some)))


def among(record: RecordClass, some: Sequence[Key]) -> ColumnElement[bool]:
    """Return the condition for records with these keys."""
    columns = list(table(record.tables[0]).primary_key)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in some])
    return tuple_(*columns).in_(some)


def _where(column: ColumnElement[Any], wanted: Any) -> ColumnElement[bool]:
    if wanted in ("empty", "filled"):
        return column.is_(None) if wanted == "empty" else column.is_not(None)
    return column.in_(wanted)


def _began(record: RecordClass, rows: Table, before: datetime) -> ColumnElement[bool]:
    if record.due:
        column: ColumnElement[Any] = rows.c[record.due]
        until = record.kept.after(before) if record.kept else before
        return column < (swedish_date(until) if isinstance(column.type, Date) else until)
    if record.counted == "closed":
        event = aliased(DialogueRow)  # also where the records are rows of the log themselves
        is_closing = and_(event.kind == "stage", event.data["after"].as_string() == "closed")
        return exists().where(event.challenge_id == rows.c.challenge_id, is_closing, event.at <= before)
    if record.counted == "last_record":
        return _unused(rows)
    if record.counted == "last_heard":
        return and_(rows.c[record.column] <= before, _alone(rows))
    return rows.c[record.column] <= before


def _unused(rows: Table) -> ColumnElement[bool]:
    return and_(*(~exists().where(key.parent == key.column) for key in _references(rows)))


def _alone(rows: Table) -> ColumnElement[bool]:
    """Return the condition for rows that are the only thing that is kept of their person: whoever follows something must be reached."""
    others = [key for key in _references(table("people")) if key.parent.table is not rows]
    return and_(*(~exists().where(key.parent == rows.c.person_id) for key in others))


def _references(rows: Table) -> list[ForeignKey]:
    return [key for each in all_tables.Table.metadata.tables.values() for key in each.foreign_keys if key.references(rows)]


def _children(record: RecordClass) -> list[tuple[Table, ColumnElement[Any]]]:
    first, *others = map(table, record.tables)
    return [(child, next(key.parent for key in child.foreign_keys if key.references(first))) for child in others]


def _plain(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - the same
