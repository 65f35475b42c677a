"""Taking up a new index, and saying why one cannot be used."""

import threading
from pathlib import Path

import pytest

from index.builder import reindex
from index.search import Found, Search
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow
from tests.fakes import FakeEncoder
from tests.integration.conftest import KEYS, PASTA, ids, stored


def test_no_index(tmp_path: Path) -> None:
    """Where nothing was built, the search says so."""
    search = Search(tmp_path / "index", FakeEncoder())
    with pytest.raises(UnavailableError) as caught:
        search.ask(KEYS)

    assert ("no_index", False) == (caught.value.key, search.refresh())


def test_file_in_place_of_the_home(tmp_path: Path) -> None:
    """A file where the home folder should be is told as such."""
    (tmp_path / "home").touch()
    with pytest.raises(UnavailableError) as caught:
        Search(tmp_path / "home" / "index", FakeEncoder()).refresh()

    assert "home_not_writable" == caught.value.key


def test_index_of_another_model(fake_home: Path) -> None:
    """An index that another model made is not searched, and both models are named."""
    with pytest.raises(UnavailableError) as caught:
        Search(fake_home / "index", FakeEncoder("another")).ask(KEYS)

    assert ("index_of_another_model", {"index": "fake", "model": "another"}) == (caught.value.key, caught.value.details)


def test_refresh_without_a_new_generation(fake_home: Path) -> None:
    """Refreshing an index that has not changed loads nothing."""
    search = Search(fake_home / "index", FakeEncoder())
    before = search.generation

    assert (False, before) == (search.refresh(), search.generation)


def test_refresh(own_home: Path) -> None:
    """After a reindex the search goes on with the old index until it is refreshed, and then knows the new one."""
    search = Search(own_home / "index", FakeEncoder())
    before = ids(search.ask(PASTA))
    _archive(own_home, "skolmat-slangs")
    old = ids(search.ask(PASTA))

    assert (True, False) == (search.refresh(), search.refresh())
    assert (before, "skolmat-slangs", False) == (old, before[0], "skolmat-slangs" in ids(search.ask(PASTA)))


def test_refresh_to_a_damaged_generation(own_home: Path) -> None:
    """A new index that cannot be read is refused, and the one in memory goes on answering."""
    search = Search(own_home / "index", FakeEncoder())
    before = search.ask(KEYS)
    _archive(own_home, "skolmat-slangs")
    newest = max((own_home / "index").glob("g2*"))
    (newest / "recogniser.npz").write_bytes(b"")
    with pytest.raises(UnavailableError):
        search.refresh()

    assert before.hits == search.ask(KEYS).hits


def test_refresh_while_others_search(own_home: Path) -> None:
    """While new indexes are taken up, searches in other threads all get their answer."""
    search = Search(own_home / "index", FakeEncoder())
    search.refresh()
    stop, started = threading.Event(), threading.Semaphore(0)
    answers: list[Found | Exception] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(search.ask(KEYS))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
                answers.append(error)
            started.release()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for entry_id in ("skolmat-slangs", "snorojning-vad-ar-plogat", "hallar-bokade-men-tomma"):
            _archive(own_home, entry_id)
            assert search.refresh()
            started.acquire()
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert {("nycklar-i-hemtjansten",)} == {tuple(ids(each)[:1]) if isinstance(each, Found) else repr(each) for each in answers}


def _archive(home: Path, entry_id: str) -> None:
    database = stored(home)
    with database.transaction() as session:
        session.get_one(EntryRow, entry_id).status = "archived"
    reindex(database, FakeEncoder(), home / "index")
    database.close()
