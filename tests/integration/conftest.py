"""What the tests of the search stand on: a catalogue that does not change, indexed once by the encoder that serves."""

import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from index.builder import reindex
from index.encoder import E5Encoder
from index.generation import current_folder, make_current
from knowledge.content_import import import_content
from knowledge.database import Database

# A small catalogue that does not change when the shipped one does.
CATALOGUE = Path(__file__).parent.parent / "fixtures" / "catalogue"

# The checkout's encoder: it takes half a minute and half a gigabyte to make.
MODELS = Settings().models if Settings().models.exists() else ROOT / "var" / "models"


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
