"""The owner's list of who has shown interest, whole or as a copy to release, for a table in a file or in a chat."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from knowledge.audit import audit
from knowledge.database import Database
from knowledge.hiding import hidden_people
from knowledge.interest_form import FIELDS
from knowledge.interest_tables import InterestFormRow, InterestRow
from knowledge.people import Person, holds, require
from knowledge.registrations import confirmed_forms, find_registration
from knowledge.standing import COUNTED, find_challenge, hold_challenge
from knowledge.swedish_time import Clock, swedish_time
from knowledge.tables import EntryRow, now

COLUMNS = (
    "number", "status", "registered_at", "confirmed_at", "company", "organisation_number", "contact", "email", "phone", "kind",
    "message", "reference", "notify", "secrecy", "challenge_version", "channel", "language", "dispose_after",
)  # fmt: skip

# Why a cell of a release copy is hidden; keys of the words that stand there instead.
HIDDEN_SECRECY = "hidden_secrecy"
HIDDEN_PERSONAL = "hidden_personal"
# A decision says that the person is shown to nobody any more.
HIDDEN_PERSON = "hidden_person"

# A sole trader's company is a person.
_OF_CONTACT = ("contact", "email", "phone")
_PERSONAL = ("company", *_OF_CONTACT)
# The harm that a company describes may tell what it wants hidden.
_ONLY_FOR_OWNER = ("secrecy",)


@dataclass(frozen=True, slots=True)
class Listed:
    """A registration in the owner's list; `marked` are the fields that secrecy is asked for."""

    values: dict[str, Any]
    marked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Count:
    """How many companies have shown interest in a challenge, and how many have withdrawn."""

    id: str
    title: str
    stage: str
    count: int
    withdrawn: int


class InterestLists:
    """Shows an owner who has registered; whoever takes out a list leaves a row in the audit trail."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def of(self, person: Person, challenge: str) -> list[Listed]:
        """Return every confirmed registration of a challenge, withdrawn ones too, in the order they came.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: the person does not own it.
        """
        with self._database.transaction() as session:
            require(session, person, "owner", hold_challenge(session, challenge, hidden=True))
            audit(session, person, "interest.listed", challenge, self._clock())
            return _listed(session, challenge)

    def counts(self, person: Person) -> list[Count]:
        """Return how many have registered for each challenge that somebody has, in order of id; those this person owns."""
        counted = func.sum(case((InterestRow.status.in_(COUNTED), 1), else_=0))
        withdrawn = func.sum(case((InterestRow.status == "withdrawn", 1), else_=0))
        rows = select(EntryRow, counted, withdrawn).join(InterestRow, InterestRow.challenge_id == EntryRow.id)
        rows = rows.group_by(EntryRow.id).order_by(EntryRow.id)
        with self._database.reading() as session:
            return [
                Count(entry.id, entry.body["title"], entry.status, int(some), int(gone))
                for entry, some, gone in session.execute(rows)
                if holds(session, person, "owner", entry)
            ]

    def release_copy(self, person: Person, challenge: str) -> list[Listed]:
        """Return the list with the marked fields and the personal data of sole traders hidden; raises as `of`.

        A person decides what is released, and the copy is where that person begins:
        https://www.upphandlingsmyndigheten.se/regler-och-lagstiftning/andra-regler-som-kan-bli-aktuella/offentlighet-och-sekretess/vad-sekretessreglerna-innebar
        """
        with self._database.transaction() as session:
            require(session, person, "owner", hold_challenge(session, challenge, hidden=True))
            audit(session, person, "interest.release_copy", challenge, self._clock())
            return [_hidden(each) for each in _listed(session, challenge)]

    def show(self, person: Person, number: str) -> list[Listed]:
        """Return every confirmed form of one registration, the one that holds now first.

        Raises:
            NotFoundError: there is no registration with that number.
            RefusedError: the person does not own the challenge.
        """
        with self._database.transaction() as session:
            interest = find_registration(session, number)
            require(session, person, "owner", find_challenge(session, interest.challenge_id, hidden=True))
            audit(session, person, "interest.shown", interest.number, self._clock())
            hidden = hidden_people(session)
            return [_row(interest, form, hidden) for form in session.scalars(confirmed_forms(interest.id))]


def _listed(session: Session, challenge: str) -> list[Listed]:
    forms = (
        select(InterestRow, InterestFormRow)
        .join(InterestFormRow)
        .where(InterestRow.challenge_id == challenge, InterestFormRow.confirmed_at.is_not(None))
        .order_by(InterestRow.registered_at, InterestRow.id, InterestFormRow.confirmed_at, InterestFormRow.id)
    )
    hidden = hidden_people(session)
    newest = {interest.id: _row(interest, form, hidden) for interest, form in session.execute(forms)}
    return list(newest.values())


def _row(interest: InterestRow, form: InterestFormRow, hidden: Collection[int]) -> Listed:
    values = {name: form.fields[name] for name in FIELDS}
    if form.person_id in hidden:
        values |= dict.fromkeys(_OF_CONTACT if form.fields["organisation_number"] else _PERSONAL, HIDDEN_PERSON)
    values |= {"number": interest.number, "status": interest.status, "registered_at": _moment(interest.registered_at)}
    values |= {"confirmed_at": _moment(form.confirmed_at), "challenge_version": form.challenge_version}
    values |= {"channel": form.channel, "language": form.language, "dispose_after": str(interest.dispose_after or "")}
    return Listed({name: values[name] for name in COLUMNS}, frozenset(form.fields["secrecy"]))


def _hidden(listed: Listed) -> Listed:
    values = {name: value for name, value in listed.values.items() if name not in _ONLY_FOR_OWNER}
    if values["organisation_number"] is None:
        values |= dict.fromkeys(_PERSONAL, HIDDEN_PERSONAL)
    values |= dict.fromkeys(listed.marked, HIDDEN_SECRECY)
    return Listed(values, listed.marked)


def _moment(moment: datetime | None) -> str:
    return swedish_time(moment).isoformat(timespec="seconds") if moment else ""
