"""A reindex that is killed leaves an index that answers, and the next run finishes the work."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT
from index.builder import lock_holder, reindex
from index.generation import current_folder
from index.search import Search
from knowledge.content_import import import_content
from knowledge.database import Database
from tests.fakes import FakeEncoder
from tests.integration import stopping_reindex
from tests.integration.conftest import CATALOGUE
from tests.integration.stopping_reindex import HERE, POINTS

OLD, NEWEST = "nycklar-i-hemtjansten", "skolmat-slangs"
SAID = ("ingen vet vem som tog med sig hem nr 47 igår", "i dag åkte 40 kilo pasta i tunnan")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose index lacks the newest challenge of its database, and what answers it."""
    home = tmp_path_factory.mktemp("prepared")
    database = Database(f"sqlite:///{home / 'guiden.db'}")
    database.upgrade()
    older = shutil.copytree(CATALOGUE, home / "older")
    for file in older.glob("*/*.yml"):
        if NEWEST in file.read_text("utf-8"):
            file.unlink()
    import_content(database, older, "anna")
    reindex(database, FakeEncoder(), home / "index")
    import_content(database, CATALOGUE, "anna")
    database.close()
    return home


def _found(root: Path) -> set[str]:
    search = Search(root, FakeEncoder())
    return {hit.id for said in SAID for hit in search.ask(said).hits[:1]}


@pytest.mark.parametrize("point", POINTS)
def test_killed(prepared: Path, tmp_path: Path, point: str) -> None:
    """Killed at any point, the index still answers, holds no lock, and the next run brings it up to date and tidies up."""
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    url, root = f"sqlite:///{home / 'guiden.db'}", home / "index"
    command = [sys.executable, "-m", stopping_reindex.__name__, url, str(root), point]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        reached = process.stdout.readline().strip()
        holder = (lock_holder(root) or "").split(" ")[0]
        process.kill()
    after_the_kill = _found(root)
    reindex(Database(url), FakeEncoder(), root, wait_seconds=0)

    assert (HERE, str(process.pid)) == (reached, holder)
    assert OLD in after_the_kill
    assert {OLD, NEWEST} == _found(root)
    assert not [*root.glob("unfinished-*"), *root.glob("*.new")]
    assert 2 >= len([folder for folder in root.iterdir() if folder.is_dir()])
    assert current_folder(root) in list(root.iterdir())
