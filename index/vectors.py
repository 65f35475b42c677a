"""Nearest vectors: exact while that is fast, a graph above."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from index.encoder import Vectors

# Exact search takes 0.1 ms for 1 000 vectors and 11 ms for 100 000 (one core); above this a graph takes over.
EXACT_UP_TO = 60_000
_GRAPH_LINKS = 32
_GRAPH_BUILD_WIDTH = 100
_GRAPH_SEARCH_WIDTH = 256

# Two OpenMP threads make single queries 4-30 times slower on a busy machine: they wait for each other in a loop.
faiss.omp_set_num_threads(1)
threadpool_limits(limits=1, user_api="blas")


class VectorIndex:
    """Finds the rows whose vectors are nearest to a question's, by inner product of unit vectors."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> "VectorIndex":
        """Return an index of `vectors`, shape (n, dimension), whose rows are then known by their position."""
        count, dimension = vectors.shape
        if count <= EXACT_UP_TO:
            index: Any = faiss.IndexFlatIP(dimension)
        else:
            index = faiss.IndexHNSWFlat(dimension, _GRAPH_LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _GRAPH_BUILD_WIDTH
            index.hnsw.efSearch = _GRAPH_SEARCH_WIDTH
            faiss.omp_set_num_threads(2)
        index.add(vectors)
        faiss.omp_set_num_threads(1)
        return cls(index)

    @classmethod
    def load(cls, file: Path) -> "VectorIndex":
        """Return the index that was saved in `file`."""
        return cls(faiss.read_index(str(file)))

    def save(self, file: Path) -> None:
        """Write the index to `file`."""
        faiss.write_index(self._index, str(file))

    @property
    def size(self) -> int:
        """Return how many vectors there are."""
        return int(self._index.ntotal)

    def nearest(self, question: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Return the rows nearest to one question and their cosines, the nearest first."""
        scores, rows = self._index.search(question[None, :], min(count, self.size))
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]
