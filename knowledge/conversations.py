"""Conversations: who is talking in which language, what was offered last, and how all of it is removed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.contribution_tables import OfferRow
from knowledge.database import Database
from knowledge.inserts import insert_new
from knowledge.interest_tables import PersonRow
from knowledge.masking import mask
from knowledge.people import Person
from knowledge.retention import kept
from knowledge.tables import ConversationRow, SeenEventRow, now


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands; `choices` and `asked` are what the last answer offered and asked for, as the bot stored them."""

    id: str
    language: str
    organisation: str
    is_new: bool
    choices: list[dict[str, Any]] = field(default_factory=list)
    asked: str = ""


def language_of(session: Session, person: Person) -> str:
    """Return the language of the conversation that a person was last in, Swedish where none is kept any more.

    A conversation is a person's when it bears their name, or when something was offered to them in it.
    """
    # Slack names a person's own chat with the guide by a number that says nothing of whose it is; what is offered there does.
    offered = select(OfferRow.conversation_id).join(PersonRow).filter_by(**asdict(person))
    spoken = select(ConversationRow.language).where(
        ConversationRow.channel == person.channel,
        ConversationRow.tenant == person.tenant,
        or_(ConversationRow.external_id == person.external_id, ConversationRow.id == person.external_id, ConversationRow.id.in_(offered)),
    )
    return session.scalar(spoken.order_by(ConversationRow.active_at.desc()).limit(1)) or "sv"


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
            return Conversation(row.id, row.language, row.organisation or "", is_new, row.choices, row.asked or "")

    def offer(self, conversation: str, choices: Sequence[dict[str, Any]], asked: str = "") -> None:
        """Remember what was offered and asked for last, so that a number, a word or an answer can be understood."""
        self._change(conversation, choices=list(choices), asked=asked or None, said=None, private=None)

    def offered(self, conversation: str) -> list[dict[str, Any]]:
        """Return the choices that stand below the last answer."""
        with self._database.reading() as session:
            row = session.get(ConversationRow, conversation)
            return list(row.choices) if row else []

    def hear(self, conversation: str, said: str) -> None:
        """Keep, until it is taken or the turn is over, the very words that answer what was asked for."""
        self._change(conversation, said=said)

    def take(self, conversation: str) -> tuple[str, str | None]:
        """Return what was asked for last, and the words that answer it (None when there are none); they are kept no longer."""
        with self._database.transaction() as session:
            row = session.get(ConversationRow, conversation)
            if row is None:
                return "", None
            said, row.said = row.said, None
            return row.asked or "", said

    def say_privately(self, conversation: str, reply: dict[str, Any]) -> int:
        """Keep, until the turn is over, an answer that holds a person's own data; return its number in the turn."""
        with self._database.transaction() as session:
            row = session.get(ConversationRow, conversation)
            if row is None:
                return 0
            row.private = [*(row.private or ()), reply]
            return len(row.private) - 1

    def private(self, conversation: str) -> list[dict[str, Any]]:
        """Return the answers that are kept for this turn, in the order of their numbers."""
        with self._database.reading() as session:
            row = session.get(ConversationRow, conversation)
            return list(row.private or ()) if row else []

    def speak(self, conversation: str, language: str) -> None:
        """Remember in which language to answer."""
        self._change(conversation, language=language)

    def belong(self, conversation: str, organisation: str) -> None:
        """Remember for which organisation the person speaks."""
        self._change(conversation, organisation=mask(organisation)[:120])

    def is_new_event(self, event_id: str) -> bool:
        """Tell whether an event is seen for the first time, and remember it."""
        try:
            with self._database.transaction() as session:
                session.execute(delete(SeenEventRow).where(SeenEventRow.received_at < kept("seen_events").before(now())))
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
