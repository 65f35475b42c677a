"""People and what they may do: roles given for everything, or for one area, organisation or challenge."""

from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.areas import area
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.inserts import insert_new
from knowledge.interest_tables import PersonRow, RoleRow
from knowledge.tables import AuditRow, EntryRow

Role = Literal["staff", "company", "owner", "reviewer", "administrator"]
Scope = Literal["everything", "area", "organisation", "challenge"]

# Whoever runs the program's own commands can write its database anyway, and is how the first administrator is named.
_OPERATOR = "cli"

_LONGEST_ID = 400


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a channel knows them."""

    channel: str
    tenant: str
    external_id: str

    @property
    def name(self) -> str:
        """Return the person's name in the audit trail, where the channel stands beside it."""
        return f"{self.tenant}/{self.external_id}"[:200]

    @property
    def address(self) -> str:
        """Return where a message to the person's own chat goes."""
        return f"{self.channel}:{self.tenant}:{self.external_id}"


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that a person has; `scope_id` is empty when the scope is everything."""

    person: Person
    role: Role
    scope: Scope = "everything"
    scope_id: str = ""


class People:
    """Gives and takes roles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def grant(self, by: Person, granted: Granted) -> bool:
        """Give a role; return whether it is new.

        Raises:
            RefusedError: `by` is no administrator, or the role or the scope is none.
            NotFoundError: the area or the challenge does not exist.
        """
        with self._database.transaction() as session:
            require(session, by, "administrator")
            _check(session, granted)
            row = {"person_id": person_id(session, granted.person), **_columns(granted)}
            if new := insert_new(session, RoleRow, [row]) == 1:
                _audit(session, by, "role.granted", granted)
            return new

    def revoke(self, by: Person, granted: Granted) -> None:
        """Take a role back.

        Raises:
            RefusedError: `by` is no administrator.
            NotFoundError: the person does not have the role in that scope.
        """
        with self._database.transaction() as session:
            require(session, by, "administrator")
            theirs = delete(RoleRow).filter_by(person_id=person_id(session, granted.person), **_columns(granted))
            if not session.execute(theirs.returning(RoleRow.id)).all():
                raise NotFoundError("no_such_role", person=granted.person.name, role=granted.role)
            _audit(session, by, "role.revoked", granted)

    def list(self, role: Role | None = None) -> list[Granted]:
        """Return every role that has been given, in order of person."""
        rows = select(PersonRow, RoleRow).join(RoleRow, RoleRow.person_id == PersonRow.id)
        if role:
            rows = rows.where(RoleRow.role == role)
        in_order = rows.order_by(PersonRow.channel, PersonRow.tenant, PersonRow.external_id, RoleRow.id)
        with self._database.reading() as session:
            return [_granted(person, given) for person, given in session.execute(in_order)]

    def holds(self, person: Person, role: Role, challenge: str | None = None) -> bool:
        """Tell whether a person has a role, for `challenge` when it is named."""
        with self._database.reading() as session:
            return holds(session, person, role, session.get(EntryRow, challenge) if challenge else None)


def person_id(session: Session, person: Person) -> int:
    """Return the number of a person's row, made when there is none."""
    who = {"channel": person.channel, "tenant": person.tenant, "external_id": person.external_id}
    # Held, for a person without records is removed; whoever holds one is about to give it a record.
    known = select(PersonRow.id).filter_by(**who).with_for_update(read=True, key_share=True)
    found = session.scalar(known)
    if found is None:
        insert_new(session, PersonRow, [who])
        found = session.scalars(known).one()
    return found


def holds(session: Session, person: Person, role: Role, entry: EntryRow | None = None) -> bool:
    """Tell whether a person has `role` (an administrator has every one) for `entry`, or for everything."""
    if person.channel == _OPERATOR:
        return True
    roles = select(RoleRow).join(PersonRow).where(RoleRow.role.in_({role, "administrator"}))
    theirs = roles.where(
        PersonRow.channel == person.channel, PersonRow.tenant == person.tenant, PersonRow.external_id == person.external_id
    )
    return any(_covers(given, entry) for given in session.scalars(theirs))


def require(session: Session, person: Person, role: Role, entry: EntryRow | None = None) -> None:
    """Raise RefusedError unless a person has `role` for `entry`, or for everything when none is named."""
    if not holds(session, person, role, entry):
        raise RefusedError("role_missing", role=role)


def _covers(given: RoleRow, entry: EntryRow | None) -> bool:
    if given.scope == "everything":
        return True
    if entry is None:
        return False
    covered = {
        "area": (entry.area, *entry.body.get("areas", ())),
        "organisation": (entry.body.get("organisation"),),
        "challenge": (entry.id,),
    }
    return given.scope_id in covered[given.scope]


def _check(session: Session, granted: Granted) -> None:
    if granted.role not in get_args(Role):
        raise RefusedError("role_unknown", role=granted.role, known=", ".join(get_args(Role)))
    if granted.scope not in get_args(Scope) or (granted.scope == "everything") != (not granted.scope_id):
        raise RefusedError("scope_unknown", scope=granted.scope, known=", ".join(get_args(Scope)))
    if len(granted.scope_id) > _LONGEST_ID:
        raise RefusedError("scope_unknown", scope=granted.scope_id[:_LONGEST_ID], known=", ".join(get_args(Scope)))
    if granted.scope == "area":
        area(granted.scope_id)
    if granted.scope == "challenge" and session.get(EntryRow, granted.scope_id) is None:
        raise NotFoundError("no_such_challenge", id=granted.scope_id)


def _columns(granted: Granted) -> dict[str, str]:
    return {"role": granted.role, "scope": granted.scope, "scope_id": granted.scope_id}


def _granted(person: PersonRow, given: RoleRow) -> Granted:
    who = Person(person.channel, person.tenant, person.external_id)
    return Granted(who, given.role, given.scope, given.scope_id)  # type: ignore[arg-type]  # only checked values are stored


def _audit(session: Session, by: Person, action: str, granted: Granted) -> None:
    session.add(
        AuditRow(
            actor=by.name,
            channel=by.channel,
            action=action,
            subject=granted.person.name,
            details={"channel": granted.person.channel, **_columns(granted)},
        )
    )
