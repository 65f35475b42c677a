"""Stand-ins that answer the same way each time, for tests that need no language model."""

import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index.encoder import Vectors
from knowledge.errors import UnavailableError

DIMENSION = 256
BATCH = 16

# As with E5, two texts that share nothing have a cosine of about 0.8.
_COMMON = 0.8
_WORD = re.compile(r"\w+")


class FakeEncoder:
    """Sees a text as a bag of words: texts with the same words have the same vector.

    `embedded` counts the passages that were turned into vectors; with `available` set to False it refuses, as a missing model does.
    """

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.dimension = DIMENSION
        self.available = True
        self.embedded = 0

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text."""
        if not self.available:
            raise UnavailableError("model_missing")
        return np.array([bag_of_words(text) for text in texts], np.float32).reshape(len(texts), DIMENSION)

    def passages(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _done: None) -> Vectors:
        """Return one unit vector a text, in batches, and count them."""
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            vectors[start : start + BATCH] = self.queries(batch)
            self.embedded += len(batch)
            progress(start + len(batch))
        return vectors


def bag_of_words(text: str) -> Vectors:
    """Return the unit vector of a text: what all texts share, and the sum of its words."""
    words = [_direction(word) for word in _WORD.findall(text.casefold())] or [_direction("")]
    own = np.sum(words, axis=0)
    vector = np.append(own * (np.sqrt(1 - _COMMON) / np.linalg.norm(own)), np.sqrt(_COMMON))
    return np.asarray(vector, np.float32)


@cache
def _direction(word: str) -> Vectors:
    vector = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(DIMENSION - 1)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
