"""What the tests of the search stand on: a catalogue that does not change, indexed once by the encoder that serves."""

import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from index.builder import reindex
from index.encoder import E5Encoder
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
    settings.index.mkdir()
    # The gate's examples take as long to embed as the catalogue; the checkout's gate has seen the same ones.
    for gate in (MODELS.parent / "index").glob("gate-*.npz"):
        shutil.copy(gate, settings.index)
    database = Database(settings.database)
    database.upgrade()
    import_content(database, CATALOGUE, "test")
    reindex(database, E5Encoder(settings.model, settings.models), settings.index)
    database.close()
    return settings.home
