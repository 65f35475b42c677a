"""Who looks after an entry once it is published, and how they are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import Recipient, tell, tell_owner
from knowledge.contribution_messages import reviewers_told
from knowledge.conversations import language_of
from knowledge.errors import RefusedError
from knowledge.interest_tables import PersonRow, RoleRow
from knowledge.people import Person, holds
from knowledge.tables import EntryRow


def looks_after(session: Session, person: Person, entry: EntryRow) -> bool:
    """Tell whether a person reviews or owns an entry."""
    return holds(session, person, "reviewer", entry) or holds(session, person, "owner", entry)


def require_looks_after(session: Session, person: Person, entry: EntryRow) -> None:
    """Raise RefusedError unless a person reviews or owns an entry."""
    if not looks_after(session, person, entry):
        raise RefusedError("role_missing", role="reviewer")


def tell_those_who_look_after(session: Session, entry: EntryRow, kind: str, occasion: str, data: dict[str, Any], at: datetime) -> None:
    """Tell the owner of an entry as they chose, and its reviewers with the day's digest."""
    tell_owner(session, entry, kind, occasion, data, at)
    about = {"challenge": entry.id, "title": entry.body["title"], **data}
    tell(session, reviewers_told(session, entry), kind, occasion, about, at)


def administrators(session: Session) -> list[Recipient]:
    """Return the administrators of everything, to be told at once."""
    ids = select(RoleRow.person_id).where(RoleRow.role == "administrator", RoleRow.scope == "everything")
    people = select(PersonRow).where(PersonRow.id.in_(ids)).order_by(PersonRow.id)
    return [recipient(session, row) for row in session.scalars(people).all()]


def recipient(session: Session, row: PersonRow, language: str = "") -> Recipient:
    """Return a person to be told at once, in the language they speak with the guide when none is named."""
    person = Person(row.channel, row.tenant, row.external_id)
    return Recipient(person.address, language or language_of(session, person), "at_once", {})
