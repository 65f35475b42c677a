"""The index keeps itself in step with what is published: once for each change, by one at a time, and without a storm of failures."""

from pathlib import Path

import pytest
from filelock import FileLock

from index.builder import reindex
from index.generation import current_folder
from index.keeping_up import FIRST_PAUSE, KeepingUp
from index.search import Search
from knowledge.catalogue import body_hash
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow
from tests.fakes import FakeEncoder
from tests.interest_world import add_challenge

NEW = "vaxeln-tyst"
WORDS = "telefonkön aldrig kortare"


class Seconds:
    """A clock of seconds that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.time


@pytest.fixture
def indexed(database: Database, tmp_path: Path) -> Path:
    """The folder of an index of 30 challenges."""
    for number in range(30):
        add_challenge(database, f"utmaning-{number}")
    reindex(database, FakeEncoder(), tmp_path / "index")
    return tmp_path / "index"


def said_by(search: Search) -> set[str]:
    """Return which entries can be found by the words of the change."""
    return {passage.entry_id for passage in search.generation.passages if WORDS in passage.text}


def test_nothing_changed(database: Database, indexed: Path) -> None:
    """Where nothing has changed nothing is built."""
    before = current_folder(indexed)

    assert (False, before) == (KeepingUp(database, FakeEncoder(), indexed).look(), current_folder(indexed))


def test_published_is_found(database: Database, indexed: Path) -> None:
    """What is published is found after one look, without any other entry being embedded anew; the next look does nothing."""
    encoder = FakeEncoder()
    search = Search(indexed, encoder)
    search.refresh()
    add_challenge(database, NEW, problem=f"Det är så här: {WORDS}.")
    keeping_up = KeepingUp(database, encoder, indexed)

    assert (True, False) == (keeping_up.look(), keeping_up.look())
    search.refresh()
    assert {NEW} == said_by(search)
    assert encoder.embedded < 60


def test_archived_is_not_found(database: Database, indexed: Path) -> None:
    """What is archived is not found any more."""
    with database.transaction() as session:
        session.get_one(EntryRow, "utmaning-7").status = "archived"
    KeepingUp(database, FakeEncoder(), indexed).look()

    assert "utmaning-7" not in Search(indexed, FakeEncoder()).generation.number_of


def test_changed_text_is_found(database: Database, indexed: Path) -> None:
    """A change of a text is found by its new words."""
    with database.transaction() as session:
        row = session.get_one(EntryRow, "utmaning-7")
        row.body = {**row.body, "problem": f"Nu: {WORDS}."}
        row.hash = body_hash(row.body)
    KeepingUp(database, FakeEncoder(), indexed).look()

    assert {"utmaning-7"} == said_by(Search(indexed, FakeEncoder()))


def test_somebody_else_is_at_it(database: Database, indexed: Path) -> None:
    """While another process reindexes nothing is done and nothing fails; afterwards the next look does what is left."""
    add_challenge(database, NEW)
    keeping_up = KeepingUp(database, FakeEncoder(), indexed)
    with FileLock(indexed / "lock"):
        meanwhile = keeping_up.look()

    assert (False, True) == (meanwhile, keeping_up.look())


def test_failure_is_not_repeated_at_once(database: Database, indexed: Path) -> None:
    """After a failure it is tried again first after a pause, which doubles; until then the same failure is told."""
    add_challenge(database, NEW)
    clock, encoder = Seconds(), FakeEncoder()
    encoder.available = False
    keeping_up = KeepingUp(database, encoder, indexed, clock)
    with pytest.raises(UnavailableError) as first:
        keeping_up.look()
    encoder.available = True
    with pytest.raises(UnavailableError) as second:
        keeping_up.look()
    encoder.available, clock.time = False, FIRST_PAUSE
    with pytest.raises(UnavailableError):
        keeping_up.look()
    encoder.available, clock.time = True, 2 * FIRST_PAUSE
    with pytest.raises(UnavailableError):
        keeping_up.look()
    clock.time = 3 * FIRST_PAUSE

    assert str(first.value) == str(second.value)
    assert keeping_up.look()


def test_no_index_yet(database: Database, tmp_path: Path) -> None:
    """A first index, and one of another model, is left to whoever runs the command."""
    add_challenge(database)
    missing = KeepingUp(database, FakeEncoder(), tmp_path / "index").look()
    reindex(database, FakeEncoder(), tmp_path / "index")
    add_challenge(database, NEW)

    assert (False, False) == (missing, KeepingUp(database, FakeEncoder("another"), tmp_path / "index").look())


def test_many_changes_teach_all_anew(database: Database, indexed: Path) -> None:
    """A few entries are learned beside the others as these are; of more, all learn together again."""
    before = Search(indexed, FakeEncoder()).generation.recogniser.weights
    add_challenge(database, NEW)
    KeepingUp(database, FakeEncoder(), indexed).look()
    one = Search(indexed, FakeEncoder()).generation
    for number in range(5):
        add_challenge(database, f"till-{number}")
    KeepingUp(database, FakeEncoder(), indexed).look()
    five = Search(indexed, FakeEncoder()).generation

    kept = [number for number, entry in enumerate(one.entries) if entry.id != NEW]
    assert (one.recogniser.weights[:, kept] == before).all()
    assert (1, 0) == (one.recogniser.added, five.recogniser.added)
