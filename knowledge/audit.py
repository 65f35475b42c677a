"""The audit trail: who changed what, when and from which channel."""

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.people import Person
from knowledge.tables import AuditRow


def audit(session: Session, person: Person, action: str, subject: str, at: datetime, **details: object) -> None:
    """Add a row to the audit trail, in the transaction of the change itself."""
    session.add(AuditRow(at=at, actor=person.name, channel=person.channel, action=action, subject=subject, details=details))
