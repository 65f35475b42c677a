"""What somebody contributes, for tests of contributions and of their review."""

from typing import Any

from sqlalchemy import select

from knowledge.contributions import Contribution, Contributions
from knowledge.database import Database
from knowledge.interest_tables import DigestItemRow, OutboxRow
from knowledge.people import Person
from knowledge.swedish_time import Clock
from knowledge.tables import now

AUTHOR = Person("slack", "T1", "UAUTHOR")
TODAY = (
    "Vaktmästaren läser av 140 termometrar för hand varje måndag. Ingen ser att det är för kallt förrän veckan efter. "
    "Hyresgästerna ringer och klagar på kalla lägenheter."
)
CHALLENGE = {
    "today": TODAY,
    "often": "Varje vecka, och oftare när det är kallt.",
    "who": "Vaktmästarna och de som bor i husen.",
    "tried": "Vi har provat att låta hyresgästerna läsa av själva.",
    "better": "Att någon får veta samma dag att det är för kallt.",
    "source": "",
    "title": "Ingen ser att huset är kallt förrän någon ringer",
}
SOLUTION = {
    "what": "Vi satte givare i trapphusen som larmar när temperaturen sjunker under nitton grader.",
    "challenge": "",
    "stage": "in_use",
    "result": "Klagomålen på kalla lägenheter halverades första vintern.",
    "cost": "Omkring tusen kronor för varje trapphus.",
    "lessons": "Fråga vaktmästarna först var givarna ska sitta.",
    "source": "",
    "title": "Givare i trapphusen larmar om kyla",
}


def draft(database: Database, fields: dict[str, str] = CHALLENGE, clock: Clock = now, **about: Any) -> Contribution:
    """Write a draft: a solution when it says what was done, else a challenge."""
    kind = "solution" if "what" in fields else "challenge"
    given = {"kind": kind, "language": "sv", "channel": "slack", "area": "fastighet-lokaler", "organisation": "Timrå kommun"} | about
    return Contributions(database, clock).begin(given.pop("person", AUTHOR), given.pop("kind"), fields=fields, **given)


def sent(database: Database, fields: dict[str, str] = CHALLENGE, clock: Clock = now, **about: Any) -> Contribution:
    """Send a contribution for review."""
    written = draft(database, fields, clock, **about)
    return Contributions(database, clock).send(written.author, written.id)


def told(database: Database, person: Person) -> list[tuple[str, dict[str, Any]]]:
    """Return every message to a person, at once or for the day's digest, the oldest first."""
    with database.reading() as session:
        found = []
        for table in (OutboxRow, DigestItemRow):
            rows = session.scalars(select(table).where(table.recipient == person.address).order_by(table.id))
            found += [(row.kind, row.data) for row in rows]
        return found
