"""A person's rights: to see everything that is kept of them, to have it corrected, and to be hidden. Not to have it erased.

Archive law goes before the right to erasure for public records:
https://skr.se/ekonomijuridikstatistik/juridik/offentlighetsekretessarkiv/dataskyddsforordningengdpr/fragorochsvaromgdpr/raderingochrattelse/gallringrespektiveraderingvadgaller.16290.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from knowledge.audit import audit
from knowledge.contribution_tables import HiddenRow, NewsRow
from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.inserts import insert_new
from knowledge.installation_tables import ReachableRow
from knowledge.interest_form import clean_form
from knowledge.interest_form import email as clean_email
from knowledge.interest_tables import DigestItemRow, FollowRow, InterestFormRow, InterestRow, OutboxRow
from knowledge.masking import mask
from knowledge.people import Person, require
from knowledge.personal_records import Kept, Subject, conversations, records, subject
from knowledge.plain_text import one_line
from knowledge.swedish_time import Clock
from knowledge.tables import now

CORRECTABLE = ("contact", "email", "phone")

_LONGEST_REASON = 500
_LONGEST_DECISION = 200


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is kept of somebody; `conversations` are those whose messages the dialogue engine keeps."""

    at: datetime
    people: tuple[str, ...]
    records: tuple[Kept, ...]
    conversations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction changed: registrations, by number, and what is followed, by challenge or area."""

    registrations: tuple[str, ...]
    follows: tuple[str, ...]


class Privacy:
    """Serves a person's rights; an administrator asks for them, who has made sure who they are."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def export(self, by: Person, given: str) -> Export:
        """Return everything that is kept of a person, named as channel:tenant:id or by an e-mail address.

        Secrecy does not matter: these are their own data (Article 15).

        Raises:
            NotFoundError: nothing is kept of such a person.
            RefusedError: `by` is no administrator.
        """
        at = self._clock()
        with self._database.transaction() as session:
            require(session, by, "administrator")
            who = subject(session, given)
            found = tuple(records(session, who))
            _audit(session, by, "privacy.exported", who, at)
            return Export(at, _names(who), found, tuple(conversations(session, who)))

    def correct(self, by: Person, given: str, values: Mapping[str, object], why: str) -> Corrected:
        """Correct fields of the forms that hold for a person's registrations, and the e-mail address at which they follow something.

        The corrected form is a new one and the old one stays, for it is a record of what was received (Article 16 asks for right
        data, not for the past to be rewritten); nothing is sent to its address any more. A follow is no such record, and is changed.

        Raises:
            NotFoundError: nothing is kept of such a person.
            RefusedError: `by` is no administrator, a field cannot be corrected, a value is wrong, there is no reason, or nothing
                would change.
        """
        if not (reason := mask(one_line(why))[:_LONGEST_REASON]):
            raise RefusedError("correction_reason_missing")
        if wrong := next((name for name in values if name not in CORRECTABLE), None):
            raise RefusedError("correction_field_unknown", name=wrong, known=", ".join(CORRECTABLE))
        at = self._clock()
        with self._database.transaction() as session:
            require(session, by, "administrator")
            who = subject(session, given)
            registrations = tuple(
                interest.number for interest, form in _holding(session, who) if _correct(session, by, interest, form, values, reason, at)
            )
            follows = tuple(dict.fromkeys(_correct_follows(session, by, who, values["email"], reason, at))) if "email" in values else ()
            if not (registrations or follows):
                raise RefusedError("nothing_to_correct")
            return Corrected(registrations, follows)

    def hide(self, by: Person, given: str, decision: str) -> int:
        """Show a person's name and addresses to nobody any more, and send them nothing; return how many were not hidden before.

        What waits to be sent to them is removed and what they follow is ended; their records stay.

        Raises:
            NotFoundError: nothing is kept of such a person.
            RefusedError: `by` is no administrator, there is no decision, or nobody has confirmed the e-mail address that is named.
        """
        if not (reference := one_line(decision)[:_LONGEST_DECISION]):
            raise RefusedError("decision_missing")
        at = self._clock()
        with self._database.transaction() as session:
            require(session, by, "administrator")
            who = subject(session, given)
            if not who.people:
                raise RefusedError("address_not_confirmed", address=given)
            hidden = insert_new(session, HiddenRow, [{"person_id": each, "decision": reference, "hidden_at": at} for each in who.ids])
            for table, column in (
                (OutboxRow, OutboxRow.recipient),
                (DigestItemRow, DigestItemRow.recipient),
                (FollowRow, FollowRow.address),
            ):
                session.execute(delete(table).where(func.lower(column).in_(who.addresses)))
            for owned in (NewsRow, FollowRow, ReachableRow):
                session.execute(delete(owned).where(owned.person_id.in_(who.ids)))
            _audit(session, by, "privacy.hidden", who, at, decision=reference)
            return hidden


