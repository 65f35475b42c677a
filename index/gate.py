"""Decide whether a question should be answered from the catalogue at all, and how surely.

Cosines alone cannot tell: E5 gives answerable and unanswerable questions nearly the same. So a classifier over the question's own
vector says what kind of message it is, and a second, tiny one weighs that against what was found.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from index.encoder import Encoder, Vectors
from index.generation import BROKEN, Generation
from index.scoring import Scored
from knowledge.errors import UnavailableError
from knowledge.sensitive import is_sensitive

Band = Literal["match", "related", "none"]

_EXAMPLES = Path(__file__).parent / "gate.yml"
_VERSION = 5
NEED = "need"

# Vectors of E5 lie in a narrow cone; centred and scaled, a plain logistic regression can tell them apart.
_SCALE = 16.0
_REGULARISATION = 0.05

# How much of the catalogue is learned as needs.
_PHRASINGS_OF_CHALLENGE = 5
_MOST_PHRASINGS = 2000
# How many of the best entries of two legs are compared.
_BEST = 10
_LAST_LATIN_LETTER = "\u024f"

# Learned on the tuning questions and the examples by `python -m tests.benchmarks.learn_gate`: what each signal adds to the log-odds that a
# question should be answered, and the odds from which it is. docs/search.md has the false-match rates they were chosen for.
BIAS = -4.386
ADDS = {"need": 1.144, "nearest": 71.063, "agreement": 3.083, "lead": 0.288}
MATCH_FROM = 0.954
RELATED_FROM = 0.536


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question's candidates before an answer is given.

    `nearest` is how far the nearest passage stands above what is usual, `agreement` the part of the ten best entries by meaning that
    are also among the ten best by words (by recognition when no word is known), `lead` the highest score of all legs together.
    """

    nearest: float
    agreement: float
    lead: float

    @classmethod
    def of(cls, scored: Scored) -> "Signals":
        """Return the signals of a question."""
        second = scored.words if scored.words.any() else scored.recognition
        best, best_by_second = (set(np.argsort(-leg)[:_BEST].tolist()) for leg in (scored.meaning, second))
        return cls(scored.nearest, len(best & best_by_second) / _BEST, float(scored.fused().max()))


class Gate:
    """Knows needs from errands, small talk, sensitive statements and everything else."""

    def __init__(self, kinds: list[str], weights: Vectors, bias: Vectors, mean: Vectors) -> None:
        self._kinds = kinds
        self._weights = weights
        self._bias = bias
        self._mean = mean

    @classmethod
    def open(cls, encoder: Encoder, root: Path, phrasings: Sequence[str] = (), *, anew: bool = False) -> "Gate":
        """Return the gate for `encoder`, kept below `root`.

        It is learned the first time, or `anew`, from the examples and from `phrasings` of the catalogue, which are needs by definition.

        Raises:
            UnavailableError: the kept gate cannot be read, or the encoder cannot be used.
        """
        file = _file(encoder, root)
        if anew or not file.exists():
            texts, kinds = read_examples()
            texts, kinds = [*texts, *phrasings], [*kinds, *[NEED] * len(phrasings)]
            cls.learn(encoder.queries(texts), texts, kinds).save(file)
        try:
            with file.open("rb") as opened, np.load(opened) as saved:
                return cls(saved["kinds"].tolist(), saved["weights"], saved["bias"], saved["mean"])
        except BROKEN as error:
            raise UnavailableError("index_broken", path=file, cause=error) from error

    @classmethod
    def learn(cls, vectors: Vectors, texts: Sequence[str], kinds: Sequence[str]) -> "Gate":
        """Return a gate learned from messages: the vector, the text and the kind of each."""
        from sklearn.linear_model import LogisticRegression

        mean = np.asarray(vectors.mean(axis=0), np.float32)
        centred = vectors - mean
        # Learned from vectors that have nothing in this direction, the weights have nothing in it either, and no question's script counts.
        script = _script(centred, texts, kinds)
        model = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=2000)
        model.fit((centred - np.outer(centred @ script, script)) * _SCALE, kinds)
        return cls(model.classes_.tolist(), model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32), mean)

    def save(self, file: Path) -> None:
        """Write what was learned to `file`, in one step."""
        # Named after the process: a search and a reindex may learn at the same time.
        unfinished = file.with_name(f"unfinished-{os.getpid()}-{file.name}")
        np.savez(unfinished, kinds=self._kinds, weights=self._weights, bias=self._bias, mean=self._mean)
        unfinished.rename(file)

    @staticmethod
    def is_learned(encoder: Encoder, root: Path) -> bool:
        """Tell whether the gate for `encoder` and for these examples is kept below `root`."""
        return _file(encoder, root).exists()

    def kinds(self, vector: Vectors) -> dict[str, float]:
        """Return how likely the message is of each kind; the values add up to 1."""
        logits = (vector - self._mean) * _SCALE @ self._weights + self._bias
        likely = np.exp(logits - logits.max())
        return dict(zip(self._kinds, (likely / likely.sum()).tolist(), strict=True))

    def need(self, vector: Vectors) -> float:
        """Return the log-odds that the message is a need."""
        chance = min(max(self.kinds(vector)[NEED], 1e-6), 1 - 1e-6)
        return float(np.log(chance / (1 - chance)))

    def odds(self, vector: Vectors, signals: Signals) -> float:
        """Return how likely it is that the question should be answered, between 0 and 1."""
        adds = zip(ADDS.values(), (self.need(vector), *astuple(signals)), strict=True)
        return float(1 / (1 + np.exp(-(BIAS + sum(weight * value for weight, value in adds)))))

    def judge(self, vector: Vectors, signals: Signals) -> tuple[Band, str | None]:
        """Return the band of an answer and, when nothing should be answered, the kind of message it is (None for a need)."""
        odds = self.odds(vector, signals)
        if odds >= MATCH_FROM:
            return "match", None
        if odds >= RELATED_FROM:
            return "related", None
        kinds = self.kinds(vector)
        likeliest = max(kinds, key=lambda kind: kinds[kind])
        return "none", None if likeliest == NEED else likeliest


