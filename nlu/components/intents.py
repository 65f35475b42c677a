"""Logistic regression on sentence features; numpy alone at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional

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


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities from scores."""
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DenseIntentClassifier(IntentClassifier, GraphComponent):
    """Predicts the intent of a message from its dense sentence features."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        weights: Optional[Dict[str, np.ndarray]] = None,
    ) -> None:
        """Keep the settings, and the weights when a trained model is loaded."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._weights = weights

    @classmethod
    def required_components(cls) -> List[type]:
        """Features come from a dense featurizer."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Settings that config.yml may override."""
        return {"C": 1.0, "max_iter": 1000}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DenseIntentClassifier:
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DenseIntentClassifier:
        """A trained classifier."""
        with model_storage.read_from(resource) as folder, np.load(Path(folder) / "weights.npz", allow_pickle=False) as stored:
            weights = {key: stored[key] for key in stored.files}
        return cls(config, model_storage, resource, weights)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the regression and store its weights."""
        # scikit-learn is needed here only; importing it above would slow every start.
        from sklearn.linear_model import LogisticRegression

        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        vectors = [self._features(m) for m in examples]
        pairs = [(v, m.get(INTENT)) for v, m in zip(vectors, examples) if v is not None and v.any()]
        model = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            class_weight="balanced",
        )
        model.fit(np.array([v for v, _ in pairs]), [intent for _, intent in pairs])
        self._weights = {
            "coef": model.coef_.T.astype(np.float32),
            "bias": model.intercept_.astype(np.float32),
            "labels": np.array([str(label) for label in model.classes_]),
        }
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(Path(folder) / "weights.npz", **self._weights)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking; nothing where there is no text to understand."""
        for message in messages:
            ranking = self._ranking(message)
            best = ranking[0] if ranking else _intent(None, 0.0)
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> List[Dict[str, Any]]:
        features = self._features(message)
        if features is None or not features.any() or self._weights is None:
            return []
        scores = features @ self._weights["coef"] + self._weights["bias"]
        probabilities = softmax(scores)
        best = np.argsort(-probabilities)[:RANKING_LENGTH]
        labels = self._weights["labels"]
        return [_intent(str(labels[i]), float(probabilities[i])) for i in best]

    @staticmethod
    def _features(message: Message) -> Optional[np.ndarray]:
        _, sentence = message.get_dense_features(TEXT)
        return None if sentence is None else np.asarray(sentence.features[0])


def _intent(name: Optional[str], confidence: float) -> Dict[str, Any]:
    return {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence}
