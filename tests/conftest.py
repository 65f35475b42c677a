"""What several tests stand on: a database of each kind, and a folder of content."""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from knowledge.database import Database
from tests.builders import Fields, write_entry

WriteContent = Callable[..., Path]


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A PostgreSQL server of its own, which ends with the tests; as root it runs as the user `pgserver`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pgserver warns of a missing XDG_RUNTIME_DIR when it is imported
        import pgserver
    # Not below pytest's own folder, which only its owner may enter.
    server = pgserver.get_server(tempfile.mkdtemp(prefix="guiden-pg-"), cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # nothing here outlives the tests
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: URL) -> str:
    """The name of a PostgreSQL database with every table, to copy from."""
    _run(postgres, "CREATE DATABASE with_tables")
    _upgrade(postgres.set(database="with_tables"))
    return "with_tables"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to copy from."""
    file = tmp_path_factory.mktemp("template") / "guiden.db"
    _upgrade(URL.create("sqlite", database=str(file)))
    return file


@pytest.fixture
def postgres_url(postgres: URL) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with _postgres_database(postgres, "template1") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A place for a SQLite database in a folder that is not there yet."""
    return f"sqlite:///{tmp_path / 'home' / 'guiden.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def empty_database(database_url: str) -> Iterator[Database]:
    """A database of each kind without any table."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with every table and no rows."""
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: URL, postgres_template: str) -> Iterator[Database]:
    """A PostgreSQL database with every table and no rows."""
    with _postgres_database(postgres, postgres_template) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database of each kind with every table and no rows."""
    found: Database = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return found


@pytest.fixture
def content_folder(tmp_path: Path) -> WriteContent:
    """Write entries below one folder, and return it: `content_folder(challenge_fields(), solution_fields())`."""

    def write(*entries: Fields) -> Path:
        folder = tmp_path / "content"
        folder.mkdir(exist_ok=True)
        for fields in entries:
            write_entry(folder, fields)
        return folder

    return write


@contextmanager
def _postgres_database(server: URL, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: URL, *statements: str) -> None:
    with psycopg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _upgrade(url: URL) -> None:
    database = Database(url.render_as_string(hide_password=False))
    database.upgrade()
    database.close()
