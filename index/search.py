"""Find the challenges that match what somebody says, and the solutions that go with them."""

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from index.encoder import Encoder, Vectors
from index.gate import Gate, Signals, refused_by_words
from index.generation import Generation, current_folder
from index.lexical import terms
from index.passages import Passage
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

Band = Literal["match", "related", "none"]
Kind = Literal["challenge", "solution"]
Scores = npt.NDArray[np.float32]

_NEAREST_ROWS = 400
_WORD_CANDIDATES = 30
# Chosen on the tuning questions with `guiden index evaluate`; see docs/search.md.
WEIGHT_OF_MEANING = 0.8
AREA_BONUS = 0.15
SOLUTION_DISCOUNT = 0.25
_UNSCORED = -99.0


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found; `score` is comparable within one answer only, `why` is the passage that won.

    `solutions` are the ids of those that answer a challenge, the most fitting first.
    """

    id: str
    kind: str
    score: float
    why: Passage
    solutions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one question; `area` is the area most of the best hits belong to.

    `reason` tells why nothing was searched ("sensitive", "errand", "small_talk", "off_topic"), else None.
    """

    band: Band
    hits: list[Hit] = field(default_factory=list)
    area: str | None = None
    reason: str | None = None
    by_words_only: bool = False


@dataclass(frozen=True, slots=True)
class _Scored:
    """Candidate entries of a question with their scores by meaning and by words, and the row that won."""

    numbers: npt.NDArray[np.int64]
    meaning: Scores
    words: Scores
    rows: npt.NDArray[np.int64]
    fused: Scores


class Search:
    """Searches the current generation, and takes up a newer one when `refresh` is called."""

    def __init__(self, root: Path, encoder: Encoder) -> None:
        self._root = root
        self._encoder = encoder
        self._generation: Generation | None = None
        self._folder: Path | None = None
        self._gate: Gate | None = None
        self._loading = threading.Lock()

    @property
    def generation(self) -> Generation:
        """Return the generation in memory, loading the current one the first time.

        Raises:
            UnavailableError: there is no index, it is broken, or it was made with another model.
        """
        if self._generation is None:
            self.refresh()
        if self._generation is None:
            raise UnavailableError("no_index")
        return self._generation

    def refresh(self) -> bool:
        """Load the current generation if it is another than the one in memory; tell whether it was."""
        with self._loading:
            folder = current_folder(self._root)
            if folder is None or folder == self._folder:
                return False
            generation = Generation.load(folder)
            if generation.meta.model != self._encoder.name:
                raise UnavailableError("index_of_another_model", index=generation.meta.model, model=self._encoder.name)
            self._gate = self._open_gate()
            self._generation, self._folder = generation, folder
            return True

    def ask(
        self,
        question: str,
        *,
        kind: Kind = "challenge",
        area: str | None = None,
        among: Iterable[str] | None = None,
        limit: int = 10,
    ) -> Found:
        """Return what fits `question`, the best first, or why nothing does.

        Args:
            area: the reader's own area; raises hits from it a little, never hides others.
            among: ids that may be found, when only some may (for example those open for interest).
        """
        generation = self.generation
        if reason := refused_by_words(question):
            return Found("none", reason=reason)
        vector = self._vector(question)
        by_words_only = vector is None
        scored = _score(generation, question, vector)
        if scored is None:
            return Found("none", by_words_only=by_words_only)
        band, reason = self._judge(question, vector, scored)
        if band == "none":
            return Found("none", reason=reason, by_words_only=by_words_only)
        hits = _hits(generation, scored, kind, area, None if among is None else set(among), limit)
        return Found(band if hits else "none", hits, _area(generation, hits), by_words_only=by_words_only)

    def nearest_areas(self, text: str, descriptions: Sequence[str]) -> Scores:
        """Return how near `text` is to each description, as cosines, shape (descriptions,)."""
        both = self._encoder.queries([text, *descriptions])
        nearness: Scores = both[1:] @ both[0]
        return nearness

    def _vector(self, question: str) -> Vectors | None:
        try:
            vector: Vectors = self._encoder.queries([question])[0]
        except UnavailableError:
            log.warning("The encoder cannot be used; searching by words alone", exc_info=True)
            return None
        return vector

    def _open_gate(self) -> Gate | None:
        try:
            return Gate.open(self._encoder, self._root)
        except UnavailableError:
            log.warning("The gate cannot be used; every answer will be marked as related", exc_info=True)
            return None

    def _judge(self, question: str, vector: Vectors | None, scored: "_Scored") -> tuple[Band, str | None]:
        if vector is None or self._gate is None:
            return "related", None
        return self._gate.judge(_signals(question, vector, scored))