def read_examples() -> tuple[list[str], list[str]]:
    """Return the examples in `index/gate.yml`: their texts, and the kind of each."""
    examples: dict[str, list[str]] = yaml.safe_load(_EXAMPLES.read_bytes())
    pairs = [(text, kind) for kind, group in sorted(examples.items()) for text in group]
    return [text for text, _ in pairs], [kind for _, kind in pairs]


def phrasings_of(generation: Generation) -> list[str]:
    """Return some of what people say of each entry in an index, in all its languages: needs by definition."""
    chosen: list[str] = []
    for entry in generation.entries:
        said = [passage.text for passage in generation.passages[entry.first : entry.last] if passage.part == "phrasing"]
        wanted = _PHRASINGS_OF_CHALLENGE if entry.kind == "challenge" else 1
        chosen += said[:: max(1, len(said) // wanted)][:wanted]
    return chosen[:: max(1, len(chosen) // _MOST_PHRASINGS)]


def refused_by_words(question: str) -> str | None:
    """Return the kind of a message that must not be searched, judged by its words alone, or None."""
    if is_sensitive(question):
        return "sensitive"
    if not any(letter.isalpha() for letter in question):
        return "small_talk"
    return None


def _file(encoder: Encoder, root: Path) -> Path:
    learned_from = _EXAMPLES.read_bytes() + f"{encoder.name} {_VERSION} {_SCALE} {_REGULARISATION}".encode()
    return root / f"gate-{hashlib.sha256(learned_from).hexdigest()[:12]}.npz"


def _script(vectors: Vectors, texts: Sequence[str], kinds: Sequence[str]) -> Vectors:
    """Return the direction, of length 1, in which messages in other letters than the Latin differ from Latin ones of the same kind."""
    other, kind_of = np.array([_is_in_other_letters(text) for text in texts]), np.array(kinds)
    pairs = [(vectors[other & (kind_of == kind)], vectors[~other & (kind_of == kind)]) for kind in np.unique(kind_of)]
    away = np.mean([foreign.mean(axis=0) - latin.mean(axis=0) for foreign, latin in pairs], axis=0)
    return np.asarray(away / np.linalg.norm(away), np.float32)


def _is_in_other_letters(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter > _LAST_LATIN_LETTER for letter in letters) > len(letters)
