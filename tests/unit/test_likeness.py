"""Whether a need that somebody writes is already described."""

from typing import cast

import pytest

from index.likeness import compare
from index.passages import Passage
from index.search import Found, Hit, Search

WHY = Passage("any", "title", "sv", "vilken rubrik som helst")


class _Answering:
    """A search that gives one answer to every question."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def ask(self, question: str, *, limit: int) -> Found:
        """Return the answer, whatever is asked."""
        assert question
        return Found(self._found.band, self._found.hits[:limit])


def _search(band: str, **scores: float) -> Search:
    hits = [Hit(entry_id, "challenge", score, WHY) for entry_id, score in scores.items()]
    return cast("Search", _Answering(Found(band, hits)))  # type: ignore[arg-type]  # a band is one of three words


@pytest.mark.parametrize(
    ("search", "verdict", "alike"),
    [
        (_search("match", first=5.0, second=3.0), "same", ["first"]),
        (_search("match", first=5.0, second=4.5), "similar", ["first", "second"]),
        (_search("related", first=5.0, second=3.0), "similar", ["first"]),
        (_search("match", first=3.6, second=3.5), "new", []),
        (_search("none"), "new", []),
    ],
    ids=["alone ahead", "two ahead", "not sure", "least unlike", "nothing"],
)
def test_verdict(search: Search, verdict: str, alike: list[str]) -> None:
    """One far ahead is the same need, high scores are similar, and the least unlike of all is not like it."""
    found = compare(search, "vad som helst")

    assert (verdict, alike) == (found.verdict, [hit.id for hit in found.alike])


def test_never_itself() -> None:
    """A need that is in the catalogue already is not compared with itself."""
    found = compare(_search("match", itself=8.0, other=2.0), "vad som helst", itself="itself")

    assert ("new", ["other"]) == (found.verdict, [hit.id for hit in found.hits])
