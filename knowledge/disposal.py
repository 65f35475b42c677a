"""Disposal: records that the plan lets go are destroyed on a decision, provably, and a run that was stopped goes on where it was.

Each batch is destroyed in one transaction together with the proof of it, so nothing is destroyed without proof or counted twice.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.audit import audit
from knowledge.contribution_tables import DisposalRow, DisposedRow
from knowledge.database import Database
from knowledge.due_records import content, is_due, keys, remove, table
from knowledge.errors import NotFoundError, RefusedError
from knowledge.people import Person, require
from knowledge.plain_text import one_line
from knowledge.retention import RecordClass, plan, record_class
from knowledge.scrubbing import scrub
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import now

BATCH = 200

_LONGEST_DECISION = 200


@dataclass(frozen=True, slots=True)
class Due:
    """How many records of a kind the plan lets go, counted from before a moment."""

    record: RecordClass
    count: int
    before: datetime


@dataclass(frozen=True, slots=True)
class Disposed:
    """What a disposal has destroyed; `was_begun` when an earlier run had begun it, `is_scrubbed` when no trace is left in the files."""

    id: int
    count: int
    before: datetime
    was_begun: bool
    is_scrubbed: bool


class Disposals:
    """Destroys what a decision allows; conversations are kept as many days as the settings say."""

    def __init__(self, database: Database, conversation_days: int, clock: Clock = now) -> None:
        self._database = database
        self._days = conversation_days
        self._clock = clock

    def due(self, names: Iterable[str] = (), before: datetime | None = None) -> list[Due]:
        """Return what would go now, of the kinds named or of every kind that has an end; nothing is changed.

        Raises:
            NotFoundError: the plan has no such kind.
            RefusedError: the plan keeps it, or does not let records go that are as young as `before`.
        """
        wanted = [record_class(name, self._days) for name in names] or [each for each in plan(self._days) if each.ends]
        found = []
        with self._database.reading() as session:
            for record in wanted:
                until = self._before(record, before)
                rows = table(record.tables[0])
                count = session.scalar(select(func.count()).select_from(rows).where(is_due(record, until)))
                found.append(Due(record, count or 0, until))
        return found

    def dispose(self, person: Person, name: str, decision: str, before: datetime | None = None) -> Disposed:
        """Destroy the records of a kind whose time began before `before`, by default as many as the plan allows.

        The same decision goes on with what it had begun, and does not reach further than it did then; once it is done, it may be
        carried out anew, as a standing decision is each year.

        Raises:
            NotFoundError: the plan has no such kind.
            RefusedError: there is no decision, the kind takes none or is kept, the plan does not allow `before`, another `before`
                than that of a disposal that was begun is given, or the person is no administrator.
        """
        record = record_class(name, self._days)
        if record.way == "by_itself":
            raise RefusedError("record_class_goes_by_itself", name=name)
        until = self._before(record, before)
        if not (reference := one_line(decision)[:_LONGEST_DECISION]):
            raise RefusedError("decision_missing")
        begun, was_begun = self._begin(person, record, reference, until, is_given=before is not None)
        while self._dispose_batch(person, record, begun):
            pass
        return self._outcome(record, begun, was_begun=was_begun)

    def _before(self, record: RecordClass, given: datetime | None) -> datetime:
        if not record.ends or record.kept is None:
            raise RefusedError("record_class_kept", name=record.name)
        latest = record.kept.before(self._clock())
        if given is not None and given > latest:
            raise RefusedError("disposal_too_early", before=swedish_date(given), latest=swedish_date(latest))
        return given or latest

    def _begin(self, person: Person, record: RecordClass, decision: str, before: datetime, *, is_given: bool) -> tuple[int, bool]:
        with self._database.transaction() as session:
            require(session, person, "administrator")
            unfinished = select(DisposalRow).filter_by(decision=decision, record_class=record.name, done_at=None)
            row = session.scalar(unfinished.order_by(DisposalRow.id).limit(1).with_for_update())
            if row is not None:
                if is_given and row.before != before:
                    raise RefusedError("disposal_begun", before=swedish_date(row.before))
                return row.id, True
            row = DisposalRow(decision=decision, record_class=record.name, before=before, actor=person.name, begun_at=self._clock())
            session.add(row)
            session.flush()
            return row.id, False

    def _dispose_batch(self, person: Person, record: RecordClass, disposal: int) -> bool:
        """Destroy some records, or note that the disposal is done; return whether there is more to do."""
        at = self._clock()
        with self._database.transaction() as session:
            row = session.get_one(DisposalRow, disposal, with_for_update=True)
            if row.done_at is not None:  # by another process, at the same time
                return False
            some = keys(session, record, is_due(record, row.before), BATCH)
            for key, rows in content(session, record, some).items():
                session.add(DisposedRow(disposal_id=disposal, record=_name(record, key), hash=fingerprint(rows), at=at))
            remove(session, record, some)
            if not some:
                row.done_at = at
                session.flush()
                about = {"decision": row.decision, "before": row.before.isoformat(), "count": _count(session, disposal)}
                audit(session, person, "records.disposed", record.name, at, disposal=disposal, **about)
            return bool(some)

    def _outcome(self, record: RecordClass, disposal: int, *, was_begun: bool) -> Disposed:
        is_scrubbed = scrub(self._database, record.tables)
        with self._database.reading() as session:
            row = session.get_one(DisposalRow, disposal)
            return Disposed(disposal, _count(session, disposal), row.before, was_begun, is_scrubbed)


def proof_of(database: Database, disposal: int) -> dict[str, Any]:
    """Return what proves a disposal, fit for JSON: the decision, when and by whom, and each record's name, hash and moment.

    Raises:
        NotFoundError: there is no disposal with that number.
    """
    with database.reading() as session:
        row = session.get(DisposalRow, disposal)
        if row is None:
            raise NotFoundError("no_such_disposal", id=disposal)
        rows = session.scalars(select(DisposedRow).filter_by(disposal_id=disposal).order_by(DisposedRow.at, DisposedRow.record))
        records = [{"record": each.record, "sha256": each.hash, "at": each.at.isoformat()} for each in rows]
        about = {"decision": row.decision, "class": row.record_class, "before": row.before.isoformat(), "by": row.actor}
        ended = row.done_at.isoformat() if row.done_at else None
        return {"disposal": disposal, **about, "begun_at": row.begun_at.isoformat(), "done_at": ended, "records": records}


def fingerprint(rows: dict[str, list[dict[str, Any]]]) -> str:
    """Return the SHA-256 of a record as JSON: its rows by table, every field by name, moments in ISO 8601."""
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=lambda value: value.isoformat())
    return sha256(text.encode()).hexdigest()


def _name(record: RecordClass, key: tuple[Any, ...]) -> str:
    return "/".join([record.tables[0], *map(str, key)])


def _count(session: Session, disposal: int) -> int:
    return session.scalar(select(func.count()).where(DisposedRow.disposal_id == disposal)) or 0
