"""Rasa's own record of conversations, which must go when a conversation goes."""

import json
from datetime import UTC, datetime

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bot.settings import Settings
from knowledge.errors import UnavailableError


def tracker_url(settings: Settings) -> str:
    """Return where Rasa keeps its record: beside the bot's data, in a file of its own when that is SQLite."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{settings.home / 'rasa.db'}"
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


class TrackerStore:
    """Removes and shows what Rasa has stored of a conversation; `url` is that of Rasa's tracker store."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._engine = create_engine(parsed if parsed.get_backend_name() == "sqlite" else parsed.set(drivername="postgresql+psycopg"))

    def remove(self, conversation: str) -> None:
        """Delete every event of a conversation; raise UnavailableError when the store cannot be reached."""
        try:
            if not inspect(self._engine).has_table("events"):
                return
            with self._engine.begin() as connection:
                connection.execute(text("DELETE FROM events WHERE sender_id = :sender"), {"sender": conversation})
        except OperationalError as error:
            raise UnavailableError("database", cause=str(error.orig)) from error

    def said(self, conversation: str) -> list[dict[str, str]]:
        """Return what a person wrote in a conversation, oldest first: when, and the text as it is stored (masked).

        Raises:
            UnavailableError: the store cannot be reached.
        """
        theirs = "SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id"
        try:
            if not inspect(self._engine).has_table("events"):
                return []
            with self._engine.connect() as connection:
                events = [json.loads(row.data) for row in connection.execute(text(theirs), {"sender": conversation})]
        except OperationalError as error:
            raise UnavailableError("database", cause=str(error.orig)) from error
        return [{"at": datetime.fromtimestamp(event["timestamp"], UTC).isoformat(), "text": event.get("text") or ""} for event in events]

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()
