"""Questions about a challenge: any registrant asks, the owner answers once, and everybody reads it at the same moment.

All suppliers get the same information: https://frageportalen.upphandlingsmyndigheten.se/org/upphandlingsmyndigheten/d/fraga-fran-publiken-vid-upphandlingsmyndighet-h3p5/
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.announcements import announce, tell_owner
from knowledge.audit import audit
from knowledge.database import Database
from knowledge.dialogue import log
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import InterestFormRow, InterestRow, PersonRow, QuestionRow
from knowledge.masking import mask
from knowledge.people import Person, require
from knowledge.plain_text import readable
from knowledge.standing import COUNTED, LOCKED, find_challenge, hold_challenge, require_open, standing_row
from knowledge.swedish_time import Clock
from knowledge.tables import now

LONGEST_TEXT = 2000

_COMPANY = "[företag]"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, without a word of who asked it; `answer` is None while it waits."""

    id: int
    challenge: str
    text: str
    answer: str | None
    at: datetime


class Questions:
    """Takes questions, and publishes answers."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def ask(self, person: Person, challenge: str, text: str) -> int:
        """Take a question from a registrant, with addresses, numbers and the company's own name masked; return its number.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: questions cannot be asked now, the person has no confirmed interest, or the text is empty or too long.
        """
        at = self._clock()
        with self._database.transaction() as session:
            entry = hold_challenge(session, challenge)
            require_open(session, entry, at)
            form = _confirmed_form(session, person, challenge)
            row = QuestionRow(challenge_id=challenge, interest_id=form.interest_id, text=_clean(text, _names(form)), sent_at=at)
            session.add(row)
            session.flush()
            audit(session, person, "question.asked", str(row.id), at, challenge=challenge)
            log(session, challenge, "question", {"question": row.id}, at, public=False)
            tell_owner(session, entry, "owner.question", str(row.id), {"question": row.id, "text": row.text}, at)
            return row.id

    def answer(self, person: Person, question: int, text: str, asked: str | None = None) -> None:
        """Answer a question; the answer is published and sent to all registrants and followers in the same transaction.

        `asked` is how the question is published, where its own words would tell who asked.

        Raises:
            NotFoundError: there is no such question.
            RefusedError: the person does not own the challenge, the question is answered, a procurement runs, or the text is empty
                or too long.
        """
        at = self._clock()
        with self._database.transaction() as session:
            row = _question(session, question)
            entry = hold_challenge(session, row.challenge_id, hidden=True)
            session.refresh(row)
            require(session, person, "owner", entry)
            if entry.status in LOCKED:
                raise RefusedError("interest_locked", url=standing_row(session, entry.id).announcement_url)
            if row.answer is not None:
                raise RefusedError("already_answered", question=question)
            row.asked, row.answer, row.answered_at = _clean(asked or row.text), _clean(text), at
            told = {"question": row.id, "asked": row.asked, "answer": row.answer}
            audit(session, person, "question.answered", str(row.id), at, challenge=entry.id)
            log(session, entry.id, "answer", told, at)
            announce(session, entry, "challenge.answer", str(row.id), told, at, same_moment=True)

    def published(self, challenge: str, *, hidden: bool = False) -> list[Question]:
        """Return the questions of a challenge that have been answered, oldest first.

        Raises:
            NotFoundError: there is no such challenge, or none that a reader may see unless `hidden`.
        """
        rows = select(QuestionRow).where(QuestionRow.challenge_id == challenge, QuestionRow.answer.is_not(None))
        with self._database.reading() as session:
            find_challenge(session, challenge, hidden=hidden)
            in_order = rows.order_by(QuestionRow.answered_at, QuestionRow.id)
            return [
                Question(row.id, row.challenge_id, row.asked or row.text, row.answer, row.answered_at or row.sent_at)
                for row in session.scalars(in_order)
            ]

    def waiting(self, person: Person, challenge: str) -> list[Question]:
        """Return the questions that the owner has not answered, oldest first, without who asked them.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: the person does not own it.
        """
        rows = select(QuestionRow).where(QuestionRow.challenge_id == challenge, QuestionRow.answer.is_(None)).order_by(QuestionRow.id)
        with self._database.reading() as session:
            require(session, person, "owner", find_challenge(session, challenge, hidden=True))
            return [Question(row.id, row.challenge_id, row.text, None, row.sent_at) for row in session.scalars(rows)]


def _question(session: Session, question: int) -> QuestionRow:
    row = session.get(QuestionRow, question)
    if row is None:
        raise NotFoundError("no_such_question", question=question)
    return row


def _confirmed_form(session: Session, person: Person, challenge: str) -> InterestFormRow:
    theirs = (
        select(InterestFormRow)
        .join(InterestRow)
        .join(PersonRow, PersonRow.id == InterestFormRow.person_id)
        .where(
            InterestRow.challenge_id == challenge,
            InterestRow.status.in_(COUNTED),
            InterestFormRow.confirmed_at.is_not(None),
            PersonRow.channel == person.channel,
            PersonRow.tenant == person.tenant,
            PersonRow.external_id == person.external_id,
        )
    )
    form = session.scalar(theirs.order_by(InterestFormRow.id.desc()).limit(1))
    if form is None:
        raise RefusedError("not_registered", id=challenge)
    return form


def _names(form: InterestFormRow) -> list[str]:
    """Return what would tell who asks: the company's name and number, and the contact's name."""
    number = form.fields["organisation_number"] or ""
    names = (form.fields["company"], number, f"{number[:6]}-{number[6:]}", form.fields["contact"])
    return [name for name in names if len(name) > 1]


def _clean(text: str, names: Iterable[str] = ()) -> str:
    clean = mask(readable(text)).strip()
    for name in names:
        clean = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _COMPANY, clean, flags=re.IGNORECASE)
    if not clean:
        raise RefusedError("text_missing")
    if len(clean) > LONGEST_TEXT:
        raise RefusedError("text_too_long", field="question", most=LONGEST_TEXT, length=len(clean))
    return clean
