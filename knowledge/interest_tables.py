"""The tables behind companies' interest: people, registrations, questions, followers and messages out."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.tables import Table, now


class PersonRow(Table):
    """Somebody as a channel knows them."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("channel", "tenant", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    tenant: Mapped[str] = mapped_column(String(100))
    external_id: Mapped[str] = mapped_column(String(200))


class RoleRow(Table):
    """A role that a person has been given, for everything or for one area, organisation or challenge."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope", "scope_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(20))
    scope_id: Mapped[str] = mapped_column(String(400), default="")
    granted_at: Mapped[datetime] = mapped_column(default=now)


class StandingRow(Table):
    """How a challenge stands besides its stage: what is promised, where it is announced, and who hears of interest."""

    __tablename__ = "standings"

    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    next_update_by: Mapped[date | None] = mapped_column(index=True)
    interest_until: Mapped[date | None]
    announcement_url: Mapped[str | None] = mapped_column(String(500))
    outcome: Mapped[str | None] = mapped_column(Text)
    lessons: Mapped[str | None] = mapped_column(Text)
    counter_shown: Mapped[bool] = mapped_column(default=True)
    owner_address: Mapped[str | None] = mapped_column(String(400))
    owner_told: Mapped[str] = mapped_column(String(10), default="at_once")
    owner_language: Mapped[str] = mapped_column(String(2), default="sv")


class VersionRow(Table):
    """The text of a challenge as companies read it from `since` on; rows are only added."""

    __tablename__ = "versions"

    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(default=now)


class InterestRow(Table):
    """One company's interest in one challenge; what it wrote is in its forms."""

    __tablename__ = "interests"
    __table_args__ = (UniqueConstraint("challenge_id", "company_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id"))
    company_key: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20), default="unconfirmed")
    registered_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    dispose_after: Mapped[date | None] = mapped_column(index=True)


class _Confirmable:
    """An e-mail address that counts only when a code sent to it has come back."""

    confirmed_at: Mapped[datetime | None]
    code_hash: Mapped[str | None] = mapped_column(String(100))
    code_until: Mapped[datetime | None]
    code_attempts: Mapped[int] = mapped_column(default=0)
    codes_sent: Mapped[int] = mapped_column(default=0)


class InterestFormRow(_Confirmable, Table):
    """A form that was sent in; the confirmed one that is newest holds, the older ones are kept.

    One that a correction has replaced stays as a record, and its address is written to no more.
    """

    __tablename__ = "interest_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interests.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    fields: Mapped[dict[str, Any]]
    email: Mapped[str] = mapped_column(String(254), index=True)
    notify: Mapped[bool]
    notices: Mapped[list[Any]]
    challenge_version: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    replaced_at: Mapped[datetime | None]


class DraftRow(Table):
    """A form that is being filled in; the values are what the person entered, and go when it is sent or left."""

    __tablename__ = "drafts"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    challenge_version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notices: Mapped[list[Any]]
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)


class QuestionRow(Table):
    """A question that a registrant asked (masked); `asked` and `answer` are what everybody reads."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    interest_id: Mapped[int | None] = mapped_column(ForeignKey("interests.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(default=now)
    asked: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]


class DialogueRow(Table):
    """An event of the early dialogue about a challenge; rows are only added, and never name a company."""

    __tablename__ = "dialogue"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    public: Mapped[bool] = mapped_column(default=True)


class FollowRow(_Confirmable, Table):
    """Somebody who wants to hear of a challenge or an area; exactly one of the two is set."""

    __tablename__ = "follows"
    # Not NULL but "" for the one that is not followed: a unique constraint takes two NULLs for different.
    __table_args__ = (UniqueConstraint("person_id", "address", "challenge_id", "area"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    address: Mapped[str] = mapped_column(String(400), index=True)
    challenge_id: Mapped[str] = mapped_column(String(60), default="", index=True)
    area: Mapped[str] = mapped_column(String(60), default="", index=True)
    told: Mapped[str] = mapped_column(String(10), default="daily")
    language: Mapped[str] = mapped_column(String(2))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    since: Mapped[datetime] = mapped_column(default=now)


class OutboxRow(Table):
    """A message that is to be delivered at least once; a second one with the same key is the same message."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(600), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(400))
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))


class DigestItemRow(Table):
    """A piece of news that goes out with its recipient's next daily digest."""

    __tablename__ = "digest_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(600), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(400), index=True)
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
