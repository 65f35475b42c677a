"""Registrations as they are stored: found by number, with the forms that were sent for them."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from knowledge.errors import NotFoundError
from knowledge.inserts import insert_new
from knowledge.interest_tables import InterestFormRow, InterestRow
from knowledge.people import Person, person_id
from knowledge.standing import hold_challenge, standing_row
from knowledge.swedish_time import swedish_date
from knowledge.tables import EntryRow

Found = tuple[EntryRow, InterestRow, InterestFormRow]

_NUMBERS_A_YEAR = 1_000_000


def registration_of(session: Session, challenge: str, company_key: str, at: datetime) -> InterestRow:
    """Return a company's registration for a challenge, made when there is none; the challenge is held."""
    known = select(InterestRow).filter_by(challenge_id=challenge, company_key=company_key)
    while (found := session.scalar(known)) is None:
        insert_new(
            session, InterestRow, [{"challenge_id": challenge, "company_key": company_key, "registered_at": at, "number": _number(at)}]
        )
    return found


def find_registration(session: Session, number: str) -> InterestRow:
    """Return the registration with a number, however it is spaced; raise NotFoundError when there is none."""
    digits = "".join(each for each in number if each.isascii() and each.isdigit())
    found = session.scalar(select(InterestRow).filter_by(number=f"{digits[:4]}-{digits[4:]}"))
    if found is None:
        raise NotFoundError("no_such_interest", number=number)
    return found


def own(session: Session, person: Person, number: str) -> Found:
    """Return a challenge (held), a registration and the newest form that this person sent for it.

    Raises:
        NotFoundError: the person has sent no form with that number.
    """
    entry, interest = _held(session, number)
    theirs = _newest_first(interest).where(InterestFormRow.person_id == person_id(session, person))
    row = session.scalar(theirs.limit(1))
    if row is None:
        raise NotFoundError("no_such_interest", number=number)
    return entry, interest, row


def waiting_or_own(session: Session, person: Person, number: str) -> Found:
    """Return as `own`, but for a person who has sent no form the newest one that waits for its code."""
    try:
        return own(session, person, number)
    except NotFoundError:
        entry, interest = _held(session, number)
        row = session.scalar(_newest_first(interest).where(InterestFormRow.confirmed_at.is_(None)).limit(1))
        if row is None:
            raise
        return entry, interest, row


def confirmed_forms(interest: int) -> Select[InterestFormRow]:
    """Return the query for the confirmed forms of a registration, the one that holds now first."""
    confirmed = select(InterestFormRow).where(InterestFormRow.interest_id == interest, InterestFormRow.confirmed_at.is_not(None))
    return confirmed.order_by(InterestFormRow.confirmed_at.desc(), InterestFormRow.id.desc())


def facts_of(session: Session, entry: EntryRow, interest: InterestRow, at: datetime) -> dict[str, Any]:
    """Return what every message about a registration says."""
    promised = standing_row(session, entry.id).next_update_by
    return {
        "number": interest.number,
        "challenge": entry.id,
        "title": entry.body["title"],
        "at": at.isoformat(),
        "next_update_by": str(promised) if promised else None,
    }


def _number(at: datetime) -> str:
    # Not in sequence: from two numbers nobody can tell how many others have registered, or that a company had registered before.
    return f"{swedish_date(at).year}-{secrets.randbelow(_NUMBERS_A_YEAR):06}"


def _held(session: Session, number: str) -> tuple[EntryRow, InterestRow]:
    interest = find_registration(session, number)
    entry = hold_challenge(session, interest.challenge_id, hidden=True)
    session.refresh(interest)
    return entry, interest


def _newest_first(interest: InterestRow) -> Select[InterestFormRow]:
    return select(InterestFormRow).filter_by(interest_id=interest.id).order_by(InterestFormRow.id.desc())
