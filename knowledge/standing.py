"""How a challenge stands: its stage, whether companies may register interest and until when, and what is promised next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.catalogue import OPEN_FOR_INTEREST, VISIBLE
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import InterestRow, StandingRow
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

Band = Literal["0", "1-4", "5+"]

# From here on nothing may be said outside the announcement, not even how many have shown interest.
# https://www.upphandlingsmyndigheten.se/frageportalen/2396679/sekretess-inom-selektivt-forfarande/
LOCKED = ("procurement",)
COUNTED = ("confirmed", "informed")

_SECOND_BAND = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What anybody may know of how a challenge stands; `counter` is None where it is not shown."""

    challenge: str
    title: str
    stage: str
    is_open: bool
    interest_until: date | None
    next_update_by: date | None
    announcement_url: str | None
    counter: Band | None
    outcome: str | None
    lessons: str | None


def standing_of(database: Database, challenge: str, clock: Clock = now, *, hidden: bool = False) -> Standing:
    """Return how a challenge stands; raise NotFoundError when there is none, or none that a reader may see unless `hidden`."""
    with database.reading() as session:
        entry = find_challenge(session, challenge, hidden=hidden)
        row = standing_row(session, challenge)
        return Standing(
            challenge,
            entry.body["title"],
            entry.status,
            why_not_open(entry, row, clock()) is None,
            row.interest_until,
            row.next_update_by,
            row.announcement_url,
            _counter(session, entry, row),
            row.outcome,
            row.lessons,
        )


def check_open(database: Database, challenge: str, clock: Clock = now) -> None:
    """Raise RefusedError unless companies may register interest and ask now, NotFoundError when there is no such challenge."""
    with database.reading() as session:
        require_open(session, find_challenge(session, challenge), clock())


def find_challenge(session: Session, challenge: str, *, hidden: bool = False) -> EntryRow:
    """Return a challenge that a reader may see, or any with `hidden`; raise NotFoundError when there is none."""
    return _existing(session.get(EntryRow, challenge), challenge, hidden=hidden)


def hold_challenge(session: Session, challenge: str, *, hidden: bool = False) -> EntryRow:
    """Return a challenge and keep others from changing it, or registering interest in it, until the transaction ends.

    Every transaction takes this lock before any other, so that two of them never wait for each other.

    Raises:
        NotFoundError: there is no such challenge, or none that a reader may see unless `hidden`.
    """
    return _existing(session.get(EntryRow, challenge, with_for_update={"key_share": True}), challenge, hidden=hidden)


def standing_row(session: Session, challenge: str) -> StandingRow:
    """Return the row of a challenge's standing, or one of defaults that is not stored."""
    row = session.get(StandingRow, challenge)
    return row or StandingRow(challenge_id=challenge, counter_shown=True, owner_told="at_once", owner_language="sv")


def change_standing(session: Session, challenge: str) -> StandingRow:
    """Return the row of a challenge's standing for a change; the challenge is held."""
    row = standing_row(session, challenge)
    session.add(row)
    return row


def require_open(session: Session, entry: EntryRow, at: datetime) -> None:
    """Raise RefusedError unless companies may register interest and ask now.

    https://www.upphandlingsmyndigheten.se/inkopsprocessen/forbered-upphandling/kontakter-med-leverantorer/
    """
    refusal = why_not_open(entry, standing_row(session, entry.id), at)
    if refusal:
        raise refusal


def why_not_open(entry: EntryRow, row: StandingRow, at: datetime) -> RefusedError | None:
    """Return why interest cannot be registered at a moment, or None when it can."""
    if entry.status in LOCKED:
        return RefusedError("interest_locked", url=row.announcement_url)
    if entry.status not in OPEN_FOR_INTEREST:
        return RefusedError("interest_not_open", stage=entry.status)
    if row.interest_until and row.interest_until < swedish_date(at):
        return RefusedError("interest_period_over", until=row.interest_until)
    return None


def _existing(entry: EntryRow | None, challenge: str, *, hidden: bool) -> EntryRow:
    if entry is None or entry.kind != "challenge" or not (hidden or entry.status in VISIBLE):
        raise NotFoundError("no_such_challenge", id=challenge)
    return entry


def _counter(session: Session, entry: EntryRow, row: StandingRow) -> Band | None:
    if not row.counter_shown or entry.status not in OPEN_FOR_INTEREST:
        return None
    counted = select(func.count()).where(InterestRow.challenge_id == entry.id, InterestRow.status.in_(COUNTED))
    count = session.scalar(counted) or 0
    return "0" if count == 0 else "1-4" if count < _SECOND_BAND else "5+"
