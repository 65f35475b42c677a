"""Bring entries from files into the database and back, without ever losing somebody's edit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.catalogue import body_hash, from_row, to_body
from knowledge.content_rules import check
from knowledge.database import Database
from knowledge.entry_files import ChallengeFile, EntryFile, Fault, ReadEntry, SolutionFile, read_folder
from knowledge.errors import ContentError
from knowledge.people import Person
from knowledge.tables import AuditRow, EntryRow, LinkRow, now
from knowledge.versions import hold_texts, renew

_LONG = 200
_CHECK = ("checked", "next_check")

ChangeKind = Literal["new", "changed", "same", "edited_here"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does, or would do, with one entry; `fields` are those that differ."""

    id: str
    kind: ChangeKind
    fields: tuple[tuple[str, Any, Any], ...] = ()


class FaultyContentError(ContentError):
    """The content has faults, and nothing was imported."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("content_has_faults", count=len(faults))
        self.faults = tuple(faults)


def plan_import(database: Database, folder: Path) -> tuple[list[ReadEntry], list[Change]]:
    """Return the entries below `folder` and what importing each of them would change.

    Raises:
        FaultyContentError: some entry breaks the schema or a rule.
    """
    entries, faults = read_folder(folder)
    with database.reading() as session:
        stored = {row.id: row for row in session.scalars(select(EntryRow))}
    known = {row.id for row in stored.values() if row.kind == "challenge"}
    faults += check(entries, known_challenges=known)
    for read in entries:
        faults += filter(None, (rule(read, stored.get(read.entry.id)) for rule in (_other_kind, _ended_without_lessons)))
    if faults:
        raise FaultyContentError(faults)
    return entries, [_change(read.entry, stored.get(read.entry.id)) for read in entries]


def import_content(database: Database, folder: Path, actor: str) -> list[Change]:
    """Import every entry below `folder` in one transaction; entries edited in the database since are left as they are.

    Raises:
        FaultyContentError: some entry breaks the schema or a rule; nothing was imported.
    """
    entries, changes = plan_import(database, folder)
    kinds = {change.id: change.kind for change in changes}
    wanted = [read.entry for read in entries if kinds[read.entry.id] in ("new", "changed")]
    _settle(database, [read.entry for read in entries if kinds[read.entry.id] == "same"])
    if not wanted:
        return changes
    with database.transaction() as session:
        hold_texts(session, [entry.id for entry in wanted], now())
        rows = [_store(session, entry) for entry in wanted]
        session.flush()
        for row in rows:
            if row.kind == "challenge":
                renew(session, row, Person("cli", "-", actor), "", now())
        for entry in wanted:
            if isinstance(entry, SolutionFile):
                _link(session, entry)
        session.add(AuditRow(actor=actor, channel="cli", action="content.import", subject=str(folder), details={"entries": len(wanted)}))
    return changes


def export_content(database: Database, folder: Path) -> int:
    """Write every entry as a file below `folder`; return how many were written."""
    with database.reading() as session:
        entries = [from_row(row) for row in session.scalars(select(EntryRow).order_by(EntryRow.id))]
    for entry in entries:
        kind = "challenges" if isinstance(entry, ChallengeFile) else "solutions"
        path = folder / kind / f"{entry.id}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_yaml(entry), "utf-8")
    return len(entries)


def to_yaml(entry: EntryFile) -> str:
    """Return the entry as an author would write it: fields in order, long texts as blocks."""
    return as_author_writes(to_body(entry))


def as_author_writes(body: Mapping[str, Any]) -> str:
    """Return the body of an entry, whole or not, as YAML: fields in order, long texts as blocks."""
    return yaml.dump(dict(body), Dumper=_AuthorDumper, allow_unicode=True, sort_keys=False, width=120)


class _AuthorDumper(yaml.SafeDumper):
    pass


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value or len(value) > _LONG else None)


_AuthorDumper.add_representer(str, _text)


def _change(entry: EntryFile, row: EntryRow | None) -> Change:
    if row is None:
        return Change(entry.id, "new")
    body = _with_later_check(entry, row)
    if body_hash(body) == row.hash:
        return Change(entry.id, "same")
    fields = tuple(_differences(row.body, body))
    return Change(entry.id, "changed" if row.hash == row.imported_hash else "edited_here", fields)


def _other_kind(read: ReadEntry, row: EntryRow | None) -> Fault | None:
    """Return a fault when the id already belongs to a challenge and `read` is a solution, or the other way round."""
    if row is None or (row.kind == "challenge") == isinstance(read.entry, ChallengeFile):
        return None
    folder = "challenges" if row.kind == "challenge" else "solutions"
    return read.fault("id", "double_id", other=f"{folder}/{row.id}.yml")


def _ended_without_lessons(read: ReadEntry, row: EntryRow | None) -> Fault | None:
    """Return a fault when a solution that was not is now marked as ended, without what was learned."""
    entry = read.entry
    if row is None or not isinstance(entry, SolutionFile) or entry.stage != "ended" or row.body.get("stage") == "ended":
        return None
    return None if entry.lessons else read.fault("lessons", "ended_without_lessons")


def _differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in new | old:
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _settle(database: Database, same: Sequence[EntryFile]) -> None:
    """Let entries whose edit has come into their files be imported again from now on."""
    files = {entry.id: entry for entry in same}
    with database.transaction() as session:
        for row in session.scalars(select(EntryRow).where(EntryRow.imported_hash.is_distinct_from(EntryRow.hash))):
            if row.id in files and row.hash == body_hash(_with_later_check(files[row.id], row)):
                row.imported_hash = row.hash


def _store(session: Session, entry: EntryFile) -> EntryRow:
    stored = session.get(EntryRow, entry.id)
    row = stored or EntryRow(id=entry.id, status="published")
    body = to_body(entry) if stored is None else _with_later_check(entry, stored)
    row.kind, row.area, row.body = entry.kind, entry.area, body
    row.hash = row.imported_hash = body_hash(body)
    row.published = entry.published
    row.checked, row.next_check = (date.fromisoformat(body[name]) for name in _CHECK)
    session.add(row)
    return row


def _with_later_check(entry: EntryFile, row: EntryRow) -> dict[str, Any]:
    """Return the body of a file with the dates of the later of two checks: the file's, or one in the database since.

    A reviewer who finds an entry still right changes nothing but these dates. That must neither be undone by an older file, nor keep the
    entry's file from being imported ever after as an edit would. On the same day the file's dates stand.
    """
    body = to_body(entry)
    return body | {name: row.body[name] for name in _CHECK} if row.checked > entry.checked else body


def _link(session: Session, entry: SolutionFile) -> None:
    session.execute(delete(LinkRow).where(LinkRow.solution_id == entry.id))
    session.add_all(LinkRow(solution_id=entry.id, challenge_id=challenge) for challenge in entry.challenges)
