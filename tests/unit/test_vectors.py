"""Nearest vectors, exact and by a graph."""

from pathlib import Path

import numpy as np
import pytest

from index import vectors as module
from index.encoder import Vectors
from index.vectors import VectorIndex


def _unit_vectors(count: int, dimension: int = 32) -> Vectors:
    vectors = np.random.default_rng(7).standard_normal((count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _near(vectors: Vectors) -> Vectors:
    """Return vectors that each lie close to one of `vectors`."""
    moved = vectors + 0.05 * np.random.default_rng(8).standard_normal(vectors.shape).astype(np.float32)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


@pytest.fixture(params=["exact", "graph"])
def vectors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Vectors:
    """Vectors that are few enough for the exact search, or too many."""
    made = _unit_vectors(300)
    monkeypatch.setattr(module, "EXACT_UP_TO", len(made) if request.param == "exact" else len(made) - 1)
    return made


def test_kind_of_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is exact up to the limit, and goes by a graph above it."""
    vectors = _unit_vectors(20)
    kinds = []
    for limit in (20, 19):
        monkeypatch.setattr(module, "EXACT_UP_TO", limit)
        kinds.append(type(VectorIndex.build(vectors)._index).__name__)

    assert ["IndexFlatIP", "IndexHNSWFlat"] == kinds


def test_nearest_first(vectors: Vectors) -> None:
    """The vector that a question was made from is found first, with its cosine."""
    index = VectorIndex.build(vectors)
    questions = _near(vectors)
    found = [index.nearest(question, 1) for question in questions]

    assert list(range(len(vectors))) == [int(rows[0]) for rows, _ in found]
    np.testing.assert_allclose([scores[0] for _, scores in found], (vectors * questions).sum(axis=1), atol=1e-5)


def test_order_of_all() -> None:
    """The exact search gives every vector, in falling order of cosine."""
    vectors = _unit_vectors(50)
    rows, scores = VectorIndex.build(vectors).nearest(vectors[3], 50)

    assert np.argsort(-(vectors @ vectors[3]), kind="stable").tolist() == rows.tolist()
    assert sorted(scores.tolist(), reverse=True) == scores.tolist()


def test_more_asked_for_than_there_are() -> None:
    """When more neighbours are asked for than there are vectors, each vector comes once."""
    vectors = _unit_vectors(3)
    rows, scores = VectorIndex.build(vectors).nearest(vectors[0], 300)

    assert ([0, 1, 2], 3) == (sorted(rows.tolist()), len(scores))


def test_kept_on_disk(vectors: Vectors, tmp_path: Path) -> None:
    """An index that was saved and read finds the same rows with the same cosines."""
    index = VectorIndex.build(vectors)
    index.save(tmp_path / "nearest.faiss")
    read = VectorIndex.load(tmp_path / "nearest.faiss")

    assert len(vectors) == read.size
    for question in _near(vectors)[:20]:
        (rows, scores), (rows_read, scores_read) = index.nearest(question, 10), read.nearest(question, 10)
        assert (rows.tolist(), scores.tolist()) == (rows_read.tolist(), scores_read.tolist())
