"""Review of what staff contribute: a queue, and one decision on each contribution, whoever comes first.

Nobody decides on their own, and a role reaches no further than its area or organisation. Whoever acts on a text that has changed since
they read it is told so, and nothing is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.areas import area as known_area
from knowledge.contribution_form import WEB_ADDRESS
from knowledge.contribution_messages import scope_of, tell_author
from knowledge.contribution_rows import Contribution, clean_comment, hold, read, read_one, take_step
from knowledge.contribution_tables import ContributionRow
from knowledge.database import Database
from knowledge.entry_files import Fault
from knowledge.errors import NotFoundError, RefusedError
from knowledge.masking import mask
from knowledge.people import Person, holds, require
from knowledge.plain_text import readable
from knowledge.publishing import body_of, changes, draft_of, publish
from knowledge.swedish_time import Clock, swedish_date, swedish_time
from knowledge.tables import EntryRow, now

_ON_THIS_MACHINE = ("cli", "terminal")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A contribution as a reviewer sees it: `entry` is the body as it would be published now, or as it is since it was.

    `missing` names the fields that must be there first; `faults` break a rule, and `advice` is for the reviewer to judge.
    """

    contribution: Contribution
    entry: dict[str, Any]
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]
    advice: tuple[Fault, ...]
    is_own: bool


class Review:
    """The reviewer's side of contributions."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def queue(self, reviewer: Person) -> list[Contribution]:
        """Return what waits for a decision and the reviewer's role covers, the oldest first."""
        waiting = (
            select(ContributionRow).where(ContributionRow.state == "in_review").order_by(ContributionRow.created_at, ContributionRow.id)
        )
        with self._database.reading() as session:
            rows = session.scalars(waiting).all()
            return read(session, [row for row in rows if holds(session, reviewer, "reviewer", scope_of(row))])

    def show(self, reviewer: Person, contribution: int) -> Reviewed:
        """Return a contribution that has been sent, and the entry that it would become.

        Raises:
            NotFoundError: there is none, or it is still a draft.
            RefusedError: the person's role does not cover it.
        """
        with self._database.reading() as session:
            row = session.get(ContributionRow, contribution)
            if row is None or row.state == "draft":
                raise NotFoundError("no_such_contribution", id=contribution)
            require(session, reviewer, "reviewer", scope_of(row))
            shown = read_one(session, row)
            is_own = _same(shown.author, reviewer)
            if row.entry_id and (entry := session.get(EntryRow, row.entry_id)):
                return Reviewed(shown, entry.body, (), (), (), is_own)
            draft = draft_of(session, row, swedish_date(self._clock()))
            return Reviewed(shown, draft.body, draft.missing, draft.faults, draft.advice, is_own)

    def edit(self, reviewer: Person, contribution: int, revision: int, fields: Mapping[str, object]) -> int:
        """Change fields of the entry that a contribution becomes, and tell the author; return the new revision.

        A whole body may be given: what reads as before is no change.

        Raises:
            NotFoundError: there is no such contribution or area.
            RefusedError: nothing is changed, a field cannot be changed or used, or as for `approve`.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row, author = self._deciding(session, reviewer, contribution, revision)
            changed = changes(row.kind, body_of(session, row, swedish_date(at)), {name: _clean(value) for name, value in fields.items()})
            if not changed:
                raise RefusedError("text_unchanged")
            names = list(changed)
            if "area" in changed:
                row.area = known_area(changed.pop("area")).slug
            row.organisation = changed.pop("organisation", row.organisation)
            row.entry = {**(row.entry or {}), **changed} or None
            take_step(session, row, reviewer, "edited", ", ".join(names), at)
            tell_author(session, row, author, "contribution.edited", {"fields": names}, at)
            return row.revision

    def approve(self, reviewer: Person, contribution: int, revision: int, *, next_update_by: date | None = None) -> str:
        """Publish a contribution as an entry, and tell everybody concerned, in one transaction; return the entry's id.

        `next_update_by` is the day of the next news of a challenge, which it cannot be published without.

        Raises:
            NotFoundError: there is no such contribution.
            RefusedError: the reviewer's role does not cover it, it is their own, it has changed since `revision` or is decided, the
                entry lacks something, or a challenge comes without the date of its next update.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row, author = self._deciding(session, reviewer, contribution, revision)
            entry = publish(session, reviewer, row, next_update_by, at)
            row.state, row.entry_id = "approved", entry.id
            take_step(session, row, reviewer, "approved", "", at)
            tell_author(session, row, author, "contribution.approved", {"title": entry.body["title"], "entry": entry.id}, at)
            return entry.id

    def return_(self, reviewer: Person, contribution: int, revision: int, comment: str) -> None:
        """Send a contribution back to its author with what should be done about it.

        Raises:
            NotFoundError: there is no such contribution.
            RefusedError: there is no comment, or as for `approve`.
        """
        self._turn_down(reviewer, contribution, revision, "returned", comment)

    def reject(self, reviewer: Person, contribution: int, revision: int, reason: str) -> None:
        """Decide that a contribution is not published, and tell the author why.

        Raises:
            NotFoundError: there is no such contribution.
            RefusedError: there is no reason, or as for `approve`.
        """
        self._turn_down(reviewer, contribution, revision, "rejected", reason)

    def _turn_down(self, reviewer: Person, contribution: int, revision: int, step: Literal["returned", "rejected"], comment: str) -> None:
        if not (comment := clean_comment(comment)):
            raise RefusedError("review_reason_missing")
        at = self._clock()
        with self._database.transaction() as session:
            row, author = self._deciding(session, reviewer, contribution, revision)
            row.state = step
            take_step(session, row, reviewer, step, comment, at)
            tell_author(session, row, author, f"contribution.{step}", {"comment": comment}, at)

    def _deciding(self, session: Session, reviewer: Person, contribution: int, revision: int) -> tuple[ContributionRow, Person]:
        """Return a contribution that the reviewer may decide on now, held, and its author."""
        row = hold(session, contribution)
        if row.state == "draft":
            raise NotFoundError("no_such_contribution", id=contribution)
        require(session, reviewer, "reviewer", scope_of(row))
        read_ = read_one(session, row)
        if _same(read_.author, reviewer):
            raise RefusedError("own_contribution")
        if row.revision != revision:
            raise _overtaken(read_, reviewer)
        if row.state != "in_review":
            raise RefusedError("not_in_review", id=contribution)
        return row, read_.author


def _overtaken(contribution: Contribution, reviewer: Person) -> RefusedError:
    """Return the refusal that says what was done with the contribution in the meantime and when, and in what role but not by whom."""
    last = contribution.steps[-1]
    told = {"id": contribution.id, "step": last.step, "at": swedish_time(last.at), "revision": contribution.revision}
    if _same(last.who, reviewer):
        return RefusedError("overtaken_by_yourself", **told)
    return RefusedError("overtaken_by_author" if last.who == contribution.author else "overtaken", **told)


def _same(author: Person, reviewer: Person) -> bool:
    """Tell whether two are one human, as far as that can be known: the terminal and the commands know the same users."""
    here = author.channel in _ON_THIS_MACHINE and reviewer.channel in _ON_THIS_MACHINE
    return author == reviewer or (here and author.external_id == reviewer.external_id)


def _clean(value: object) -> Any:
    """Return a value of an entry as it is stored: JSON, with what identifies a person masked."""
    if isinstance(value, str):
        return value if WEB_ADDRESS.fullmatch(value) else mask(readable(value)).strip()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
