"""Find the challenges that match what somebody says, and the solutions that go with them."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from index.encoder import Encoder, Vectors
from index.gate import Band, Gate, Signals, phrasings_of, refused_by_words
from index.generation import Generation, current_folder
from index.passages import Passage
from index.scoring import Scored, Scores, score
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

Kind = Literal["challenge", "solution"]

# Chosen on the tuning questions with `guiden index evaluate`; see docs/search.md.
AREA_BONUS = 0.15
SOLUTION_DISCOUNT = 0.25
# With half the catalogue stale, the largest that moves nothing right out of the first three (hit@3 0.933, with 0.3 it is 0.928).
STALE_PENALTY = 0.2
# A hit with a smaller part of the best one's score is right once in twenty times: too seldom to be shown.
FLOOR = 0.4
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


class Search:
    """Searches the current generation, and takes up a newer one when `refresh` is called."""

    def __init__(self, root: Path, encoder: Encoder) -> None:
        self._root = root
        self.encoder = encoder
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
            if generation.meta.model != self.encoder.name:
                raise UnavailableError("index_of_another_model", index=generation.meta.model, model=self.encoder.name)
            self._gate = self._open_gate(generation)
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
            question: what somebody said, in any language.
            kind: challenges with their solutions, or solutions alone.
            area: the reader's own area; raises hits from it a little, never hides others.
            among: ids that may be found, when only some may (for example those open for interest).
            limit: the most hits to return.
        """
        generation = self.generation
        if reason := refused_by_words(question):
            return Found("none", reason=reason)
        vector = self._vector(question)
        by_words_only = vector is None
        scored = score(generation, question, vector)
        if scored is None:
            return Found("none", by_words_only=by_words_only)
        band, reason = self._judge(vector, scored)
        if band == "none":
            return Found("none", reason=reason, by_words_only=by_words_only)
        fused = scored.words if by_words_only else scored.fused()
        hits = rank(generation, scored, fused, kind=kind, area=area, among=among, limit=limit)
        hits = [hit for hit in hits if hit.score >= FLOOR * hits[0].score]
        return Found(band if hits else "none", hits, _area(generation, hits), by_words_only=by_words_only)

    def _vector(self, question: str) -> Vectors | None:
        try:
            vector: Vectors = self.encoder.queries([question])[0]
        except UnavailableError:
            log.warning("The encoder cannot be used; searching by words alone", exc_info=True)
            return None
        return vector

    def _open_gate(self, generation: Generation) -> Gate | None:
        try:
            return Gate.open(self.encoder, self._root, phrasings_of(generation))
        except (UnavailableError, OSError):
            log.warning("The gate cannot be used; every answer will be marked as related", exc_info=True)
            return None

    def _judge(self, vector: Vectors | None, scored: Scored) -> tuple[Band, str | None]:
        if vector is None or self._gate is None:
            return "related", None
        return self._gate.judge(vector, Signals.of(scored))


def rank(
    generation: Generation,
    scored: Scored,
    fused: Scores,
    *,
    kind: Kind = "challenge",
    area: str | None = None,
    among: Iterable[str] | None = None,
    limit: int = 10,
) -> list[Hit]:
    """Return the candidates in `scored` as hits in the order of `fused`, which has a score for each; see `Search.ask`."""
    place = {int(number): position for position, number in enumerate(scored.numbers)}
    value = {number: float(fused[position]) for number, position in place.items()}
    today = str(date.today())
    for number in value:
        entry = generation.entries[number]
        if area is not None and area in entry.areas:
            value[number] += AREA_BONUS
        if entry.next_check < today:  # it should have been checked again: of two that fit alike, the other one first
            value[number] -= STALE_PENALTY
    if kind == "solution":
        ranked = [number for number in value if generation.entries[number].kind != "challenge"]
    else:
        ranked = _raise_by_solutions(generation, value)
    allowed = None if among is None else set(among)
    ranked = [number for number in ranked if allowed is None or generation.entries[number].id in allowed]
    ranked.sort(key=lambda number: -value[number])
    return [_hit(generation, scored, place, value, number) for number in ranked[:limit]]


def _raise_by_solutions(generation: Generation, value: dict[int, float]) -> list[int]:
    """Let a solution that fits better than its challenges lift the best of them, and return the challenges."""
    challenges = [number for number in value if generation.entries[number].kind == "challenge"]
    own = dict(value)
    for number, fits in own.items():
        linked = [generation.number_of[each] for each in generation.entries[number].challenges if each in generation.number_of]
        if not linked:
            continue
        best = max(linked, key=lambda each: own.get(each, _UNSCORED))
        if best not in value:
            challenges.append(best)
        value[best] = max(value.get(best, _UNSCORED), fits - SOLUTION_DISCOUNT)
    return challenges


def _hit(generation: Generation, scored: Scored, place: dict[int, int], value: dict[int, float], number: int) -> Hit:
    entry = generation.entries[number]
    linked = sorted(generation.answers_to.get(entry.id, ()), key=lambda each: -value.get(each, _UNSCORED))
    # A challenge that was only lifted by a solution was chosen for what matched in the solution.
    shown_for = number if number in place or not linked else linked[0]
    row = int(scored.rows[place[shown_for]]) if shown_for in place else generation.entries[shown_for].first
    solutions = tuple(generation.entries[each].id for each in linked)
    return Hit(entry.id, entry.kind, round(value[number], 3), generation.passages[row], solutions)


def _area(generation: Generation, hits: list[Hit]) -> str | None:
    votes: dict[str, float] = {}
    for rank, hit in enumerate(hits[:3]):
        main = generation.entries[generation.number_of[hit.id]].areas[0]
        votes[main] = votes.get(main, 0) + 1 / (1 + rank)
    return max(votes, key=lambda slug: votes[slug]) if votes else None
