"""What the tests stand on: a clock, a challenge with its people, and a catalogue that does not change, indexed by the real encoder."""

import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from index.builder import Report, reindex
from index.encoder import E5Encoder
from index.generation import Generation, current_folder, make_current
from index.search import Found
from knowledge.content_import import import_content
from knowledge.database import Database
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent
from tests.fakes import FakeEncoder
from tests.interest_world import Clock, add_challenge, grant_roles

# A small catalogue that does not change when the shipped one does.
CATALOGUE = Path(__file__).parent.parent / "fixtures" / "catalogue"

# What two of its challenges say word for word.
KEYS = "ingen vet vem som tog med sig hem nr 47 igår"
PASTA = "i dag åkte 40 kilo pasta i tunnan"

# The checkout's encoder: it takes half a minute and half a gigabyte to make.
MODELS = Settings().models if Settings().models.exists() else ROOT / "var" / "models"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is moved."""
    return Clock()


@pytest.fixture
def with_challenge(database: Database) -> Database:
    """A database of each kind with one open challenge, and an owner, a reviewer and an administrator of everything."""
    add_challenge(database)
    grant_roles(database)
    return database


@pytest.fixture(scope="session")
def indexed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the frozen catalogue, indexed by the real encoder; for reading only."""
    settings = Settings(home=tmp_path_factory.mktemp("indexed"), database_url="")
    MODELS.mkdir(parents=True, exist_ok=True)
    settings.models.symlink_to(MODELS)
    seed = _copy_vectors(MODELS.parent / "index", settings.index)
    database = Database(settings.database)
    database.upgrade()
    import_content(database, CATALOGUE, "test")
    reindex(database, E5Encoder(settings.model, settings.models), settings.index)
    database.close()
    if seed:
        shutil.rmtree(seed)
    return settings.home


@pytest.fixture(scope="session")
def fake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the frozen catalogue, indexed by an encoder that sees words only; for reading only."""
    home = tmp_path_factory.mktemp("home")
    database = stored(home)
    database.upgrade()
    import_content(database, CATALOGUE, "anna")
    reindex(database, FakeEncoder(), home / "index")
    database.close()
    return home


@pytest.fixture
def own_home(fake_home: Path, tmp_path: Path) -> Path:
    """A copy of that home, to change."""
    return shutil.copytree(fake_home, tmp_path / "home")


@pytest.fixture
def small_database(sqlite_database: Database, content_folder: WriteContent) -> Database:
    """A database with two challenges, `a` and `b`, and a solution to the first, `x`."""
    folder = content_folder(challenge_fields(id="a"), challenge_fields(id="b"), solution_fields(id="x", challenges=["a"]))
    import_content(sqlite_database, folder, "anna")
    return sqlite_database


@pytest.fixture
def index_root(tmp_path: Path) -> Path:
    """A place for an index in a folder that is not there yet."""
    return tmp_path / "home" / "index"


@pytest.fixture
def built(small_database: Database, index_root: Path) -> Report:
    """What the first build of the small database's index reported."""
    return reindex(small_database, FakeEncoder(), index_root)


def stored(home: Path) -> Database:
    """Return the database of a home folder."""
    return Database(f"sqlite:///{home / 'guiden.db'}")


def ids(found: Found) -> list[str]:
    """Return the ids of what was found."""
    return [hit.id for hit in found.hits]


def used(root: Path) -> Path:
    """Return the folder of the generation in use."""
    folder = current_folder(root)
    assert folder is not None
    return folder


def indexed(root: Path) -> list[str]:
    """Return the ids of the entries in the index in use."""
    return [entry.id for entry in Generation.load(used(root)).entries]


def change(database: Database, content_folder: WriteContent, **overrides: object) -> None:
    """Import the challenge `b`, or another, with some fields changed."""
    import_content(database, content_folder(challenge_fields(**({"id": "b"} | overrides))), "anna")


def _copy_vectors(built: Path, root: Path) -> Path | None:
    """Let the index below `root` begin with the gate and the vectors of another one, for they take minutes to make on a busy machine.

    Returns the folder of the generation that was copied, if there is any; it holds no more than a reindex looks at.
    """
    root.mkdir(parents=True)
    for gate in built.glob("gate-*.npz"):
        shutil.copy(gate, root)
    current = current_folder(built)
    if current is None or not current.exists():
        return None
    seed = root / current.name
    seed.mkdir()
    for name in ("meta.json", "passages.json", "vectors.npy"):
        shutil.copy(current / name, seed)
    make_current(root, seed)
    return seed
