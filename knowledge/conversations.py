"""Conversations: who is talking in which language, what was offered last, and how all of it is removed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from knowledge.database import Database
from knowledge.inserts import insert_new
from knowledge.tables import ConversationRow, SeenEventRow, now

_EVENTS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands; `choices` are those of the last answer, as the bot stored them."""

    id: str
    language: str
    organisation: str
    is_new: bool
    choices: list[dict[str, Any]] = field(default_factory=list)


class Conversations:
    """Keeps conversations in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, channel: str, tenant: str, external_id: str, language: str) -> Conversation:
        """Return the conversation of a place in a channel, begun in `language` when there is none."""
        here = select(ConversationRow).where(
            ConversationRow.channel == channel, ConversationRow.tenant == tenant, ConversationRow.external_id == external_id
        )
        with self._database.transaction() as session:
            row = session.scalar(here)
            is_new = False
            if row is None:
                place = {"channel": channel, "tenant": tenant, "external_id": external_id}
                is_new = insert_new(session, ConversationRow, [{"id": str(uuid4()), "language": language, "choices": [], **place}]) == 1
                row = session.scalars(here).one()
            row.active_at = now()
            return Conversation(row.id, row.language, row.organisation or "", is_new, row.choices)

    def offer(self, conversation: str, choices: Sequence[dict[str, Any]]) -> None:
        """Remember what was offered last, so that a number or a word can stand for it."""
        self._change(conversation, choices=list(choices))

    def speak(self, conversation: str, language: str) -> None:
        """Remember in which language to answer."""
        self._change(conversation, language=language)

    def belong(self, conversation: str, organisation: str) -> None:
        """Remember for which organisation the person speaks."""
        self._change(conversation, organisation=organisation[:120])

    def is_new_event(self, event_id: str) -> bool:
        """Tell whether an event is seen for the first time, and remember it."""
        try:
            with self._database.transaction() as session:
                session.execute(delete(SeenEventRow).where(SeenEventRow.received_at < now() - _EVENTS_KEPT))
                session.add(SeenEventRow(id=event_id[:200]))
        except IntegrityError:
            return False
        return True

    def remove(self, conversation: str) -> None:
        """Remove a conversation; feedback given in it stays, without knowing where it came from."""
        with self._database.transaction() as session:
            session.execute(delete(ConversationRow).where(ConversationRow.id == conversation))

    def idle_since(self, days: int) -> list[str]:
        """Return the conversations in which nothing was said for `days` days."""
        with self._database.reading() as session:
            old = select(ConversationRow.id).where(ConversationRow.active_at < now() - timedelta(days=days))
            return list(session.scalars(old))

    def _change(self, conversation: str, **values: object) -> None:
        with self._database.transaction() as session:
            row = session.get(ConversationRow, conversation)
            if row is not None:
                for name, value in values.items():
                    setattr(row, name, value)
