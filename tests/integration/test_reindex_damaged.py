"""What a reindex mends, and what it refuses."""

import json
import os
import shutil
from pathlib import Path

import pytest

from index import builder
from index.builder import Report, reindex
from index.gate import Gate
from index.generation import generations
from index.search import Search
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow
from tests.conftest import WriteContent
from tests.fakes import FakeEncoder
from tests.integration.conftest import change, indexed, used


def test_damaged_meta(small_database: Database, index_root: Path, built: Report) -> None:
    """An index that cannot tell what it is gets rebuilt."""
    (used(index_root) / "meta.json").write_text("{", "utf-8")
    report = reindex(small_database, FakeEncoder(), index_root)

    assert (True, built.passages, ["a", "b", "x"]) == (report.changed, report.embedded, indexed(index_root))


def test_current_folder_is_gone(small_database: Database, index_root: Path, built: Report) -> None:
    """An index whose folder was deleted is rebuilt."""
    shutil.rmtree(used(index_root))

    assert built.passages == reindex(small_database, FakeEncoder(), index_root).embedded


@pytest.mark.parametrize("part", ["passages.json", "vectors.npy"])
@pytest.mark.parametrize("size", [0, 200])
def test_damaged_vectors(
    small_database: Database, index_root: Path, built: Report, content_folder: WriteContent, part: str, size: int
) -> None:
    """When the kept vectors cannot be read, a changed catalogue is embedded as a whole."""
    os.truncate(used(index_root) / part, size)
    change(small_database, content_folder, goal="Att passen fylls av sig själva.")

    assert built.passages == reindex(small_database, FakeEncoder(), index_root).embedded


@pytest.mark.parametrize(
    "part", ["entries.json", "passages.json", "vectors.npy", "nearest.faiss", "recogniser.npz", "words/vocab.index.json"]
)
@pytest.mark.parametrize("size", [None, 0, 50])
def test_damaged_part(small_database: Database, index_root: Path, built: Report, part: str, size: int | None) -> None:
    """Any part that is missing or cut short makes the search say so, and a full run, as it advises, mends it."""
    file = used(index_root) / part
    file.unlink() if size is None else os.truncate(file, size)
    with pytest.raises(UnavailableError) as caught:
        Search(index_root, FakeEncoder()).refresh()
    reindex(small_database, FakeEncoder(), index_root, full=True)

    assert ("index_broken", True) == (caught.value.key, Search(index_root, FakeEncoder()).refresh())
    assert built.generation != used(index_root).name


@pytest.mark.usefixtures("built")
def test_older_version(small_database: Database, index_root: Path) -> None:
    """An index built by an older version of the program is rebuilt from its kept vectors."""
    file = used(index_root) / "meta.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"version": 1}), "utf-8")
    report = reindex(small_database, FakeEncoder(), index_root)

    assert (True, 0) == (report.changed, report.embedded)


@pytest.mark.usefixtures("built")
def test_unfinished_folder(small_database: Database, index_root: Path) -> None:
    """What an interrupted run left half written is removed by the next one, even when nothing has changed."""
    (index_root / "unfinished-g2026").mkdir()
    (index_root / "unfinished-g2026" / "meta.json").write_text("{}", "utf-8")
    reindex(small_database, FakeEncoder(), index_root)

    assert [] == list(index_root.glob("unfinished-*"))


def test_empty_catalogue(small_database: Database, index_root: Path, built: Report) -> None:
    """A catalogue without a visible entry is refused, and the old index stays in use."""
    with small_database.transaction() as session:
        for entry_id in ("a", "b", "x"):
            session.get_one(EntryRow, entry_id).status = "draft"
    with pytest.raises(UnavailableError) as caught:
        reindex(small_database, FakeEncoder(), index_root)

    assert ("nothing_to_index", built.generation) == (caught.value.key, used(index_root).name)


def test_failed_check(small_database: Database, index_root: Path, built: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new index in which a passage does not find itself is not put in use."""
    wrong = builder.VectorIndex.build
    monkeypatch.setattr(builder.VectorIndex, "build", lambda vectors: wrong(-vectors))
    with pytest.raises(UnavailableError) as caught:
        reindex(small_database, FakeEncoder(), index_root, full=True)

    assert ("index_check_failed", built.generation, [built.generation]) == (
        caught.value.key,
        used(index_root).name,
        [folder.name for folder in generations(index_root)],
    )


def test_encoder_unavailable(small_database: Database, index_root: Path, built: Report, content_folder: WriteContent) -> None:
    """Without the encoder a changed catalogue cannot be indexed, and the old index stays in use."""
    encoder = FakeEncoder()
    encoder.available = False
    change(small_database, content_folder, goal="Att passen fylls av sig själva.")
    with pytest.raises(UnavailableError):
        reindex(small_database, encoder, index_root)

    assert built.generation == used(index_root).name


@pytest.mark.usefixtures("built")
def test_gate_is_learned_with_the_index(small_database: Database, index_root: Path) -> None:
    """A gate that is missing is learned by the next run though the catalogue is unchanged, and a damaged one by a full run."""
    encoder = FakeEncoder()
    (file,) = index_root.glob("gate-*.npz")
    file.unlink()
    unchanged = reindex(small_database, encoder, index_root)
    file.write_bytes(b"")
    reindex(small_database, encoder, index_root, full=True)

    assert (False, True) == (unchanged.changed, Gate.is_learned(encoder, index_root))
    assert Gate.open(encoder, index_root).kinds(encoder.queries(["nycklar"])[0])


def test_file_in_place_of_the_folder(small_database: Database, index_root: Path) -> None:
    """A file where the index should be is told as a place that cannot be written to."""
    index_root.parent.mkdir(parents=True, exist_ok=True)
    index_root.touch()
    with pytest.raises(UnavailableError) as caught:
        reindex(small_database, FakeEncoder(), index_root)

    assert ("home_not_writable", index_root) == (caught.value.key, caught.value.details["path"])
