"""From a contribution to an entry of the catalogue: what it reads as, what it still lacks, and how it gets in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import content_rules
from knowledge.catalogue import VISIBLE, body_hash, to_body
from knowledge.contribution_tables import ContributionRow
from knowledge.entry_files import ChallengeFile, EntryFile, Fault, ReadEntry, SolutionFile, fault_of
from knowledge.errors import RefusedError
from knowledge.first_entry import first_entry
from knowledge.inserts import insert_new
from knowledge.people import Person
from knowledge.stages import Facts, move_held
from knowledge.swedish_time import swedish_date
from knowledge.tables import EntryRow, LinkRow

# Why a challenge became public: the reason of a change of stage, which everybody can read.
_PUBLISHED_BECAUSE = "Granskad av en redaktör."

_LONGEST_ID = 60
# What is asked of the catalogue as a whole: a contribution has its author as its source, and a summary of the author's own words.
_NOT_ASKED = ("source_without_page", "said_twice")
# A fault of these kinds says that something is not there yet, not that it is wrong.
_MISSING = ("missing", "too_short", "too_few", "ended_without_lessons")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it would be published now: its `body`, what it lacks, what is wrong with it, and what would make it better.

    `file` is the entry when nothing stops it. `missing` names fields; an editor decides on `advice`.
    """

    body: dict[str, Any]
    file: EntryFile | None
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]
    advice: tuple[Fault, ...]


def model_of(kind: str) -> type[EntryFile]:
    """Return the schema of the entry that a contribution of a kind becomes."""
    return ChallengeFile if kind == "challenge" else SolutionFile


def body_of(session: Session, row: ContributionRow, today: date) -> dict[str, Any]:
    """Return the body that a contribution makes: its answers, and over them what a reviewer has changed."""
    made = first_entry(row.kind, row.fields, area=row.area, organisation=row.organisation or None, language=row.language, today=today)
    body = {**made, **(row.entry or {})}
    free = next(each for each in _ids(body["title"], row.id) if session.get(EntryRow, each) is None)
    values = {"id": free, **body}
    return {name: values[name] for name in model_of(row.kind).model_fields if name in values}


def draft_of(session: Session, row: ContributionRow, today: date) -> Draft:
    """Return a contribution as the entry that it would be, tried against the schema and the rules of content."""
    body = body_of(session, row, today)
    name = f"#{row.id}"
    try:
        file = model_of(row.kind).model_validate(body)
    except ValidationError as error:
        return _draft(body, None, [fault_of(name, {}, problem) for problem in error.errors()], [])
    entry = ReadEntry(file, name, {})
    visible = select(EntryRow.id).where(EntryRow.id.in_(body.get("challenges", [])), EntryRow.kind == "challenge")
    known = set(session.scalars(visible.where(EntryRow.status.in_(VISIBLE))))
    advice = [fault for fault in content_rules.advise([entry]) if fault.key not in _NOT_ASKED]
    return _draft(body, file, content_rules.check([entry], known_challenges=known), advice)


def publish(session: Session, reviewer: Person, row: ContributionRow, next_update_by: date | None, at: datetime) -> EntryRow:
    """Put a held contribution into the catalogue, where readers see it; return its entry.

    A challenge goes from in review to published by the rules of every challenge, so that its followers hear of it and its text has a
    first version. Import finds an entry that was made here, and leaves it alone.

    Whether the reviewer may decide on it has been asked.

    Raises:
        RefusedError: something is missing or wrong, or a challenge comes without the date of the next update.
    """
    draft = draft_of(session, row, swedish_date(at))
    if draft.file is None or draft.missing or draft.faults:
        lacking = dict.fromkeys((*draft.missing, *(fault.at for fault in draft.faults)))
        raise RefusedError("entry_incomplete", missing=", ".join(lacking))
    entry = _insert(session, row, draft.file, at)
    if isinstance(draft.file, SolutionFile):
        session.add_all(LinkRow(solution_id=entry.id, challenge_id=each) for each in dict.fromkeys(draft.file.challenges))
        entry.status = "published"
    else:
        move_held(session, reviewer, entry, "published", _PUBLISHED_BECAUSE, Facts(next_update_by=next_update_by), at)
    return entry


def _draft(body: dict[str, Any], file: EntryFile | None, found: list[Fault], advice: list[Fault]) -> Draft:
    missing = tuple(dict.fromkeys(fault.at for fault in found if fault.key in _MISSING))
    return Draft(body, file, missing, tuple(fault for fault in found if fault.key not in _MISSING), tuple(advice))


def _insert(session: Session, row: ContributionRow, file: EntryFile, at: datetime) -> EntryRow:
    """Store an entry under the first id that is free, also when another is published under the same title at this moment."""
    for entry_id in _ids(file.title, row.id):
        body = {**to_body(file), "id": entry_id}
        values = {
            "id": entry_id,
            "kind": file.kind,
            "area": file.area,
            "status": "in_review",
            "body": body,
            "hash": body_hash(body),
            "imported_hash": None,
            "published": file.published,
            "checked": file.checked,
            "next_check": file.next_check,
            "changed_at": at,
        }
        if insert_new(session, EntryRow, [values]):
            break
    return session.get_one(EntryRow, entry_id)


def _ids(title: str, contribution: int) -> Iterator[str]:
    """Yield ids that can be read: of the title's words, then the same with a number, and at last one that nobody else can have."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("ø", "o").replace("æ", "a")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    short = ""
    for word in words:
        if len(longer := f"{short}-{word}".strip("-")) > _LONGEST_ID - len("-99"):
            break
        short = longer
    short = short or f"bidrag-{contribution}"
    yield short
    yield from (f"{short}-{number}" for number in range(2, 100))
    yield f"bidrag-{contribution}"


def changes(kind: str, body: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `fields` that change the entry `body`, as they are stored.

    Raises:
        RefusedError: a field does not exist or is given by the publishing itself, or its value cannot be used.
    """
    model = model_of(kind)
    editable = [name for name in model.model_fields if name not in FIXED]
    changed = {name: value for name, value in fields.items() if value != body.get(name)}
    if unknown := [name for name in changed if name not in editable]:
        raise RefusedError("text_field_unknown", field=", ".join(unknown), known=", ".join(editable))
    try:
        file = model.model_validate({**body, **changed})
    except ValidationError as error:
        for problem in error.errors():
            if problem["loc"][0] in changed:
                raise RefusedError("text_unusable", field=problem["loc"][0], cause=problem["msg"]) from error
        return changed
    return {name: to_body(file)[name] for name in changed}


# What publishing itself decides.
FIXED = ("id", "published", "checked")
