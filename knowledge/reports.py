"""Readers' word that something in an entry is not right: it goes to those who look after the entry, and is answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from knowledge.announcements import tell
from knowledge.audit import audit
from knowledge.catalogue import VISIBLE
from knowledge.contribution_tables import ReportRow
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import PersonRow
from knowledge.looking_after import looks_after, recipient, require_looks_after, tell_those_who_look_after
from knowledge.masking import mask
from knowledge.people import Person, person_id
from knowledge.plain_text import readable
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader says is not right, without a word of who says it; `answer` is None while it waits."""

    id: int
    entry: str
    title: str
    text: str
    at: datetime
    answer: str | None
    answered_at: datetime | None


class Reports:
    """Takes reports from any reader, and answers them."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def report(self, person: Person, entry: str, text: str, language: str = "sv") -> int:
        """Take a report, masked, and tell the owner and the reviewers of the entry; return its number.

        The same words from the same person are the same report until it is answered: a double click, or an event delivered twice.

        Raises:
            NotFoundError: there is no such entry that a reader may see.
            RefusedError: the text is empty or over 1 000 characters.
        """
        said, at = _clean(text), self._clock()
        with self._database.transaction() as session:
            row = session.get(EntryRow, entry)
            if row is None or row.status not in VISIBLE:
                raise NotFoundError("no_such_entry", id=entry)
            who = person_id(session, person)
            same = select(ReportRow.id).filter_by(entry_id=entry, person_id=who, text=said, answered_at=None)
            if (known := session.scalar(same)) is not None:
                return known
            report = ReportRow(entry_id=entry, text=said, person_id=who, language=language, said_at=at)
            session.add(report)
            session.flush()
            audit(session, person, "report.sent", str(report.id), at, entry=entry)
            tell_those_who_look_after(session, row, "report.new", str(report.id), {"report": report.id, "text": said}, at)
            return report.id

    def open(self, reviewer: Person) -> list[Report]:
        """Return the reports that wait for an answer from this person, as reviewer or owner of the entry, oldest first."""
        waiting = select(ReportRow, EntryRow).join(EntryRow).where(ReportRow.answered_at.is_(None)).order_by(ReportRow.id)
        with self._database.reading() as session:
            return [_report(row, entry) for row, entry in session.execute(waiting) if looks_after(session, reviewer, entry)]

    def answer(self, reviewer: Person, report: int, text: str, *, changed: bool = False) -> None:
        """Answer a report, and send the answer to whoever reported; `changed` tells them that the entry was changed for it.

        Raises:
            NotFoundError: there is no such report.
            RefusedError: the person does not look after the entry, it is answered already, or the text is empty or over 1 000 characters.
        """
        answer, at = _clean(text), self._clock()
        with self._database.transaction() as session:
            row = session.get(ReportRow, report, with_for_update=True)
            if row is None:
                raise NotFoundError("no_such_report", report=report)
            entry = session.get_one(EntryRow, row.entry_id)
            require_looks_after(session, reviewer, entry)
            if row.answer is not None:
                raise RefusedError("report_answered", report=report)
            row.answer, row.answered_at = answer, at
            audit(session, reviewer, "report.answered", str(report), at, entry=entry.id, changed=changed)
            reporter = recipient(session, session.get_one(PersonRow, row.person_id), row.language)
            told = {"report": report, "challenge": entry.id, "title": entry.body["title"], "text": row.text, "answer": answer}
            tell(session, [reporter], "report.answered", str(report), told | _since(at, changed=changed), at)

    def of(self, person: Person) -> list[Report]:
        """Return what a person has reported, newest first."""
        theirs = (
            select(ReportRow, EntryRow)
            .join(EntryRow)
            .join(PersonRow, PersonRow.id == ReportRow.person_id)
            .filter(PersonRow.channel == person.channel, PersonRow.tenant == person.tenant, PersonRow.external_id == person.external_id)
            .order_by(ReportRow.id.desc())
        )
        with self._database.reading() as session:
            return [_report(row, entry) for row, entry in session.execute(theirs)]


def _since(at: datetime, *, changed: bool) -> dict[str, Any]:
    return {"changed_on": str(swedish_date(at))} if changed else {}


def _clean(text: str) -> str:
    clean = mask(readable(text)).strip()
    if not clean:
        raise RefusedError("text_missing")
    if len(clean) > LONGEST_TEXT:
        raise RefusedError("text_too_long", field="report", most=LONGEST_TEXT, length=len(clean))
    return clean


def _report(row: ReportRow, entry: EntryRow) -> Report:
    return Report(row.id, entry.id, entry.body["title"], row.text, row.said_at, row.answer, row.answered_at)
