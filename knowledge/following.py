"""Following a challenge or an area: news once a day unless asked for at once, and unfollowed in one word or by a link."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from knowledge.areas import area as find_area
from knowledge.audit import audit
from knowledge.codes import CODE_LIVES, issue, try_code
from knowledge.database import Database
from knowledge.digests import Told
from knowledge.errors import NotFoundError, RefusedError
from knowledge.guessing import count_wrong, refuse_guessing
from knowledge.inserts import insert_new
from knowledge.interest_form import email as clean_email
from knowledge.interest_tables import FollowRow, InterestFormRow, PersonRow
from knowledge.outbox import Message, enqueue
from knowledge.people import Person, person_id
from knowledge.standing import find_challenge
from knowledge.swedish_time import Clock
from knowledge.tables import now

# Nobody's mailbox is filled with codes by somebody else.
MOST_CODES_TO_ADDRESS = 10

# A person there is only a browser's session, which no message reaches.
_WITHOUT_MESSAGES = ("web", "terminal", "cli")


@dataclass(frozen=True, slots=True)
class Follow:
    """What somebody follows; one of `challenge` and `area` is empty. Until it is confirmed nothing is sent."""

    id: int
    challenge: str
    area: str
    address: str
    told: str
    confirmed: bool


class Following:
    """Lets people follow, and stop."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def follow(
        self,
        person: Person,
        *,
        challenge: str = "",
        area: str = "",
        email: str | None = None,
        told: Told = "daily",
        language: str = "sv",
    ) -> Follow:
        """Follow a challenge or an area, by e-mail or in the person's own chat; once more changes how often and in what language.

        An address that this person has not confirmed before gets a code, and nothing else until the code has come back.

        Raises:
            NotFoundError: there is no such challenge or area.
            RefusedError: the e-mail address is wrong or missing, or both a challenge and an area are named, or none.
        """
        if bool(challenge) == bool(area):
            raise RefusedError("follow_one_thing")
        if area:
            find_area(area)
        at, address = self._clock(), _address(person, email)
        with self._database.transaction() as session:
            if challenge:
                find_challenge(session, challenge)
            what = {"person_id": person_id(session, person), "address": address, "challenge_id": challenge, "area": area}
            new = {**what, "token": secrets.token_urlsafe(24), "language": language, "since": at}
            is_new = insert_new(session, FollowRow, [new])
            row = session.scalars(select(FollowRow).filter_by(**what).with_for_update()).one()
            row.told, row.language = told, language
            if row.confirmed_at is None:
                _confirm_or_send(session, row, at)
            if is_new:
                audit(session, person, "followed", challenge or area, at)
            return _follow(row)

    def confirm(self, person: Person, code: str) -> list[Follow]:
        """Confirm what a person has begun to follow by e-mail; return it.

        Raises:
            NotFoundError: nothing waits for a code.
            RefusedError: the code is wrong or too old, or there have been too many such.
        """
        at = self._clock()
        with self._database.transaction() as session:
            refuse_guessing(session, person, at)
            waiting = session.scalars(_theirs(person).where(FollowRow.confirmed_at.is_(None)).with_for_update(of=FollowRow)).all()
            if not waiting:
                raise NotFoundError("nothing_to_confirm")
            sent = max(waiting, key=lambda row: (row.code_hash is not None, row.id))
            refusal = try_code(sent, code, at)
            if refusal:
                count_wrong(session, person, sent.challenge_id or sent.area, at)
            confirmed = [] if refusal else [row for row in waiting if row.address == sent.address]
            for row in confirmed:
                row.confirmed_at = at
            follows = [_follow(row) for row in confirmed]
        if refusal:
            raise refusal
        return follows

    def send_code_again(self, person: Person) -> Follow:
        """Send a new code, which replaces the one before, for what the person has begun to follow by e-mail.

        Raises:
            NotFoundError: nothing waits for a code.
            RefusedError: too many codes have been sent.
        """
        with self._database.transaction() as session:
            waiting = session.scalars(_theirs(person).where(FollowRow.confirmed_at.is_(None)).with_for_update(of=FollowRow)).all()
            if not waiting:
                raise NotFoundError("nothing_to_confirm")
            sent = max(waiting, key=lambda row: (row.code_hash is not None, row.id))
            _send_code(session, sent, self._clock())
            return _follow(sent)

    def unfollow(self, person: Person, *, challenge: str = "", area: str = "") -> int:
        """Stop following a challenge or an area, or everything when none is named; return how many follows ended."""
        rows = _theirs(person)
        if challenge or area:
            rows = rows.where(FollowRow.challenge_id == challenge, FollowRow.area == area)
        with self._database.transaction() as session:
            ended = session.scalars(rows).all()
            for row in ended:
                session.delete(row)
                audit(session, person, "unfollowed", row.challenge_id or row.area, self._clock())
            return len(ended)

    def unfollow_by(self, token: str, channel: str) -> Follow:
        """Stop following by the token in a message; raise NotFoundError when it is no longer followed."""
        with self._database.transaction() as session:
            row = session.scalar(select(FollowRow).filter_by(token=token))
            if row is None:
                raise NotFoundError("not_followed")
            session.execute(delete(FollowRow).filter_by(address=row.address, challenge_id=row.challenge_id, area=row.area))
            audit(session, Person(channel, "-", "link"), "unfollowed", row.challenge_id or row.area, self._clock())
            return _follow(row)

    def of(self, person: Person) -> list[Follow]:
        """Return what a person follows."""
        with self._database.reading() as session:
            return [_follow(row) for row in session.scalars(_theirs(person))]


