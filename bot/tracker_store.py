"""Rasa's own record of conversations, which must go when a conversation goes."""

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from knowledge.errors import UnavailableError


class TrackerStore:
    """Removes what Rasa has stored of a conversation; `url` is that of Rasa's tracker store."""

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

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()
