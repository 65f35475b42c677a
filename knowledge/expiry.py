"""The removal of what the plan keeps no longer and that needs no decision: working papers, and traces of short-lived value.

Conversations are not among them: they go together with Rasa's record of them, which the bot removes.
"""

from sqlalchemy import ColumnElement

from knowledge.database import Database
from knowledge.due_records import among, is_due, keys, remove
from knowledge.retention import RecordClass, plan
from knowledge.swedish_time import Clock
from knowledge.tables import now

# Small enough that nobody who writes has to wait for it.
_BATCH = 500


def remove_expired(database: Database, clock: Clock = now) -> dict[str, int]:
    """Remove what goes by itself and whose time is over; return how many records of each kind that had any."""
    removed: dict[str, int] = {}
    for record in plan():
        if record.way == "by_itself" and record.kept is not None:
            over = is_due(record, record.kept.before(clock()))
            count = 0
            while some := _remove_some(database, record, over):
                count += some
            if count:
                removed[record.name] = count
    return removed


def _remove_some(database: Database, record: RecordClass, over: ColumnElement[bool]) -> int:
    with database.transaction() as session:
        some = keys(session, record, over, _BATCH, skip_used=True)
        if some:
            # Asked once more, now that they are locked: a person may have got a record between the two questions.
            some = keys(session, record, over & among(record, some), _BATCH)
            remove(session, record, some)
        return len(some)
