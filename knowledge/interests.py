"""Companies' interest in challenges: sent in, confirmed by a code, kept up to date and withdrawn.

Early dialogue and never a tender: nothing here ranks one company before another, and no registrant learns of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from knowledge.announcements import confirmed_addresses, tell, tell_owner
from knowledge.audit import audit
from knowledge.codes import CODE_LIVES, issue, try_code
from knowledge.database import Database
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.guessing import count_wrong, refuse_guessing
from knowledge.interest_form import InterestForm
from knowledge.interest_tables import DraftRow, InterestFormRow, InterestRow
from knowledge.notices import ShownNotice, require_shown, to_json
from knowledge.outbox import Message, enqueue
from knowledge.people import Person, person_id
from knowledge.registrations import confirmed_forms, facts_of, name_anew, own, registration_of, waiting_or_own
from knowledge.standing import COUNTED, hold_challenge, require_open, standing_row
from knowledge.swedish_time import Clock
from knowledge.tables import EntryRow, now
from knowledge.versions import current_version

# Nobody's mailbox is filled with codes by somebody else.
MOST_CODES_AN_HOUR = 10


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of a form: its number, and whether a code must come back from `email` before it counts."""

    number: str
    confirmed: bool
    is_update: bool
    email: str
    next_update_by: date | None


