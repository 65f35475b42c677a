"""The audit trail: who changed what, when and from which channel."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.people import Person
from knowledge.tables import AuditRow

# Who does what the guide does by itself.
GUIDE = Person("guide", "-", "guide")


def audit(session: Session, person: Person, action: str, subject: str, at: datetime, **details: object) -> None:
    """Add a row to the audit trail, in the transaction of the change itself."""
    session.add(AuditRow(at=at, actor=person.name, channel=person.channel, action=action, subject=subject, details=details))


def audited(session: Session, action: str) -> frozenset[str]:
    """Return the subjects of an action that has been done: the trail remembers also what the outbox and the digests have forgotten."""
    return frozenset(session.scalars(select(AuditRow.subject).where(AuditRow.action == action)))
