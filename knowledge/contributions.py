"""What staff contribute: written answer by answer, sent for review, answered when it comes back, withdrawn."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.areas import area as known_area
from knowledge.catalogue import VISIBLE
from knowledge.contribution_form import Kind, clean_field, first_missing
from knowledge.contribution_messages import tell_reviewers
from knowledge.contribution_rows import (
    IN_PROGRESS,
    Contribution,
    State,
    Step,
    change,
    clean_comment,
    hold_own,
    read,
    read_one,
    take_step,
    theirs,
)
from knowledge.contribution_tables import ContributionRow
from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.first_entry import MADE_OF
from knowledge.masking import mask
from knowledge.people import Person, person_id
from knowledge.plain_text import one_line
from knowledge.swedish_time import Clock
from knowledge.tables import EntryRow, now

__all__ = ["Contribution", "Contributions", "State", "Step"]

_LONGEST_ORGANISATION = 120


class Contributions:
    """The author's side of contributions; a person reaches only their own."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def begin(
        self,
        person: Person,
        kind: Kind,
        *,
        language: str,
        channel: str,
        area: str | None = None,
        organisation: str = "",
        fields: Mapping[str, str] | None = None,
    ) -> Contribution:
        """Begin a draft, with the answers that are known already.

        Raises:
            NotFoundError: there is no such area.
            RefusedError: an answer cannot be used.
        """
        clean = {name: clean_field(kind, name, value) for name, value in (fields or {}).items()}
        at = self._clock()
        with self._database.transaction() as session:
            _require_visible(session, clean.get("challenge", ""))
            row = ContributionRow(
                kind=kind,
                state="draft",
                fields=clean,
                area=known_area(area).slug if area else None,
                organisation=_organisation(organisation) or None,
                person_id=person_id(session, person),
                language=language,
                channel=channel,
                revision=1,
                created_at=at,
                changed_at=at,
            )
            session.add(row)
            return read_one(session, row)

    def put(self, person: Person, contribution: int, name: str, value: str) -> Contribution:
        """Answer a question, or correct the answer; an empty `value` skips it.

        What a reviewer had made of an older answer gives way to the new one.

        Raises:
            NotFoundError: the person has no such contribution.
            RefusedError: the answer cannot be used, or the contribution is not the author's to change now.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row = hold_own(session, person, contribution, IN_PROGRESS)
            kind: Kind = row.kind  # type: ignore[assignment]  # only kinds are stored
            clean = clean_field(kind, name, value)
            if name == "challenge":
                _require_visible(session, clean)
            row.fields = {**row.fields, name: clean}
            if row.entry:
                row.entry = {field: text for field, text in row.entry.items() if field not in MADE_OF.get(name, ())} or None
            change(row, at)
            return read_one(session, row)

    def belong(self, person: Person, contribution: int, *, area: str | None = None, organisation: str | None = None) -> Contribution:
        """Say which area or organisation it comes from, an empty one when that is skipped; what is None stays as it is.

        Raises:
            NotFoundError: the person has no such contribution, or there is no such area.
            RefusedError: the contribution is not the author's to change now.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row = hold_own(session, person, contribution, IN_PROGRESS)
            if area is not None:
                row.area = known_area(area).slug
            if organisation is not None:
                row.organisation = _organisation(organisation)
            change(row, at)
            return read_one(session, row)

    def in_progress(self, person: Person) -> Contribution | None:
        """Return the draft, or the contribution that came back, that the person worked on last; None when there is none."""
        newest = theirs(person).where(ContributionRow.state.in_(IN_PROGRESS))
        newest = newest.order_by(ContributionRow.changed_at.desc(), ContributionRow.id.desc()).limit(1)
        with self._database.reading() as session:
            return next(iter(read(session, session.scalars(newest))), None)

    def of(self, person: Person) -> list[Contribution]:
        """Return everything that a person has contributed, drafts too, the newest first."""
        with self._database.reading() as session:
            return read(session, session.scalars(theirs(person).order_by(ContributionRow.id.desc())))

    def send(self, person: Person, contribution: int, comment: str = "") -> Contribution:
        """Send a draft for review, or one that came back together with an answer to the reviewer.

        Raises:
            NotFoundError: the person has no such contribution.
            RefusedError: an answer that is needed is missing, or the contribution has been sent already.
        """
        comment = clean_comment(comment)
        at = self._clock()
        with self._database.transaction() as session:
            row = hold_own(session, person, contribution, IN_PROGRESS)
            kind: Kind = row.kind  # type: ignore[assignment]  # only kinds are stored
            if missing := first_missing(kind, row.fields):
                raise RefusedError("contribution_incomplete", field=missing)
            came_back = row.state == "returned"
            row.state = "in_review"
            take_step(session, row, person, "answered" if came_back else "sent", comment, at)
            tell_reviewers(session, row, person, at)
            return read_one(session, row)

    def withdraw(self, person: Person, contribution: int) -> None:
        """Take back what was sent and is not decided yet; the record stays.

        Raises:
            NotFoundError: the person has no such contribution.
            RefusedError: it has not been sent, or has been decided.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row = hold_own(session, person, contribution, ("in_review", "returned"))
            row.state = "withdrawn"
            take_step(session, row, person, "withdrawn", "", at)

    def discard(self, person: Person, contribution: int) -> None:
        """Throw a draft away; nothing of it is kept.

        Raises:
            NotFoundError: the person has no such contribution.
            RefusedError: it has been sent.
        """
        with self._database.transaction() as session:
            row = hold_own(session, person, contribution, ("draft",))
            session.execute(delete(ContributionRow).filter_by(id=row.id))


def _require_visible(session: Session, challenge: str) -> None:
    if challenge:
        entry = session.get(EntryRow, challenge)
        if entry is None or entry.kind != "challenge" or entry.status not in VISIBLE:
            raise RefusedError("no_such_challenge", field="challenge", id=challenge)


def _organisation(name: str) -> str:
    return mask(one_line(name))[:_LONGEST_ORGANISATION]
