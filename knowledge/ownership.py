"""Looking after a challenge: who is told of interest and how often, what is promised until when, and contacts with companies."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import tell_owner
from knowledge.audit import GUIDE, audit, audited
from knowledge.catalogue import VISIBLE
from knowledge.database import Database
from knowledge.dialogue import log
from knowledge.digests import Told
from knowledge.errors import RefusedError
from knowledge.interest_form import email as clean_email
from knowledge.interest_tables import StandingRow
from knowledge.masking import mask
from knowledge.people import Person, require
from knowledge.plain_text import readable
from knowledge.registrations import find_registration
from knowledge.standing import change_standing, find_challenge, hold_challenge, standing_row
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

_LONGEST_NOTE = 2000
_NUDGE_EVERY = timedelta(days=7)
_NUDGED = "owner.overdue"


@dataclass(frozen=True, slots=True)
class Overdue:
    """A promise that was not kept: by when the next update of a challenge should have come."""

    challenge: str
    title: str
    organisation: str
    promised: date
    days: int


@dataclass(frozen=True, slots=True)
class OwnerTold:
    """Where, how often and in what language the owner of a challenge is told of interest and questions."""

    email: str
    told: str
    language: str


class Ownership:
    """What the owner of a challenge decides beside its stage and text."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def tell_at(self, person: Person, challenge: str, email: str, told: Told = "at_once", language: str = "sv") -> None:
        """Decide where, how often and in what language the owner is told of interest and questions.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: the person does not own it, or the address is wrong.
        """
        address = f"mailto:{clean_email(email)}"
        self._change(person, challenge, "owner.told_at", owner_address=address, owner_told=told, owner_language=language)

    def told(self, person: Person, challenge: str) -> OwnerTold | None:
        """Return what `tell_at` decided, or None when nobody has decided it; raises as `tell_at`."""
        with self._database.reading() as session:
            require(session, person, "owner", find_challenge(session, challenge, hidden=True))
            row = standing_row(session, challenge)
            return OwnerTold(row.owner_address.removeprefix("mailto:"), row.owner_told, row.owner_language) if row.owner_address else None

    def show_counter(self, person: Person, challenge: str, *, shown: bool) -> None:
        """Decide whether readers see how many companies have shown interest; raises as `tell_at`."""
        self._change(person, challenge, "counter.shown" if shown else "counter.hidden", counter_shown=shown)

    def open_until(self, person: Person, challenge: str, until: date | None) -> None:
        """Decide the last day for interest, or that there is none; raises as `tell_at`, also when the day has passed."""
        if until and until < swedish_date(self._clock()):
            raise RefusedError("interest_until_passed", date=until)
        self._change(person, challenge, "interest.open_until", interest_until=until)

    def promise(self, person: Person, challenge: str, by: date) -> None:
        """Promise the next update by a day to come; raises as `tell_at`, also when the day has passed."""
        at = self._clock()
        if by <= swedish_date(at):
            raise RefusedError("next_update_by_passed", date=by)
        with self._database.transaction() as session:
            self._owned(session, person, challenge)
            change_standing(session, challenge).next_update_by = by
            audit(session, person, "update.promised", challenge, at, by=str(by))
            log(session, challenge, "promise", {"by": str(by)}, at)

    def record_contact(self, person: Person, number: str, note: str) -> None:
        """Record a contact with a registrant, for the owner's own eyes; the note is masked.

        Raises:
            NotFoundError: there is no registration with that number.
            RefusedError: the person does not own the challenge, or the note is empty or too long.
        """
        text = mask(readable(note)).strip()
        if not text:
            raise RefusedError("text_missing")
        if len(text) > _LONGEST_NOTE:
            raise RefusedError("text_too_long", field="note", most=_LONGEST_NOTE, length=len(text))
        at = self._clock()
        with self._database.transaction() as session:
            interest = find_registration(session, number)
            self._owned(session, person, interest.challenge_id)
            audit(session, person, "contact.recorded", interest.number, at)
            log(session, interest.challenge_id, "contact", {"number": interest.number, "note": text}, at, public=False)

    def overdue(self) -> list[Overdue]:
        """Return the promises that have not been kept, the oldest first."""
        with self._database.reading() as session:
            return [_overdue(entry, row, self._clock()) for entry, row in _broken(session, self._clock())]

    def nudge(self) -> int:
        """Remind the owners whose promise has passed, once a week; return how many promises are overdue.

        The audit trail remembers who has been reminded: the day's digest forgets what it has sent.
        """
        at = self._clock()
        with self._database.transaction() as session:
            broken = _broken(session, at)
            nudged = audited(session, _NUDGED)
            for entry, row in broken:
                late = _overdue(entry, row, at)
                occasion = f"{entry.id}:{late.promised}:{timedelta(days=late.days) // _NUDGE_EVERY}"
                if row.owner_address and occasion not in nudged:
                    tell_owner(session, entry, "owner.overdue", occasion, {"promised": str(late.promised), "days": late.days}, at)
                    audit(session, GUIDE, _NUDGED, occasion, at)
            return len(broken)

    def _owned(self, session: Session, person: Person, challenge: str) -> EntryRow:
        entry = hold_challenge(session, challenge, hidden=True)
        require(session, person, "owner", entry)
        return entry

    def _change(self, person: Person, challenge: str, action: str, **values: object) -> None:
        with self._database.transaction() as session:
            self._owned(session, person, challenge)
            row = change_standing(session, challenge)
            for name, value in values.items():
                setattr(row, name, value)
            audit(session, person, action, challenge, self._clock(), **{name: _json(value) for name, value in values.items()})


def _json(value: object) -> object:
    return str(value) if isinstance(value, date) else value


def _broken(session: Session, at: datetime) -> list[tuple[EntryRow, StandingRow]]:
    rows = (
        select(EntryRow, StandingRow)
        .join(StandingRow, StandingRow.challenge_id == EntryRow.id)
        .where(StandingRow.next_update_by < swedish_date(at), EntryRow.status.in_(VISIBLE))
        .order_by(StandingRow.next_update_by, EntryRow.id)
    )
    return [(entry, row) for entry, row in session.execute(rows)]


def _overdue(entry: EntryRow, row: StandingRow, at: datetime) -> Overdue:
    promised = row.next_update_by or swedish_date(at)
    days = (swedish_date(at) - promised).days
    return Overdue(entry.id, entry.body["title"], entry.body["organisation"], promised, days)
