"""Learn the gate's second stage: prints the numbers that `index/gate.py` holds.

Run with `python -m tests.benchmarks.learn_gate` after a reindex. It learns from the tuning questions and, at half their weight, from the
gate's own examples, each judged by a gate that has not seen it: they are many, and in languages of which there are few questions. The
thresholds are chosen from cross-validated odds of the questions, so that none has judged itself: a match is given where one
unanswerable question in three hundred would get it, something related where five in a hundred would.
"""

from dataclasses import astuple
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from bot.settings import load_settings
from index.encoder import E5Encoder, Vectors
from index.evaluation import read_questions
from index.gate import ADDS, NEED, Gate, Signals, phrasings_of, read_examples
from index.generation import Generation, current_folder
from index.scoring import score
from knowledge.errors import UnavailableError

QUESTIONS = Path(__file__).parent / "questions.jsonl"
_WEIGHT_OF_EXAMPLES = 0.5
_SEEDS = 5
_FOLDS = 10
# Some sixty questions have no tail to read 1 in 300 or 5 in 100 from, so a normal one is fitted to their log-odds.
_SIGMAS = {"MATCH_FROM": 2.713, "RELATED_FROM": 1.645}


def main() -> None:
    """Print the weights, the bias and the thresholds with their error rates."""
    settings = load_settings()
    encoder = E5Encoder(settings.model, settings.models)
    folder = current_folder(settings.index)
    if folder is None:
        raise UnavailableError("no_index")
    generation = Generation.load(folder)
    questions, answerable = _questions(encoder, generation, Gate.open(encoder, settings.index, phrasings_of(generation)))
    examples, needs = _examples(encoder, generation)
    weights, bias = _fit(questions, answerable, examples, needs)
    print("BIAS =", round(bias, 3))
    print("ADDS =", {name: round(float(weight), 3) for name, weight in zip(ADDS, weights, strict=True)})
    odds = np.mean([_unseen(questions, answerable, examples, needs, seed) for seed in range(_SEEDS)], axis=0)
    unanswerable = odds[~answerable]
    for name, sigmas in _SIGMAS.items():
        threshold = unanswerable.mean() + sigmas * unanswerable.std()
        false, below = (unanswerable >= threshold).mean(), (odds[answerable] < threshold).mean()
        chance = 1 / (1 + np.exp(-threshold))
        print(f"{name} = {chance:.3f}  # {false:.3f} of the unanswerable above, {below:.3f} of the answerable below")


def _questions(encoder: E5Encoder, generation: Generation, gate: Gate) -> tuple[np.ndarray, np.ndarray]:
    """Return what is known of each tuning question, shape (n, signals), and whether it should be answered."""
    questions = read_questions(QUESTIONS, "tuning")
    vectors = encoder.queries([question.text for question in questions])
    rows = [_row(generation, gate, question.text, vector) for question, vector in zip(questions, vectors, strict=True)]
    return np.array(rows), np.array([bool(question.answers) for question in questions])


def _examples(encoder: E5Encoder, generation: Generation) -> tuple[np.ndarray, np.ndarray]:
    """Return what is known of each of the gate's examples, and whether it is a need."""
    (texts, kinds), phrasings = read_examples(), phrasings_of(generation)
    vectors, needs = encoder.queries(texts), encoder.queries(phrasings)
    rows = np.empty((len(texts), len(ADDS)))
    for seen, unseen in StratifiedKFold(5, shuffle=True, random_state=0).split(vectors, kinds):
        known = [*(texts[number] for number in seen), *phrasings], [*(kinds[number] for number in seen), *[NEED] * len(phrasings)]
        gate = Gate.learn(np.vstack([vectors[seen], needs]), *known)
        rows[unseen] = [_row(generation, gate, texts[number], vectors[number]) for number in unseen]
    return rows, np.array(kinds) == NEED


def _row(generation: Generation, gate: Gate, text: str, vector: Vectors) -> tuple[float, ...]:
    scored = score(generation, text, vector)
    assert scored is not None, "with a vector there are always candidates"
    return gate.need(vector), *astuple(Signals.of(scored))


def _fit(questions: np.ndarray, answerable: np.ndarray, examples: np.ndarray, needs: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what each signal adds to the log-odds, and the bias."""
    scaler = StandardScaler().fit(questions)
    weights = np.concatenate([_balanced(answerable, len(answerable)), _balanced(needs, _WEIGHT_OF_EXAMPLES * len(answerable))])
    model = LogisticRegression().fit(scaler.transform(np.vstack([questions, examples])), np.concatenate([answerable, needs]), weights)
    adds = model.coef_[0] / scaler.scale_
    return adds, float(model.intercept_[0] - adds @ scaler.mean_)


def _balanced(wanted: np.ndarray, total: float) -> np.ndarray:
    """Return a weight for each, so that both answers weigh the same and all together `total`."""
    counts = np.bincount(wanted)
    return np.asarray(total / 2 / counts[wanted.astype(int)])


def _unseen(questions: np.ndarray, answerable: np.ndarray, examples: np.ndarray, needs: np.ndarray, seed: int) -> np.ndarray:
    """Return the log-odds of each question, by weights learned without it."""
    odds = np.empty(len(questions))
    for seen, unseen in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(questions, answerable):
        adds, bias = _fit(questions[seen], answerable[seen], examples, needs)
        odds[unseen] = questions[unseen] @ adds + bias
    return odds


if __name__ == "__main__":
    main()
