"""Contributions as they are stored: held, read, and moved on by one step."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from knowledge.audit import audit
from knowledge.contribution_form import FIELDS, LONGEST_ANSWER, Kind
from knowledge.contribution_tables import ContributionRow, ContributionStepRow
from knowledge.errors import NotFoundError, RefusedError
from knowledge.first_entry import title_of
from knowledge.interest_tables import PersonRow
from knowledge.masking import mask
from knowledge.people import Person, person_id
from knowledge.plain_text import readable

State = Literal["draft", "in_review", "returned", "approved", "rejected", "withdrawn"]
StepKind = Literal["sent", "returned", "answered", "edited", "approved", "rejected", "withdrawn"]

# What its author may change.
IN_PROGRESS: tuple[State, ...] = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a contribution, by whom, with what words."""

    step: StepKind
    who: Person
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contribution:
    """A challenge, a solution or an experience that somebody writes.

    `fields` are the answers so far, empty where they were skipped, and so is `organisation`, None until it is told. `entry` is what a
    reviewer has changed of the entry that they make, and `entry_id` the entry when it has been published. `revision` grows with every
    change.
    """

    id: int
    kind: Kind
    state: State
    fields: Mapping[str, str]
    entry: Mapping[str, Any] | None
    entry_id: str | None
    area: str | None
    organisation: str | None
    author: Person
    language: str
    revision: int
    created_at: datetime
    changed_at: datetime
    steps: tuple[Step, ...]

    @property
    def next_field(self) -> str | None:
        """Return what to ask for next, None when everything has been answered or skipped."""
        return next((name for name in FIELDS[self.kind] if name not in self.fields), None)

    @property
    def title(self) -> str:
        """Return the title that it has now: the reviewer's, the author's, or one made of the first sentence."""
        return title_of(self.kind, {**self.fields, **(self.entry or {})})


def hold(session: Session, contribution: int) -> ContributionRow:
    """Return a contribution and keep others from changing it until the transaction ends; raise NotFoundError when there is none."""
    row = session.get(ContributionRow, contribution, with_for_update=True)
    if row is None:
        raise NotFoundError("no_such_contribution", id=contribution)
    return row


def hold_own(session: Session, person: Person, contribution: int, states: Collection[str]) -> ContributionRow:
    """Return a contribution of the person's own, held.

    Raises:
        NotFoundError: the person has none with that number.
        RefusedError: it is not in one of `states`.
    """
    row = hold(session, contribution)
    if row.person_id != person_id(session, person):
        raise NotFoundError("no_such_contribution", id=contribution)
    if row.state not in states:
        raise RefusedError("contribution_not_open", id=contribution, state=row.state)
    return row


def read(session: Session, rows: Iterable[ContributionRow]) -> list[Contribution]:
    """Return contributions with everything that has happened to them, in the order of `rows`."""
    rows = list(rows)
    steps: dict[int, list[Step]] = {}
    in_order = (
        select(ContributionStepRow, PersonRow)
        .join(PersonRow, PersonRow.id == ContributionStepRow.person_id)
        .where(ContributionStepRow.contribution_id.in_([row.id for row in rows]))
        .order_by(ContributionStepRow.id)
    )
    for step, who in session.execute(in_order):
        told = Step(cast("StepKind", step.step), _person(who), step.comment or "", step.at)
        steps.setdefault(step.contribution_id, []).append(told)
    authors = select(PersonRow).where(PersonRow.id.in_({row.person_id for row in rows}))
    people = {row.id: _person(row) for row in session.scalars(authors)}
    return [_contribution(row, people[row.person_id], tuple(steps.get(row.id, ()))) for row in rows]


def read_one(session: Session, row: ContributionRow) -> Contribution:
    """Return one contribution; what has been changed in this transaction is written first."""
    session.flush()
    return read(session, [row])[0]


def theirs(person: Person) -> Select[ContributionRow]:
    """Return the query for a person's contributions."""
    who = (PersonRow.channel == person.channel, PersonRow.tenant == person.tenant, PersonRow.external_id == person.external_id)
    return select(ContributionRow).join(PersonRow, PersonRow.id == ContributionRow.person_id).where(*who)


def change(row: ContributionRow, at: datetime) -> None:
    """Make a held contribution a newer one: whoever has read the older one has been overtaken."""
    row.revision += 1
    row.changed_at = at


def take_step(session: Session, row: ContributionRow, person: Person, step: StepKind, comment: str, at: datetime) -> None:
    """Note what was done with a held contribution, in its history and in the audit trail."""
    change(row, at)
    session.add(
        ContributionStepRow(
            contribution_id=row.id,
            person_id=person_id(session, person),
            step=step,
            comment=comment or None,
            revision=row.revision,
            at=at,
        )
    )
    audit(session, person, f"contribution.{step}", str(row.id), at, revision=row.revision, **({"comment": comment} if comment else {}))


def clean_comment(value: str) -> str:
    """Return what somebody says about a contribution, masked; raise RefusedError when it is over 1 000 characters."""
    comment = mask(readable(value)).strip()
    if len(comment) > LONGEST_ANSWER:
        raise RefusedError("text_too_long", field="comment", most=LONGEST_ANSWER, length=len(comment))
    return comment


def _contribution(row: ContributionRow, author: Person, steps: tuple[Step, ...]) -> Contribution:
    return Contribution(
        id=row.id,
        kind=cast("Kind", row.kind),
        state=cast("State", row.state),
        fields=row.fields,
        entry=row.entry,
        entry_id=row.entry_id,
        area=row.area,
        organisation=row.organisation,
        author=author,
        language=row.language,
        revision=row.revision,
        created_at=row.created_at,
        changed_at=row.changed_at,
        steps=steps,
    )


def _person(row: PersonRow) -> Person:
    return Person(row.channel, row.tenant, row.external_id)
