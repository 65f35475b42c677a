"""Recognise which entry a message is about from all that people say of each: a softmax regression over the entries.

Nearest vectors look at one passage at a time; this leg looks at every phrasing of an entry at once, and learns which directions
tell entries apart rather than merely differ between two ways of saying the same thing.
"""

from collections.abc import Sequence
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
# Entries that are learned one by one do not teach the others to make room: of more than this part of them, all learn together.
_MOST_ADDED = 0.05


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Scores every entry for a question; `weights` has shape (dimension, entries), `scale` evens out the cone of the vectors.

    `added` counts the entries that were learned one by one since all were learned together.
    """

    mean: Vectors
    scale: float
    weights: Vectors
    bias: Vectors
    added: int = 0

    @classmethod
    def learn(cls, vectors: Vectors, entry_of_row: npt.NDArray[np.int64], entries: int) -> "Recogniser":
        """Learn from the passages of each entry, shape (rows, dimension); the same passages always give the same weights."""
        mean = np.asarray(vectors.mean(axis=0), np.float32)
        scale = float(1 / (vectors - mean).std())
        centred = np.asarray((vectors - mean) * scale, np.float32)
        weights, bias = _centres(centred, entry_of_row, entries), np.zeros(entries, np.float32)
        if entries <= _LEARN_UP_TO:
            weights, bias = _descend(centred, entry_of_row, weights, bias)
        return cls(mean, scale, weights, bias)

    def relearn(self, vectors: Vectors, entry_of_row: npt.NDArray[np.int64], before: Sequence[int | None]) -> "Recogniser | None":
        """Return a recogniser of a catalogue of which little has changed; `before` is each entry's number in the old one, or None.

        Only entries without an old number are learned, against all others as they are: a hundredth of the work. None when so many have
        been learned that way that all should be learned together again.
        """
        anew = np.array([number is None for number in before])
        kept = np.array([number for number in before if number is not None], np.int64)
        added = self.added + int(anew.sum()) + len(self.bias) - len(kept)
        if added > len(before) * _MOST_ADDED or len(before) > _LEARN_UP_TO:
            return None
        weights, bias = np.empty((len(self.mean), len(before)), np.float32), np.zeros(len(before), np.float32)
        weights[:, ~anew], bias[~anew] = self.weights[:, kept], self.bias[kept]
        if anew.any():
            centred = np.asarray((vectors - self.mean) * self.scale, np.float32)
            weights[:, anew] = _centres(centred, entry_of_row, len(before))[:, anew]
            weights[:, anew], bias[anew] = _descend(centred, entry_of_row, weights, bias, anew)
        return Recogniser(self.mean, self.scale, weights, bias, added)

    def scores(self, question: Vectors) -> Vectors:
        """Return a score for each entry, shape (entries,)."""
        return np.asarray((question - self.mean) * self.scale @ self.weights + self.bias, np.float32)

    def save(self, file: Path) -> None:
        """Write what was learned to `file`."""
        np.savez(file, mean=self.mean, scale=self.scale, weights=self.weights, bias=self.bias, added=self.added)

    @classmethod
    def load(cls, file: Path) -> "Recogniser":
        """Return what was saved in `file`."""
        with file.open("rb") as opened, np.load(opened) as saved:
            return cls(saved["mean"], float(saved["scale"]), saved["weights"], saved["bias"], int(saved["added"]))


def _centres(centred: Vectors, entry_of_row: npt.NDArray[np.int64], entries: int) -> Vectors:
    """Return where learning starts: in the direction of each entry's centre, shape (dimension, entries)."""
    counts = np.bincount(entry_of_row, minlength=entries)[:, None]
    starts = np.searchsorted(entry_of_row, np.arange(entries))
    centres = np.asarray(np.add.reduceat(centred, starts, axis=0) / counts, np.float32)
    return np.ascontiguousarray(centres.T) * np.float32(_START)


def _descend(
    rows: Vectors, entry_of_row: npt.NDArray[np.int64], weights: Vectors, bias: Vectors, which: npt.NDArray[np.bool_] | None = None
) -> tuple[Vectors, Vectors]:
    """Return the learned weights and biases of all entries, or of those marked in `which`, the others being as they are."""
    import torch

    generator = torch.Generator().manual_seed(0)
    inputs, wanted = torch.from_numpy(rows), torch.from_numpy(entry_of_row)
    others = None
    if which is not None:
        # All that the entries being learned need to know of the others is how strongly these claim each row, all together.
        others = torch.logsumexp(inputs @ torch.from_numpy(weights[:, ~which]) + torch.from_numpy(bias[~which]), 1, keepdim=True)
        places = np.where(which, np.cumsum(which), 0)
        wanted = torch.from_numpy(places[entry_of_row])
        weights, bias = weights[:, which], bias[which]
    learned = [torch.from_numpy(each.copy()).requires_grad_() for each in (weights, bias)]
    optimiser = torch.optim.AdamW(learned, lr=_RATE, weight_decay=_DECAY)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(rows), generator=generator).split(_BATCH):
            claims = inputs[batch] @ learned[0] + learned[1]
            if others is not None:
                claims = torch.cat([others[batch], claims], 1)
            loss = torch.nn.functional.cross_entropy(claims, wanted[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return learned[0].detach().numpy(), learned[1].detach().numpy()
