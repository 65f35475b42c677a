"""Rasa's only door: JSON in from the bot, message keys out."""

from __future__ import annotations

import hmac
import json
import logging
import re
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.channels.channel import (
    CollectingOutputChannel,
    InputChannel,
    UserMessage,
)
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.performance import compile_schema_once
from nlu.recovery import end_turn_when_breaker_trips

# Rasa imports its channels before anything else of ours, so this is where it is patched.
compile_schema_once()
end_turn_when_breaker_trips()

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Guiden-Secret"
MAX_TEXT = 4_000
ERROR = {"key": "error", "args": {}}
INTENT_NAME = re.compile(r"[a-z_]+")
COMMAND_PREFIX = re.compile(r"^[\s/]+")

# Rasa reacts to these two names by itself, before any rule of ours.
RESERVED_INTENTS = {"restart": "start_over", "back": "go_back"}


class BadTurnError(ValueError):
    """A request that does not follow the contract."""


def typed_text(text: str) -> str:
    """What a person wrote, unable to be a command, never empty."""
    # A lone space is understood as nothing, so nlu_fallback answers it.
    return COMMAND_PREFIX.sub("", text)[:MAX_TEXT] or " "


def payload_text(payload: Dict[str, Any]) -> str:
    """A button's intent and entities, in Rasa's notation."""
    intent = payload.get("intent")
    entities = payload.get("entities", {})
    if not isinstance(intent, str) or not INTENT_NAME.fullmatch(intent):
        raise BadTurnError("payload.intent must be a name of a-z and _")
    if not isinstance(entities, dict):
        raise BadTurnError("payload.entities must be an object")
    intent = RESERVED_INTENTS.get(intent, intent)
    return f"/{intent}{json.dumps(entities)}" if entities else f"/{intent}"


def message_text(body: Dict[str, Any]) -> str:
    """The one of `text` and `payload` that was sent, ready for Rasa."""
    text, payload = body.get("text"), body.get("payload")
    if (text is None) == (payload is None):
        raise BadTurnError("send text or payload")
    if payload is None:
        if not isinstance(text, str):
            raise BadTurnError("text must be a string")
        return typed_text(text)
    if not isinstance(payload, dict):
        raise BadTurnError("payload must be an object")
    return payload_text(payload)


def user_message(body: Any, output: CollectingOutputChannel) -> UserMessage:
    """The request as Rasa's own message, or BadTurnError."""
    if not isinstance(body, dict):
        raise BadTurnError("the body must be an object")
    sender, metadata = body.get("sender"), body.get("metadata")
    if not isinstance(sender, str) or not sender.strip():
        raise BadTurnError("sender must be a string")
    if metadata is not None and not isinstance(metadata, dict):
        raise BadTurnError("metadata must be an object")
    return UserMessage(
        message_text(body),
        output,
        sender,
        input_channel=GuideInput.name(),
        metadata=metadata or {},
    )


def keys_only(messages: List[Dict[str, Any]]) -> List[Any]:
    """The custom part of every response; a plain sentence becomes an error."""
    for message in messages:
        if "custom" not in message:
            logger.error("A response had no message key: %s", sorted(message))
    return [message.get("custom", ERROR) for message in messages]


class GuideInput(InputChannel):
    """The channel between the bot process and Rasa."""

    def __init__(self, secret: str) -> None:
        """Keep the shared secret."""
        if not secret:
            raise ValueError("the guide channel needs a secret")
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """The name in the URL: /webhooks/guide/webhook."""
        return "guide"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """Read the secret from credentials.yml."""
        return cls(str((credentials or {}).get("secret") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes of the channel."""
        routes = Blueprint("guide_webhook", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._knows(request):
                return response.json({"error": "wrong secret"}, status=401)
            output = CollectingOutputChannel()
            try:
                message = user_message(parsed(request.body), output)
            except BadTurnError as fault:
                return response.json({"error": str(fault)}, status=400)
            try:
                await on_new_message(message)
            # The edge of the process. Rasa's own handler would log the person's text.
            except Exception as fault:  # noqa: BLE001 - the edge of the process; it is logged
                logger.error("A turn failed: %s", type(fault).__name__)
                return response.json({"messages": [ERROR]}, status=500)
            return response.json({"messages": keys_only(output.messages)})

        return routes

    def _knows(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(given.encode(), self._secret)


def parsed(body: bytes) -> Any:
    """The JSON of a request."""
    try:
        return json.loads(body)
    except ValueError as fault:
        raise BadTurnError("the body must be JSON") from fault
