"""`guiden reindex`: build a new generation beside the current one, check it, and put it in use."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from sqlalchemy import select

from index.encoder import Encoder, Vectors
from index.gate import Gate, phrasings_of
from index.generation import (
    BROKEN,
    VERSION,
    Generation,
    IndexedEntry,
    Meta,
    current_folder,
    entry_of_row,
    generations,
    make_current,
    read_meta,
    read_vectors,
)
from index.lexical import LexicalIndex
from index.passages import Passage, passages
from index.recogniser import Recogniser
from index.vectors import VectorIndex
from knowledge.catalogue import VISIBLE, Catalogue, Entry, Solution
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.tables import EntryRow

_KEPT_FOR_ROLLBACK = 1
_SAMPLE = 50

# Hears how many of how many passages have been embedded.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a reindex did; `embedded` counts the passages whose vectors were not reused."""

    changed: bool
    entries: int
    passages: int
    embedded: int
    generation: str


def reindex(
    database: Database,
    encoder: Encoder,
    root: Path,
    *,
    full: bool = False,
    progress: Progress = lambda _done, _total: None,
    wait_seconds: float = 600,
) -> Report:
    """Bring the index below `root` in step with the visible entries; embed only what is new.

    Killed at any instant, the old generation still serves, and the next run finishes the work.

    Raises:
        UnavailableError: another run held the lock too long, a check failed, or the disk refused.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _only_one(root, wait_seconds):
            return _reindex(database, encoder, root, full=full, progress=progress)
    except OSError as error:
        raise UnavailableError("home_not_writable", path=root, cause=error.strerror or error) from error


def fingerprint(database: Database) -> str:
    """Return a hash over the id and content of every visible entry, without reading their texts."""
    visible = select(EntryRow.id, EntryRow.hash).where(EntryRow.status.in_(VISIBLE)).order_by(EntryRow.id)
    digest = hashlib.sha256()
    with database.reading() as session:
        for entry_id, content in session.execute(visible):
            digest.update(f"{entry_id}\0{content}\0".encode())
    return digest.hexdigest()


def lock_holder(root: Path) -> str | None:
    """Return which process is reindexing and since when, or None."""
    try:
        with FileLock(root / "lock", timeout=0):
            return None
    except Timeout:
        return _read_holder(root)


def _reindex(database: Database, encoder: Encoder, root: Path, *, full: bool, progress: Progress) -> Report:
    _remove_unfinished(root)
    wanted = fingerprint(database)
    current = current_folder(root)
    old = None if current is None else _meta_or_none(current)
    same_model = old is not None and old.model == encoder.name and not full
    if current and old and same_model and (old.version, old.fingerprint) == (VERSION, wanted):
        if not Gate.is_learned(encoder, root):
            Gate.open(encoder, root, phrasings_of(Generation.load(current)))
        return Report(False, old.entries, old.passages, 0, current.name)
    before = _Before.read(current) if current and same_model else None
    entries = Catalogue(database).visible()
    built, embedded = _build(entries, wanted, encoder, before, progress)
    _verify(built)
    Gate.open(encoder, root, phrasings_of(built), anew=full)
    folder = root / f"g{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    unfinished = folder.with_name(f"unfinished-{folder.name}")
    built.save(unfinished)
    unfinished.rename(folder)
    make_current(root, folder)
    _remove_old(root, folder)
    return Report(True, built.meta.entries, built.meta.passages, embedded, folder.name)


@dataclass(frozen=True, slots=True)
class _Before:
    """What an earlier generation of the same model knows that holds still: vectors, and which entry is recognised by what."""

    vectors: dict[str, Vectors]
    numbers: dict[tuple[str, ...], int]
    recogniser: Recogniser | None

    @classmethod
    def read(cls, folder: Path) -> "_Before":
        try:
            old = Generation.load(folder)
        except UnavailableError:  # of another version, perhaps: its vectors hold all the same
            return cls(_known_vectors(folder), {}, None)
        vectors = {piece.key: vector for piece, vector in zip(old.passages, old.vectors, strict=True)}
        numbers = {_keys(old.passages[entry.first : entry.last]): number for number, entry in enumerate(old.entries)}
        return cls(vectors, numbers, old.recogniser)

    def recogniser_for(self, vectors: Vectors, entry_of_row: npt.NDArray[np.int64], pieces: list[list[Passage]]) -> Recogniser | None:
        """Return the recogniser for a catalogue of which little has changed, else None."""
        if self.recogniser is None:
            return None
        return self.recogniser.relearn(vectors, entry_of_row, [self.numbers.get(_keys(group)) for group in pieces])


def _keys(pieces: list[Passage]) -> tuple[str, ...]:
    return tuple(piece.key for piece in pieces)


def _build(entries: list[Entry], wanted: str, encoder: Encoder, before: _Before | None, progress: Progress) -> tuple[Generation, int]:
    if not entries:
        raise UnavailableError("nothing_to_index")
    known = before.vectors if before else {}
    pieces = [passages(entry) for entry in entries]
    flat = [piece for group in pieces for piece in group]
    missing = [number for number, piece in enumerate(flat) if piece.key not in known]
    vectors = np.empty((len(flat), encoder.dimension), np.float32)
    for number, piece in enumerate(flat):
        if piece.key in known:
            vectors[number] = known[piece.key]
    if missing:
        vectors[missing] = encoder.passages([flat[number].text for number in missing], lambda done: progress(done, len(missing)))
    meta = Meta(encoder.name, VERSION, wanted, len(entries), len(flat), datetime.now(UTC).isoformat(timespec="seconds"))
    words = LexicalIndex.build([" ".join(piece.text for piece in group) for group in pieces])
    indexed = list(_indexed(entries, pieces))
    of_row = entry_of_row(indexed)
    recogniser = before.recogniser_for(vectors, of_row, pieces) if before else None
    recogniser = recogniser or Recogniser.learn(vectors, of_row, len(indexed))
    built = Generation(meta, indexed, flat, vectors, VectorIndex.build(vectors), words, recogniser)
    return built, len(missing)


def _indexed(entries: list[Entry], pieces: list[list[Passage]]) -> Iterator[IndexedEntry]:
    first = 0
    for entry, group in zip(entries, pieces, strict=True):
        file = entry.entry
        links = entry.challenges if isinstance(entry, Solution) else ()
        yield IndexedEntry(file.id, file.kind, (file.area, *file.areas), links, first, first + len(group), str(file.next_check))
        first += len(group)


def known_vectors(root: Path, encoder: Encoder) -> dict[str, Vectors]:
    """Return the vectors that the current index holds, by the key of their passage; none when another model made them."""
    folder = current_folder(root)
    meta = _meta_or_none(folder) if folder else None
    return _known_vectors(folder) if folder and meta and meta.model == encoder.name else {}


def _known_vectors(folder: Path) -> dict[str, Vectors]:
    try:
        pieces, vectors = read_vectors(folder)
    except BROKEN:
        return {}  # a damaged generation is rebuilt from the texts
    return {piece.key: vector for piece, vector in zip(pieces, vectors, strict=True)}


def _verify(built: Generation) -> None:
    sample = np.linspace(0, len(built.passages) - 1, min(_SAMPLE, len(built.passages)), dtype=int)
    for row in sample:
        rows, scores = built.nearest.nearest(built.vectors[row], 1)
        if not len(rows) or scores[0] < float(built.vectors[row] @ built.vectors[row]) - 0.01:
            raise UnavailableError("index_check_failed", text=built.passages[row].text)
    if not len(built.passages) == built.nearest.size == len(built.vectors):
        raise UnavailableError("index_check_failed", text="count")


def _meta_or_none(folder: Path) -> Meta | None:
    try:
        return read_meta(folder)
    except UnavailableError:
        return None


def _remove_unfinished(root: Path) -> None:
    for folder in root.glob("unfinished-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _remove_old(root: Path, current: Path) -> None:
    older = [folder for folder in generations(root) if folder != current]
    for folder in older[: len(older) - _KEPT_FOR_ROLLBACK]:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _only_one(root: Path, wait_seconds: float) -> Iterator[None]:
    holder = root / "lock-holder"
    try:
        with FileLock(root / "lock", timeout=wait_seconds):
            holder.write_text(f"{os.getpid()} {datetime.now(UTC):%H:%M:%S}", "utf-8")
            yield
    except Timeout as error:
        raise UnavailableError("reindex_running", holder=_read_holder(root)) from error


def _read_holder(root: Path) -> str:
    try:
        return (root / "lock-holder").read_text("utf-8")
    except OSError:
        return "?"
