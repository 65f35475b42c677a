"""Every challenge with its stage and the next promised update, for whoever looks after them all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from knowledge.catalogue import VISIBLE
from knowledge.database import Database
from knowledge.interest_tables import StandingRow
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

_ENDED = ("closed", "archived")


@dataclass(frozen=True, slots=True)
class InStage:
    """A challenge and its stage; `days_late` is 0 unless a promised update has not come.

    It is unpromised when readers wait for an update that nobody has promised: an import publishes without a promise.
    """

    id: str
    title: str
    stage: str
    next_update_by: date | None
    days_late: int
    is_unpromised: bool


def in_stages(database: Database, clock: Clock = now) -> list[InStage]:
    """Return every challenge, also those that readers do not see, in order of id."""
    today = swedish_date(clock())
    rows = (
        select(EntryRow, StandingRow.next_update_by)
        .outerjoin(StandingRow, StandingRow.challenge_id == EntryRow.id)
        .where(EntryRow.kind == "challenge")
        .order_by(EntryRow.id)
    )
    with database.reading() as session:
        return [
            InStage(entry.id, entry.body["title"], entry.status, promised, _late(entry, promised, today), _unpromised(entry, promised))
            for entry, promised in session.execute(rows)
        ]


def _late(entry: EntryRow, promised: date | None, today: date) -> int:
    return max((today - promised).days, 0) if promised and entry.status in VISIBLE else 0


def _unpromised(entry: EntryRow, promised: date | None) -> bool:
    return promised is None and entry.status in VISIBLE and entry.status not in _ENDED
