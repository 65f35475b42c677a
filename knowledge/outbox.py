"""Messages out: written in the transaction of the event they tell of, and delivered at least once."""

import random
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, not_, or_, select, true, update
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.errors import GuidenError, NotFoundError
from knowledge.hiding import hidden_addresses
from knowledge.inserts import insert_new
from knowledge.interest_tables import OutboxRow
from knowledge.masking import mask
from knowledge.swedish_time import Clock
from knowledge.tables import now

State = Literal["waiting", "delivered", "dead"]

# A worker that has been silent this long is taken for dead, and another one delivers its messages.
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
# Together the waits of all attempts make about a day: a mail server may be down overnight.
MOST_ATTEMPTS = 30

_LONGEST_ERROR = 500
# What opens something to whoever knows it; not kept once it has arrived.
_SECRETS = ("code",)


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be rendered and delivered: `kind` names what it says, `data` with what.

    `recipient` is `mailto:` and an address, or the address of a person in a channel.
    """

    key: str
    kind: str
    recipient: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed(Message):
    """A message that a worker is to deliver now; `attempt` counts from one and tells this claim from a later one."""

    id: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Listed(Claimed):
    """A message as `guiden outbox list` shows it."""

    state: State = "waiting"
    due_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages a round delivered, and how many it could not."""

    delivered: int = 0
    failed: int = 0


class UndeliverableError(GuidenError):
    """The recipient cannot be reached, now or later; the message is not tried again."""

    def __init__(self, cause: object) -> None:
        super().__init__("undeliverable", cause=cause)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Some of the recipients: those whose address begins with one of `schemes`, or (`others`) with none of them."""

    schemes: Collection[str]
    others: bool = False

    def condition(self) -> ColumnElement[bool]:
        """Return what holds for messages to them."""
        theirs = or_(*(OutboxRow.recipient.startswith(f"{scheme}:", autoescape=True) for scheme in self.schemes))
        return not_(theirs) if self.others else theirs


# Delivers one message, or raises.
Deliver = Callable[[Claimed], Awaitable[None]]


def enqueue(session: Session, messages: Iterable[Message], at: datetime) -> int:
    """Add messages to the outbox in the caller's transaction; return how many have a key that is new.

    Nothing is sent to somebody who is hidden, but the codes that they ask for themselves.
    """
    hidden = hidden_addresses(session)
    rows = [
        {"key": each.key, "kind": each.kind, "recipient": each.recipient, "data": each.data, "due_at": at, "created_at": at}
        for each in messages
        if each.kind.endswith(".code") or each.recipient.casefold() not in hidden
    ]
    return insert_new(session, OutboxRow, rows)


class Outbox:
    """Hands out messages to workers, any number of them, and remembers how it went."""

    def __init__(self, database: Database, clock: Clock = now, jitter: Callable[[], float] = random.random) -> None:
        self._database = database
        self._clock = clock
        self._jitter = jitter

    async def deliver_due(self, deliver: Deliver, limit: int = 50, to: Recipients | None = None) -> Delivered:
        """Deliver the messages that are due (with `to`, only to them), at most `limit`, one after the other."""
        delivered = failed = 0
        for message in await to_thread(self.claim, limit, to):
            try:
                await deliver(message)
            except Exception as error:  # noqa: BLE001 - whatever stops one message must not stop the others
                await to_thread(self.failed, message, error)
                failed += 1
            else:
                await to_thread(self.delivered, message)
                delivered += 1
        return Delivered(delivered, failed)

    def claim(self, limit: int = 50, to: Recipients | None = None) -> list[Claimed]:
        """Return messages that are due, oldest first, and keep them from other workers for as long as `LEASE`."""
        at = self._clock()
        theirs = to.condition() if to else true()
        due = select(OutboxRow).where(OutboxRow.state == "waiting", OutboxRow.due_at <= at, theirs).order_by(OutboxRow.due_at, OutboxRow.id)
        with self._database.transaction() as session:
            rows = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
            return [_claimed(row) for row in rows if _lease(row, at)]

    def delivered(self, message: Claimed) -> None:
        """Note that a message has arrived, even when its lease had run out."""
        with self._database.transaction() as session:
            row = session.get(OutboxRow, message.id, with_for_update=True)
            if row is not None and row.state != "delivered":
                row.state, row.delivered_at, row.last_error = "delivered", self._clock(), None
                row.data = {name: value for name, value in row.data.items() if name not in _SECRETS}

    def failed(self, message: Claimed, error: Exception) -> None:
        """Note that a message could not be delivered, and when to try again; after `MOST_ATTEMPTS` it is dead."""
        with self._database.transaction() as session:
            row = session.get(OutboxRow, message.id, with_for_update=True)
            if row is None or row.state != "waiting" or row.attempts != message.attempt:
                return  # another worker has taken it over
            row.last_error = mask(str(error) or type(error).__name__)[:_LONGEST_ERROR]
            if isinstance(error, UndeliverableError) or row.attempts >= MOST_ATTEMPTS:
                row.state = "dead"
            else:
                row.due_at = self._clock() + wait_after(row.attempts, self._jitter())

    def list(self, state: State | None = None, limit: int = 100) -> list[Listed]:
        """Return messages, the newest first."""
        rows = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit)
        with self._database.reading() as session:
            return [_listed(row) for row in session.scalars(rows.where(OutboxRow.state == state) if state else rows)]

    def retry(self, ids: Iterable[int] | None = None) -> int:
        """Let dead messages be delivered again from now on, all of them or those named; return how many.

        Raises:
            NotFoundError: one of `ids` is no dead message.
        """
        wanted = None if ids is None else set(ids)
        dead = update(OutboxRow).where(OutboxRow.state == "dead").values(state="waiting", attempts=0, due_at=self._clock())
        if wanted is not None:
            dead = dead.where(OutboxRow.id.in_(wanted))
        with self._database.transaction() as session:
            revived = set(session.scalars(dead.returning(OutboxRow.id)))
            if wanted is not None and revived != wanted:
                raise NotFoundError("no_dead_message", id=", ".join(map(str, sorted(wanted - revived))))
            return len(revived)


def wait_after(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after `attempts` failures: twice as long each time, spread by `jitter` (0 to 1) down to half."""
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_RETRY) * (0.5 + jitter / 2)


def _lease(row: OutboxRow, at: datetime) -> bool:
    # The worker of the last attempt never said how it went: it died of the message, perhaps.
    if row.attempts >= MOST_ATTEMPTS:
        row.state, row.last_error = "dead", row.last_error or "lease"
        return False
    row.attempts += 1
    row.due_at = at + LEASE
    return True


def _claimed(row: OutboxRow) -> Claimed:
    return Claimed(row.key, row.kind, row.recipient, row.data, row.id, row.attempts)


def _listed(row: OutboxRow) -> Listed:
    state: Any = row.state
    return Listed(row.key, row.kind, row.recipient, row.data, row.id, row.attempts, state, row.due_at, row.last_error)
