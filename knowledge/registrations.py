"""Registrations as they are stored: found by number, with the forms that were sent for them."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from knowledge.errors import NotFoundError
from knowledge.inserts import insert_new
from knowledge.interest_form import InterestForm, name_key
from knowledge.interest_tables import InterestFormRow, InterestRow
from knowledge.people import Person, person_id
from knowledge.standing import COUNTED, hold_challenge, standing_row
from knowledge.swedish_time import swedish_date
from knowledge.tables import EntryRow

Found = tuple[EntryRow, InterestRow, InterestFormRow]

_NUMBERS_A_YEAR = 1_000_000


def registration_of(session: Session, challenge: str, form: InterestForm, who: int, at: datetime) -> InterestRow:
    """Return the registration that a form belongs to, made when there is none; the challenge is held.

    It is the company's own, or the one whose name, number or address this person now corrects.
    """
    known = select(InterestRow).filter_by(challenge_id=challenge, company_key=form.company_key)
    if (found := session.scalar(known) or _corrected(session, challenge, form, who)) is not None:
        return found
    while (found := session.scalar(known)) is None:
        insert_new(
            session, InterestRow, [{"challenge_id": challenge, "company_key": form.company_key, "registered_at": at, "number": _number(at)}]
        )
    return found


def name_anew(session: Session, interest: InterestRow, form: InterestFormRow, company_key: str) -> None:
    """Let a registration be the company's that its confirmed form names, and write no more to what this person wrote before.

    Where another registration has that name already, for somebody else sent it, both stay as they are.
    """
    taken = select(InterestRow.id).filter_by(challenge_id=interest.challenge_id, company_key=company_key)
    if session.scalar(taken) is None:
        interest.company_key = company_key
    earlier = confirmed_forms(interest.id).where(InterestFormRow.person_id == form.person_id, InterestFormRow.id < form.id)
    for row in session.scalars(earlier.where(InterestFormRow.replaced_at.is_(None))):
        row.replaced_at = form.confirmed_at


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


def _corrected(session: Session, challenge: str, form: InterestForm, who: int) -> InterestRow | None:
    """Return the registration that a person has made before for the same company, under another name, number or address.

    One that counts because somebody else confirmed it is not this person's to correct.
    """
    theirs = (
        select(InterestFormRow, InterestRow)
        .join(InterestRow)
        .where(
            InterestRow.challenge_id == challenge,
            InterestRow.status != "withdrawn",
            InterestFormRow.person_id == who,
            or_(InterestFormRow.confirmed_at.is_not(None), InterestRow.status.not_in(COUNTED)),
        )
        .order_by(InterestFormRow.id.desc())
    )
    return next((interest for row, interest in session.execute(theirs) if _same_company(row.fields, form)), None)


def _same_company(before: dict[str, Any], form: InterestForm) -> bool:
    if before["organisation_number"] and form.organisation_number:
        return False  # two numbers are two companies: one with the same number has been found by it
    return name_key(before["company"]) == name_key(form.company) or before["email"].casefold() == form.email.casefold()


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
