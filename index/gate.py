"""Decide whether a question should be answered from the catalogue at all, and how surely.

Cosines alone cannot tell: E5 gives answerable and unanswerable questions nearly the same. So a small classifier over the
question's own vector says what kind of message it is, and the scores only decide between a match and something related.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import yaml

from index.encoder import Encoder, Vectors
from knowledge.errors import UnavailableError
from knowledge.sensitive import is_sensitive

_EXAMPLES = Path(__file__).parent / "gate.yml"
_VERSION = 1
NEED = "need"

# Vectors of E5 lie in a narrow cone; centred and scaled, a plain logistic regression can tell them apart.
_SCALE = 16.0

# Chosen on the tuning questions with `guiden index evaluate`; see docs/search.md.
SURELY_A_NEED = 0.5
MATCH_FROM = 0.875
RELATED_FROM = 0.845


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question and its candidates before an answer is given.

    `nearest` is the cosine of the best entry, `margin` its lead over the tenth, `words` the best BM25 score per term,
    `agree` whether the best entry by meaning is also among the best by words, `length` the words of the question.
    """

    vector: Vectors
    nearest: float
    margin: float
    words: float
    agree: bool
    length: int


class Gate:
    """Knows needs from errands, small talk, sensitive statements and everything else."""

    def __init__(self, kinds: list[str], weights: Vectors, bias: Vectors, mean: Vectors) -> None:
        self._kinds = kinds
        self._weights = weights
        self._bias = bias
        self._mean = mean

    @classmethod
    def open(cls, encoder: Encoder, root: Path) -> "Gate":
        """Return the gate for `encoder`, learned from the examples the first time and kept below `root`."""
        text = _EXAMPLES.read_bytes()
        key = hashlib.sha256(text + f"{encoder.name} {_VERSION} {_SCALE}".encode()).hexdigest()[:12]
        file = root / f"gate-{key}.npz"
        if not file.exists():
            _learn(encoder, yaml.safe_load(text), file)
        try:
            with np.load(file) as saved:
                return cls(saved["kinds"].tolist(), saved["weights"], saved["bias"], saved["mean"])
        except (OSError, ValueError, KeyError) as error:
            raise UnavailableError("index_broken", path=file, cause=error) from error

    def kinds(self, vector: Vectors) -> dict[str, float]:
        """Return how likely the message is of each kind; the values add up to 1."""
        logits = (vector - self._mean) * _SCALE @ self._weights + self._bias
        likely = np.exp(logits - logits.max())
        return dict(zip(self._kinds, (likely / likely.sum()).tolist(), strict=True))

    def judge(self, signals: Signals) -> tuple[Literal["match", "related", "none"], str | None]:
        """Return the band of an answer and, when nothing should be answered, the kind of message it is."""
        kinds = self.kinds(signals.vector)
        likeliest = max(kinds, key=lambda kind: kinds[kind])
        if likeliest != NEED and kinds[NEED] < SURELY_A_NEED:
            return "none", likeliest
        if signals.nearest >= MATCH_FROM:
            return "match", None
        if signals.nearest >= RELATED_FROM:
            return "related", None
        return "none", None


def refused_by_words(question: str) -> str | None:
    """Return the kind of a message that must not be searched, judged by its words alone, or None."""
    if is_sensitive(question):
        return "sensitive"
    if not any(letter.isalpha() for letter in question):
        return "small_talk"
    return None


def _learn(encoder: Encoder, examples: dict[str, list[str]], file: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    texts = [(kind, text) for kind, group in sorted(examples.items()) for text in group]
    vectors = encoder.queries([text for _, text in texts])
    mean = vectors.mean(axis=0)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    model.fit((vectors - mean) * _SCALE, [kind for kind, _ in texts])
    weights: npt.NDArray[np.float32] = model.coef_.T.astype(np.float32)
    unfinished = file.with_name(f"unfinished-{file.name}")
    np.savez(unfinished, kinds=model.classes_, weights=weights, bias=model.intercept_.astype(np.float32), mean=mean)
    unfinished.rename(file)
