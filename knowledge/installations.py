"""Where a channel is installed: what is needed to act in each workspace, kept encrypted, and installations that are under way."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, select

from knowledge.audit import audit
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.installation_tables import InstallationRow, InstallationStateRow
from knowledge.people import Person
from knowledge.swedish_time import Clock
from knowledge.tables import now

# Whoever begins an installation has this long to agree to it at the platform.
STATE_LIVES = timedelta(minutes=10)


class Installations:
    """Keeps installations of one channel; `keys` are Fernet keys, the newest first: it encrypts, all of them decrypt."""

    def __init__(self, database: Database, channel: str, keys: Sequence[str], clock: Clock = now) -> None:
        self._database = database
        self._channel = channel
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._clock = clock

    def save(self, tenant: str, values: dict[str, Any], by: Person) -> None:
        """Keep what is needed to act in a workspace, in place of what was kept before."""
        sealed = self._fernet.encrypt(json.dumps(values).encode()).decode()
        at = self._clock()
        with self._database.transaction() as session:
            session.merge(InstallationRow(channel=self._channel, tenant=tenant, sealed=sealed, installed_at=at))
            audit(session, by, "channel.installed", tenant, at)

    def find(self, tenant: str) -> dict[str, Any] | None:
        """Return what is kept for a workspace, or None when there is no installation.

        Raises:
            UnavailableError: it was encrypted with a key that is no longer given.
        """
        with self._database.reading() as session:
            row = session.get(InstallationRow, (self._channel, tenant))
            sealed = row.sealed if row else None
        if sealed is None:
            return None
        values: dict[str, Any] = json.loads(self._opened(sealed, tenant))
        return values

    def remove(self, tenant: str, by: Person) -> bool:
        """Forget a workspace; return whether it was known."""
        theirs = delete(InstallationRow).filter_by(channel=self._channel, tenant=tenant).returning(InstallationRow.tenant)
        with self._database.transaction() as session:
            removed = session.scalar(theirs) is not None
            if removed:
                audit(session, by, "channel.removed", tenant, self._clock())
            return removed

    def rotate(self) -> int:
        """Encrypt everything anew with the newest key, so that older ones can be thrown away; return how many installations there are.

        Raises:
            UnavailableError: one was encrypted with a key that is no longer given; nothing was changed.
        """
        with self._database.transaction() as session:
            rows = session.scalars(select(InstallationRow).filter_by(channel=self._channel).with_for_update()).all()
            for row in rows:
                row.sealed = self._fernet.encrypt(self._opened(row.sealed, row.tenant)).decode()
            return len(rows)

    def begin(self) -> str:
        """Return a one-time state for an installation that begins now; those that nobody finished are forgotten."""
        state = secrets.token_urlsafe(32)
        at = self._clock()
        with self._database.transaction() as session:
            session.execute(delete(InstallationStateRow).where(InstallationStateRow.issued_at < at - STATE_LIVES))
            session.add(InstallationStateRow(hash=_hash(state), issued_at=at))
        return state

    def finish(self, state: str) -> bool:
        """Use up a state; tell whether it was issued by us, not used before and not too old."""
        used = delete(InstallationStateRow).filter_by(hash=_hash(state)).returning(InstallationStateRow.issued_at)
        with self._database.transaction() as session:
            issued = session.scalar(used)
            return issued is not None and issued > self._clock() - STATE_LIVES

    def _opened(self, sealed: str, tenant: str) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise UnavailableError("installation_key", tenant=tenant) from error


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
