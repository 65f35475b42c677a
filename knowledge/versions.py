"""The text of a challenge, version by version: nothing that companies have read changes without their being told."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import announce
from knowledge.audit import audit
from knowledge.catalogue import VISIBLE, body_hash, to_body
from knowledge.database import Database
from knowledge.dialogue import log
from knowledge.entry_files import ChallengeFile
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import VersionRow
from knowledge.masking import mask
from knowledge.people import Person, require
from knowledge.plain_text import one_line, readable
from knowledge.standing import find_challenge, hold_challenge
from knowledge.swedish_time import Clock
from knowledge.tables import EntryRow, now

# What a company reads of a challenge; phrasings, keywords and dates of checking are not part of it.
TEXT_FIELDS = ("title", "summary", "problem", "who", "consequence", "goal", "equality", "organisation", "area", "areas")

_EDITABLE = ("title", "summary", "problem", "who", "consequence", "goal", "equality")


@dataclass(frozen=True, slots=True)
class Version:
    """The text of a challenge from a moment on."""

    number: int
    since: datetime
    text: dict[str, Any]


class Versions:
    """Changes the text of challenges, and shows how it has read."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def change(self, person: Person, challenge: str, texts: Mapping[str, str], why: str) -> int:
        """Change some of a challenge's texts and announce it to all who registered or follow; return the number of the version.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: the person does not own it, there is no reason, or a text cannot be used.
        """
        at = self._clock()
        with self._database.transaction() as session:
            entry = hold_challenge(session, challenge, hidden=True)
            require(session, person, "owner", entry)
            if not (why := mask(one_line(why))):
                raise RefusedError("reason_missing")
            current_version(session, entry, at)  # what stood there before is kept
            _put(entry, texts)
            number = renew(session, entry, person, why, at)
            if number is None:
                raise RefusedError("text_unchanged")
            return number

    def history(self, challenge: str) -> list[Version]:
        """Return every version of a challenge's text, oldest first; raise NotFoundError when there is no such challenge."""
        rows = select(VersionRow).where(VersionRow.challenge_id == challenge).order_by(VersionRow.number)
        with self._database.reading() as session:
            find_challenge(session, challenge)
            return [Version(row.number, row.since, row.text) for row in session.scalars(rows)]

    def read(self, challenge: str, number: int) -> Version:
        """Return one version of a challenge's text; raise NotFoundError when there is none."""
        for version in self.history(challenge):
            if version.number == number:
                return version
        raise NotFoundError("no_such_version", id=challenge, version=number)


def current_version(session: Session, entry: EntryRow, at: datetime) -> int:
    """Return the number of the text that stands now, stored when it is not yet; the challenge is held."""
    last, text = _last(session, entry.id), _text(entry)
    if last is not None and last.hash == _hash(text):
        return last.number
    number = 1 if last is None else last.number + 1
    session.add(VersionRow(challenge_id=entry.id, number=number, text=text, hash=_hash(text), since=at))
    session.flush()
    return number


def hold_texts(session: Session, challenges: Iterable[str], at: datetime) -> None:
    """Hold those challenges that there are, and see that the text of each is stored before it changes."""
    rows = select(EntryRow).where(EntryRow.id.in_(challenges), EntryRow.kind == "challenge").order_by(EntryRow.id)
    for entry in session.scalars(rows.with_for_update(key_share=True)).all():
        current_version(session, entry, at)


def renew(session: Session, entry: EntryRow, person: Person, why: str, at: datetime) -> int | None:
    """Store a text that has been changed, or is new, and tell of it; return its number, None when it reads as before."""
    last = _last(session, entry.id)
    number = current_version(session, entry, at)
    if last is None:
        if entry.status in VISIBLE:
            announce(session, entry, "challenge.new", entry.id, {"version": number, "after": entry.status}, at)
        return number
    if last.number == number:
        return None
    text = _text(entry)
    changed = [name for name in TEXT_FIELDS if text.get(name) != last.text.get(name)]
    audit(session, person, "text.changed", entry.id, at, version=number, fields=changed, why=why)
    log(session, entry.id, "text", {"version": number, "fields": changed, "why": why}, at)
    if entry.status in VISIBLE:
        announce(session, entry, "challenge.text", f"{entry.id}:{number}", {"version": number, "fields": changed, "why": why}, at)
    return number


def _put(entry: EntryRow, texts: Mapping[str, str]) -> None:
    unknown = [name for name in texts if name not in _EDITABLE]
    if unknown:
        raise RefusedError("text_field_unknown", field=", ".join(unknown), known=", ".join(_EDITABLE))
    try:
        body = to_body(ChallengeFile.model_validate({**entry.body, **{name: readable(text) for name, text in texts.items()}}))
    except ValidationError as error:
        first = error.errors()[0]
        raise RefusedError("text_unusable", field=first["loc"][0], cause=first["msg"]) from error
    entry.body, entry.hash = body, body_hash(body)


def _last(session: Session, challenge: str) -> VersionRow | None:
    newest = select(VersionRow).where(VersionRow.challenge_id == challenge).order_by(VersionRow.number.desc()).limit(1)
    return session.scalar(newest)


def _text(entry: EntryRow) -> dict[str, Any]:
    return {name: entry.body.get(name) for name in TEXT_FIELDS}


def _hash(text: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
