"""Interest forms in progress: kept with their conversation, so that a person can go on after a break."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.errors import NotFoundError
from knowledge.interest_form import FIELDS, InterestForm, clean_field, clean_form
from knowledge.interest_tables import DraftRow, PersonRow
from knowledge.notices import ShownNotice, from_json, require_shown, to_json
from knowledge.people import Person, person_id
from knowledge.retention import kept
from knowledge.standing import hold_challenge, require_open
from knowledge.swedish_time import Clock
from knowledge.tables import now
from knowledge.versions import current_version


@dataclass(frozen=True, slots=True)
class Draft:
    """A form in progress; `version` is the text of the challenge that the person saw."""

    conversation: str
    challenge: str
    version: int
    fields: dict[str, Any]
    notices: list[ShownNotice]

    @property
    def next_field(self) -> str | None:
        """Return the field to ask for next, or None when every one has been answered."""
        return next((name for name in FIELDS if name not in self.fields), None)

    def form(self) -> InterestForm:
        """Return the finished form; raise RefusedError for the first field that is missing."""
        return clean_form(self.fields)


class Drafts:
    """Keeps forms in progress. A draft begun before a lock is refused like any other form."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def begin(self, conversation: str, challenge: str, shown: Sequence[ShownNotice], person: Person | None = None) -> Draft:
        """Begin a form, or go on with the one that was begun; the legal notices have just been shown.

        With `person` the form is theirs, and can be gone on with in another conversation.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: interest cannot be registered now, or a notice was not shown.
        """
        require_shown(shown)
        at = self._clock()
        with self._database.transaction() as session:
            entry = hold_challenge(session, challenge)
            require_open(session, entry, at)
            version = current_version(session, entry, at)
            row = session.get(DraftRow, (conversation, challenge)) or DraftRow(
                conversation_id=conversation, challenge_id=challenge, fields={}
            )
            row.notices, row.challenge_version, row.changed_at = to_json(shown), version, at
            row.person_id = person_id(session, person) if person else row.person_id
            session.add(row)
            return _draft(row)

    def put(self, conversation: str, challenge: str, name: str, value: object) -> Draft:
        """Answer a field, or correct it.

        Raises:
            NotFoundError: no form has been begun.
            RefusedError: the value cannot be used, or interest cannot be registered any more.
        """
        clean = clean_field(name, value)
        at = self._clock()
        with self._database.transaction() as session:
            require_open(session, hold_challenge(session, challenge), at)
            row = _row(session, conversation, challenge)
            row.fields, row.changed_at = {**row.fields, name: clean}, at
            return _draft(row)

    def resume(self, conversation: str, person: Person | None = None) -> Draft | None:
        """Return the form that was worked on last in a conversation, or None.

        With `person` it is theirs or nobody's, and one that they began elsewhere is moved here.
        """
        with self._database.transaction() as session:
            row = self._newest(session, conversation, person)
            if row is None:
                return None
            if row.conversation_id != conversation:
                session.execute(delete(DraftRow).filter_by(conversation_id=conversation, challenge_id=row.challenge_id))
                row.conversation_id = conversation
            return _draft(row)

    def in_progress(self, conversation: str, person: Person) -> Draft | None:
        """Return the form that `resume` would, and leave it where it is."""
        with self._database.reading() as session:
            row = self._newest(session, conversation, person)
            return _draft(row) if row else None

    def find(self, conversation: str, challenge: str) -> Draft | None:
        """Return the form about a challenge that is in progress in a conversation, or None."""
        with self._database.reading() as session:
            row = session.get(DraftRow, (conversation, challenge))
            return _draft(row) if row else None

    def cancel(self, conversation: str, challenge: str) -> None:
        """Throw a form in progress away; nothing of it is kept."""
        with self._database.transaction() as session:
            session.execute(delete(DraftRow).filter_by(conversation_id=conversation, challenge_id=challenge))

    def _newest(self, session: Session, conversation: str, person: Person | None) -> DraftRow | None:
        mine = DraftRow.conversation_id == conversation
        if person:
            theirs = select(PersonRow.id).filter_by(**asdict(person))
            mine = or_(mine & DraftRow.person_id.is_(None), DraftRow.person_id.in_(theirs))
        is_fresh = DraftRow.changed_at > kept("drafts").before(self._clock())
        return session.scalar(select(DraftRow).where(mine, is_fresh).order_by(DraftRow.changed_at.desc()).limit(1))


def _row(session: Session, conversation: str, challenge: str) -> DraftRow:
    row = session.get(DraftRow, (conversation, challenge))
    if row is None:
        raise NotFoundError("no_draft", id=challenge)
    return row


def _draft(row: DraftRow) -> Draft:
    return Draft(row.conversation_id, row.challenge_id, row.challenge_version, row.fields, from_json(row.notices))
