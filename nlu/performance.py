"""Removes Rasa's hot spot: the schema of an action's answer was compiled at every call."""

from __future__ import annotations

from typing import Any, Dict

from jsonschema import validators
from rasa.core.actions.action import RemoteAction

_SCHEMA: Dict[str, Any] = RemoteAction.action_response_format_spec()
_VALIDATOR = validators.validator_for(_SCHEMA)(_SCHEMA)


def _validate(self: RemoteAction, result: Any) -> bool:
    _VALIDATOR.validate(result)
    return True


def compile_schema_once() -> None:
    """Make every remote action use the validator compiled at import."""
    RemoteAction._validate_action_result = _validate
