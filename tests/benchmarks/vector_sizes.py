"""Index sizes: build time, memory, latency and recall of exact search, HNSW and IVF."""

import time

import faiss
import numpy as np

from index.encoder import Vectors
from tests.benchmarks.measuring import RandomEncoder, Row, milliseconds, p50, p95, table

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_QUERIES = 200
_NEIGHBOURS = 10


def run() -> None:
    """Print a row for each kind and size of index."""
    faiss.omp_set_num_threads(1)
    rows: list[Row] = []
    for size in _SIZES:
        encoder = RandomEncoder()
        vectors, queries = encoder.passages([""] * size), encoder.queries([""] * _QUERIES)
        exact = _rows("flat", faiss.IndexFlatIP(384), vectors, queries, None)
        rows.append(exact[0])
        if size >= _SIZES[1]:
            cells = int(4 * np.sqrt(size))
            rows.append(_rows(f"IVF{cells}, nprobe 32", _ivf(cells), vectors, queries, exact[1])[0])
            rows.append(_rows("HNSW32, ef 256", _graph(), vectors, queries, exact[1])[0])
    table("Index sizes (one thread, 384 dimensions)", ("vectors", "index", "build s", "MB", "p50 ms", "p95 ms", "recall@10"), rows)


def _ivf(cells: int) -> faiss.Index:
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(384), 384, cells, faiss.METRIC_INNER_PRODUCT)
    index.nprobe = 32
    return index


def _graph() -> faiss.Index:
    index = faiss.IndexHNSWFlat(384, 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = 100, 256
    return index


def _rows(name: str, index: faiss.Index, vectors: Vectors, queries: Vectors, exact: np.ndarray | None) -> tuple[Row, np.ndarray]:
    started = time.perf_counter()
    faiss.omp_set_num_threads(2)
    if not index.is_trained:
        sample = vectors[:: max(1, len(vectors) // 100_000)]
        index.train(sample)
    index.add(vectors)
    faiss.omp_set_num_threads(1)
    built = time.perf_counter() - started
    size = len(faiss.serialize_index(index)) / 2**20
    found = np.stack([index.search(query[None, :], _NEIGHBOURS)[1][0] for query in queries])
    took = [milliseconds(lambda query=query: index.search(query[None, :], _NEIGHBOURS), 1)[0] for query in queries]
    same = 1.0 if exact is None else float(np.mean([len(set(a) & set(b)) / _NEIGHBOURS for a, b in zip(found, exact, strict=True)]))
    return (
        f"{len(vectors):,}",
        name,
        f"{built:.1f}",
        f"{size:.0f}",
        f"{float(p50(took)):.2f}",
        f"{float(p95(took)):.2f}",
        f"{same:.3f}",
    ), found