def _confirm_or_send(session: Session, row: FollowRow, at: datetime) -> None:
    if not row.address.startswith("mailto:") or _is_confirmed(session, row):
        row.confirmed_at = at
        return
    waiting = session.scalars(select(FollowRow).where(FollowRow.address == row.address, FollowRow.code_until > at)).all()
    if any(other.person_id == row.person_id for other in waiting):
        return  # the code that is on its way confirms this too
    if len(waiting) >= MOST_CODES_TO_ADDRESS:
        raise RefusedError("too_many_codes_to_address", most=MOST_CODES_TO_ADDRESS)
    _send_code(session, row, at)


def _send_code(session: Session, row: FollowRow, at: datetime) -> None:
    title = find_challenge(session, row.challenge_id, hidden=True).body["title"] if row.challenge_id else None
    data: dict[str, Any] = {"challenge": row.challenge_id, "title": title, "area": row.area, "language": row.language}
    data |= {"code": issue(row, at), "until": (at + CODE_LIVES).isoformat()}
    # The moment too: SQLite gives a row the id of one that was removed, and a message is kept longer than some rows.
    key = f"follow.code:{row.id}:{at.isoformat()}:{row.codes_sent}"
    enqueue(session, [Message(key, "follow.code", row.address, data)], at)


def _address(person: Person, email: str | None) -> str:
    if email:
        return f"mailto:{clean_email(email)}"
    if person.channel in _WITHOUT_MESSAGES:
        raise RefusedError("email_missing", field="email")
    return person.address


def _is_confirmed(session: Session, row: FollowRow) -> bool:
    follows = select(FollowRow.id).where(
        FollowRow.person_id == row.person_id, FollowRow.address == row.address, FollowRow.confirmed_at.is_not(None)
    )
    forms = select(InterestFormRow.id).where(
        InterestFormRow.person_id == row.person_id,
        InterestFormRow.email == row.address.removeprefix("mailto:"),
        InterestFormRow.confirmed_at.is_not(None),
    )
    return session.scalar(follows.union_all(forms).limit(1)) is not None


def _theirs(person: Person) -> Select[FollowRow]:
    return (
        select(FollowRow)
        .join(PersonRow, PersonRow.id == FollowRow.person_id)
        .where(PersonRow.channel == person.channel, PersonRow.tenant == person.tenant, PersonRow.external_id == person.external_id)
        .order_by(FollowRow.id)
    )


def _follow(row: FollowRow) -> Follow:
    return Follow(row.id, row.challenge_id, row.area, row.address, row.told, row.confirmed_at is not None)
