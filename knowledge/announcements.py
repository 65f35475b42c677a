"""Who is told when something happens to a challenge: all who registered and all who follow, each once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.digests import Told, collect
from knowledge.interest_tables import FollowRow, InterestFormRow, InterestRow
from knowledge.outbox import Message, enqueue
from knowledge.standing import COUNTED, standing_row
from knowledge.tables import EntryRow


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told; `more` goes with the message to this one only."""

    address: str
    language: str
    told: Told
    more: dict[str, Any]


def announce(
    session: Session,
    entry: EntryRow,
    kind: str,
    occasion: str,
    data: dict[str, Any],
    at: datetime,
    *,
    same_moment: bool = False,
    must_know: bool = False,
) -> None:
    """Tell all who registered interest in a challenge and all who follow it, once each for an `occasion`.

    With `same_moment` those who follow the challenge itself hear it when the registrants do, whatever they chose.
    With `must_know` registrants hear it who asked for no messages.
    """
    told: dict[str, Recipient] = {}
    for recipient in (*_registrants(session, entry.id, silent_too=must_know), *_followers(session, entry, same_moment=same_moment)):
        told.setdefault(recipient.address.casefold(), recipient)
    about = {"challenge": entry.id, "title": entry.body["title"], **data}
    tell(session, told.values(), kind, occasion, about, at)


def tell_owner(session: Session, entry: EntryRow, kind: str, occasion: str, data: dict[str, Any], at: datetime) -> None:
    """Tell whoever looks after a challenge, at once or with the day's digest as they chose; nobody when none is named."""
    standing = standing_row(session, entry.id)
    if standing.owner_address:
        told: Told = "daily" if standing.owner_told == "daily" else "at_once"
        owner = Recipient(standing.owner_address, standing.owner_language, told, {})
        about = {"challenge": entry.id, "title": entry.body["title"], **data}
        if standing.next_update_by is None:
            about["unpromised"] = entry.id
        tell(session, [owner], kind, occasion, about, at)


def tell(session: Session, recipients: Iterable[Recipient], kind: str, occasion: str, data: dict[str, Any], at: datetime) -> None:
    """Write a message to each recipient, into the outbox or the day's digest."""
    at_once: list[Message] = []
    daily: list[Message] = []
    for one in recipients:
        message = Message(f"{kind}:{occasion}:{one.address}", kind, one.address, {**data, "language": one.language, **one.more})
        (daily if one.told == "daily" else at_once).append(message)
    enqueue(session, at_once, at)
    collect(session, daily, at)


def confirmed_addresses(session: Session, interest: int) -> list[Recipient]:
    """Return every address that was confirmed for a registration and not corrected since: what concerns it is told to all of them."""
    forms = select(InterestFormRow).where(
        InterestFormRow.interest_id == interest, InterestFormRow.confirmed_at.is_not(None), InterestFormRow.replaced_at.is_(None)
    )
    newest = {form.email.casefold(): form for form in session.scalars(forms.order_by(InterestFormRow.id))}
    return [_registrant(form) for form in newest.values()]


def _registrants(session: Session, challenge: str, *, silent_too: bool) -> list[Recipient]:
    forms = (
        select(InterestFormRow)
        .join(InterestRow)
        .where(
            InterestRow.challenge_id == challenge,
            InterestRow.status.in_(COUNTED),
            InterestFormRow.confirmed_at.is_not(None),
            InterestFormRow.replaced_at.is_(None),
        )
        .order_by(InterestFormRow.id)
    )
    newest = {(form.interest_id, form.email.casefold()): form for form in session.scalars(forms)}
    return [_registrant(form) for form in newest.values() if form.notify or silent_too]


def _registrant(form: InterestFormRow) -> Recipient:
    return Recipient(f"mailto:{form.email}", form.language, "at_once", {})


def _followers(session: Session, entry: EntryRow, *, same_moment: bool) -> Iterator[Recipient]:
    areas = (entry.area, *entry.body.get("areas", ()))
    # Those who follow the challenge before those who follow its area: who does both hears it as soon as the first do.
    follows = (
        select(FollowRow)
        .where(FollowRow.confirmed_at.is_not(None), or_(FollowRow.challenge_id == entry.id, FollowRow.area.in_(areas)))
        .order_by(FollowRow.challenge_id.desc(), FollowRow.id)
    )
    for row in session.scalars(follows):
        at_once = row.told == "at_once" or (same_moment and row.challenge_id == entry.id)
        yield Recipient(row.address, row.language, "at_once" if at_once else "daily", {"unfollow": row.token})