class Interests:
    """Registers interest, the same way for every channel."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def register(
        self,
        person: Person,
        challenge: str,
        form: InterestForm,
        shown: Sequence[ShownNotice],
        *,
        language: str = "sv",
        version: int | None = None,
        conversation: str | None = None,
    ) -> Registration:
        """Take in a form; it counts when its address is confirmed, at once when this person has confirmed it here before.

        A second form from the same company is an update, and the same form again is the same form. `version` is the text of the
        challenge that the person saw, the current one when not given. A draft of the conversation is removed.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: interest cannot be registered now, a notice was not shown, or the address has been sent too many codes.
        """
        require_shown(shown)
        at = self._clock()
        with self._database.transaction() as session:
            entry = hold_challenge(session, challenge)
            require_open(session, entry, at)
            who = person_id(session, person)
            current = current_version(session, entry, at)
            interest = registration_of(session, challenge, form, who, at)
            row = _same_form(session, interest, who, form)
            if row is None:
                row = InterestFormRow(
                    interest_id=interest.id,
                    person_id=who,
                    fields=form.to_json(),
                    email=form.email,
                    notify=form.notify,
                    notices=to_json(shown),
                    challenge_version=version or current,
                    channel=person.channel,
                    language=language,
                    sent_at=at,
                )
                session.add(row)
                session.flush()
                audit(session, person, "interest.sent", interest.number, at, challenge=challenge, form=row.id)
                if _has_confirmed(session, row):
                    row.confirmed_at = at
                    _count(session, entry, interest, row, person, at)
                else:
                    _refuse_flood(session, form.email, at)
                    _send_code(session, entry, interest, row, at)
            elif row.confirmed_at is None and (row.code_until is None or row.code_until <= at):
                _send_code(session, entry, interest, row, at)
            if conversation:
                session.execute(delete(DraftRow).filter_by(conversation_id=conversation, challenge_id=challenge))
            return _registration(session, interest, row)

    def confirm(self, person: Person, number: str, code: str) -> Registration:
        """Make a registration count with the code that was sent to its address; a form that is confirmed already stays so.

        Whoever has the code may confirm, also from another place than the form came from: the code shows that they read the mail.

        Raises:
            NotFoundError: there is no registration with that number.
            RefusedError: the code is wrong or too old, there have been too many such, or interest cannot be registered any more.
        """
        at = self._clock()
        with self._database.transaction() as session:
            refuse_guessing(session, person, at)
            confirmed = _confirm(session, person, number, code, at)
            if isinstance(confirmed, GuidenError):
                count_wrong(session, person, number, at)
        if isinstance(confirmed, GuidenError):
            raise confirmed
        return confirmed

    def send_code_again(self, person: Person, number: str) -> Registration:
        """Send a new code, which replaces the one before; only for the person who sent the form.

        Raises:
            NotFoundError: the person has sent no form with that number.
            RefusedError: too many codes have been sent, or interest cannot be registered any more.
        """
        at = self._clock()
        with self._database.transaction() as session:
            entry, interest, row = own(session, person, number)
            if row.confirmed_at is None:
                require_open(session, entry, at)
                _send_code(session, entry, interest, row, at)
            return _registration(session, interest, row)


def _confirm(session: Session, person: Person, number: str, code: str, at: datetime) -> Registration | GuidenError:
    """Return the registration that the code confirmed, or why not; the error is returned so that the attempt is stored."""
    try:
        entry, interest, row = waiting_or_own(session, person, number)
    except NotFoundError as error:
        return error
    if row.confirmed_at is None:
        require_open(session, entry, at)
        if refusal := try_code(row, code, at):
            return refusal
        _count(session, entry, interest, row, person, at)
    return _registration(session, interest, row)


def _same_form(session: Session, interest: InterestRow, who: int, form: InterestForm) -> InterestFormRow | None:
    """Return the newest form of a registration when it is this one once more: a double click, or an event delivered twice."""
    newest = select(InterestFormRow).filter_by(interest_id=interest.id).order_by(InterestFormRow.id.desc()).limit(1)
    row = session.scalar(newest)
    same = row is not None and row.person_id == who and row.fields == form.to_json() and interest.status != "withdrawn"
    return row if same else None


def _has_confirmed(session: Session, row: InterestFormRow) -> bool:
    theirs = confirmed_forms(row.interest_id).where(InterestFormRow.person_id == row.person_id, InterestFormRow.email == row.email)
    return session.scalar(theirs.limit(1)) is not None


def _refuse_flood(session: Session, email: str, at: datetime) -> None:
    lately = select(func.count()).where(
        func.lower(InterestFormRow.email) == email.lower(),
        InterestFormRow.codes_sent > 0,
        InterestFormRow.sent_at > at - timedelta(hours=1),
    )
    if (session.scalar(lately) or 0) >= MOST_CODES_AN_HOUR:
        raise RefusedError("too_many_codes_to_address", most=MOST_CODES_AN_HOUR)


def _send_code(session: Session, entry: EntryRow, interest: InterestRow, row: InterestFormRow, at: datetime) -> None:
    code = issue(row, at)
    data = {**facts_of(session, entry, interest, at), "code": code, "until": (at + CODE_LIVES).isoformat(), "language": row.language}
    key = f"interest.code:{_occasion(row, at)}:{row.codes_sent}"
    enqueue(session, [Message(key, "interest.code", f"mailto:{row.email}", data)], at)


def _count(session: Session, entry: EntryRow, interest: InterestRow, row: InterestFormRow, person: Person, at: datetime) -> None:
    """Let a confirmed form count: a receipt to its address, word to the other addresses of the registration and to the owner."""
    was_counted = interest.status in COUNTED
    interest.status, interest.withdrawn_at = "confirmed", None
    session.flush()
    audit(session, person, "interest.updated" if was_counted else "interest.confirmed", interest.number, at, form=row.id)
    facts = facts_of(session, entry, interest, at)
    kind = "interest.updated" if was_counted and _is_update(session, row) else "interest.receipt"
    sender = f"mailto:{row.email}".casefold()
    addresses = confirmed_addresses(session, interest.id)  # also one that this form replaces: whoever reads it hears so, and then no more
    name_anew(session, interest, row, InterestForm(**row.fields).company_key)
    occasion = _occasion(row, at)
    for told in addresses:
        tell(session, [told], kind if told.address.casefold() == sender else "interest.updated", occasion, facts, at)
    tell_owner(session, entry, "owner.interest", occasion, {"number": interest.number, "is_update": was_counted}, at)


def _occasion(row: InterestFormRow, at: datetime) -> str:
    """Name what is told of a form; by the moment too, for SQLite gives a row the id of one that was disposed of before its messages."""
    return f"{row.id}:{at.isoformat()}"


def _registration(session: Session, interest: InterestRow, row: InterestFormRow) -> Registration:
    promised = standing_row(session, interest.challenge_id).next_update_by
    return Registration(interest.number, row.confirmed_at is not None, _is_update(session, row), row.email, promised)


def _is_update(session: Session, row: InterestFormRow) -> bool:
    """Tell whether this person had a form confirmed before; that a colleague had, or a stranger, is not for it to know."""
    earlier = confirmed_forms(row.interest_id).where(InterestFormRow.person_id == row.person_id, InterestFormRow.id < row.id)
    return session.scalar(earlier.limit(1)) is not None
