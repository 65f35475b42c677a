"""Recognise which entry a message is about from all that people say of each: linear discriminant analysis.

Nearest vectors look at one passage at a time; this leg looks at every phrasing of an entry at once, and at which directions
tell entries apart rather than merely differ between two ways of saying the same thing. It is closed-form: no training loop.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

# Chosen on the tuning questions; see docs/search.md. Shrinkage keeps directions with little data from being trusted too much.
_SHRINKAGE = 1.0
_PRIOR = 0.25


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Scores every entry for a question; `weights` has shape (dimension, entries)."""

    mean: Vectors
    weights: Vectors
    bias: Vectors

    @classmethod
    def learn(cls, vectors: Vectors, entry_of_row: npt.NDArray[np.int64], entries: int) -> "Recogniser":
        """Learn from the passages of each entry, shape (rows, dimension)."""
        mean = vectors.mean(axis=0)
        counts = np.bincount(entry_of_row, minlength=entries)[:, None]
        starts = np.searchsorted(entry_of_row, np.arange(entries))
        centres: Vectors = (np.add.reduceat(vectors - mean, starts, axis=0) / counts).astype(np.float32)
        within = _scatter(vectors - mean, centres, entry_of_row)
        dimension = len(mean)
        ridge = np.float32(_SHRINKAGE * np.trace(within) / dimension)
        shrunk = np.asarray(within + ridge * np.eye(dimension), np.float32)
        weights = np.asarray(np.linalg.solve(shrunk, centres.T), np.float32)
        bias: Vectors = np.asarray(-_PRIOR * np.einsum("ij,ji->i", centres, weights), np.float32)
        return cls(mean.astype(np.float32), weights, bias)

    def scores(self, question: Vectors) -> Vectors:
        """Return a score for each entry, shape (entries,)."""
        return np.asarray((question - self.mean) @ self.weights + self.bias, np.float32)

    def save(self, file: Path) -> None:
        """Write what was learned to `file`."""
        np.savez(file, mean=self.mean, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, file: Path) -> "Recogniser":
        """Return what was saved in `file`."""
        with file.open("rb") as opened, np.load(opened) as saved:
            return cls(saved["mean"], saved["weights"], saved["bias"])


def _scatter(centred: Vectors, centres: Vectors, entry_of_row: npt.NDArray[np.int64]) -> Vectors:
    total = np.zeros((centred.shape[1],) * 2, np.float32)
    # In slices: a large catalogue has hundreds of thousands of rows.
    for start in range(0, len(centred), 20_000):
        rest = centred[start : start + 20_000] - centres[entry_of_row[start : start + 20_000]]
        total += rest.T @ rest
    scatter: Vectors = (total / len(centred)).astype(np.float32)
    return scatter
