"""Questions that the catalogue could not answer, kept until they have become content."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select, update

from knowledge.audit import audit
from knowledge.contribution_tables import GapRow
from knowledge.database import Database
from knowledge.masking import mask
from knowledge.people import Person
from knowledge.plain_text import one_line
from knowledge.swedish_time import Clock
from knowledge.tables import now

Cause = Literal["none", "not_useful"]

_LONGEST_QUESTION = 4000


@dataclass(frozen=True, slots=True)
class Gap:
    """A question (masked) that nothing answered, or whose answer was not useful.

    `asker` is a hash of who asked: it tells how many have asked without telling who. It hides nobody from those who have the list of
    people, which is why groups of few askers are not shown.
    """

    id: int
    question: str
    cause: Cause
    area: str | None
    language: str
    asker: str
    asked_at: datetime


class Gaps:
    """Keeps unanswered questions."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def add(self, person: Person, question: str, cause: Cause, area: str | None, language: str) -> None:
        """Keep a question, masked and cut at 4 000 characters; nothing is kept of an empty one."""
        text = mask(one_line(question))[:_LONGEST_QUESTION]
        if not text:
            return
        row = GapRow(question=text, cause=cause, area=area, language=language, asker=_hash(person), asked_at=self._clock())
        with self._database.transaction() as session:
            session.add(row)

    def waiting(self, area: str | None = None) -> list[Gap]:
        """Return the questions that no contribution has come of, oldest first; of one area when it is named."""
        rows = select(GapRow).where(GapRow.contribution_id.is_(None)).order_by(GapRow.id)
        with self._database.reading() as session:
            return [_gap(row) for row in session.scalars(rows if area is None else rows.where(GapRow.area == area))]

    def link(self, person: Person, gaps: Iterable[int], contribution: int) -> int:
        """Let questions be answered by a contribution; return how many there were that nobody had linked before.

        They come back when the contribution is removed.
        """
        ids = list(gaps)
        linked = 0
        with self._database.transaction() as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = update(GapRow).where(GapRow.id.in_(ids[start : start + _AT_ONCE]), GapRow.contribution_id.is_(None))
                linked += len(session.scalars(some.values(contribution_id=contribution).returning(GapRow.id)).all())
            audit(session, person, "gaps.linked", str(contribution), self._clock(), count=linked)
        return linked


# A statement holds no more values than SQLite takes.
_AT_ONCE = 10_000


def _hash(person: Person) -> str:
    return hashlib.sha256(person.address.encode()).hexdigest()


def _gap(row: GapRow) -> Gap:
    return Gap(row.id, row.question, cast("Cause", row.cause), row.area, row.language, row.asker, row.asked_at)
