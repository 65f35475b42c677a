"""Whether what the guide shows is still right: when each entry was last checked, when it must be again, and who is reminded."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.audit import GUIDE, audit, audited
from knowledge.catalogue import VISIBLE, body_hash
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.looking_after import require_looks_after, tell_those_who_look_after
from knowledge.people import Person
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

_REMINDED = "check.due"


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that should have been checked again; `days` is for how long."""

    entry: str
    kind: str
    title: str
    area: str
    organisation: str
    checked: date
    next_check: date
    days: int


class Currency:
    """Knows what is due for a check, takes in that it was checked, and reminds."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def due(self, area: str | None = None) -> list[Due]:
        """Return the entries that readers see whose next check has passed, the longest ago first; of one area when it is named."""
        today = swedish_date(self._clock())
        with self._database.reading() as session:
            return [_due(row, today) for row in _passed(session, today) if area is None or area in (row.area, *row.body.get("areas", ()))]

    def confirm(self, person: Person, entry: str, next_check: date) -> None:
        """Take in that an entry was checked today and is still right, and must be checked again at `next_check`.

        Both dates change in the row and in the text, and so does the hash of the text. A confirmation is no edit: an entry that could be
        imported before still can be. See `knowledge.content_import`, where the later check wins.

        Raises:
            NotFoundError: there is no such entry.
            RefusedError: the person neither reviews nor owns it, or the day has passed.
        """
        at = self._clock()
        today = swedish_date(at)
        if next_check <= today:
            raise RefusedError("next_check_passed", date=next_check)
        with self._database.transaction() as session:
            row = session.get(EntryRow, entry, with_for_update={"key_share": True})
            if row is None:
                raise NotFoundError("no_such_entry", id=entry)
            require_looks_after(session, person, row)
            is_as_imported = row.hash == row.imported_hash
            row.checked, row.next_check = today, next_check
            row.body = {**row.body, "checked": str(today), "next_check": str(next_check)}
            row.hash = body_hash(row.body)
            if is_as_imported:
                row.imported_hash = row.hash
            audit(session, person, "check.confirmed", entry, at, next_check=str(next_check))

    def remind(self) -> int:
        """Remind the owner and the reviewers of each entry whose next check has passed, once; return how many entries that was.

        The audit trail remembers what has been reminded of: the day's digest forgets what it has sent.
        """
        at = self._clock()
        with self._database.transaction() as session:
            reminded = audited(session, _REMINDED)
            entries = [row for row in _passed(session, swedish_date(at)) if _occasion(row) not in reminded]
            for row in entries:
                _remind(session, row, at)
            return len(entries)


def _remind(session: Session, row: EntryRow, at: datetime) -> None:
    told = {"checked": str(row.checked), "next_check": str(row.next_check)}
    tell_those_who_look_after(session, row, "check.due", _occasion(row), told, at)
    audit(session, GUIDE, _REMINDED, _occasion(row), at)


def _occasion(row: EntryRow) -> str:
    return f"{row.id}:{row.next_check}"


def _passed(session: Session, today: date) -> list[EntryRow]:
    passed = select(EntryRow).where(EntryRow.next_check < today, EntryRow.status.in_(VISIBLE))
    return list(session.scalars(passed.order_by(EntryRow.next_check, EntryRow.id)))


def _due(row: EntryRow, today: date) -> Due:
    days = (today - row.next_check).days
    return Due(row.id, row.kind, row.body["title"], row.area, row.body["organisation"], row.checked, row.next_check, days)
