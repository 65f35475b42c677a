"""A challenge, companies and an owner, for tests of interest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from knowledge.catalogue import body_hash
from knowledge.database import Database
from knowledge.interest_form import InterestForm, clean_form
from knowledge.interest_tables import DigestItemRow, OutboxRow
from knowledge.interests import Interests, Registration
from knowledge.notices import ShownNotice, shown_now
from knowledge.people import Granted, People, Person
from knowledge.stages import Facts
from knowledge.tables import EntryRow, Table
from tests.builders import challenge_fields

CHALLENGE = "vikarier-kort-varsel"
OPERATOR = Person("cli", "-", "drift")
OWNER = Person("slack", "T1", "UOWNER")
ADMINISTRATOR = Person("slack", "T1", "UADMIN")
REVIEWER = Person("slack", "T1", "UREVIEW")
ANNA = Person("web", "-", "anna")
BO = Person("web", "-", "bo")
OWNER_ADDRESS = "digitalisering@kommunen.se"
PROMISED = Facts(next_update_by=date(2027, 1, 31))
ANNOUNCED = Facts(announcement_url="https://example.org/annons/1")
CONCLUDED = Facts(outcome="Ett avtal är slutet.", lessons="Fråga användarna först.")

VALUES: dict[str, Any] = {
    "company": "Bolaget AB",
    "organisation_number": "556036-0793",
    "contact": "Anna Andersson",
    "email": "anna@bolaget.se",
    "phone": "070-123 45 67",
    "kind": "existing",
    "message": "Vi har ett system som gör detta.",
    "reference": "Höörs kommun",
    "notify": True,
    "secrecy": {},
}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.time

    def move(self, **how_long: float) -> None:
        """Let time pass."""
        self.time += timedelta(**how_long)


def add_challenge(database: Database, name: str = CHALLENGE, stage: str = "published", **overrides: Any) -> str:
    """Store a challenge at a stage, as an import would have."""
    body = challenge_fields(id=name, **overrides)
    day = date(2026, 11, 24)
    with database.transaction() as session:
        row = EntryRow(id=name, kind="challenge", area=body["area"], status=stage, body=body, hash=body_hash(body))
        row.published = row.checked = row.next_check = day
        session.add(row)
    return name


def grant_roles(database: Database) -> None:
    """Make one person owner, one reviewer and one administrator of everything."""
    people = People(database)
    people.grant(OPERATOR, Granted(OWNER, "owner"))
    people.grant(OPERATOR, Granted(REVIEWER, "reviewer"))
    people.grant(OPERATOR, Granted(ADMINISTRATOR, "administrator"))


def form(**overrides: Any) -> InterestForm:
    """Return a form that breaks no rule, with `overrides`."""
    return clean_form(VALUES | overrides)


def company(number: int) -> tuple[Person, InterestForm]:
    """Return a person and the form of its company, which no other number has."""
    return Person("web", "-", f"p{number}"), form(company=f"Bolag {number}", organisation_number="", email=f"info@bolag{number}.se")


def notices() -> list[ShownNotice]:
    """Return the proof that every notice was shown."""
    return shown_now("sv", datetime(2026, 12, 1, 8, 59, tzinfo=UTC))


def last_code(database: Database, address: str) -> str:
    """Return the code in the newest message to an address, as its reader would."""
    newest = select(OutboxRow).where(OutboxRow.recipient == f"mailto:{address}", OutboxRow.kind.like("%.code"))
    with database.reading() as session:
        row = session.scalars(newest.order_by(OutboxRow.id.desc()).limit(1)).one()
        return str(row.data["code"])


def register(interests: Interests, database: Database, person: Person, sent: InterestForm, challenge: str = CHALLENGE) -> Registration:
    """Register interest and confirm it, as a company does."""
    registration = interests.register(person, challenge, sent, notices())
    if registration.confirmed:
        return registration
    return interests.confirm(person, registration.number, last_code(database, sent.email))


def sent(database: Database, kind: str, table: type[OutboxRow | DigestItemRow] = OutboxRow) -> list[str]:
    """Return to whom messages of a kind go, in the order they were written."""
    with database.reading() as session:
        recipients = select(table.recipient).where(table.kind == kind).order_by(table.id)
        return [recipient.removeprefix("mailto:") for recipient in session.scalars(recipients)]


def count(database: Database, table: type[Table], **values: object) -> int:
    """Return how many rows of a table have these values."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).filter_by(**values)) or 0


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database of one's own, as another process would."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
