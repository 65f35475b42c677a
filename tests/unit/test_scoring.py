"""Scoring entries by three legs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from index.encoder import Vectors
from index.generation import VERSION, Generation, IndexedEntry, Meta, entry_of_row
from index.lexical import LexicalIndex
from index.passages import Passage
from index.scoring import WEIGHTS, Scored, score
from index.vectors import VectorIndex

EACH = 3
DIMENSION = 8

Make = Callable[..., Generation]


@dataclass(frozen=True)
class _Recognises:
    """A recogniser that gives every question the same scores."""

    values: Vectors

    def scores(self, _question: Vectors) -> Vectors:
        """Return the score of each entry."""
        return self.values


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a generation of entries with three passages each, whose legs say what the test decides.

    Each leg brings in one candidate: the entry of the nearest row, and the best by words and by recognition.
    """
    monkeypatch.setattr("index.scoring._NEAREST_ROWS", 1)
    monkeypatch.setattr("index.scoring._FROM_EACH_LEG", 1)

    def generation(cosines: list[float], words: list[str], recognition: list[float]) -> Generation:
        entries = [
            IndexedEntry(str(number), "challenge", ("skola",), (), number * EACH, (number + 1) * EACH, "9999-12-31")
            for number in range(len(words))
        ]
        rows = np.zeros((len(cosines), DIMENSION), np.float32)
        rows[:, 0] = cosines
        return Generation(
            Meta("fake", VERSION, "", len(entries), len(rows), ""),
            entries,
            [Passage(str(number), "phrasing", "sv", str(number)) for number in entry_of_row(entries)],
            rows,
            VectorIndex.build(rows),
            LexicalIndex.build(words),
            _Recognises(np.array(recognition, np.float32)),
        )

    return generation


def _question() -> Vectors:
    return np.eye(DIMENSION, dtype=np.float32)[0]


def _scored(generation: Generation, question: str = "nyckel", vector: Vectors | None = None) -> Scored:
    found = score(generation, question, _question() if vector is None else vector)
    assert found is not None
    return found


def test_each_leg_brings_in_a_candidate(make: Make) -> None:
    """An entry becomes a candidate by its nearest passage alone, by its words alone, or by recognition alone."""
    cosines = [0.1] * 12
    cosines[4] = 0.9
    generation = make(cosines, ["ingenting", "annat", "nyckel", "helt"], [1.0, 1.0, 1.0, 5.0])

    assert [1, 2, 3] == _scored(generation).numbers.tolist()


def test_winning_row(make: Make) -> None:
    """The passage that wins for an entry is its nearest one, the first of those that are equally near."""
    generation = make([0.1, 0.2, 0.8, 0.7, 0.7, 0.1], ["nyckel", "lås"], [0.0, 1.0])

    assert [2, 3] == _scored(generation).rows.tolist()


def test_nearest(make: Make) -> None:
    """What is told is how far the highest cosine of any passage stands above the mean of each entry's best."""
    generation = make([0.1, 0.2, 0.8, 0.4, 0.3, 0.1], ["nyckel", "lås"], [0.0, 1.0])

    assert 0.8 - 0.6 == pytest.approx(_scored(generation).nearest)


def test_legs_are_standardised(make: Make) -> None:
    """Each leg tells how many standard deviations an entry lies above the mean of the catalogue, whatever the leg's own scale."""
    generation = make([0.9, 0, 0, 0.5, 0, 0, 0.1, 0, 0], ["nyckel", "nyckel lås", "lås"], [300.0, 200.0, 100.0])
    found = _scored(generation)
    place = found.numbers.tolist().index(0)

    assert (0.9 - 0.5) / np.std([0.9, 0.5, 0.1]) == pytest.approx(found.meaning[place], abs=1e-5)
    assert 100 / np.std([300, 200, 100]) == pytest.approx(found.recognition[place])


def test_fused(make: Make) -> None:
    """The legs are added with their weights, and other weights can be given."""
    found = _scored(make([0.9, 0, 0, 0.5, 0, 0], ["nyckel", "lås"], [2.0, 1.0]))

    weighted = sum(weight * getattr(found, leg) for leg, weight in WEIGHTS.items())
    np.testing.assert_allclose(weighted, found.fused(), rtol=1e-5)
    np.testing.assert_allclose(0.5 * found.words, found.fused({"words": 0.5}), rtol=1e-5)


def test_fused_without_a_known_word(make: Make) -> None:
    """When no word of the question is known, the other legs fill its place, so that scores mean the same in every language."""
    found = _scored(make([0.9, 0, 0, 0.5, 0, 0], ["nyckel", "lås"], [2.0, 1.0]), "مفتاح")
    rest = WEIGHTS["meaning"] + WEIGHTS["recognition"]

    weighted = (WEIGHTS["meaning"] * found.meaning + WEIGHTS["recognition"] * found.recognition) / rest
    np.testing.assert_allclose(weighted, found.fused(), rtol=1e-5)


def test_words_alone(make: Make) -> None:
    """Without a vector only entries that share a word are candidates, and only the words count."""
    generation = make([0.9] * 9, ["ingenting", "nyckel", "lås"], [5.0, 1.0, 1.0])
    found = score(generation, "nyckel", None)

    assert found is not None
    assert ([1], [EACH], [0.0], [0.0], 0.0) == (
        found.numbers.tolist(),
        found.rows.tolist(),
        found.meaning.tolist(),
        found.recognition.tolist(),
        found.nearest,
    )
    assert found.words[0] > 0


def test_words_alone_without_a_known_word(make: Make) -> None:
    """Without a vector and without a shared word there is no candidate."""
    assert score(make([0.9] * 6, ["nyckel", "lås"], [1.0, 1.0]), "zzz", None) is None


def test_catalogue_of_one_entry(make: Make) -> None:
    """A single entry can be scored, though nothing can be standardised over it."""
    found = _scored(make([0.9, 0.1, 0.2], ["nyckel"], [1.0]))

    assert ([0], [0.0]) == (found.numbers.tolist(), found.fused().tolist())
