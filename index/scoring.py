"""Score the entries of a generation for one question, by three legs that fail in different ways.

Meaning: the nearest single passage. Words: BM25. Recognition: everything that is said of an entry taken together.
Each leg is standardised over the catalogue, for their scales have nothing in common, and the three are added.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.generation import Generation

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Chosen on the tuning questions with `guiden index evaluate`; see docs/search.md.
WEIGHTS = {"meaning": 0.3, "words": 0.3, "recognition": 0.4}

_NEAREST_ROWS = 300
_FROM_EACH_LEG = 30
# A catalogue of one entry has no spread at all.
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidate entries by number, with their standardised scores in each leg, and the row of the passage that won.

    `nearest` is how far the highest cosine of any passage stands above the mean of what is usual for the question, which
    is less the farther its language is from the catalogue's; `meaning` etc. have the shape of `numbers`.
    """

    numbers: Numbers
    rows: Numbers
    meaning: Scores
    words: Scores
    recognition: Scores
    nearest: float

    def fused(self, weights: dict[str, float] | None = None) -> Scores:
        """Return one score for each candidate; the others speak for a leg that has nothing to say, as words of another script."""
        chosen = weights or WEIGHTS
        spoken = {leg: weight for leg, weight in chosen.items() if getattr(self, leg).any()}
        total = np.zeros_like(self.meaning)
        for leg, weight in spoken.items():
            total += weight * sum(chosen.values()) / sum(spoken.values()) * getattr(self, leg)
        return total


def score(generation: Generation, question: str, vector: Vectors | None) -> Scored | None:
    """Return the candidates for a question; None when nothing has anything in common with it.

    Without a vector (the encoder cannot be used) only the words count.
    """
    by_words = generation.lexical.scores(question)
    if vector is None:
        return _by_words_alone(generation, by_words)
    by_recognition = generation.recogniser.scores(vector)
    rows, row_cosines = generation.nearest.nearest(vector, _NEAREST_ROWS)
    # The rows come in order, so the first of an entry is its best.
    near, first = np.unique(generation.entry_of_row[rows], return_index=True)
    others = np.setdiff1d(np.concatenate([_highest(by_words), _highest(by_recognition)]), near)
    other_cosines, other_rows = _best_rows(generation, others, vector)
    numbers = np.concatenate([near, others])
    cosines = np.concatenate([row_cosines[first], other_cosines])
    winners = np.concatenate([rows[first], other_rows])
    usual = generation.sampled_best(vector)
    return Scored(
        numbers,
        winners,
        meaning=(cosines - usual.mean()) / max(float(usual.std()), _LEAST_SPREAD),
        words=_standard(by_words)[numbers],
        recognition=_standard(by_recognition)[numbers],
        nearest=float(cosines.max() - usual.mean()),
    )


def _by_words_alone(generation: Generation, by_words: Scores) -> Scored | None:
    numbers = np.sort(_highest(by_words))
    if not len(numbers):
        return None
    none = np.zeros(len(numbers), np.float32)
    first = np.array([generation.entries[number].first for number in numbers])
    return Scored(numbers, first, none, _standard(by_words)[numbers], none, 0.0)


def _highest(scores: Scores) -> Numbers:
    count = min(_FROM_EACH_LEG, len(scores))
    best: Numbers = np.argpartition(-scores, count - 1)[:count]
    known: Numbers = best[scores[best] != 0]
    return known


def _best_rows(generation: Generation, numbers: Numbers, vector: Vectors) -> tuple[Scores, Numbers]:
    if not len(numbers):
        return np.zeros(0, np.float32), np.zeros(0, np.int64)
    first = np.array([generation.entries[number].first for number in numbers])
    lengths = np.array([generation.entries[number].last for number in numbers]) - first
    starts = np.cumsum(lengths) - lengths
    rows = np.repeat(first - starts, lengths) + np.arange(lengths.sum())
    cosines = generation.vectors[rows] @ vector
    best = np.maximum.reduceat(cosines, starts)
    at_best = np.flatnonzero(cosines == np.repeat(best, lengths))
    owners, firsts = np.unique(np.repeat(np.arange(len(numbers)), lengths)[at_best], return_index=True)
    winners = np.empty(len(numbers), np.int64)
    winners[owners] = rows[at_best[firsts]]
    return best, winners


def _standard(values: Scores) -> Scores:
    spread = float(values.std())
    standard: Scores = (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
    return standard
