"""Run by test_reindex_killed.py as a process of its own: a reindex that stops at a chosen point, and waits there to be killed.

Arguments: the URL of the database, the folder of the index, and the name of the point.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import builder, generation, recogniser
from index.builder import reindex
from index.generation import Generation
from index.recogniser import Recogniser
from knowledge.database import Database
from tests.fakes import BATCH, FakeEncoder

HERE = "here"

POINTS = ("1 batch", "2 batches", "half written", "written", "renamed", "pointer written", "in use", "old one removed")


def wait() -> None:
    """Tell that the point is reached, and do nothing more."""
    print(HERE, flush=True)
    sys.stdin.read()


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that waits instead of doing what `function` does."""
    del function
    return lambda *_arguments: wait()


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does what `function` does, and then waits."""

    def stopped(*arguments: Any) -> None:
        function(*arguments)
        wait()

    return stopped


def stop_at(point: str) -> None:
    """Let the reindex stop at a point that is not a batch."""
    match point:
        case "half written":
            Recogniser.save = before(Recogniser.save)  # type: ignore[method-assign]
        case "written":
            Generation.save = after(Generation.save)  # type: ignore[method-assign]
        case "renamed":
            builder.make_current = before(builder.make_current)
        case "pointer written":
            generation.os.fsync = after(generation.os.fsync)
        case "in use":
            builder.make_current = after(builder.make_current)
        case "old one removed":
            builder._remove_old = after(builder._remove_old)


def main() -> None:
    """Reindex until the point."""
    recogniser._LEARN_UP_TO = 0  # learning would import PyTorch, in each of these processes
    url, root, point = sys.argv[1:]
    batches = int(point.split(" ")[0]) if "batch" in point else 0
    stop_at(point)

    def progress(done: int, _total: int) -> None:
        if done == batches * BATCH:
            wait()

    reindex(Database(url), FakeEncoder(), Path(root), progress=progress)


if __name__ == "__main__":
    main()
