"""Recognise which entry a message is about from all that people say of each: a softmax regression over the entries.

Nearest vectors look at one passage at a time; this leg looks at every phrasing of an entry at once, and learns which directions
tell entries apart rather than merely differ between two ways of saying the same thing.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors

# Chosen on the tuning questions; see docs/search.md.
_EPOCHS = 6
_BATCH = 256
_RATE = 0.003
_DECAY = 0.1
_START = 0.02
# A step costs in proportion to the entries, and an epoch has steps in proportion to their passages: beyond this the centres of the
# entries must do, which are where learning starts.
_LEARN_UP_TO = 3000


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Scores every entry for a question; `weights` has shape (dimension, entries), `scale` evens out the cone of the vectors."""

    mean: Vectors
    scale: float
    weights: Vectors
    bias: Vectors

    @classmethod
    def learn(cls, vectors: Vectors, entry_of_row: npt.NDArray[np.int64], entries: int) -> "Recogniser":
        """Learn from the passages of each entry, shape (rows, dimension); the same passages always give the same weights."""
        mean = np.asarray(vectors.mean(axis=0), np.float32)
        scale = float(1 / (vectors - mean).std())
        centred = np.asarray((vectors - mean) * scale, np.float32)
        counts = np.bincount(entry_of_row, minlength=entries)[:, None]
        starts = np.searchsorted(entry_of_row, np.arange(entries))
        centres = np.asarray(np.add.reduceat(centred, starts, axis=0) / counts, np.float32)
        weights, bias = np.ascontiguousarray(centres.T) * np.float32(_START), np.zeros(entries, np.float32)
        if entries <= _LEARN_UP_TO:
            weights, bias = _descend(centred, entry_of_row, weights, bias)
        return cls(mean, scale, weights, bias)

    def scores(self, question: Vectors) -> Vectors:
        """Return a score for each entry, shape (entries,)."""
        return np.asarray((question - self.mean) * self.scale @ self.weights + self.bias, np.float32)

    def save(self, file: Path) -> None:
        """Write what was learned to `file`."""
        np.savez(file, mean=self.mean, scale=self.scale, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, file: Path) -> "Recogniser":
        """Return what was saved in `file`."""
        with file.open("rb") as opened, np.load(opened) as saved:
            return cls(saved["mean"], float(saved["scale"]), saved["weights"], saved["bias"])


def _descend(rows: Vectors, entry_of_row: npt.NDArray[np.int64], weights: Vectors, bias: Vectors) -> tuple[Vectors, Vectors]:
    import torch

    generator = torch.Generator().manual_seed(0)
    inputs, wanted = torch.from_numpy(rows), torch.from_numpy(entry_of_row)
    learned = [torch.from_numpy(each.copy()).requires_grad_() for each in (weights, bias)]
    optimiser = torch.optim.AdamW(learned, lr=_RATE, weight_decay=_DECAY)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(rows), generator=generator).split(_BATCH):
            loss = torch.nn.functional.cross_entropy(inputs[batch] @ learned[0] + learned[1], wanted[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return learned[0].detach().numpy(), learned[1].detach().numpy()
