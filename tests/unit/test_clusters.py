"""Questions that mean the same are put together, and what is not alike is kept apart."""

from pathlib import Path

import numpy as np
import pytest

from index.clusters import Themes, cluster, question_vectors
from index.encoder import Vectors
from index.gap_groups import count_areas, group_gaps
from knowledge.errors import UnavailableError
from knowledge.gaps import Gap
from knowledge.tables import now
from tests.fakes import FakeEncoder


def _unit(*angles: float) -> Vectors:
    radians = np.radians(np.array(angles))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def _sets(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}


def _gap(number: int, asker: str, area: str | None = None) -> Gap:
    return Gap(number, f"fråga {number}", "none", area, "sv", asker, now())


def test_alike_together() -> None:
    """Vectors that are alike form a group, and others do not join it."""
    labels, centres = cluster(_unit(0, 10, 20, 120, 125, 240), alike=0.97)

    assert {frozenset({0, 1, 2}), frozenset({3, 4}), frozenset({5})} == _sets(labels)
    assert 1 == centres[0]


def test_no_chain() -> None:
    """A row of likenesses does not tie its ends together: each member is alike to the centre of its group."""
    seen = _unit(*range(0, 180, 10))
    labels, centres = cluster(seen, alike=0.9)

    assert float(np.einsum("ij,ij->i", seen, seen[centres[labels]]).min()) >= 0.9


def test_nothing_to_group() -> None:
    """No vectors give no groups."""
    labels, centres = cluster(np.zeros((0, 2), np.float32))

    assert (0, 0) == (len(labels), len(centres))


def test_themes_look_past_wording() -> None:
    """What only tells one way of speaking from another does not keep two questions about the same thing apart."""
    random = np.random.default_rng(0)
    need, wording = np.eye(8, dtype=np.float32)[:2]
    owners = np.arange(40) % 2
    vectors = np.outer(owners - 0.5, need) + np.outer(1 - np.arange(40) // 2 % 2 * 2, 5 * wording) + 0.01 * random.standard_normal((40, 8))
    themes = Themes.learn(vectors.astype(np.float32), owners)
    same, other = 2 * need + 9 * wording, 2 * need - 9 * wording
    different = -2 * need + 9 * wording
    seen = themes.seen(np.stack([same, other, different]))

    assert float(seen[0] @ seen[1]) > 0.6 > float(seen[0] @ seen[2])


def test_vectors_are_made_once(tmp_path: Path) -> None:
    """A question that was seen before is not embedded again, nor is one that stands there twice."""
    encoder = FakeEncoder()
    question_vectors(encoder, ["a", "b", "a"], tmp_path)
    again = question_vectors(encoder, ["c", "a"], tmp_path)

    assert 3 == encoder.embedded
    np.testing.assert_allclose(FakeEncoder().passages(["c", "a"]), again)


def test_forgotten_questions_leave_no_vector(tmp_path: Path) -> None:
    """The vector of a question that is asked for no longer is removed."""
    encoder = FakeEncoder()
    question_vectors(encoder, ["a", "b"], tmp_path)
    question_vectors(encoder, ["a"], tmp_path)
    question_vectors(encoder, ["b"], tmp_path)

    assert 3 == encoder.embedded


def test_vectors_of_another_model(tmp_path: Path) -> None:
    """Vectors by another model are made anew, and so are those in a file that is damaged."""
    question_vectors(FakeEncoder(), ["a"], tmp_path)
    other = FakeEncoder("another")
    question_vectors(other, ["a"], tmp_path)
    (tmp_path / "questions.npz").write_bytes(b"PK\x03\x04 half")
    question_vectors(other, ["a"], tmp_path)

    assert 2 == other.embedded


def test_no_index_to_learn_from(tmp_path: Path) -> None:
    """Without an index nobody knows what tells needs apart."""
    with pytest.raises(UnavailableError, match="no_index"):
        group_gaps([_gap(1, "a")], FakeEncoder(), tmp_path, 3)


def test_areas() -> None:
    """Each area has its number of questions and askers; what too few have asked is only counted together."""
    gaps = [*(_gap(number, f"p{number % 3}", "skola") for number in range(5)), _gap(6, "a", "kultur-fritid"), _gap(7, "b")]

    assert ([("skola", 5, 3)], 2) == count_areas(gaps, 3)
