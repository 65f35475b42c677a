"""The leg of the search that looks at words: BM25 over Swedish stems and pieces of words."""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt
import snowballstemmer

# The library logs each build at DEBUG with a handler of its own.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_WORD = re.compile(r"\w+")
_FOLD = str.maketrans("åäöéèüæø", "aaoeeuao")
_PIECE = 4
# Longer texts add nothing to what a question is about, and cost time in proportion.
_LONGEST_QUERY = 400


@lru_cache(maxsize=100_000)
def _terms_of(word: str) -> tuple[str, ...]:
    stem = _stemmer.stemWord(word).translate(_FOLD)
    pieces = (stem[start : start + _PIECE] for start in range(len(stem) - _PIECE + 1))
    return (stem, *(f"#{piece}" for piece in pieces if len(stem) > _PIECE))


_stemmer = snowballstemmer.stemmer("swedish")


def terms(text: str) -> list[str]:
    """Return the terms of a text: stems without diacritics, and their pieces of four letters (which split compounds)."""
    return [term for word in _WORD.findall(text.lower()) for term in _terms_of(word)]


class LexicalIndex:
    """Scores documents by the words they share with a question."""

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, documents: Sequence[str]) -> "LexicalIndex":
        """Return an index of `documents`, which are then known by their position."""
        bm25 = bm25s.BM25()
        bm25.index([terms(document) for document in documents], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Return the index that was saved in `folder`."""
        return cls(bm25s.BM25.load(str(folder), load_vocab=True))

    def save(self, folder: Path) -> None:
        """Write the index to `folder`."""
        self._bm25.save(str(folder), show_progress=False)

    def scores(self, question: str) -> npt.NDArray[np.float32]:
        """Return a score for each document, 0 where no word is shared, shape (documents,)."""
        known = [term for term in terms(question[:_LONGEST_QUERY]) if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)
