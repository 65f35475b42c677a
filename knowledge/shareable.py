"""Answers that only one person has seen and may show to everybody in the place: the last one of each conversation."""

from typing import Any

from knowledge.database import Database
from knowledge.installation_tables import ShareableRow
from knowledge.offers import new_id


class Shareable:
    """Keeps one answer a conversation; it goes with the conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, conversation: str, reply: dict[str, Any]) -> str:
        """Keep an answer in place of the one before; return the id that it can be shown by."""
        name = new_id()
        with self._database.transaction() as session:
            session.merge(ShareableRow(conversation_id=conversation, id=name, reply=reply))
        return name

    def find(self, conversation: str, name: str = "") -> dict[str, Any] | None:
        """Return the last answer, or None when there is none or a later one has taken the place of the one that is named."""
        with self._database.reading() as session:
            row = session.get(ShareableRow, conversation)
            return row.reply if row and name in {"", row.id} else None
