"""The commands that bring entries into the database and the index, as an administrator runs them."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from knowledge.database import Database
from knowledge.tables import EntryRow
from tests.builders import challenge_fields, solution_fields, write_entry
from tests.integration.command import Guiden, outcome
from tests.integration.conftest import CATALOGUE, MODELS

C, S = "vikarier-kort-varsel", "kommunen-bokar-med-sms"


@pytest.fixture
def guiden(tmp_path: Path) -> Guiden:
    """The command line on a home folder that is not there yet."""
    return Guiden(tmp_path / "home")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder with a challenge and a solution to it."""
    for fields in (challenge_fields(), solution_fields()):
        write_entry(tmp_path / "content", fields)
    return tmp_path / "content"


def test_import(guiden: Guiden, content: Path) -> None:
    """An import tells each new entry and how many there are, and a second one that nothing is new."""
    first, second = guiden("content", "import", str(content)), guiden("content", "import", str(content))

    assert [f"ny {C}", f"ny {S}", "2 nya, 0 ändrade, 0 oförändrade, 0 lämnade som de är."] == first.stdout.splitlines()
    assert ["0 nya, 0 ändrade, 2 oförändrade, 0 lämnade som de är."] == second.stdout.splitlines()
    assert (0, 0, {C, S}) == (first.returncode, second.returncode, guiden.entries().keys())


def test_import_shows_what_changes(guiden: Guiden, content: Path) -> None:
    """Of a changed entry each field that differs is shown, as it was and as it becomes."""
    guiden("content", "import", str(content))
    write_entry(content, challenge_fields(goal="Att passen fylls av sig själva."))
    told = guiden("content", "import", str(content)).stdout.splitlines()

    assert [f"ändrad {C}", "  goal:", f"    - Så vill vi ha det i {C}.", "    + Att passen fylls av sig själva."] == told[:4]
    assert "Att passen fylls av sig själva." == guiden.entries()[C]["goal"]


def test_import_with_faults(guiden: Guiden, content: Path) -> None:
    """Each fault is a line with file, line and field on standard error; the command exits 1 and imports nothing."""
    broken = write_entry(content, challenge_fields(id="bruten", area="rymden", goal=...))
    number = 1 + next(at for at, line in enumerate(broken.read_text("utf-8").splitlines()) if line.startswith("id:"))
    ran = guiden("content", "import", str(content))
    told = ran.stderr.splitlines()

    assert (1, "", {}) == (ran.returncode, ran.stdout, dict(guiden.entries())), outcome(ran)
    assert f"{broken}:{number}: goal: saknas" == told[0]
    assert "Inget är importerat" in told[-1]


def test_import_of_broken_yaml(guiden: Guiden, tmp_path: Path) -> None:
    """A file that is not YAML is a fault at the line where it breaks."""
    file = tmp_path / "content" / "challenges" / "bruten.yml"
    file.parent.mkdir(parents=True)
    file.write_text("id: bruten\ntitle: 'ingen slutar\n", "utf-8")
    ran = guiden("content", "import", str(tmp_path / "content"))

    assert (1, "") == (ran.returncode, ran.stdout)
    assert ran.stderr.startswith(f"{file}:")
    assert "Traceback" not in ran.stderr


def test_dry_run(guiden: Guiden, content: Path) -> None:
    """A dry run tells what an import would do, and does nothing."""
    ran = guiden("content", "import", "--dry-run", str(content))

    assert (0, [f"ny {C}", f"ny {S}"], {}) == (ran.returncode, ran.stdout.splitlines()[:2], dict(guiden.entries()))
    assert "--dry-run" in ran.stdout.splitlines()[-1]


def test_edit_in_the_database(guiden: Guiden, content: Path) -> None:
    """An entry that was edited in the database is left as it is, which is told with exit 1."""
    guiden("content", "import", str(content))
    database = Database(f"sqlite:///{guiden.home / 'guiden.db'}")
    with database.transaction() as session:
        row = session.get_one(EntryRow, C)
        row.body, row.hash = row.body | {"goal": "Att alla pass är bemannade."}, "edited"
    database.close()
    ran = guiden("content", "import", str(content))

    assert (1, "Att alla pass är bemannade.") == (ran.returncode, guiden.entries()[C]["goal"])
    assert f"ändrad i databasen, lämnas orörd {C}" in ran.stdout
    assert "  goal:\n    - Att alla pass är bemannade.\n    + Så vill vi ha det i" in ran.stdout
    assert "guiden content export" in ran.stdout


def test_export(guiden: Guiden, content: Path, tmp_path: Path) -> None:
    """An export writes every entry to a file that holds what was imported."""
    guiden("content", "import", str(content))
    ran = guiden("content", "export", str(tmp_path / "out"))
    written = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in (tmp_path / "out").glob("*/*.yml")}

    assert (0, f"2 poster skrivna till {tmp_path / 'out'}.\n") == (ran.returncode, ran.stdout)
    assert guiden.entries() == json.loads(json.dumps(written, default=str))


def test_check(indexed_home: Path) -> None:
    """A catalogue without faults is told to have none, with how many entries it has."""
    ran = Guiden(indexed_home)("content", "check", str(CATALOGUE))
    kinds = [len(list((CATALOGUE / kind).glob("*.yml"))) for kind in ("challenges", "solutions")]

    assert 0 == ran.returncode, outcome(ran)
    assert ran.stdout.startswith(f"{kinds[0]} utmaningar och {kinds[1]} lösningar")


def test_check_with_faults(guiden: Guiden, tmp_path: Path) -> None:
    """Faults are lines with file, line and field on standard error, and their number last."""
    file = write_entry(tmp_path / "content", challenge_fields(goal=...))
    ran = guiden("content", "check", str(file))

    assert (1, "", f"{file}:1: goal: saknas") == (ran.returncode, ran.stdout, ran.stderr.splitlines()[0])
    assert "1 fel." == ran.stderr.splitlines()[-1]


def test_schema(guiden: Guiden) -> None:
    """The schemas of both kinds of files are written as JSON."""
    assert {"challenges", "solutions"} == json.loads(guiden("content", "schema").stdout).keys()


def test_reindex(guiden: Guiden, indexed_home: Path) -> None:
    """A piped reindex writes plain lines, a second one that nothing has changed, and the status then knows of a change."""
    (guiden.home / "index").mkdir(parents=True)
    (guiden.home / "models").symlink_to(MODELS)
    for gate in (indexed_home / "index").glob("gate-*.npz"):
        shutil.copy(gate, guiden.home / "index")
    guiden("content", "import", str(CATALOGUE / "challenges" / "nycklar-i-hemtjansten.yml"))
    first, second = guiden("reindex"), guiden("reindex", "--json")
    guiden("content", "import", str(CATALOGUE / "challenges" / "skolmat-slangs.yml"))
    status = guiden("index", "status")

    assert (0, "") == (first.returncode, first.stderr), outcome(first)
    assert re.fullmatch(r"(\d+ av \d+ texter\n)+Index g\d+: 1 poster, (\d+) texter, \2 nya, på [\d.]+ sekunder.\n", first.stdout)
    assert {"changed": False, "entries": 1, "embedded": 0} == {
        name: json.loads(second.stdout)[name] for name in ("changed", "entries", "embedded")
    }
    assert (0, True) == (status.returncode, "guiden reindex" in status.stdout)
