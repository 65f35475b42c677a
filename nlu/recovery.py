"""Lets a conversation live on after Rasa's circuit breaker.

Rasa counts the actions since the last `action_listen`. When the breaker trips it never listens, so
without this the count stays too high and every later turn, even /session_start, is silence.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


def end_turn(tracker: DialogueStateTracker, *_: Any) -> None:
    """Leave the form and listen, as the turn should have done."""
    for event in (
        ActiveLoop(None),
        SlotSet(REQUESTED_SLOT, None),
        ActionExecuted(ACTION_LISTEN_NAME),
    ):
        tracker.update(event)


def end_turn_when_breaker_trips() -> None:
    """Give every processor the callback that Rasa offers but never sets."""
    original = MessageProcessor.__init__

    @wraps(original)
    def with_callback(self: MessageProcessor, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.on_circuit_break = end_turn

    MessageProcessor.__init__ = with_callback
