"""Building the index: what is built, what is kept, and what is refused."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from index.builder import Report, fingerprint, lock_holder, reindex
from index.generation import Generation, generations, read_meta
from index.search import Search
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow
from tests.conftest import WriteContent
from tests.fakes import FakeEncoder
from tests.integration.conftest import change, indexed, used


def test_first_build(small_database: Database, index_root: Path) -> None:
    """The first build embeds every passage of every visible entry, and puts the index in use."""
    encoder = FakeEncoder()
    report = reindex(small_database, encoder, index_root)
    meta = read_meta(used(index_root))

    assert Report(True, 3, encoder.embedded, encoder.embedded, used(index_root).name) == report
    assert (["a", "b", "x"], "fake", fingerprint(small_database), 3) == (indexed(index_root), meta.model, meta.fingerprint, meta.entries)


def test_progress(small_database: Database, index_root: Path) -> None:
    """The progress rises to the number of texts that are embedded, which is told from the start."""
    told: list[tuple[int, int]] = []
    report = reindex(small_database, FakeEncoder(), index_root, progress=lambda done, total: told.append((done, total)))

    assert {report.embedded} == {total for _, total in told}
    assert (sorted(told), report.embedded) == (told, told[-1][0])


def test_unchanged(small_database: Database, index_root: Path, built: Report) -> None:
    """Without a change in the catalogue nothing is done, not even with the encoder."""
    encoder = FakeEncoder()
    encoder.available = False

    assert Report(False, 3, built.passages, 0, built.generation) == reindex(small_database, encoder, index_root)
    assert [built.generation] == [folder.name for folder in generations(index_root)]


@pytest.mark.usefixtures("built")
def test_one_changed_entry(small_database: Database, index_root: Path, content_folder: WriteContent) -> None:
    """When one text of one entry has changed, only the passages that hold it are embedded."""
    encoder = FakeEncoder()
    change(small_database, content_folder, goal="Att passen fylls av sig själva.")
    report = reindex(small_database, encoder, index_root)
    search = Search(index_root, encoder)

    assert (True, 1, 1) == (report.changed, report.embedded, encoder.embedded)
    assert "Att passen fylls av sig själva." in [piece.text for piece in search.generation.passages if piece.entry_id == "b"]


@pytest.mark.usefixtures("built")
def test_kept_vectors_stay_with_their_texts(small_database: Database, index_root: Path, content_folder: WriteContent) -> None:
    """An index that reuses vectors holds the same ones as an index that is built from nothing."""
    change(small_database, content_folder, id="aa")
    reindex(small_database, FakeEncoder(), index_root)
    reused = Generation.load(used(index_root))
    reindex(small_database, FakeEncoder(), index_root, full=True)
    anew = Generation.load(used(index_root))

    assert anew.passages == reused.passages
    assert (anew.vectors == reused.vectors).all()


@pytest.mark.usefixtures("built")
def test_archived_entry(small_database: Database, index_root: Path) -> None:
    """An entry that was archived is gone from the index after the next run, which embeds nothing."""
    with small_database.transaction() as session:
        session.get_one(EntryRow, "b").status = "archived"
    report = reindex(small_database, FakeEncoder(), index_root)

    assert (True, 0, ["a", "x"]) == (report.changed, report.embedded, indexed(index_root))


def test_another_model(small_database: Database, index_root: Path, built: Report) -> None:
    """Another model makes every vector anew."""
    report = reindex(small_database, FakeEncoder("another"), index_root)

    assert (True, built.passages, "another") == (report.changed, report.embedded, read_meta(used(index_root)).model)


def test_full(small_database: Database, index_root: Path, built: Report) -> None:
    """A full run embeds everything though nothing has changed."""
    assert built.passages == reindex(small_database, FakeEncoder(), index_root, full=True).embedded


def test_one_older_generation(small_database: Database, index_root: Path, built: Report) -> None:
    """After three builds the current generation and the one before it are kept."""
    names = [built.generation, *(reindex(small_database, FakeEncoder(), index_root, full=True).generation for _ in range(2))]

    assert (names[1:], names[2]) == ([folder.name for folder in generations(index_root)], used(index_root).name)
    assert 2 == len([folder for folder in index_root.iterdir() if folder.is_dir()])


@pytest.mark.usefixtures("built")
def test_running_already(small_database: Database, index_root: Path) -> None:
    """A second run does not start while another holds the lock, and says which process that is."""
    (index_root / "lock-holder").write_text("4711 12:00:00", "utf-8")
    with FileLock(index_root / "lock"), pytest.raises(UnavailableError) as caught:
        reindex(small_database, FakeEncoder(), index_root, wait_seconds=0)

    assert ("reindex_running", "4711 12:00:00") == (caught.value.key, caught.value.details["holder"])


def test_lock_holder(small_database: Database, index_root: Path) -> None:
    """While a run goes on its process and start are told, and afterwards nobody."""
    told: list[str | None] = []
    reindex(small_database, FakeEncoder(), index_root, progress=lambda _done, _total: told.append(lock_holder(index_root)))

    assert ({str(os.getpid())}, None) == ({(holder or "").split(" ")[0] for holder in told}, lock_holder(index_root))
