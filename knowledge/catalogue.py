"""The catalogue as readers see it: published entries, and the links between them both ways."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.contribution_tables import LinkCheckRow
from knowledge.database import Database
from knowledge.entry_files import ChallengeFile, EntryFile, SolutionFile
from knowledge.errors import NotFoundError
from knowledge.tables import EntryRow, LinkRow

# What a reader may see. A parked, locked or closed challenge stays readable: its lessons are worth finding.
VISIBLE = ("published", "parked", "procurement", "pilot", "closed")
OPEN_FOR_INTEREST = ("published", "pilot")

# A page that fails this many times in a row, each on a day of its own, is broken: servers rest, and networks do.
BROKEN_AFTER = 3


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge with the ids of the solutions that answer it, in order of id; `broken` are those of its sources that are gone."""

    entry: ChallengeFile
    status: str
    solutions: tuple[str, ...]
    broken: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Tell whether companies may register interest in it."""
        return self.status in OPEN_FOR_INTEREST


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution with the ids of the challenges it answers; `broken` as with a challenge."""

    entry: SolutionFile
    status: str
    broken: frozenset[str] = frozenset()

    @property
    def challenges(self) -> tuple[str, ...]:
        """Return the ids of the challenges it answers, the most fitting first."""
        return tuple(self.entry.challenges)


Entry = Challenge | Solution


def to_body(entry: EntryFile) -> dict[str, Any]:
    """Return the entry as it is stored: JSON values, fields in the order of the schema."""
    return entry.model_dump(mode="json")


def body_hash(body: dict[str, Any]) -> str:
    """Return the SHA-256 of an entry's content, independent of the order of its fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def from_row(row: EntryRow) -> EntryFile:
    """Return the entry that a row holds."""
    return (ChallengeFile if row.kind == "challenge" else SolutionFile).model_validate(row.body)


class Catalogue:
    """Reads entries; every method opens its own short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, ids: Sequence[str]) -> list[Entry]:
        """Return the visible entries among `ids`, in that order; unknown and hidden ones are left out."""
        with self._database.reading() as session:
            found = _entries(session, session.scalars(select(EntryRow).where(EntryRow.id.in_(ids), _VISIBLE)))
        by_id = {entry.entry.id: entry for entry in found}
        return [by_id[entry_id] for entry_id in ids if entry_id in by_id]

    def challenge(self, entry_id: str) -> Challenge:
        """Return one visible challenge; raise NotFoundError when there is none."""
        match self.get([entry_id]):
            case [Challenge() as challenge]:
                return challenge
        raise NotFoundError("no_such_challenge", id=entry_id)

    def visible(self) -> list[Entry]:
        """Return every entry a reader may see, in order of id."""
        with self._database.reading() as session:
            return _entries(session, session.scalars(select(EntryRow).where(_VISIBLE).order_by(EntryRow.id)))

    def open_challenges(self, area: str | None = None) -> list[Challenge]:
        """Return the challenges that companies may register interest in, newest first; `area` also counts secondary areas."""
        wanted = select(EntryRow).where(EntryRow.kind == "challenge", EntryRow.status.in_(OPEN_FOR_INTEREST))
        with self._database.reading() as session:
            found = _entries(session, session.scalars(wanted.order_by(EntryRow.published.desc(), EntryRow.id)))
        return [
            entry for entry in found if isinstance(entry, Challenge) and (area is None or area in (entry.entry.area, *entry.entry.areas))
        ]


_VISIBLE = EntryRow.status.in_(VISIBLE)


def _entries(session: Session, rows: Iterable[EntryRow]) -> list[Entry]:
    rows = list(rows)
    solutions: dict[str, list[str]] = {}
    links = (
        select(LinkRow.challenge_id, LinkRow.solution_id)
        .join(EntryRow, EntryRow.id == LinkRow.solution_id)
        .where(_VISIBLE, LinkRow.challenge_id.in_([row.id for row in rows if row.kind == "challenge"]))
        .order_by(LinkRow.solution_id)
    )
    for challenge_id, solution_id in session.execute(links):
        solutions.setdefault(challenge_id, []).append(solution_id)
    broken = frozenset(session.scalars(select(LinkCheckRow.url).where(LinkCheckRow.failures >= BROKEN_AFTER)))
    return [_entry(row, solutions, broken) for row in rows]


def _entry(row: EntryRow, solutions: dict[str, list[str]], broken: frozenset[str]) -> Entry:
    entry = from_row(row)
    theirs = broken & {source.url for source in entry.sources if source.url}
    if isinstance(entry, ChallengeFile):
        return Challenge(entry, row.status, tuple(solutions.get(row.id, ())), theirs)
    return Solution(entry, row.status, theirs)
