"""Search alone: the serving search against the bare encoder and a bare FAISS index over the same vectors."""

from pathlib import Path

import faiss
import numpy as np

from bot.settings import load_settings
from index.encoder import E5Encoder
from index.evaluation import read_questions
from index.search import Search
from tests.benchmarks.measuring import milliseconds, p50, p95, table

_QUESTIONS = Path(__file__).parent / "questions.jsonl"


def run() -> None:
    """Print the latency of a search and its ratio to the bare parts."""
    settings = load_settings()
    encoder = E5Encoder(settings.model, settings.models)
    search = Search(settings.index, encoder)
    vectors = np.asarray(search.generation.vectors)
    faiss.omp_set_num_threads(1)
    bare = faiss.IndexFlatIP(encoder.dimension)
    bare.add(vectors)
    questions = [question.text for question in read_questions(_QUESTIONS, "tuning")][:150]
    for question in questions[:5]:
        search.ask(question)
    ours, plain = [], []
    for question in questions:  # in turns, so that a busy moment hits both
        plain += milliseconds(lambda text=question: bare.search(encoder.queries([text]), 10), 1)
        ours += milliseconds(lambda text=question: search.ask(text), 1)
    ratio = float(np.median(ours)) / float(np.median(plain))
    table(
        f"Search over {search.generation.meta.entries} entries, {search.generation.meta.passages} passages",
        ("what", "p50 ms", "p95 ms"),
        [
            ("bare encoder + bare FAISS", p50(plain), p95(plain)),
            ("serving search (gate, three legs, solutions)", p50(ours), p95(ours)),
            ("ratio of the medians", f"{ratio:.2f}", ""),
        ],
    )
