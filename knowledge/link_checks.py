"""Whether the pages that entries rest on can still be opened: which addresses are due, and how they answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.catalogue import BROKEN_AFTER, VISIBLE
from knowledge.contribution_tables import LinkCheckRow
from knowledge.database import Database
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

# What fails is tried again this soon.
_AGAIN = timedelta(days=1)
# A run asks so many hosts, where there are so many, that it can tell a dead page from a dead network.
HOSTS_TO_TELL = 10

_FIRST_ERROR = 400
_MOVED = (301, 308)
# The page may be there for people: it wants a login, or no machines, or fewer of them.
_NOT_FOR_MACHINES = (401, 403, 405, 406, 429, 451)
_LONGEST_CAUSE = 200

State = Literal["broken", "failing", "moved", "unsure", "fine"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an address answered: `status` is None when nothing came back, and `cause` then says why in one word.

    `moved_to` is where a permanent redirect, or a chain that begins with one, led.
    """

    url: str
    status: int | None
    cause: str = ""
    moved_to: str = ""

    @property
    def is_failure(self) -> bool:
        """Tell whether a reader would have found no page."""
        return self.status is None or (self.status >= _FIRST_ERROR and self.status not in _NOT_FOR_MACHINES)


@dataclass(frozen=True, slots=True)
class LinkState:
    """How an address has been found, and which entries rest on it; `cause` is one word, or where the page has moved."""

    url: str
    state: State
    status: int | None
    cause: str
    failures: int
    checked_at: datetime
    entries: tuple[str, ...]


class LinkChecks:
    """Remembers how addresses answered."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def due(self, days: int, limit: int | None = None) -> list[str]:
        """Return the addresses to ask now: never asked before first, then the longest ago; each at most every `days` days.

        What failed is asked again after a day. Where there are few, addresses of other hosts are added, the longest ago asked first.
        """
        at = self._clock()
        with self._database.reading() as session:
            asked = {row.url: row for row in session.scalars(select(LinkCheckRow))}
            urls = list(_entries_by_url(session))
        fresh = [url for url in urls if url not in asked]
        known = sorted((url for url in urls if url in asked), key=lambda url: asked[url].checked_at)
        wanted = [*fresh, *(url for url in known if asked[url].checked_at <= at - _wait(asked[url], days))][:limit]
        return [*wanted, *_of_other_hosts(wanted, known)] if wanted else []

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Remember how addresses answered; two failures on one day count as one."""
        at = self._clock()
        with self._database.transaction() as session:
            for outcome in outcomes:
                row = session.get(LinkCheckRow, outcome.url)
                counted = row is not None and row.failures > 0 and swedish_date(row.checked_at) == swedish_date(at)
                if row is None:
                    row = LinkCheckRow(url=outcome.url, failures=0)
                    session.add(row)
                row.failures = row.failures + (not counted) if outcome.is_failure else 0
                row.checked_at, row.status = at, outcome.status
                row.cause = (outcome.moved_to or outcome.cause)[:_LONGEST_CAUSE] or None

    def report(self) -> list[LinkState]:
        """Return what is not fine, the worst first, of those addresses that visible entries rest on."""
        with self._database.reading() as session:
            entries = _entries_by_url(session)
            rows = session.scalars(select(LinkCheckRow).order_by(LinkCheckRow.failures.desc(), LinkCheckRow.url)).all()
        states = [_state(row, tuple(entries[row.url])) for row in rows if row.url in entries]
        order: tuple[State, ...] = ("broken", "failing", "moved", "unsure")
        return sorted((each for each in states if each.state != "fine"), key=lambda each: order.index(each.state))


def _entries_by_url(session: Session) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    visible = select(EntryRow.id, EntryRow.body).where(EntryRow.status.in_(VISIBLE)).order_by(EntryRow.id)
    for entry_id, body in session.execute(visible):
        for url in dict.fromkeys(_urls(body)):
            found.setdefault(url, []).append(entry_id)
    return found


def _urls(body: dict[str, Any]) -> Iterator[str]:
    yield from (source["url"] for source in body["sources"] if source["url"])


def _wait(row: LinkCheckRow, days: int) -> timedelta:
    return _AGAIN if row.failures else timedelta(days=days)


def _of_other_hosts(wanted: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    hosts = {urlsplit(url).hostname for url in wanted}
    for url in known:
        if len(hosts) >= HOSTS_TO_TELL:
            return
        if (host := urlsplit(url).hostname) not in hosts:
            hosts.add(host)
            yield url


def _state(row: LinkCheckRow, entries: tuple[str, ...]) -> LinkState:
    state: State = "fine"
    if row.failures:
        state = "broken" if row.failures >= BROKEN_AFTER else "failing"
    elif row.status in _MOVED:
        state = "moved"
    elif row.status in _NOT_FOR_MACHINES:
        state = "unsure"
    return LinkState(row.url, state, row.status, row.cause or "", row.failures, row.checked_at, entries)
