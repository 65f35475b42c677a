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
from index.generation import BROKEN
from index.scoring import Scored
from knowledge.errors import UnavailableError
from knowledge.sensitive import is_sensitive

Band = Literal["match", "related", "none"]

_EXAMPLES = Path(__file__).parent / "gate.yml"
_VERSION = 4
NEED = "need"

# Vectors of E5 lie in a narrow cone; centred and scaled, a plain logistic regression can tell them apart.
_SCALE = 16.0
_REGULARISATION = 0.05

# Learned on the tuning questions by `python -m tests.benchmarks.learn_gate`: what each signal adds to the log-odds that a
# question should be answered, and the odds from which it is. docs/search.md has the false-match rates they were chosen for.
BIAS = -21.722
ADDS = {"need": 0.976, "nearest": 16.33, "meaning": 0.586, "agreement": 5.679, "lead": 0.31, "length": 1.144}
MATCH_FROM = 0.914
RELATED_FROM = 0.622


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a question's candidates before an answer is given.

    `nearest` is the highest cosine of any passage, `meaning` how far it stands out, `agreement` the part of the ten best entries by
    meaning that are also among the ten best by words, `lead` the highest score of all legs together, `length` the logarithm of the
    number of words.
    """

    nearest: float
    meaning: float
    agreement: float
    lead: float
    length: float

    @classmethod
    def of(cls, question: str, scored: Scored) -> "Signals":
        """Return the signals of a question."""
        by_meaning, by_words = np.argsort(-scored.meaning)[:10], np.argsort(-scored.words)[:10]
        return cls(
            nearest=scored.nearest,
            meaning=float(scored.meaning.max()),
            agreement=len(set(by_meaning.tolist()) & set(by_words.tolist())) / 10,
            lead=float(scored.fused().max()),
            length=float(np.log1p(len(question.split()))),
        )


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
            examples: dict[str, list[str]] = yaml.safe_load(_EXAMPLES.read_bytes())
            _learn(encoder, examples | {NEED: [*examples[NEED], *phrasings]}, file)
        try:
            with file.open("rb") as opened, np.load(opened) as saved:
                return cls(saved["kinds"].tolist(), saved["weights"], saved["bias"], saved["mean"])
        except BROKEN as error:
            raise UnavailableError("index_broken", path=file, cause=error) from error

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


def _learn(encoder: Encoder, examples: dict[str, list[str]], file: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    texts = [(kind, text) for kind, group in sorted(examples.items()) for text in group]
    vectors = encoder.queries([text for _, text in texts])
    mean = vectors.mean(axis=0)
    model = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=2000)
    model.fit((vectors - mean) * _SCALE, [kind for kind, _ in texts])
    # Named after the process: a search and a reindex may learn at the same time.
    unfinished = file.with_name(f"unfinished-{os.getpid()}-{file.name}")
    np.savez(
        unfinished,
        kinds=model.classes_,
        weights=model.coef_.T.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        mean=mean,
    )
    unfinished.rename(file)
