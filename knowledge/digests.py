"""The daily digest: news that can wait is gathered, and goes out once a day in one message to each recipient."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.hiding import hidden_addresses
from knowledge.inserts import insert_new
from knowledge.interest_tables import DigestItemRow
from knowledge.outbox import Message, enqueue
from knowledge.swedish_time import Clock, swedish_date, swedish_time
from knowledge.tables import now

Told = Literal["at_once", "daily"]


def collect(session: Session, messages: Iterable[Message], at: datetime) -> None:
    """Keep messages for the next digest of their recipients, in the caller's transaction; none for somebody who is hidden."""
    hidden = hidden_addresses(session)
    rows = [
        {"key": each.key, "kind": each.kind, "recipient": each.recipient, "data": each.data, "created_at": at}
        for each in messages
        if each.recipient.casefold() not in hidden
    ]
    insert_new(session, DigestItemRow, rows)


def send_digests(database: Database, clock: Clock = now, hour: int | None = None) -> int:
    """Send everybody the news gathered for them; return how many digests were made.

    With `hour`, news waits until that hour of the Swedish clock has passed, so that what a day brings goes out together.
    Safe to call at any time and by several processes: nobody gets two in a day, and no news is lost or told twice.
    """
    at = clock()
    gathered = at if hour is None else _last(hour, at)
    made = 0
    with database.transaction() as session:
        # Ordered and locked the same way everywhere: a second process waits, and then finds nothing left.
        waiting = (
            select(DigestItemRow)
            .where(DigestItemRow.created_at <= gathered)
            .order_by(DigestItemRow.recipient, DigestItemRow.id)
            .with_for_update()
        )
        for recipient, group in groupby(session.scalars(waiting).all(), key=lambda item: item.recipient):
            items = list(group)
            news = [{"kind": item.kind, **item.data} for item in items]
            digest = Message(
                f"digest:{swedish_date(at)}:{recipient}", "digest", recipient, {"items": news, "language": items[-1].data["language"]}
            )
            if enqueue(session, [digest], at):
                session.execute(delete(DigestItemRow).where(DigestItemRow.id.in_([item.id for item in items])))
                made += 1
    return made


def _last(hour: int, at: datetime) -> datetime:
    """Return the latest moment, up to `at`, when the Swedish clock struck `hour`."""
    local = swedish_time(at)
    struck = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > local:
        struck -= timedelta(days=1)
    return struck.astimezone(UTC)
