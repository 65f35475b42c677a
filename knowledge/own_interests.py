"""A company's own view of its registrations: what it has sent, how it stands, and how to withdraw it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import confirmed_addresses, tell, tell_owner
from knowledge.audit import audit
from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.interest_tables import InterestFormRow, InterestRow, PersonRow
from knowledge.people import Person
from knowledge.registrations import confirmed_forms, facts_of, own
from knowledge.standing import COUNTED, standing_row
from knowledge.swedish_time import Clock
from knowledge.tables import EntryRow, now


@dataclass(frozen=True, slots=True)
class OwnInterest:
    """A registration as the person who sent it sees it: the fields that person entered, and nobody else's."""

    number: str
    challenge: str
    title: str
    stage: str
    status: str
    fields: dict[str, Any]
    sent_at: datetime
    next_update_by: date | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays after a withdrawal, and why; both are keys of sentences."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of a withdrawn registration; `until` is the date of disposal, None while the challenge is not closed."""

    number: str
    kept: tuple[Kept, ...]
    until: date | None


# There is no right to erasure of public records: they go when a disposal decision says so.
# https://skr.se/ekonomijuridikstatistik/juridik/offentlighetsekretessarkiv/dataskyddsforordningengdpr/fragorochsvaromgdpr/raderingochrattelse/gallringrespektiveraderingvadgaller.16290.html
KEPT = (Kept("form", "public_record"), Kept("questions", "equal_treatment"), Kept("audit", "traceability"))


class OwnInterests:
    """Shows and withdraws a person's own registrations."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def of(self, person: Person) -> list[OwnInterest]:
        """Return the registrations that a person has sent, newest first."""
        forms = (
            select(InterestFormRow, InterestRow, EntryRow)
            .join(InterestRow, InterestRow.id == InterestFormRow.interest_id)
            .join(EntryRow, EntryRow.id == InterestRow.challenge_id)
            .join(PersonRow, PersonRow.id == InterestFormRow.person_id)
            .where(PersonRow.channel == person.channel, PersonRow.tenant == person.tenant, PersonRow.external_id == person.external_id)
            .order_by(InterestFormRow.id)
        )
        with self._database.reading() as session:
            newest = {interest.id: (form, interest, entry) for form, interest, entry in session.execute(forms)}
            return [_own_interest(session, *found) for found in reversed(newest.values())]

    def withdraw(self, person: Person, number: str) -> Withdrawal:
        """Withdraw a registration, at any stage: it counts no more and gets no more messages, and its record is kept.

        Raises:
            NotFoundError: the person has sent no registration with that number.
            RefusedError: it is withdrawn already, or it counts and this person never confirmed it.
        """
        at = self._clock()
        with self._database.transaction() as session:
            entry, interest, form = own(session, person, number)
            if interest.status == "withdrawn":
                raise RefusedError("already_withdrawn", number=number)
            counted = interest.status in COUNTED
            if counted and session.scalar(confirmed_forms(interest.id).filter_by(person_id=form.person_id).limit(1)) is None:
                raise RefusedError("not_confirmed_by_you", number=number)
            interest.status, interest.withdrawn_at = "withdrawn", at
            audit(session, person, "interest.withdrawn", interest.number, at, challenge=entry.id)
            if counted:
                _tell(session, entry, interest, at)
            return Withdrawal(interest.number, KEPT, interest.dispose_after)


def _tell(session: Session, entry: EntryRow, interest: InterestRow, at: datetime) -> None:
    occasion = f"{interest.id}:{at.isoformat()}"
    addresses = confirmed_addresses(session, interest.id)
    tell(session, addresses, "interest.withdrawn", occasion, facts_of(session, entry, interest, at), at)
    tell_owner(session, entry, "owner.withdrawn", occasion, {"number": interest.number}, at)


def _own_interest(session: Session, form: InterestFormRow, interest: InterestRow, entry: EntryRow) -> OwnInterest:
    # Before its own address is confirmed, a person does not learn whether somebody else's is.
    status = interest.status if form.confirmed_at or interest.status == "withdrawn" else "unconfirmed"
    promised = standing_row(session, entry.id).next_update_by
    title = entry.body["title"]
    return OwnInterest(interest.number, entry.id, title, entry.status, status, form.fields, form.sent_at, promised)
