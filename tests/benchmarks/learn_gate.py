"""Learn the gate's second stage on the tuning questions: prints the numbers that `index/gate.py` holds.

Run with `python -m tests.benchmarks.learn_gate` after a reindex. The thresholds are chosen from cross-validated odds, so that no question
has judged itself: a match is given where one unanswerable question in a hundred would get it, something related where five in a hundred
would.
"""

from dataclasses import astuple
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.settings import load_settings
from index.encoder import E5Encoder
from index.evaluation import read_questions
from index.gate import ADDS, Gate, Signals
from index.generation import Generation, current_folder
from index.scoring import score
from knowledge.errors import UnavailableError

QUESTIONS = Path(__file__).parent / "questions.jsonl"
_FALSE_RELATED = 0.05
_FALSE_MATCH_SIGMAS = 2.33


def main() -> None:
    """Print the weights, the bias and the thresholds with their error rates."""
    settings = load_settings()
    encoder = E5Encoder(settings.model, settings.models)
    folder = current_folder(settings.index)
    if folder is None:
        raise UnavailableError("no_index")
    generation, gate = Generation.load(folder), Gate.open(encoder, settings.index)
    rows, wanted = [], []
    for question in read_questions(QUESTIONS, "tuning"):
        vector = encoder.queries([question.text])[0]
        scored = score(generation, question.text, vector)
        if scored is not None:
            rows.append((gate.need(vector), *astuple(Signals.of(question.text, scored))))
            wanted.append(bool(question.answers))
    signals, answerable = np.array(rows), np.array(wanted)
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    odds = np.mean([_unseen(model, signals, answerable, seed) for seed in range(5)], axis=0)
    scaler, regression = model.fit(signals, answerable).steps[0][1], model.steps[1][1]
    weights = regression.coef_[0] / scaler.scale_
    print("BIAS =", round(float(regression.intercept_[0] - weights @ scaler.mean_), 3))
    print("ADDS =", {name: round(float(weight), 3) for name, weight in zip(ADDS, weights, strict=True)})
    unanswerable = np.log(odds[~answerable] / (1 - odds[~answerable]))
    for name, threshold in (
        # Some sixty questions have no tail to read 1 in 100 from, so a normal one is fitted to their log-odds.
        ("MATCH_FROM", float(unanswerable.mean() + _FALSE_MATCH_SIGMAS * unanswerable.std())),
        ("RELATED_FROM", float(np.quantile(unanswerable, 1 - _FALSE_RELATED))),
    ):
        chance = 1 / (1 + np.exp(-threshold))
        false, below = (unanswerable >= threshold).mean(), (odds[answerable] < chance).mean()
        print(f"{name} = {chance:.3f}  # {false:.3f} of the unanswerable above, {below:.3f} of the answerable below")


def _unseen(model: object, signals: np.ndarray, answerable: np.ndarray, seed: int) -> np.ndarray:
    order = np.random.default_rng(seed).permutation(len(answerable))
    odds = cross_val_predict(model, signals[order], answerable[order], cv=10, method="predict_proba")[:, 1]
    return odds[np.argsort(order)]


if __name__ == "__main__":
    main()
