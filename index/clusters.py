"""Put questions that mean the same together, however they are worded: what many have asked for and nobody has described.

Two plain vectors of this encoder are alike when two questions are *put* alike ("hur gör andra kommuner …"), whatever they are about.
So the catalogue is asked first which directions tell one need from another and which only tell one way of speaking from another; see
`tests/benchmarks/gaps.py` for what that gives.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder, Vectors
from index.generation import BROKEN, current_folder, read_meta, read_vectors
from knowledge.errors import UnavailableError

Labels = npt.NDArray[np.int64]

# Chosen on questions about needs that had been left out of the catalogue; see `tests/benchmarks/gaps.py`.
_DIRECTIONS = 64
_EVENED = 1.0
ALIKE = 0.6

_BLOCK = 1024
_VECTORS = "questions.npz"


@dataclass(frozen=True, slots=True)
class Themes:
    """The directions that tell needs apart, of shape (dimension, directions), as the catalogue shows them."""

    mean: Vectors
    directions: Vectors

    @classmethod
    def learn(cls, vectors: Vectors, owners: npt.NDArray[Any]) -> "Themes":
        """Learn from the passages of entries, shape (rows, dimension); `owners` says which entry each of them is of.

        These are Fisher's discriminants: much variance between entries, little within one, evened out by some of the average.
        """
        mean = np.asarray(vectors.mean(axis=0), np.float32)
        _, entry, counts = np.unique(owners, return_inverse=True, return_counts=True)
        centres = np.zeros((len(counts), vectors.shape[1]), np.float32)
        np.add.at(centres, entry, vectors - mean)
        centres /= counts[:, None]
        rest = vectors - mean - centres[entry]
        within = rest.T @ rest / len(rest)
        evened = _EVENED * max(float(np.trace(within)) / len(within), 1e-6)
        stretch, axes = np.linalg.eigh(within + evened * np.eye(len(within), dtype=np.float32))
        whiten = axes / np.sqrt(stretch)
        most = min(_DIRECTIONS, max(len(counts) - 1, 1))  # so many entries differ in no more directions
        _, best = np.linalg.eigh(whiten.T @ (centres.T @ centres) @ whiten)
        return cls(mean, np.asarray(whiten @ best[:, -most:], np.float32))

    @classmethod
    def of_catalogue(cls, root: Path, encoder: Encoder) -> "Themes":
        """Learn from the index below `root`; raise UnavailableError when there is none, or one by another model."""
        folder = current_folder(root)
        if folder is None:
            raise UnavailableError("no_index")
        if (model := read_meta(folder).model) != encoder.name:
            raise UnavailableError("index_of_another_model", index=model, model=encoder.name)
        try:
            pieces, vectors = read_vectors(folder)
        except BROKEN as error:
            raise UnavailableError("index_broken", path=folder, cause=error) from error
        return cls.learn(vectors, np.array([piece.entry_id for piece in pieces]))

    def seen(self, vectors: Vectors) -> Vectors:
        """Return vectors of any texts as unit vectors along these directions, shape (n, directions)."""
        along = (vectors - self.mean) @ self.directions
        unit: Vectors = along / (np.linalg.norm(along, axis=1, keepdims=True) + np.float32(1e-9))
        return unit


def cluster(seen: Vectors, alike: float = ALIKE) -> tuple[Labels, Labels]:
    """Group unit vectors; everything in a group is `alike` (a cosine) to the group's centre.

    Takes memory in proportion to the vectors, not to their pairs. No chain of likenesses can tie together what is not alike, which
    single linkage does, and with thousands of questions soon ties all of them.

    Returns:
        For each vector the number of its group, and for each group the row of its centre. The groups are in order of how many
        neighbours their centre has.
    """
    order = np.argsort(-_neighbours(seen, alike), kind="stable")
    free = np.ones(len(seen), bool)
    centres: list[int] = []
    for row in order:
        if free[row]:
            rows = np.flatnonzero(free)
            free[rows[seen[rows] @ seen[row] >= alike]] = False
            free[row] = False
            centres.append(int(row))
    middles = np.array(centres, np.int64)
    labels = np.empty(len(seen), np.int64)
    for start in range(0, len(seen), _BLOCK):
        labels[start : start + _BLOCK] = (seen[start : start + _BLOCK] @ seen[middles].T).argmax(axis=1)
    return labels, middles


def question_vectors(
    encoder: Encoder, texts: Sequence[str], root: Path, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Vectors:
    """Return a vector for each text, shape (n, dimension); those made before lie in a file below `root`.

    The file holds the vectors of these texts and no others afterwards: what is forgotten elsewhere is forgotten here.
    """
    file = root / _VECTORS
    wanted = {_key(text): text for text in texts}
    known = _kept(file, encoder.name)
    missing = [key for key in wanted if key not in known]
    if missing:
        made = encoder.passages([wanted[key] for key in missing], lambda done: progress(done, len(missing)))
        known |= dict(zip(missing, made, strict=True))
    _keep(file, encoder.name, {key: known[key] for key in wanted})
    return np.array([known[_key(text)] for text in texts], np.float32).reshape(len(texts), encoder.dimension)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _neighbours(seen: Vectors, alike: float) -> Labels:
    counts = [(seen[start : start + _BLOCK] @ seen.T >= alike).sum(axis=1) for start in range(0, len(seen), _BLOCK)]
    return np.concatenate(counts) if counts else np.zeros(0, np.int64)


def _kept(file: Path, model: str) -> dict[str, Vectors]:
    try:
        with file.open("rb") as opened, np.load(opened) as saved:
            return dict(zip(saved["keys"].tolist(), saved["vectors"], strict=True)) if str(saved["model"]) == model else {}
    except BROKEN:
        return {}


def _keep(file: Path, model: str, known: dict[str, Vectors]) -> None:
    unfinished = file.with_suffix(".new.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(unfinished, model=np.array(model), keys=np.array(list(known)), vectors=np.array(list(known.values())))
        unfinished.replace(file)
    except OSError as error:
        raise UnavailableError("home_not_writable", path=file.parent, cause=error.strerror) from error
