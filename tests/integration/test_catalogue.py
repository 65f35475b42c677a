"""The catalogue as readers see it."""

import pytest

from knowledge.catalogue import Catalogue, Challenge, Solution, body_hash
from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.errors import NotFoundError
from knowledge.tables import EntryRow
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent


@pytest.fixture
def catalogue(database: Database, content_folder: WriteContent) -> Catalogue:
    """Three challenges and three solutions, linked across."""
    folder = content_folder(
        challenge_fields(id="a", published="2026-01-01", checked="2026-06-01"),
        challenge_fields(id="b", area="skola", areas=["forskola"], published="2026-03-01", checked="2026-06-01"),
        challenge_fields(id="c", area="forskola", published="2026-02-01", checked="2026-06-01"),
        solution_fields(id="x", challenges=["b", "a"]),
        solution_fields(id="y", challenges=["a"]),
        solution_fields(id="z", challenges=["c"]),
    )
    import_content(database, folder, "anna")
    return Catalogue(database)


def _status(database: Database, entry_id: str, status: str) -> None:
    with database.transaction() as session:
        session.get_one(EntryRow, entry_id).status = status


def _ids(entries: list[Challenge] | list[Challenge | Solution]) -> list[str]:
    return [entry.entry.id for entry in entries]


def test_entries_in_the_order_asked_for(catalogue: Catalogue) -> None:
    """Entries come in the order in which they are asked for, and unknown ones are left out."""
    assert ["z", "a", "b"] == _ids(catalogue.get(["z", "okänd", "a", "b"]))


def test_nothing_asked_for(catalogue: Catalogue) -> None:
    """No ids give no entries."""
    assert [] == catalogue.get([])


def test_links_both_ways(catalogue: Catalogue) -> None:
    """A challenge knows its solutions in order of id, and a solution its challenges in the order of its file."""
    linked = {
        entry.entry.id: entry.solutions if isinstance(entry, Challenge) else entry.challenges
        for entry in catalogue.get(["a", "b", "c", "x", "y", "z"])
    }

    assert {"a": ("x", "y"), "b": ("x",), "c": ("z",), "x": ("b", "a"), "y": ("a",), "z": ("c",)} == linked


@pytest.mark.parametrize(
    ("status", "is_visible", "is_open"),
    [
        ("draft", False, False),
        ("in_review", False, False),
        ("published", True, True),
        ("parked", True, False),
        ("procurement", True, False),
        ("pilot", True, True),
        ("closed", True, False),
        ("archived", False, False),
    ],
)
def test_statuses(catalogue: Catalogue, database: Database, status: str, is_visible: bool, is_open: bool) -> None:  # noqa: FBT001
    """A challenge is seen from publication until it is archived, and open for interest while it is published or a pilot."""
    _status(database, "a", status)
    found = catalogue.get(["a"])

    assert (is_visible, is_visible, is_open) == (bool(found), "a" in _ids(catalogue.visible()), "a" in _ids(catalogue.open_challenges()))
    assert [is_open] * len(found) == [entry.is_open for entry in found if isinstance(entry, Challenge)]


def test_hidden_solution(catalogue: Catalogue, database: Database) -> None:
    """A solution that is not visible is not among those of its challenge."""
    _status(database, "x", "draft")

    assert [("y",), ()] == [entry.solutions for entry in catalogue.get(["a", "b"]) if isinstance(entry, Challenge)]


def test_visible_in_order_of_id(catalogue: Catalogue) -> None:
    """All visible entries come in order of id."""
    assert ["a", "b", "c", "x", "y", "z"] == _ids(catalogue.visible())


def test_open_challenges_newest_first(catalogue: Catalogue) -> None:
    """Open challenges come newest first, and no solution is among them."""
    assert ["b", "c", "a"] == _ids(catalogue.open_challenges())


@pytest.mark.parametrize(("area", "ids"), [("forskola", ["b", "c"]), ("skola", ["b"]), ("ifo", [])])
def test_open_challenges_of_an_area(catalogue: Catalogue, area: str, ids: list[str]) -> None:
    """An area's open challenges include those for which it is one of the other areas."""
    assert ids == _ids(catalogue.open_challenges(area))


def test_one_challenge(catalogue: Catalogue, database: Database) -> None:
    """One challenge is found by id; a solution, a hidden one and an unknown id are not."""
    _status(database, "c", "draft")

    assert "a" == catalogue.challenge("a").entry.id
    for entry_id in ("x", "c", "okänd"):
        with pytest.raises(NotFoundError, match=f"no_such_challenge id={entry_id}"):
            catalogue.challenge(entry_id)


def test_hash_ignores_the_order_of_fields() -> None:
    """Two contents are the same when their fields are, in whatever order; another value makes another hash."""
    assert body_hash({"a": 1, "b": "å"}) == body_hash({"b": "å", "a": 1})
    assert body_hash({"a": 1}) != body_hash({"a": 2})
