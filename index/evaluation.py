"""Measure the search on questions with known answers: by language and style, beside plainer searches in the same run."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from index.scoring import Scored, Scores, score
from index.search import Found, Hit, Search, rank
from knowledge.errors import ContentError

Part = Literal["tuning", "reporting"]

_SHOWN_SOLUTIONS = 3
_DEPTH = 10
_RRF = 60


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the ids of every entry that answers it; none when nothing should be answered."""

    text: str
    language: str
    style: str
    answers: frozenset[str]

    @property
    def part(self) -> Part:
        """Return whether the question may be tuned on: decided by its text alone, so that it can never change sides."""
        return "tuning" if int(hashlib.sha256(self.text.encode()).hexdigest()[0], 16) % 2 == 0 else "reporting"

    @property
    def group(self) -> str:
        """Return the row of the table that the question belongs to."""
        return f"{self.language} {self.style}"


_QUESTION = TypeAdapter(Question)


@dataclass(frozen=True, slots=True)
class Row:
    """How well one kind of question is answered; shares between 0 and 1.

    `refused` counts questions that got no hits though they have an answer.
    """

    group: str
    questions: int
    hit_at_1: float
    hit_at_3: float
    mrr: float
    ndcg: float
    refused: float


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """What questions that nothing should be answered to got; shares between 0 and 1."""

    group: str
    questions: int
    match: float
    related: float


def read_questions(file: Path, part: Part | None = None) -> list[Question]:
    """Return the questions in a JSON Lines file; raise ContentError naming the line that is none."""
    questions = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            question = _QUESTION.validate_json(line)
        except ValidationError as error:
            raise ContentError("questions_line", path=file, line=number, cause=error) from error
        if part is None or question.part == part:
            questions.append(question)
    return questions


def legs() -> dict[str, Callable[[Scored], Scores]]:
    """Return the searches that are compared, by name: the one that serves first."""
    return {
        "fused": lambda scored: scored.fused(),
        "dense": lambda scored: scored.meaning,
        "bm25": lambda scored: scored.words,
        "recognition": lambda scored: scored.recognition,
        "dense + bm25": lambda scored: scored.fused({"meaning": 0.7, "words": 0.3}),
        "rrf": _reciprocal_ranks,
    }


def evaluate(search: Search, questions: Sequence[Question]) -> list[Row]:
    """Return a row for each group of answerable questions, and one for all, as the serving search answers them."""
    return _rows(questions, lambda question: search.ask(question.text, limit=_DEPTH))


def evaluate_leg(search: Search, questions: Sequence[Question], leg: Callable[[Scored], Scores]) -> list[Row]:
    """Return the rows of one leg alone, without the gate."""

    def answer(question: Question) -> Found:
        vector = search.encoder.queries([question.text])[0]
        scored = score(search.generation, question.text, vector)
        return Found("match", rank(search.generation, scored, leg(scored), limit=_DEPTH)) if scored else Found("none")

    return _rows(questions, answer)


def evaluate_refusals(search: Search, questions: Sequence[Question]) -> list[Unanswerable]:
    """Return for each style of unanswerable questions how many got a match or something related."""
    bands: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        if not question.answers:
            band = search.ask(question.text, limit=_DEPTH).band
            bands[question.style].append(band)
            bands["all"].append(band)
    return [
        Unanswerable(style, len(found), found.count("match") / len(found), found.count("related") / len(found))
        for style, found in sorted(bands.items())
    ]


def _rows(questions: Sequence[Question], answer: Callable[[Question], Found]) -> list[Row]:
    results: dict[str, list[tuple[list[bool], bool]]] = defaultdict(list)
    for question in questions:
        if question.answers:
            found = answer(question)
            right = [_answers(hit, question) for hit in found.hits]
            for group in (question.group, "all"):
                results[group].append((right, found.band == "none"))
    return [_row(group, found) for group, found in sorted(results.items())]


def _row(group: str, results: Sequence[tuple[list[bool], bool]]) -> Row:
    rights = [right for right, _ in results]
    return Row(
        group,
        len(results),
        _mean(any(right[:1]) for right in rights),
        _mean(any(right[:3]) for right in rights),
        _mean(1 / (1 + right.index(True)) if any(right) else 0.0 for right in rights),
        _mean(_ndcg(right) for right in rights),
        _mean(refused for _, refused in results),
    )


def _answers(hit: Hit, question: Question) -> bool:
    return bool(question.answers.intersection((hit.id, *hit.solutions[:_SHOWN_SOLUTIONS])))


def _ndcg(right: Sequence[bool]) -> float:
    gains = sum(1 / np.log2(rank_ + 2) for rank_, is_right in enumerate(right) if is_right)
    ideal = sum(1 / np.log2(rank_ + 2) for rank_ in range(sum(right)))
    return float(gains / ideal) if ideal else 0.0


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _reciprocal_ranks(scored: Scored) -> Scores:
    total = np.zeros_like(scored.meaning)
    for leg in (scored.meaning, scored.words):
        total += 1 / (_RRF + 1 + np.argsort(np.argsort(-leg)))
    return total
