"""Least squares with an RBF kernel on sentence vectors: trained in closed form."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

RANKING_LENGTH = 10
TEMPERATURES = np.arange(2.0, 20.1, 0.5)


def kernel(a: np.ndarray, b: np.ndarray, gamma: float) -> np.ndarray:
    """RBF similarity of unit vectors; gamma counts in squared distance."""
    similar = a @ b.T
    similar -= 1.0
    similar *= 2.0 * gamma
    return np.asarray(np.exp(similar, out=similar))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities from scores, row by row."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def best_temperature(scores: np.ndarray, truth: np.ndarray) -> float:
    """The factor under which the probabilities of the right labels are most likely."""
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(t * scores)[rows, truth] + 1e-12).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def fit(vectors: np.ndarray, labels: List[Text], gamma: float, ridge: float) -> Dict[Text, np.ndarray]:
    """Weights of the examples, and a temperature from their leave-one-out scores."""
    # Needed here only, and in place: the matrix has the number of examples squared.
    from scipy.linalg import cho_factor, cho_solve, lapack

    names = np.array(sorted(set(labels)))
    truth = np.searchsorted(names, labels)
    targets = np.eye(len(names))[truth]
    exact = vectors.astype(np.float64)
    matrix = kernel(exact, exact, gamma)
    matrix[np.diag_indices_from(matrix)] += ridge
    factor, lower = cho_factor(matrix.T, lower=True, overwrite_a=True)
    weights = cho_solve((factor, lower), targets)
    inverse, _ = lapack.dpotri(factor, lower=True, overwrite_c=True)
    # What each example would score had it not been trained on: exact for least squares.
    left_out = targets - weights / np.diag(inverse)[:, np.newaxis]
    return {
        "vectors": vectors.astype(np.float16),
        "weights": weights.astype(np.float32),
        "labels": names,
        "temperature": np.array(best_temperature(left_out, truth)),
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DenseIntentClassifier(IntentClassifier, GraphComponent):
    """Predicts the intent of a message from its dense sentence vector."""

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[Dict[Text, np.ndarray]] = None,
    ) -> None:
        """Keep the settings, and the weights when a trained model is loaded."""
        self._gamma = float(config["gamma"])
        self._ridge = float(config["ridge"])
        self._model_storage = model_storage
        self._resource = resource
        self._use(model)

    @classmethod
    def required_components(cls) -> List[type]:
        """Vectors come from a dense featurizer."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Settings that config.yml may override."""
        return {"gamma": 2.7, "ridge": 0.03}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DenseIntentClassifier:
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DenseIntentClassifier:
        """A trained classifier."""
        with model_storage.read_from(resource) as folder, np.load(Path(folder) / "intents.npz", allow_pickle=False) as stored:
            model = {key: stored[key] for key in stored.files}
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Solve for the weights and store them."""
        pairs = [(_vector(m), m.get(INTENT)) for m in training_data.intent_examples]
        known = [(v, intent) for v, intent in pairs if v is not None]
        model = fit(
            np.array([v for v, _ in known]),
            [intent for _, intent in known],
            self._gamma,
            self._ridge,
        )
        with self._model_storage.write_to(self._resource) as folder:
            np.savez_compressed(Path(folder) / "intents.npz", **model)
        self._use(model)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking; nothing where there is no text to understand."""
        for message in messages:
            ranking = self._ranking(message)
            best = ranking[0] if ranking else _intent(None, 0.0)
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _use(self, model: Optional[Dict[Text, np.ndarray]]) -> None:
        self._model = model
        self._examples = None if model is None else model["vectors"].astype(np.float32)

    def _ranking(self, message: Message) -> List[Dict[Text, Any]]:
        vector = _vector(message)
        if vector is None or self._model is None or self._examples is None:
            return []
        similar = kernel(vector[np.newaxis], self._examples, self._gamma)
        scores = (similar @ self._model["weights"])[0]
        probabilities = softmax(float(self._model["temperature"]) * scores)
        labels = self._model["labels"]
        best = np.argsort(-probabilities)[:RANKING_LENGTH]
        return [_intent(str(labels[i]), float(probabilities[i])) for i in best]


def _vector(message: Message) -> Optional[np.ndarray]:
    _, sentence = message.get_dense_features(TEXT)
    if sentence is None or not sentence.features.any():
        return None
    return np.asarray(sentence.features[0])


def _intent(name: Optional[Text], confidence: float) -> Dict[Text, Any]:
    return {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
