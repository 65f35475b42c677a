"""One built index on disk: what it holds, how it is read, and which one is current."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from index.encoder import Vectors
from index.lexical import LexicalIndex
from index.passages import Passage
from index.recogniser import Recogniser
from index.vectors import VectorIndex
from knowledge.errors import UnavailableError

CURRENT = "current"

# Raised when a generation gets other parts, or an unchanged entry other passages; it forces a rebuild.
VERSION = 5
_SAMPLE = 100
# Below this the vectors are read into memory; above, the machine decides which parts to keep there.
_IN_MEMORY_BYTES = 200 * 2**20

# What reading a file that is missing, cut short or overwritten can raise in NumPy, FAISS, bm25s and json.
BROKEN = (OSError, ValueError, TypeError, KeyError, RuntimeError, EOFError, BadZipFile)


@dataclass(frozen=True, slots=True)
class Meta:
    """What a generation was built from; `fingerprint` covers every visible entry's id and content."""

    model: str
    version: int
    fingerprint: str
    entries: int
    passages: int
    built_at: str


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """An entry as the search needs it: `first` and `last` bound its rows among the vectors, `next_check` is a date (YYYY-MM-DD)."""

    id: str
    kind: str
    areas: tuple[str, ...]
    challenges: tuple[str, ...]
    first: int
    last: int
    next_check: str


class Generation:
    """A complete index in memory."""

    def __init__(
        self,
        meta: Meta,
        entries: list[IndexedEntry],
        passages: list[Passage],
        vectors: Vectors,
        nearest: VectorIndex,
        lexical: LexicalIndex,
        recogniser: Recogniser,
    ) -> None:
        self.meta = meta
        self.entries = entries
        self.passages = passages
        self.vectors = vectors
        self.nearest = nearest
        self.lexical = lexical
        self.recogniser = recogniser
        self.answers_to: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for challenge in entry.challenges:
                self.answers_to.setdefault(challenge, []).append(number)
        self.number_of = {entry.id: number for number, entry in enumerate(entries)}
        self.entry_of_row = entry_of_row(entries)
        sample = entries[:: max(1, len(entries) // _SAMPLE)]
        self._sample = np.concatenate([vectors[entry.first : entry.last] for entry in sample])
        self._sample_starts = np.cumsum([0, *(entry.last - entry.first for entry in sample[:-1])])

    def sampled_best(self, question: Vectors) -> Vectors:
        """Return the highest cosine in each of some entries spread over the catalogue: what is usual for a question."""
        best: Vectors = np.maximum.reduceat(self._sample @ question, self._sample_starts)
        return best

    @classmethod
    def load(cls, folder: Path) -> "Generation":
        """Read a generation; raise UnavailableError when a part of it is missing or broken."""
        try:
            meta = read_meta(folder)
            if meta.version != VERSION:
                raise UnavailableError("index_of_another_version", path=folder)
            entries = [IndexedEntry(**_tuples(row)) for row in json.loads((folder / "entries.json").read_text("utf-8"))]
            passages, vectors = read_vectors(folder)
            nearest = VectorIndex.load(folder / "nearest.faiss")
            words = LexicalIndex.load(folder / "words")
            return cls(meta, entries, passages, vectors, nearest, words, Recogniser.load(folder / "recogniser.npz"))
        except BROKEN as error:
            raise UnavailableError("index_broken", path=folder, cause=error) from error

    def save(self, folder: Path) -> None:
        """Write every part to `folder`, which must not exist."""
        folder.mkdir(parents=True)
        _write_json(folder / "meta.json", asdict(self.meta))
        _write_json(folder / "entries.json", [asdict(entry) for entry in self.entries])
        _write_json(folder / "passages.json", [(p.entry_id, p.part, p.language, p.text) for p in self.passages])
        np.save(folder / "vectors.npy", self.vectors)
        self.nearest.save(folder / "nearest.faiss")
        self.lexical.save(folder / "words")
        self.recogniser.save(folder / "recogniser.npz")


def entry_of_row(entries: list[IndexedEntry]) -> npt.NDArray[np.int64]:
    """Return for each row of vectors the number of its entry."""
    return np.repeat(np.arange(len(entries)), [entry.last - entry.first for entry in entries])


def read_meta(folder: Path) -> Meta:
    """Return what is known of the generation in `folder` without loading it."""
    try:
        return Meta(**json.loads((folder / "meta.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UnavailableError("index_broken", path=folder, cause=error) from error


def read_vectors(folder: Path) -> tuple[list[Passage], Vectors]:
    """Return the passages in a generation and their vectors, which outlive the other parts' changes of form."""
    passages = [Passage(*row) for row in json.loads((folder / "passages.json").read_text("utf-8"))]
    file = folder / "vectors.npy"
    mapped: Literal["r"] | None = "r" if file.stat().st_size > _IN_MEMORY_BYTES else None
    return passages, np.load(file, mmap_mode=mapped)


def current_folder(root: Path) -> Path | None:
    """Return the folder of the generation in use, or None when nothing was ever built.

    Raises:
        UnavailableError: the place of the index cannot be read, for example because a file stands in the way.
    """
    try:
        return root / (root / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnavailableError("home_not_writable", path=root, cause=error.strerror) from error


def make_current(root: Path, folder: Path) -> None:
    """Put `folder` in use, in one step that is either done or not done when the machine stops."""
    pointer = root / f"{CURRENT}.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root / CURRENT)


def generations(root: Path) -> list[Path]:
    """Return the folders of all finished generations, the oldest first."""
    return sorted(folder for folder in root.glob("g*") if (folder / "meta.json").exists())


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