def _holding(session: Session, who: Subject) -> list[tuple[InterestRow, InterestFormRow]]:
    """Return the registrations of people, each with the newest form that they confirmed and that no correction has replaced."""
    rows = (
        select(InterestRow, InterestFormRow)
        .join(InterestFormRow, InterestFormRow.interest_id == InterestRow.id)
        .where(InterestFormRow.person_id.in_(who.ids), InterestFormRow.confirmed_at.is_not(None), InterestFormRow.replaced_at.is_(None))
        .order_by(InterestRow.id, InterestFormRow.confirmed_at, InterestFormRow.id)
    )
    newest = {interest.id: (interest, form) for interest, form in session.execute(rows)}
    return list(newest.values())


def _correct(
    session: Session, by: Person, interest: InterestRow, old: InterestFormRow, values: Mapping[str, object], why: str, at: datetime
) -> bool:
    form = clean_form({**old.fields, **values})
    if form.to_json() == old.fields:
        return False
    new = InterestFormRow(
        interest_id=interest.id,
        person_id=old.person_id,
        fields=form.to_json(),
        email=form.email,
        notify=old.notify,
        notices=old.notices,
        challenge_version=old.challenge_version,
        channel=old.channel,
        language=old.language,
        sent_at=at,
        confirmed_at=at,
    )
    same_address = update(InterestFormRow).filter_by(interest_id=interest.id, person_id=old.person_id, email=old.email, replaced_at=None)
    session.execute(same_address.values(replaced_at=at))
    session.add(new)
    session.flush()
    audit(session, by, "interest.corrected", interest.number, at, fields=sorted(values), why=why, old=old.id, new=new.id)
    return True


def _correct_follows(session: Session, by: Person, who: Subject, email: object, why: str, at: datetime) -> Iterator[str]:
    """Send what people follow by e-mail to another address; yield which challenges and areas that is."""
    address = f"mailto:{clean_email(email)}"
    theirs = select(FollowRow).where(FollowRow.person_id.in_(who.ids), FollowRow.confirmed_at.is_not(None))
    by_mail = theirs.where(FollowRow.address.startswith("mailto:"), FollowRow.address != address).order_by(FollowRow.id)
    for old in session.scalars(by_mail.with_for_update()).all():
        what = {"person_id": old.person_id, "challenge_id": old.challenge_id, "area": old.area}
        # What is followed at the right address already, be it that its code has not come back, is not followed twice.
        session.execute(delete(FollowRow).filter_by(address=address, **what))
        old.address = address
        session.flush()
        audit(session, by, "follow.corrected", old.challenge_id or old.area, at, why=why, follow=old.id)
        yield old.challenge_id or old.area


def _audit(session: Session, by: Person, action: str, who: Subject, at: datetime, **details: object) -> None:
    """Leave a row for each person, found by them too; for an address that nobody has confirmed, one without a name."""
    for row in who.people:
        name = Person(row.channel, row.tenant, row.external_id).name
        audit(session, by, action, name, at, channel=row.channel, **details)
    if not who.people:
        audit(session, by, action, "-", at, **details)


def _names(who: Subject) -> tuple[str, ...]:
    return tuple(Person(row.channel, row.tenant, row.external_id).address for row in who.people)
