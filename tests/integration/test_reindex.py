"""Building the index: what is built, what is kept, and what is refused."""

import json
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from index import builder
from index.builder import Report, fingerprint, lock_holder, reindex
from index.gate import Gate
from index.generation import Generation, current_folder, generations, read_meta
from index.search import Search
from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent
from tests.fakes import FakeEncoder


@pytest.fixture
def database(sqlite_url: str, content_folder: WriteContent) -> Database:
    """A database with two challenges and a solution to the first."""
    filled = Database(sqlite_url)
    filled.upgrade()
    folder = content_folder(challenge_fields(id="a"), challenge_fields(id="b"), solution_fields(id="x", challenges=["a"]))
    import_content(filled, folder, "anna")
    return filled


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A place for the index in a folder that is not there yet."""
    return tmp_path / "home" / "index"


@pytest.fixture
def built(database: Database, root: Path) -> Report:
    """What the first build reported."""
    return reindex(database, FakeEncoder(), root)


def _change(database: Database, content_folder: WriteContent, **overrides: object) -> None:
    import_content(database, content_folder(challenge_fields(**({"id": "b"} | overrides))), "anna")


def _ids(root: Path) -> list[str]:
    folder = current_folder(root)
    assert folder is not None
    return [entry.id for entry in Generation.load(folder).entries]


def _current(root: Path) -> Path:
    folder = current_folder(root)
    assert folder is not None
    return folder


def test_first_build(database: Database, root: Path) -> None:
    """The first build embeds every passage of every visible entry, and puts the index in use."""
    encoder = FakeEncoder()
    report = reindex(database, encoder, root)
    meta = read_meta(_current(root))

    assert Report(True, 3, encoder.embedded, encoder.embedded, _current(root).name) == report
    assert (["a", "b", "x"], "fake", fingerprint(database), 3) == (_ids(root), meta.model, meta.fingerprint, meta.entries)


def test_progress(database: Database, root: Path) -> None:
    """The progress rises to the number of texts that are embedded, which is told from the start."""
    told: list[tuple[int, int]] = []
    report = reindex(database, FakeEncoder(), root, progress=lambda done, total: told.append((done, total)))

    assert {report.embedded} == {total for _, total in told}
    assert (sorted(told), report.embedded) == (told, told[-1][0])


def test_unchanged(database: Database, root: Path, built: Report) -> None:
    """Without a change in the catalogue nothing is done, not even with the encoder."""
    encoder = FakeEncoder()
    encoder.available = False

    assert Report(False, 3, built.passages, 0, built.generation) == reindex(database, encoder, root)
    assert [built.generation] == [folder.name for folder in generations(root)]


@pytest.mark.usefixtures("built")
def test_one_changed_entry(database: Database, root: Path, content_folder: WriteContent) -> None:
    """When one text of one entry has changed, only the passages that hold it are embedded."""
    encoder = FakeEncoder()
    _change(database, content_folder, goal="Att passen fylls av sig själva.")
    report = reindex(database, encoder, root)
    search = Search(root, encoder)

    assert (True, 1, 1) == (report.changed, report.embedded, encoder.embedded)
    assert "Att passen fylls av sig själva." in [piece.text for piece in search.generation.passages if piece.entry_id == "b"]


@pytest.mark.usefixtures("built")
def test_kept_vectors_stay_with_their_texts(database: Database, root: Path, content_folder: WriteContent) -> None:
    """An index that reuses vectors holds the same ones as an index that is built from nothing."""
    _change(database, content_folder, id="aa")
    reindex(database, FakeEncoder(), root)
    reused = Generation.load(_current(root))
    reindex(database, FakeEncoder(), root, full=True)
    anew = Generation.load(_current(root))

    assert anew.passages == reused.passages
    assert (anew.vectors == reused.vectors).all()


@pytest.mark.usefixtures("built")
def test_archived_entry(database: Database, root: Path) -> None:
    """An entry that was archived is gone from the index after the next run, which embeds nothing."""
    with database.transaction() as session:
        session.get_one(EntryRow, "b").status = "archived"
    report = reindex(database, FakeEncoder(), root)

    assert (True, 0, ["a", "x"]) == (report.changed, report.embedded, _ids(root))


def test_another_model(database: Database, root: Path, built: Report) -> None:
    """Another model makes every vector anew."""
    report = reindex(database, FakeEncoder("another"), root)

    assert (True, built.passages, "another") == (report.changed, report.embedded, read_meta(_current(root)).model)


def test_full(database: Database, root: Path, built: Report) -> None:
    """A full run embeds everything though nothing has changed."""
    assert built.passages == reindex(database, FakeEncoder(), root, full=True).embedded


def test_one_older_generation(database: Database, root: Path, built: Report) -> None:
    """After three builds the current generation and the one before it are kept."""
    names = [built.generation, *(reindex(database, FakeEncoder(), root, full=True).generation for _ in range(2))]

    assert (names[1:], names[2]) == ([folder.name for folder in generations(root)], _current(root).name)
    assert 2 == len([folder for folder in root.iterdir() if folder.is_dir()])


def test_damaged_meta(database: Database, root: Path, built: Report) -> None:
    """An index that cannot tell what it is gets rebuilt."""
    (_current(root) / "meta.json").write_text("{", "utf-8")
    report = reindex(database, FakeEncoder(), root)

    assert (True, built.passages, ["a", "b", "x"]) == (report.changed, report.embedded, _ids(root))


def test_current_folder_is_gone(database: Database, root: Path, built: Report) -> None:
    """An index whose folder was deleted is rebuilt."""
    shutil.rmtree(_current(root))

    assert built.passages == reindex(database, FakeEncoder(), root).embedded


@pytest.mark.parametrize("part", ["passages.json", "vectors.npy"])
@pytest.mark.parametrize("size", [0, 200])
def test_damaged_vectors(database: Database, root: Path, built: Report, content_folder: WriteContent, part: str, size: int) -> None:
    """When the kept vectors cannot be read, a changed catalogue is embedded as a whole."""
    os.truncate(_current(root) / part, size)
    _change(database, content_folder, goal="Att passen fylls av sig själva.")

    assert built.passages == reindex(database, FakeEncoder(), root).embedded


@pytest.mark.parametrize(
    "part", ["entries.json", "passages.json", "vectors.npy", "nearest.faiss", "recogniser.npz", "words/vocab.index.json"]
)
@pytest.mark.parametrize("size", [None, 0, 50])
def test_damaged_part(database: Database, root: Path, built: Report, part: str, size: int | None) -> None:
    """Any part that is missing or cut short makes the search say so, and a full run, as it advises, mends it."""
    file = _current(root) / part
    file.unlink() if size is None else os.truncate(file, size)
    with pytest.raises(UnavailableError) as caught:
        Search(root, FakeEncoder()).refresh()
    reindex(database, FakeEncoder(), root, full=True)

    assert ("index_broken", True) == (caught.value.key, Search(root, FakeEncoder()).refresh())
    assert built.generation != _current(root).name


@pytest.mark.usefixtures("built")
def test_older_version(database: Database, root: Path) -> None:
    """An index built by an older version of the program is rebuilt from its kept vectors."""
    file = _current(root) / "meta.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"version": 1}), "utf-8")
    report = reindex(database, FakeEncoder(), root)

    assert (True, 0) == (report.changed, report.embedded)


@pytest.mark.usefixtures("built")
def test_unfinished_folder(database: Database, root: Path) -> None:
    """What an interrupted run left half written is removed by the next one, even when nothing has changed."""
    (root / "unfinished-g2026").mkdir()
    (root / "unfinished-g2026" / "meta.json").write_text("{}", "utf-8")
    reindex(database, FakeEncoder(), root)

    assert [] == list(root.glob("unfinished-*"))


@pytest.mark.usefixtures("built")
def test_running_already(database: Database, root: Path) -> None:
    """A second run does not start while another holds the lock, and says which process that is."""
    (root / "lock-holder").write_text("4711 12:00:00", "utf-8")
    with FileLock(root / "lock"), pytest.raises(UnavailableError) as caught:
        reindex(database, FakeEncoder(), root, wait_seconds=0)

    assert ("reindex_running", "4711 12:00:00") == (caught.value.key, caught.value.details["holder"])


def test_lock_holder(database: Database, root: Path) -> None:
    """While a run goes on its process and start are told, and afterwards nobody."""
    told: list[str | None] = []
    reindex(database, FakeEncoder(), root, progress=lambda _done, _total: told.append(lock_holder(root)))

    assert ({str(os.getpid())}, None) == ({(holder or "").split(" ")[0] for holder in told}, lock_holder(root))


def test_empty_catalogue(database: Database, root: Path, built: Report) -> None:
    """A catalogue without a visible entry is refused, and the old index stays in use."""
    with database.transaction() as session:
        for entry_id in ("a", "b", "x"):
            session.get_one(EntryRow, entry_id).status = "draft"
    with pytest.raises(UnavailableError) as caught:
        reindex(database, FakeEncoder(), root)

    assert ("nothing_to_index", built.generation) == (caught.value.key, _current(root).name)


def test_failed_check(database: Database, root: Path, built: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new index in which a passage does not find itself is not put in use."""
    wrong = builder.VectorIndex.build
    monkeypatch.setattr(builder.VectorIndex, "build", lambda vectors: wrong(-vectors))
    with pytest.raises(UnavailableError) as caught:
        reindex(database, FakeEncoder(), root, full=True)

    assert ("index_check_failed", built.generation, [built.generation]) == (
        caught.value.key,
        _current(root).name,
        [folder.name for folder in generations(root)],
    )


