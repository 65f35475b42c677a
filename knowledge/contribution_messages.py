"""Who hears what about a contribution: its author each step, and the reviewers that something waits."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import Recipient, tell
from knowledge.contribution_tables import ContributionRow
from knowledge.conversations import language_of
from knowledge.first_entry import title_of
from knowledge.interest_tables import PersonRow, RoleRow
from knowledge.people import Person, holds
from knowledge.tables import EntryRow


def scope_of(row: ContributionRow) -> EntryRow:
    """Return an entry that is not stored and belongs where a contribution does, for asking whose role covers it."""
    body = {"areas": (row.entry or {}).get("areas", []), "organisation": row.organisation}
    return EntryRow(id=row.fields.get("challenge", ""), kind=row.kind, area=row.area, body=body)


def tell_reviewers(session: Session, row: ContributionRow, author: Person, at: datetime) -> None:
    """Tell everybody whose role covers a contribution that it waits, with the day's digest; never its author."""
    reviewers = [each for each in reviewers_told(session, scope_of(row)) if each.address != author.address]
    tell(session, reviewers, "contribution.new", _occasion(row), _about(row), at)


def tell_author(session: Session, row: ContributionRow, author: Person, kind: str, data: dict[str, Any], at: datetime) -> None:
    """Tell the author what was done with a contribution, at once."""
    recipient = Recipient(author.address, row.language, "at_once", {})
    tell(session, [recipient], kind, _occasion(row), {**_about(row), **data}, at)


def reviewers_told(session: Session, entry: EntryRow) -> list[Recipient]:
    """Return the reviewers whose role covers an entry, the administrators when there is none, to be told with the day's digest."""
    for role in ("reviewer", "administrator"):
        if people := [person for person in _people_with(session, role) if holds(session, person, "reviewer", entry)]:
            return [Recipient(person.address, language_of(session, person), "daily", {}) for person in people]
    return []


def _people_with(session: Session, role: str) -> Iterator[Person]:
    people = select(PersonRow).where(PersonRow.id.in_(select(RoleRow.person_id).where(RoleRow.role == role))).order_by(PersonRow.id)
    for row in session.scalars(people).all():
        yield Person(row.channel, row.tenant, row.external_id)


def _occasion(row: ContributionRow) -> str:
    return f"{row.id}:{row.revision}"


def _about(row: ContributionRow) -> dict[str, Any]:
    return {"contribution": row.id, "title": title_of(row.kind, {**row.fields, **(row.entry or {})})}
