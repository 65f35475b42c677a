"""Keep the index in step with what is published, by itself, beside a running conversation."""

import time
from collections.abc import Callable
from pathlib import Path

from index.builder import fingerprint, reindex
from index.encoder import Encoder
from index.generation import VERSION, current_folder, read_meta
from knowledge.database import Database
from knowledge.errors import UnavailableError

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0


class KeepingUp:
    """Looks whether entries have changed, and reindexes them.

    After a failure it waits, twice as long each time. An index that is missing, or of another model or version, takes minutes and both
    cores to build: that is left to `guiden reindex`.
    """

    def __init__(self, database: Database, encoder: Encoder, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._encoder = encoder
        self._root = root
        self._clock = clock
        self._not_before = float("-inf")
        self._pause = FIRST_PAUSE
        self._failure: UnavailableError | None = None

    def look(self) -> bool:
        """Reindex what has changed, if anything; tell whether it was done.

        Raises:
            UnavailableError: it failed, or did so a moment ago and is not tried again yet.
        """
        if self._clock() < self._not_before:
            if self._failure:
                raise self._failure.with_traceback(None)
            return False
        if not self._has_changed():
            self._done()
            return False
        # Told before the attempt: a fault of the program's own must not lead to one attempt a second either.
        self._not_before = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        try:
            changed = reindex(self._database, self._encoder, self._root, wait_seconds=0).changed
        except UnavailableError as error:
            if error.key != "reindex_running":
                self._failure = error
                raise
            changed = False  # somebody else is doing it
        self._done()
        return changed

    def _has_changed(self) -> bool:
        folder = current_folder(self._root)
        if folder is None:
            return False
        meta = read_meta(folder)
        return (meta.model, meta.version) == (self._encoder.name, VERSION) and meta.fingerprint != fingerprint(self._database)

    def _done(self) -> None:
        self._not_before, self._pause, self._failure = float("-inf"), FIRST_PAUSE, None
