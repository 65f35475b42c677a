"""Where a channel can write to a person when they have not just written themselves: remembered from what comes in from their own chat."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.inserts import insert_new
from knowledge.installation_tables import ReachableRow
from knowledge.interest_tables import PersonRow
from knowledge.people import Person, person_id
from knowledge.swedish_time import Clock
from knowledge.tables import now

# Who writes every minute is noted once a day: it is the retention plan that counts from it, in days.
_NOTED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Address:
    """A person's own chat with the guide, the service that it is reached by, and the channel's own id of the person."""

    conversation: str
    service_url: str
    account: str


class Reachable:
    """Keeps one address a person."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def remember(self, person: Person, address: Address) -> None:
        """Keep where a person is reached, heard from now; nothing is written when it is known and was noted within a day."""
        at = self._clock()
        if self._is_known(person, address):
            return
        with self._database.transaction() as session:
            who = person_id(session, person)
            values = {**asdict(address), "heard_at": at}
            if not insert_new(session, ReachableRow, [{"person_id": who, **values}]):
                session.execute(update(ReachableRow).filter_by(person_id=who).values(values))

    def find(self, person: Person) -> Address | None:
        """Return where a person is reached, or None when it is not known."""
        with self._database.reading() as session:
            row = _row(session, person)
            return _address(row) if row else None

    def service_url(self, channel: str, tenant: str) -> str:
        """Return the service that somebody in a tenant was last reached by, empty when nobody is."""
        newest = select(ReachableRow.service_url).join(PersonRow).order_by(ReachableRow.heard_at.desc()).limit(1)
        with self._database.reading() as session:
            return session.scalar(newest.where(PersonRow.channel == channel, PersonRow.tenant == tenant)) or ""

    def forget(self, person: Person) -> None:
        """Forget where a person is reached; who they are goes with their last record."""
        theirs = select(PersonRow.id).filter_by(channel=person.channel, tenant=person.tenant, external_id=person.external_id)
        with self._database.transaction() as session:
            session.execute(delete(ReachableRow).where(ReachableRow.person_id.in_(theirs)))

    def _is_known(self, person: Person, address: Address) -> bool:
        with self._database.reading() as session:
            row = _row(session, person)
            return row is not None and _address(row) == address and row.heard_at > self._clock() - _NOTED


def _row(session: Session, person: Person) -> ReachableRow | None:
    theirs = select(ReachableRow).join(PersonRow)
    return session.scalar(theirs.filter_by(channel=person.channel, tenant=person.tenant, external_id=person.external_id))


def _address(row: ReachableRow) -> Address:
    return Address(row.conversation, row.service_url, row.account)
