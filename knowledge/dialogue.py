"""The log of the early dialogue about a challenge: added to, never changed, and free of who said what.

All suppliers in a dialogue get the same information, and it is documented:
https://frageportalen.upphandlingsmyndigheten.se/org/upphandlingsmyndigheten/d/fraga-fran-publiken-vid-upphandlingsmyndighet-h3p5/
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.interest_tables import DialogueRow
from knowledge.standing import find_challenge

DialogueKind = Literal["stage", "text", "question", "answer", "contact", "promise"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the dialogue; what is not `public` is for the owner only."""

    at: datetime
    kind: DialogueKind
    data: dict[str, Any]
    public: bool


def log(session: Session, challenge: str, kind: DialogueKind, data: dict[str, Any], at: datetime, *, public: bool = True) -> None:
    """Add an event to the log, in the transaction of what happened."""
    session.add(DialogueRow(challenge_id=challenge, at=at, kind=kind, data=data, public=public))


def dialogue(database: Database, challenge: str, *, internal: bool = False) -> list[Event]:
    """Return what has happened, oldest first; with `internal` also what is for the owner only.

    Raises:
        NotFoundError: there is no such challenge.
    """
    rows = select(DialogueRow).where(DialogueRow.challenge_id == challenge).order_by(DialogueRow.id)
    with database.reading() as session:
        find_challenge(session, challenge, hidden=True)
        found = session.scalars(rows if internal else rows.where(DialogueRow.public))
        return [Event(row.at, row.kind, row.data, row.public) for row in found]  # type: ignore[arg-type]  # written by `log`
