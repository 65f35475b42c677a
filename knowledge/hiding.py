"""People who are hidden by a decision: their names and addresses are shown to nobody, and no messages go to them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.contribution_tables import HiddenRow
from knowledge.database import Database
from knowledge.interest_tables import InterestFormRow, PersonRow
from knowledge.people import Person


def hidden_people(session: Session) -> frozenset[int]:
    """Return the numbers of everybody who is hidden."""
    return frozenset(session.scalars(select(HiddenRow.person_id)))


def who_is_hidden(database: Database) -> frozenset[Person]:
    """Return everybody who is hidden, as the channels know them."""
    with database.reading() as session:
        return frozenset(Person(row.channel, row.tenant, row.external_id) for row in session.scalars(select(PersonRow).join(HiddenRow)))


def hidden_addresses(session: Session) -> frozenset[str]:
    """Return where no messages go, case-folded: to the chats of those who are hidden, and to the addresses that they have confirmed."""
    people = session.scalars(select(PersonRow).join(HiddenRow)).all()
    if not people:
        return frozenset()
    chats = [Person(row.channel, row.tenant, row.external_id).address for row in people]
    confirmed = select(InterestFormRow.email).where(
        InterestFormRow.person_id.in_([row.id for row in people]), InterestFormRow.confirmed_at.is_not(None)
    )
    return frozenset(address.casefold() for address in (*chats, *(f"mailto:{email}" for email in session.scalars(confirmed))))
