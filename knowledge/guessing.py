"""A limit on wrong codes from one person, whatever they were for: each code allows few attempts, but there are many codes."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.audit import audit
from knowledge.errors import RefusedError
from knowledge.people import Person
from knowledge.tables import AuditRow

# Enough to mistype every attempt of three codes.
MOST_WRONG_AN_HOUR = 15

_WRONG = "code.refused"
_LONGEST_SUBJECT = 200


def refuse_guessing(session: Session, person: Person, at: datetime) -> None:
    """Raise RefusedError when a person has sent too many wrong codes in the last hour."""
    wrong = select(func.count()).where(
        AuditRow.at > at - timedelta(hours=1),
        AuditRow.action == _WRONG,
        AuditRow.actor == person.name,
        AuditRow.channel == person.channel,
    )
    if (session.scalar(wrong) or 0) >= MOST_WRONG_AN_HOUR:
        raise RefusedError("too_many_wrong_codes")


def count_wrong(session: Session, person: Person, subject: str, at: datetime) -> None:
    """Count a code that was not right, or was for nothing that waits for one; in the caller's transaction."""
    audit(session, person, _WRONG, subject[:_LONGEST_SUBJECT], at)
