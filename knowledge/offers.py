"""The choices behind buttons: a button carries an id that says nothing of what it stands for."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from knowledge.contribution_tables import OfferRow
from knowledge.database import Database
from knowledge.inserts import insert_new
from knowledge.people import Person, person_id
from knowledge.swedish_time import Clock
from knowledge.tables import now

_ID_BYTES = 15  # twenty characters, 120 random bits


def new_id() -> str:
    """Return an id that nobody can guess, of letters, digits, - and _, twenty characters long."""
    return secrets.token_urlsafe(_ID_BYTES)


class Offers:
    """Keeps what has been offered, until its conversation is removed or it is old."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def keep(self, conversation: str, person: Person, choices: Mapping[str, dict[str, Any]]) -> None:
        """Keep choices, by their ids, that are being offered to a person in a conversation."""
        at = self._clock()
        with self._database.transaction() as session:
            who = person_id(session, person)
            shared = {"conversation_id": conversation, "person_id": who, "offered_at": at}
            insert_new(session, OfferRow, [{"id": name, "choice": choice, **shared} for name, choice in choices.items()])

    def find(self, offer: str) -> dict[str, Any] | None:
        """Return the choice behind an id, or None when it was never offered or is gone."""
        with self._database.reading() as session:
            row = session.get(OfferRow, offer)
            return row.choice if row else None

    def find_for(self, offer: str, conversation: str, person: Person) -> dict[str, Any] | None:
        """Return the choice behind an id that was offered in this conversation or to this person, else None."""
        with self._database.transaction() as session:
            theirs = or_(OfferRow.conversation_id == conversation, OfferRow.person_id == person_id(session, person))
            return session.scalar(select(OfferRow.choice).where(OfferRow.id == offer, theirs))
