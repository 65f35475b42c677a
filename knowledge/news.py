"""Messages to people who cannot be written to, such as users of a terminal: they are told when they come back."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from knowledge.contribution_tables import NewsRow
from knowledge.database import Database
from knowledge.inserts import insert_new
from knowledge.outbox import Message, UndeliverableError
from knowledge.people import Person, person_id
from knowledge.swedish_time import Clock
from knowledge.tables import now


@dataclass(frozen=True, slots=True)
class News:
    """Something that a person has not been told: `kind` and `data` as in a message of the outbox."""

    kind: str
    data: dict[str, Any]


class AllNews:
    """Keeps news until they are told."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def keep(self, message: Message) -> None:
        """Keep a message for its recipient; delivered twice, it is kept once.

        Raises:
            UndeliverableError: the recipient is not the address of a person.
        """
        person = person_at(message.recipient)
        with self._database.transaction() as session:
            who = person_id(session, person)
            row = {"person_id": who, "key": message.key, "kind": message.kind, "data": message.data, "created_at": self._clock()}
            insert_new(session, NewsRow, [row])

    def unread(self, person: Person) -> list[News]:
        """Return what a person has not been told, oldest first, and keep it no longer."""
        with self._database.transaction() as session:
            theirs = select(NewsRow).where(NewsRow.person_id == person_id(session, person)).order_by(NewsRow.id)
            rows = session.scalars(theirs.with_for_update(skip_locked=True)).all()
            session.execute(delete(NewsRow).where(NewsRow.id.in_([row.id for row in rows])))
            return [News(row.kind, row.data) for row in rows]


def person_at(address: str) -> Person:
    """Return the person whose `address` this is; raise UndeliverableError when it is nobody's."""
    channel, _, rest = address.partition(":")
    tenant, _, external_id = rest.partition(":")
    if not (channel and tenant and external_id):
        raise UndeliverableError("no channel " + channel)
    return Person(channel, tenant, external_id)
