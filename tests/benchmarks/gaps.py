"""Unanswered questions in groups: how long 10 000 take, and how well groups follow needs that the catalogue has never seen."""

import json
import tempfile
import time
from itertools import combinations
from pathlib import Path

import numpy as np

from bot.settings import load_settings
from index.clusters import ALIKE, Themes, cluster, question_vectors
from index.encoder import E5Encoder, Vectors
from index.generation import current_folder, read_vectors
from tests.benchmarks.measuring import Row, memory, table

_QUESTIONS = Path(__file__).parent / "questions.jsonl"
_MANY = 10_000
# The encoder takes as long for each as for any other; all of them would be minutes.
_SOME = 500
_FOLDS = 5
_LIKENESSES = (0.5, ALIKE, 0.7)


def run() -> None:
    """Print what grouping costs, and what it is worth."""
    settings = load_settings()
    encoder = E5Encoder(settings.model, settings.models)
    encoder.load()
    folder = current_folder(settings.index)
    if folder is None:
        print("\nGroups of questions: no index; run guiden reindex first.")
        return
    pieces, vectors = read_vectors(folder)
    owners = np.array([piece.entry_id for piece in pieces])
    rows = [row for row, piece in enumerate(pieces) if piece.part == "phrasing"][:_MANY]
    texts, made = [pieces[row].text for row in rows], vectors[rows]
    _measure_time(encoder, texts, Themes.learn(vectors, owners).seen(made))
    _measure_worth(encoder, vectors, owners)


def _measure_time(encoder: E5Encoder, texts: list[str], seen: Vectors) -> None:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for what in ("embedded the first time", "read from their file"):
            started = time.perf_counter()
            question_vectors(encoder, texts[:_SOME], Path(folder))
            rows.append((f"{_SOME} questions {what}", f"{time.perf_counter() - started:.1f} s", ""))
    before = memory()
    started = time.perf_counter()
    _, centres = cluster(seen)
    rows.append(
        (f"{len(texts):,} questions grouped", f"{time.perf_counter() - started:.1f} s", f"{len(centres):,} groups; {before} → {memory()}")
    )
    table("Unanswered questions", ("what", "took", ""), rows)


def _measure_worth(encoder: E5Encoder, vectors: Vectors, owners: np.ndarray) -> None:
    asked = [each for each in map(json.loads, _QUESTIONS.read_text("utf-8").splitlines()) if each.get("need")]
    made = encoder.passages([each["text"] for each in asked])
    needs = np.array([each["need"] for each in asked])
    fold = np.array([sorted(set(needs)).index(need) % _FOLDS for need in needs])
    mean = vectors.mean(axis=0)
    centred = (made - mean) / np.linalg.norm(made - mean, axis=1, keepdims=True)
    plain, unseen = [], []
    for number in range(_FOLDS):
        theirs = fold == number
        left_out = {entry for each, is_theirs in zip(asked, theirs, strict=True) if is_theirs for entry in each["answers"]}
        kept = ~np.isin(owners, list(left_out))
        plain.append((centred[theirs], needs[theirs]))
        unseen.append((Themes.learn(vectors[kept], owners[kept]).seen(made[theirs]), needs[theirs]))
    best = max((_worth(plain, at) for at in np.arange(0.2, 0.8, 0.05)), key=lambda each: each[2])
    rows: list[Row] = [("plain vectors, centred, at the likeness that suits them best", *best)]
    rows += [(f"themes, needs left out of the catalogue, likeness {at}", *_worth(unseen, at)) for at in _LIKENESSES]
    table("Pairs of questions in one group", ("how", "right of those in one group", "found of those of one need", "F1"), rows)


def _worth(parts: list[tuple[Vectors, np.ndarray]], alike: float) -> tuple[str, str, float]:
    together = right = wanted = 0
    for seen, needs in parts:
        labels, _ = cluster(seen.astype(np.float32), alike)
        for one, other in combinations(range(len(needs)), 2):
            same = needs[one] == needs[other]
            wanted += same
            together += labels[one] == labels[other]
            right += same and labels[one] == labels[other]
    precision, recall = right / max(together, 1), right / wanted
    return f"{precision:.2f}", f"{recall:.2f}", round(2 * precision * recall / max(precision + recall, 1e-9), 2)
