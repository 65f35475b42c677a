"""Codes that show that somebody reads an e-mail address: six digits, short-lived, with few attempts."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Protocol

from knowledge.errors import RefusedError

CODE_LIVES = timedelta(hours=24)
MOST_ATTEMPTS = 5
MOST_CODES = 5

_DIGITS = 6


class Confirmable(Protocol):
    """A row that a code confirms."""

    confirmed_at: datetime | None
    code_hash: str | None
    code_until: datetime | None
    code_attempts: int
    codes_sent: int


def issue(row: Confirmable, at: datetime) -> str:
    """Return a new code for a row, which from now on is the only one; raise RefusedError when too many have been sent."""
    sent = row.codes_sent or 0
    if sent >= MOST_CODES:
        raise RefusedError("too_many_codes", most=MOST_CODES)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    row.code_hash = _hashed(code, secrets.token_hex(8))
    row.code_until, row.code_attempts, row.codes_sent = at + CODE_LIVES, 0, sent + 1
    return code


def try_code(row: Confirmable, code: str, at: datetime) -> RefusedError | None:
    """Confirm a row if the code is right; otherwise return why not.

    The error is returned and not raised, so that the attempt is counted in the caller's transaction.
    """
    if row.code_hash is None or row.code_until is None or row.code_until <= at:
        return RefusedError("code_expired")
    if row.code_attempts >= MOST_ATTEMPTS:
        return RefusedError("code_attempts_used")
    typed = "".join(filter(str.isdigit, code))
    if not secrets.compare_digest(_hashed(typed, row.code_hash.partition("$")[0]), row.code_hash):
        row.code_attempts += 1
        return RefusedError("code_wrong", left=MOST_ATTEMPTS - row.code_attempts)
    row.confirmed_at, row.code_hash, row.code_until = at, None, None
    return None


def _hashed(code: str, salt: str) -> str:
    return f"{salt}${hashlib.sha256(f'{salt}{code}'.encode()).hexdigest()}"
