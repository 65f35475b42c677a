"""The tables behind what staff contribute, what keeps the guide right, and what is kept of it for how long."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.tables import Table, now


class ContributionRow(Table):
    """A challenge, a solution or an experience that somebody writes; `fields` are the answers of the interview, masked.

    `entry` is what a reviewer makes of it, as the body of an entry. `revision` grows with every change: who acts on an older one has
    been overtaken.
    """

    __tablename__ = "contributions"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    entry: Mapped[dict[str, Any] | None]
    entry_id: Mapped[str | None] = mapped_column(String(60), index=True)
    area: Mapped[str | None] = mapped_column(String(60))
    organisation: Mapped[str | None] = mapped_column(String(120))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)


class ContributionStepRow(Table):
    """A step in the life of a contribution, with what was said; rows are only added."""

    __tablename__ = "contribution_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contributions.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    step: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)


class ReportRow(Table):
    """A reader says that something in an entry is not right (masked); answered by whoever reviews it."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    said_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[str | None] = mapped_column(String(1000))
    answered_at: Mapped[datetime | None] = mapped_column(index=True)


class GapRow(Table):
    """A question (masked) that nothing answered, or whose answer was not useful; `asker` tells two people apart, not who they are."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(String(4000))
    cause: Mapped[str] = mapped_column(String(20))
    area: Mapped[str | None] = mapped_column(String(60), index=True)
    language: Mapped[str] = mapped_column(String(2))
    asker: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    contribution_id: Mapped[int | None] = mapped_column(ForeignKey("contributions.id", ondelete="SET NULL"), index=True)


class LinkCheckRow(Table):
    """How an address of a source answered when it was last tried; `failures` counts the tries in a row that went wrong."""

    __tablename__ = "link_checks"

    url: Mapped[str] = mapped_column(String(500), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    status: Mapped[int | None]
    cause: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(default=0)


class NewsRow(Table):
    """A message to somebody who cannot be written to, such as a user of a terminal: shown when they come back."""

    __tablename__ = "news"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(600), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OfferRow(Table):
    """A choice behind a button, under an id that says nothing of it, and to whom it was offered."""

    __tablename__ = "offers"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    choice: Mapped[dict[str, Any]]
    offered_at: Mapped[datetime] = mapped_column(default=now)


class DisposalRow(Table):
    """One carrying out of a decision to destroy a class of records older than `before`."""

    __tablename__ = "disposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str] = mapped_column(String(200))
    record_class: Mapped[str] = mapped_column(String(40))
    before: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class DisposedRow(Table):
    """The proof that a record was destroyed: which, and the hash of what it held."""

    __tablename__ = "disposed"

    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposals.id"), primary_key=True)
    record: Mapped[str] = mapped_column(String(200), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)


class HiddenRow(Table):
    """A person whose name and addresses are shown to nobody any more, although the records must stay."""

    __tablename__ = "hidden"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    decision: Mapped[str] = mapped_column(String(200))
    hidden_at: Mapped[datetime] = mapped_column(default=now)
