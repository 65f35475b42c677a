"""The tables behind what a channel remembers: where it is installed, where people are reached, and answers to show to more people."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.tables import Table, now


class InstallationRow(Table):
    """An installation in a workspace; `sealed` is what is needed to act there, encrypted."""

    __tablename__ = "installations"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(100), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    installed_at: Mapped[datetime] = mapped_column(default=now)


class InstallationStateRow(Table):
    """An installation that somebody has begun; only the hash of its one-time state is kept."""

    __tablename__ = "installation_states"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    issued_at: Mapped[datetime] = mapped_column(default=now, index=True)


class ShareableRow(Table):
    """The last answer of a conversation that only its reader saw, and which they may show to everybody in the place."""

    __tablename__ = "shareable"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(24))
    reply: Mapped[dict[str, Any]]


class ReachableRow(Table):
    """Where a person can be written to: their own chat with the guide, the service that it is reached by, and the channel's id of them."""

    __tablename__ = "reachable"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(400))
    service_url: Mapped[str] = mapped_column(String(400))
    account: Mapped[str] = mapped_column(String(200))
    heard_at: Mapped[datetime] = mapped_column(default=now, index=True)
