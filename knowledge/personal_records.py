"""Everything that is kept of a person, found by who they are in a channel or by an e-mail address."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select
from sqlalchemy.orm import Session

from knowledge import tables as all_tables
from knowledge.contribution_tables import OfferRow
from knowledge.due_records import table
from knowledge.errors import NotFoundError
from knowledge.interest_tables import FollowRow, InterestFormRow, PersonRow
from knowledge.people import Person
from knowledge.retention import plan
from knowledge.tables import AuditRow

# What would confirm or end something in the hands of whoever reads the export.
_LEFT_OUT = frozenset({"code_hash", "code_until", "code_attempts", "codes_sent", "token"})
_SECRETS = frozenset({"code", "unfollow"})
# Columns that hold where a message goes.
_ADDRESSES = ("address", "recipient", "owner_address")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose records are meant: people as channels know them, and e-mail addresses that are theirs (case-folded)."""

    people: tuple[PersonRow, ...]
    emails: frozenset[str]

    @property
    def ids(self) -> list[int]:
        """Return the numbers of the people."""
        return [row.id for row in self.people]

    @property
    def addresses(self) -> frozenset[str]:
        """Return where messages to them go, case-folded."""
        chats = (Person(row.channel, row.tenant, row.external_id).address for row in self.people)
        return frozenset(address.casefold() for address in (*chats, *(f"mailto:{email}" for email in self.emails)))


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that is kept of somebody: of which kind in the retention plan, and what it holds."""

    record_class: str
    fields: dict[str, Any]


def subject(session: Session, given: str) -> Subject:
    """Return who is meant by channel:tenant:id or by an e-mail address.

    An address leads to the people who have confirmed it, and to nobody who only wrote it: it may be somebody else's.

    Raises:
        NotFoundError: nothing is kept of such a person.
    """
    is_email = "@" in given and given.count(":") < 2  # noqa: PLR2004 - channel:tenant:id has two
    people = _by_email(session, given) if is_email else _by_channel(session, given)
    ids = [row.id for row in people]
    theirs = _confirmed_emails(session, ids) | ({given.strip().casefold()} if is_email else set())
    found = Subject(tuple(people), frozenset(theirs))
    if not people and not (is_email and any(True for _ in records(session, found))):
        raise NotFoundError("no_such_person", person=given)
    return found


def records(session: Session, who: Subject) -> Iterator[Kept]:
    """Yield every record that is kept of somebody, in the order of the plan."""
    seen: set[str] = set()
    for record in plan():
        for name in record.tables:
            if name not in seen:
                seen.add(name)
                yield from _of_table(session, table(name), who)


def conversations(session: Session, who: Subject) -> list[str]:
    """Return the conversations that somebody alone had; in a channel that many read, a place is no person."""
    return [row.id for row in session.execute(select(table("conversations")).where(_in_conversations(who)))]


def _of_table(session: Session, rows: Table, who: Subject) -> Iterator[Kept]:
    for row in session.execute(select(rows).where(_concerns(session, rows, who)).order_by(*rows.primary_key)):
        fields = {name: value for name, value in row._mapping.items() if name not in _LEFT_OUT}  # noqa: SLF001 - SQLAlchemy's own name
        if isinstance(data := fields.get("data"), dict):
            fields["data"] = {name: value for name, value in data.items() if name not in _SECRETS}
        yield Kept(_class_of(rows.name, fields), fields)


def _concerns(session: Session, rows: Table, who: Subject) -> ColumnElement[bool]:
    """Return the condition for rows of a table that are about somebody."""
    ways: list[ColumnElement[bool]] = [rows.c[column].in_(who.ids) for column in _references_to_people(rows)]
    ways += [func.lower(rows.c[column]).in_(who.addresses) for column in _ADDRESSES if column in rows.c]
    if "conversation_id" in rows.c:
        ways.append(rows.c.conversation_id.in_(select(table("conversations").c.id).where(_in_conversations(who))))
    if rows.name in _OTHER_WAYS:
        ways.append(_OTHER_WAYS[rows.name](session, rows, who))
    return or_(false(), *ways)


def _references_to_people(rows: Table) -> list[str]:
    people = all_tables.Table.metadata.tables["people"]
    return [key.parent.name for key in rows.foreign_keys if key.references(people)]


def _own_form(who: Subject) -> ColumnElement[bool]:
    return or_(InterestFormRow.person_id.in_(who.ids), func.lower(InterestFormRow.email).in_(who.emails))


def _in_conversations(who: Subject) -> ColumnElement[bool]:
    """Return the condition for conversations whose place is the person, or in which only they were offered choices, as in Slack.

    A person may also be known by the conversation only.
    """
    rows = table("conversations")
    places = [
        (rows.c.channel == row.channel)
        & (rows.c.tenant == row.tenant)
        & ((rows.c.external_id == row.external_id) | (rows.c.id == row.external_id))
        for row in who.people
    ]
    offered = select(OfferRow.conversation_id).where(OfferRow.person_id.in_(who.ids))
    others = select(OfferRow.conversation_id).where(OfferRow.person_id.not_in(who.ids))
    return or_(rows.c.id.in_(offered) & rows.c.id.not_in(others), *places)


def _asked_by(session: Session, who: Subject) -> list[int]:
    """Return the questions that they asked; a question itself tells only from which company it comes."""
    asked = select(AuditRow.subject).where(AuditRow.action == "question.asked", or_(false(), *(_acted(row) for row in who.people)))
    return [int(number) for number in session.scalars(asked)]


def _acted(row: PersonRow) -> ColumnElement[bool]:
    name = Person(row.channel, row.tenant, row.external_id).name
    return or_(
        and_(AuditRow.actor == name, AuditRow.channel == row.channel),
        and_(AuditRow.subject == name, AuditRow.details["channel"].as_string() == row.channel),
    )


def _class_of(name: str, fields: dict[str, Any]) -> str:
    for record in plan():
        if name in record.tables and (name != record.tables[0] or record.holds(fields)):
            return record.name
    return name


def _by_channel(session: Session, given: str) -> Collection[PersonRow]:
    channel, _, rest = given.partition(":")
    tenant, _, external_id = rest.partition(":")
    return session.scalars(select(PersonRow).filter_by(channel=channel, tenant=tenant, external_id=external_id)).all()


def _by_email(session: Session, given: str) -> Collection[PersonRow]:
    email = given.strip().casefold()
    forms = select(InterestFormRow.person_id).where(func.lower(InterestFormRow.email) == email, InterestFormRow.confirmed_at.is_not(None))
    follows = select(FollowRow.person_id).where(func.lower(FollowRow.address) == f"mailto:{email}", FollowRow.confirmed_at.is_not(None))
    theirs = select(PersonRow).where(or_(PersonRow.id.in_(forms), PersonRow.id.in_(follows)))
    return session.scalars(theirs.order_by(PersonRow.id)).all()


def _confirmed_emails(session: Session, ids: list[int]) -> set[str]:
    forms = select(InterestFormRow.email).where(InterestFormRow.person_id.in_(ids), InterestFormRow.confirmed_at.is_not(None))
    follows = select(FollowRow.address).where(FollowRow.person_id.in_(ids), FollowRow.confirmed_at.is_not(None))
    found = (*session.scalars(forms), *session.scalars(follows))
    return {address.removeprefix("mailto:").casefold() for address in found if "@" in address}


def _their_interests(_session: Session, rows: Table, who: Subject) -> ColumnElement[bool]:
    return rows.c.id.in_(select(InterestFormRow.interest_id).where(_own_form(who)))


def _steps_of_theirs(_session: Session, rows: Table, who: Subject) -> ColumnElement[bool]:
    theirs = table("contributions").c
    return rows.c.contribution_id.in_(select(theirs.id).where(theirs.person_id.in_(who.ids)))


# The tables whose rows are about somebody in another way than by naming the person or an address.
_OTHER_WAYS: Mapping[str, Callable[[Session, Table, Subject], ColumnElement[bool]]] = {
    "people": lambda _session, rows, who: rows.c.id.in_(who.ids),
    "conversations": lambda _session, _rows, who: _in_conversations(who),
    "interest_forms": lambda _session, _rows, who: _own_form(who),
    "interests": _their_interests,
    "questions": lambda session, rows, who: rows.c.id.in_(_asked_by(session, who)),
    "contribution_steps": _steps_of_theirs,
    "audit": lambda _session, _rows, who: or_(false(), *(_acted(row) for row in who.people)),
}
