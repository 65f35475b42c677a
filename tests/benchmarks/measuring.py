"""What every benchmark shares: timing a call, a table, and made-up entries."""

import resource
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Vectors

Row = Sequence[object]


def milliseconds(call: Callable[[], object], times: int) -> list[float]:
    """Return how long each of `times` calls took."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        took.append((time.perf_counter() - started) * 1000)
    return took


def p50(values: Sequence[float]) -> str:
    """Return the median, as text."""
    return f"{statistics.median(values):.1f}"


def p95(values: Sequence[float]) -> str:
    """Return the value that 95 in 100 stay below, as text."""
    return f"{float(np.percentile(values, 95)):.1f}"


def table(title: str, head: Row, rows: Iterable[Row]) -> None:
    """Print a Markdown table."""
    print(f"\n### {title}\n\n| {' | '.join(map(str, head))} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")


def memory(pid: int | None = None) -> str:
    """Return the resident memory of a process in MB; of this one without `pid`."""
    if pid is None:
        return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return f"{int(resident.split()[1]) / 1024:.0f} MB"


class RandomEncoder:
    """Made-up vectors near the real ones' shape, at no cost: what is measured is everything but the encoder."""

    name = "random"
    dimension = 384

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._basis = self._random.standard_normal((48, self.dimension)).astype(np.float32)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text."""
        return self._some(len(texts))

    def passages(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _done: None) -> Vectors:
        """Return a vector for each text."""
        progress(len(texts))
        return self._some(len(texts))

    def _some(self, count: int) -> Vectors:
        # 48 intrinsic dimensions, as real texts have; isotropic noise would make every neighbour equally far.
        vectors = self._random.standard_normal((count, 48)).astype(np.float32) @ self._basis
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
