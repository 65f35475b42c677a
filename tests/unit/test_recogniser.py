"""Recognising an entry from all that people say of it."""

from pathlib import Path

import numpy as np
import pytest

from index.encoder import Vectors
from index.recogniser import Recogniser

ENTRIES = 5
EACH = 200


def _sayings(seed: int) -> Vectors:
    """Return rows that differ along their own axis by entry, and far more along an axis that says little of entries."""
    random = np.random.default_rng(seed)
    rows = 0.1 * random.standard_normal((ENTRIES * EACH, 8))
    rows[np.arange(ENTRIES * EACH), np.repeat(np.arange(ENTRIES), EACH)] += 0.5
    rows[:, 7] += random.standard_normal(ENTRIES * EACH) + 0.3 * np.repeat(np.arange(ENTRIES), EACH)
    return np.asarray(rows, np.float32)


@pytest.fixture(scope="module")
def owners() -> np.ndarray:
    """The entry of each row."""
    return np.repeat(np.arange(ENTRIES), EACH)


@pytest.fixture(scope="module")
def recogniser(owners: np.ndarray) -> Recogniser:
    """A recogniser of five entries."""
    return Recogniser.learn(_sayings(1), owners, ENTRIES)


def test_unseen_sayings(recogniser: Recogniser, owners: np.ndarray) -> None:
    """Most of what is new of an entry scores highest for that entry, however much it differs in other ways."""
    assert _right(recogniser, owners) >= 0.7


def test_better_than_the_centres(recogniser: Recogniser, owners: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learning tells entries apart better than their centres, which must do in a catalogue too large to learn from."""
    monkeypatch.setattr("index.recogniser._LEARN_UP_TO", ENTRIES - 1)
    centres = Recogniser.learn(_sayings(1), owners, ENTRIES)

    assert _right(recogniser, owners) - 0.1 > _right(centres, owners) > 1 / ENTRIES


def test_same_passages_same_weights(recogniser: Recogniser, owners: np.ndarray) -> None:
    """What is learned depends on nothing but the passages."""
    assert (recogniser.weights == Recogniser.learn(_sayings(1), owners, ENTRIES).weights).all()


def test_single_entry() -> None:
    """A catalogue of one entry can be learned, and gives one score."""
    only = Recogniser.learn(_sayings(1)[:EACH], np.zeros(EACH, np.int64), 1)

    assert (1,) == only.scores(_sayings(2)[0]).shape
    assert np.isfinite(only.scores(_sayings(2)[0])).all()


def test_entries_of_unequal_length() -> None:
    """Entries need not have equally many sayings."""
    rows, owners = _sayings(1)[: EACH + 3], np.repeat([0, 1], [EACH, 3])

    assert [0, 1] == [int(Recogniser.learn(rows, owners, 2).scores(rows[row]).argmax()) for row in (2, EACH + 1)]


def test_kept_on_disk(recogniser: Recogniser, tmp_path: Path) -> None:
    """What was saved and read gives the same scores."""
    recogniser.save(tmp_path / "recogniser.npz")
    read = Recogniser.load(tmp_path / "recogniser.npz")

    for question in _sayings(2)[:5]:
        assert recogniser.scores(question).tolist() == read.scores(question).tolist()


def _right(recogniser: Recogniser, owners: np.ndarray) -> float:
    """Return the share of new sayings that score highest for their own entry."""
    return float(np.mean([recogniser.scores(row).argmax() == owner for row, owner in zip(_sayings(2), owners, strict=True)]))