def _score(generation: Generation, question: str, vector: Vectors | None) -> _Scored | None:
    by_words = generation.lexical.scores(question)
    best_by_words = np.argsort(-by_words)[:_WORD_CANDIDATES]
    candidates = set(best_by_words[by_words[best_by_words] > 0].tolist())
    if vector is not None:
        rows, _ = generation.nearest.nearest(vector, _NEAREST_ROWS)
        candidates |= set(generation.entry_of_row[rows].tolist())
    if not candidates:
        return None
    numbers = np.array(sorted(candidates))
    meaning, winners = _best_rows(generation, numbers, vector)
    words = by_words[numbers]
    weight = WEIGHT_OF_MEANING if vector is not None else 0.0
    fused = weight * _standard(meaning) + (1 - weight) * _standard(words)
    return _Scored(numbers, meaning, words, winners, fused)


def _best_rows(generation: Generation, numbers: npt.NDArray[np.int64], vector: Vectors | None) -> tuple[Scores, npt.NDArray[np.int64]]:
    spans = [(generation.entries[number].first, generation.entries[number].last) for number in numbers]
    if vector is None:
        return np.zeros(len(spans), np.float32), np.array([first for first, _ in spans])
    rows = np.concatenate([np.arange(first, last) for first, last in spans])
    cosines = generation.vectors[rows] @ vector
    starts = np.cumsum([0, *(last - first for first, last in spans[:-1])])
    best = np.maximum.reduceat(cosines, starts)
    lengths = [last - first for first, last in spans]
    at_best = np.flatnonzero(cosines == np.repeat(best, lengths))
    owner = np.repeat(np.arange(len(spans)), lengths)[at_best]
    winners = np.empty(len(spans), np.int64)
    winners[owner[::-1]] = rows[at_best[::-1]]
    return best, winners


def _standard(values: Scores) -> Scores:
    spread = float(values.std())
    standard: Scores = (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
    return standard


def _signals(question: str, vector: Vectors, scored: _Scored) -> Signals:
    order = np.argsort(-scored.meaning)
    by_words = np.argsort(-scored.words)
    return Signals(
        vector=vector,
        nearest=float(scored.meaning[order[0]]),
        margin=float(scored.meaning[order[0]] - scored.meaning[order[min(9, len(order) - 1)]]),
        words=float(scored.words[by_words[0]]) / (1 + len(terms(question))),
        agree=bool(order[0] in by_words[:5]),
        length=len(question.split()),
    )


def _hits(
    generation: Generation,
    scored: _Scored,
    kind: Kind,
    area: str | None,
    among: set[str] | None,
    limit: int,
) -> list[Hit]:
    place = {int(number): position for position, number in enumerate(scored.numbers)}
    score = {number: float(scored.fused[position]) for number, position in place.items()}
    for number in score:
        if area is not None and area in generation.entries[number].areas:
            score[number] += AREA_BONUS
    if kind == "solution":
        ranked = [number for number in score if generation.entries[number].kind != "challenge"]
    else:
        ranked = _raise_by_solutions(generation, score)
    ranked = [number for number in ranked if among is None or generation.entries[number].id in among]
    ranked.sort(key=lambda number: -score[number])
    return [_hit(generation, scored, place, score, number) for number in ranked[:limit]]


def _raise_by_solutions(generation: Generation, score: dict[int, float]) -> list[int]:
    """Let a solution that fits better than its challenges lift the best of them, and return the challenges."""
    challenges = [number for number in score if generation.entries[number].kind == "challenge"]
    own = dict(score)
    lowest = min(own.values())
    for number, value in own.items():
        linked = [generation.number_of[each] for each in generation.entries[number].challenges if each in generation.number_of]
        if not linked:
            continue
        best = max(linked, key=lambda each: own.get(each, lowest))
        if best not in score:
            challenges.append(best)
        score[best] = max(score.get(best, lowest), value - SOLUTION_DISCOUNT)
    return challenges


def _hit(generation: Generation, scored: _Scored, place: dict[int, int], score: dict[int, float], number: int) -> Hit:
    entry = generation.entries[number]
    linked = sorted(generation.answers_to.get(entry.id, ()), key=lambda each: -score.get(each, _UNSCORED))
    # A challenge that was only lifted by a solution was chosen for what matched in the solution.
    shown_for = number if number in place or not linked else linked[0]
    row = int(scored.rows[place[shown_for]]) if shown_for in place else generation.entries[shown_for].first
    solutions = tuple(generation.entries[each].id for each in linked)
    return Hit(entry.id, entry.kind, round(score[number], 3), generation.passages[row], solutions)


def _area(generation: Generation, hits: list[Hit]) -> str | None:
    votes: dict[str, float] = {}
    for rank, hit in enumerate(hits[:3]):
        main = generation.entries[generation.number_of[hit.id]].areas[0]
        votes[main] = votes.get(main, 0) + 1 / (1 + rank)
    return max(votes, key=lambda slug: votes[slug]) if votes else None
