"""When several organisations have the same need it is ripe to be met together, and those whom it concerns hear so."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import Recipient, tell, tell_owner
from knowledge.audit import GUIDE, audit
from knowledge.interest_tables import PersonRow
from knowledge.looking_after import administrators, recipient
from knowledge.standing import standing_row
from knowledge.tables import AuditRow, EntryRow, SameNeedRow

_RIPE = "same_need.ripe"


def needs_of(session: Session, challenge: str) -> list[SameNeedRow]:
    """Return what organisations have said of having a challenge too, in the order they said it."""
    said = select(SameNeedRow).where(SameNeedRow.challenge_id == challenge)
    return list(session.scalars(said.order_by(SameNeedRow.said_at, SameNeedRow.organisation)))


def tell_of_joint_need(session: Session, entry: EntryRow, at: datetime) -> None:
    """Tell the owner of a held challenge, all who have the need and the administrators that it is ripe, once for a challenge.

    Which organisations they are is said, and how it shows there: municipalities are public. Who spoke for them is not.
    """
    told_before = select(AuditRow.id).where(AuditRow.action == _RIPE, AuditRow.subject == entry.id)
    if session.scalar(told_before.limit(1)) is not None:
        return
    session.flush()
    needs = needs_of(session, entry.id)
    about = {
        "count": len(needs),
        "organisations": ", ".join(need.organisation for need in needs),
        "sentences": "\n".join(f"{need.organisation}: {need.sentence}" for need in needs if need.sentence),
    }
    tell_owner(session, entry, _RIPE, entry.id, about, at)
    owner = standing_row(session, entry.id).owner_address
    others = {each.address: each for each in (*_who_said_so(session, needs), *administrators(session)) if each.address != owner}
    tell(session, others.values(), _RIPE, entry.id, {"challenge": entry.id, "title": entry.body["title"], **about}, at)
    audit(session, GUIDE, _RIPE, entry.id, at, count=len(needs))


def _who_said_so(session: Session, needs: list[SameNeedRow]) -> Iterator[Recipient]:
    people = select(PersonRow).where(PersonRow.id.in_([need.person_id for need in needs if need.person_id])).order_by(PersonRow.id)
    for person in session.scalars(people).all():
        yield recipient(session, person)
