"""The tables, one class a row."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class _UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is put back when a row is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """Base of all tables; names of constraints are fixed so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: _UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own form


class EntryRow(Table):
    """A challenge or a solution; `body` holds all its fields as in its file."""

    __tablename__ = "entries"
    __table_args__ = (Index("ix_entries_status_kind", "status", "kind"),)

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    area: Mapped[str] = mapped_column(String(60), index=True)
    status: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))
    imported_hash: Mapped[str | None] = mapped_column(String(64))
    published: Mapped[date]
    checked: Mapped[date]
    next_check: Mapped[date] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class LinkRow(Table):
    """A solution answers a challenge; read from either end."""

    __tablename__ = "links"

    solution_id: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True)


class ConversationRow(Table):
    """What must be remembered between two messages; `id` is also the sender that Rasa sees."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "tenant", "external_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    tenant: Mapped[str] = mapped_column(String(100))
    external_id: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="sv")
    organisation: Mapped[str | None] = mapped_column(String(120))
    choices: Mapped[list[Any]] = mapped_column(default=list)
    asked: Mapped[str | None] = mapped_column(String(60))
    said: Mapped[str | None] = mapped_column(Text)
    private: Mapped[list[Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    active_at: Mapped[datetime] = mapped_column(default=now, index=True)


class SeenEventRow(Table):
    """An event that has been received; a second delivery of it is not acted on."""

    __tablename__ = "seen_events"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(default=now, index=True)


class SameNeedRow(Table):
    """An organisation has said that it has this challenge too, with a sentence (masked) on how it shows there; counted once."""

    __tablename__ = "same_needs"

    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(120), primary_key=True)
    sentence: Mapped[str | None] = mapped_column(String(400))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    said_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackRow(Table):
    """Whether an answer was useful, to what (masked) question and with which entries shown."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    question: Mapped[str] = mapped_column(String(4000))
    shown: Mapped[list[Any]]
    useful: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(1000))
    said_at: Mapped[datetime] = mapped_column(default=now)


class AuditRow(Table):
    """Who changed what, when and from which channel; rows are only added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
