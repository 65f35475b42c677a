"""Where people can be written to is remembered, belongs to them, and goes when it is not needed."""

import pytest

from knowledge.database import Database
from knowledge.expiry import remove_expired
from knowledge.installation_tables import ReachableRow
from knowledge.interest_tables import PersonRow
from knowledge.people import Granted, People, Person
from knowledge.privacy import Privacy
from knowledge.reachable import Address, Reachable
from knowledge.retention import kept
from tests.interest_world import OPERATOR, Clock, count

EVA, ULF = Person("teams", "katalog-1", "eva-id"), Person("teams", "katalog-1", "ulf-id")
CHAT = Address("a:chat", "https://service.example/emea/", "29:eva")


@pytest.fixture
def reachable(database: Database, clock: Clock) -> Reachable:
    """What is remembered, by a clock that stands still."""
    return Reachable(database, clock)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def test_remember(reachable: Reachable) -> None:
    """A person is reached where they were last heard from, and nobody else is."""
    moved = Address("a:new", CHAT.service_url, CHAT.account)
    found = []
    for address in (CHAT, moved):
        reachable.remember(EVA, address)
        found.append(reachable.find(EVA))

    assert [CHAT, moved, None] == [*found, reachable.find(ULF)]


def test_nothing_is_written_twice_a_day(reachable: Reachable, database: Database, clock: Clock) -> None:
    """What is known is noted once a day, and not with every message."""
    reachable.remember(EVA, CHAT)
    begun = clock()
    clock.move(hours=23)
    reachable.remember(EVA, CHAT)
    assert 1 == count(database, ReachableRow, heard_at=begun)

    clock.move(hours=1)
    reachable.remember(EVA, CHAT)
    assert 1 == count(database, ReachableRow, heard_at=clock())


def test_forget(reachable: Reachable, database: Database, clock: Clock) -> None:
    """Who removes the guide is forgotten, and so is who they are when nothing else is kept of them."""
    for person in (EVA, ULF):
        reachable.remember(person, CHAT)
    reachable.forget(EVA)
    remove_expired(database, clock)

    assert (None, CHAT, 1) == (reachable.find(EVA), reachable.find(ULF), count(database, PersonRow))


def test_service_of_a_tenant(reachable: Reachable, clock: Clock) -> None:
    """A channel is reached by the service that somebody in the same tenant was last reached by."""
    reachable.remember(EVA, CHAT)
    clock.move(seconds=1)
    reachable.remember(ULF, Address("a:ulf", "https://service.example/amer/", "29:ulf"))

    assert ("https://service.example/amer/", "") == (
        reachable.service_url("teams", "katalog-1"),
        reachable.service_url("teams", "katalog-2"),
    )


def test_silence(reachable: Reachable, database: Database, clock: Clock) -> None:
    """Who has long been silent is forgotten, but not while something is kept of them that they are to hear of."""
    for person in (EVA, ULF):
        reachable.remember(person, CHAT)
    role = Granted(ULF, "reviewer")
    People(database).grant(OPERATOR, role)
    clock.move(days=kept("reachable").days, seconds=-1)
    assert {} == remove_expired(database, clock)
    clock.move(seconds=1)
    assert {"reachable": 1, "people": 1} == remove_expired(database, clock)
    assert (None, CHAT) == (reachable.find(EVA), reachable.find(ULF))

    People(database).revoke(OPERATOR, role)
    assert {"reachable": 1, "people": 1} == remove_expired(database, clock)


def test_right_of_access(reachable: Reachable, database: Database) -> None:
    """A person's extract holds where they are reached, and nobody else's."""
    for person in (EVA, ULF):
        reachable.remember(person, Address(f"a:{person.external_id}", CHAT.service_url, CHAT.account))

    records = Privacy(database).export(OPERATOR, EVA.address).records
    assert ["a:eva-id"] == [record.fields["conversation"] for record in records if record.record_class == "reachable"]


def test_hidden(reachable: Reachable, database: Database) -> None:
    """Who is hidden cannot be written to."""
    reachable.remember(EVA, CHAT)
    Privacy(database).hide(OPERATOR, EVA.address, "KS 2027-01-12 § 9")

    assert None is reachable.find(EVA)