def test_encoder_unavailable(database: Database, root: Path, built: Report, content_folder: WriteContent) -> None:
    """Without the encoder a changed catalogue cannot be indexed, and the old index stays in use."""
    encoder = FakeEncoder()
    encoder.available = False
    _change(database, content_folder, goal="Att passen fylls av sig själva.")
    with pytest.raises(UnavailableError):
        reindex(database, encoder, root)

    assert built.generation == _current(root).name


@pytest.mark.usefixtures("built")
def test_gate_is_learned_with_the_index(database: Database, root: Path) -> None:
    """A gate that is missing is learned by the next run though the catalogue is unchanged, and a damaged one by a full run."""
    encoder = FakeEncoder()
    (file,) = root.glob("gate-*.npz")
    file.unlink()
    unchanged = reindex(database, encoder, root)
    file.write_bytes(b"")
    reindex(database, encoder, root, full=True)

    assert (False, True) == (unchanged.changed, Gate.is_learned(encoder, root))
    assert Gate.open(encoder, root).kinds(encoder.queries(["nycklar"])[0])


def test_file_in_place_of_the_folder(database: Database, root: Path) -> None:
    """A file where the index should be is told as a place that cannot be written to."""
    root.parent.mkdir(parents=True, exist_ok=True)
    root.touch()
    with pytest.raises(UnavailableError) as caught:
        reindex(database, FakeEncoder(), root)

    assert ("home_not_writable", root) == (caught.value.key, caught.value.details["path"])
