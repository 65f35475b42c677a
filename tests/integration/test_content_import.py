"""Entries from files into the database and back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from knowledge.catalogue import Catalogue, body_hash
from knowledge.content_import import Change, FaultyContentError, export_content, import_content, plan_import
from knowledge.database import Database
from knowledge.entry_files import CONTENT
from knowledge.tables import AuditRow, EntryRow
from tests.builders import challenge_fields, solution_fields, write_entry
from tests.conftest import WriteContent

C, S = "vikarier-kort-varsel", "kommunen-bokar-med-sms"


def _kinds(changes: list[Change]) -> dict[str, str]:
    return {change.id: change.kind for change in changes}


def _body(database: Database, entry_id: str) -> dict[str, Any]:
    with database.reading() as session:
        return session.get_one(EntryRow, entry_id).body


def _edit(database: Database, entry_id: str, **fields: Any) -> None:
    """Change an entry as a reviewer would."""
    with database.transaction() as session:
        row = session.get_one(EntryRow, entry_id)
        row.body = row.body | fields
        row.hash = body_hash(row.body)


def _snapshot(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        return [(row.id, row.hash, row.imported_hash, row.status, row.changed_at) for row in session.scalars(select(EntryRow))]


def test_new_entries(database: Database, content_folder: WriteContent) -> None:
    """Entries that are not there yet are imported and published."""
    changes = import_content(database, content_folder(challenge_fields(), solution_fields()), "anna")

    assert {C: "new", S: "new"} == _kinds(changes)
    assert {C: "published", S: "published"} == {entry.entry.id: entry.status for entry in Catalogue(database).visible()}


def test_same_entries(database: Database, content_folder: WriteContent) -> None:
    """Entries that have not changed are left alone."""
    folder = content_folder(challenge_fields(), solution_fields())
    import_content(database, folder, "anna")
    before = _snapshot(database)

    assert {C: "same", S: "same"} == _kinds(import_content(database, folder, "anna"))
    assert before == _snapshot(database)


def test_changed_entry(database: Database, content_folder: WriteContent) -> None:
    """A changed file changes its entry and no other, and the change names each field with its old and new value."""
    import_content(database, content_folder(challenge_fields(), solution_fields()), "anna")
    changes = import_content(database, content_folder(challenge_fields(goal="Ett helt annat mål.", year=2024)), "anna")
    (change,) = [change for change in changes if change.kind != "same"]

    assert Change(C, "changed", (("year", None, 2024), ("goal", "Så vill vi ha det i vikarier-kort-varsel.", "Ett helt annat mål."))) == (
        Change(change.id, change.kind, tuple(sorted(change.fields, reverse=True)))
    )
    assert "Ett helt annat mål." == _body(database, C)["goal"]


def test_change_keeps_the_status(database: Database, content_folder: WriteContent) -> None:
    """A changed file does not reopen a challenge that has been closed."""
    import_content(database, content_folder(challenge_fields()), "anna")
    with database.transaction() as session:
        session.get_one(EntryRow, C).status = "closed"
    import_content(database, content_folder(challenge_fields(goal="Ett helt annat mål.")), "anna")

    assert ["closed"] == [entry.status for entry in Catalogue(database).visible()]


def test_edited_here(database: Database, content_folder: WriteContent) -> None:
    """An entry edited in the database since is left untouched, with the fields that differ, and the others are imported."""
    import_content(database, content_folder(challenge_fields()), "anna")
    _edit(database, C, goal="Redaktörens mål.")
    changes = import_content(database, content_folder(challenge_fields(goal="Filens mål."), solution_fields()), "anna")

    assert [Change(C, "edited_here", (("goal", "Redaktörens mål.", "Filens mål."),)), Change(S, "new")] == changes
    assert "Redaktörens mål." == _body(database, C)["goal"]


def test_edit_that_has_come_into_its_file(database: Database, content_folder: WriteContent) -> None:
    """Once a file says what was edited in the database, later changes of the file are imported again."""
    import_content(database, content_folder(challenge_fields()), "anna")
    _edit(database, C, goal="Redaktörens mål.")
    merged = import_content(database, content_folder(challenge_fields(goal="Redaktörens mål.")), "anna")
    later = import_content(database, content_folder(challenge_fields(goal="Redaktörens mål, utvecklat.")), "anna")

    assert ({C: "same"}, {C: "changed"}) == (_kinds(merged), _kinds(later))
    assert "Redaktörens mål, utvecklat." == _body(database, C)["goal"]


def test_faults_import_nothing(database: Database, content_folder: WriteContent) -> None:
    """One fault in one file stops the import of all, and every fault is told."""
    folder = content_folder(challenge_fields(), challenge_fields(id="bruten", goal=...), solution_fields(area="rymden"))
    with pytest.raises(FaultyContentError) as caught:
        import_content(database, folder, "anna")
    found = [(Path(fault.file).name, fault.at, fault.key) for fault in caught.value.faults]

    assert [("bruten.yml", "goal", "missing"), (f"{S}.yml", "area", "unknown_area")] == found
    assert (2, []) == (caught.value.details["count"], _snapshot(database))


def test_id_of_another_kind(database: Database, content_folder: WriteContent, tmp_path: Path) -> None:
    """A solution may not take the id of a stored challenge, which it would overwrite."""
    import_content(database, content_folder(challenge_fields(), challenge_fields(id="annan")), "anna")
    with pytest.raises(FaultyContentError) as caught:
        import_content(database, write_entry(tmp_path / "new", solution_fields(id=C, challenges=["annan"])), "anna")

    assert [("id", "double_id", {"other": f"challenges/{C}.yml"})] == [(f.at, f.key, f.details) for f in caught.value.faults]


@pytest.mark.parametrize(("lessons", "keys"), [(None, ["ended_without_lessons"]), ("Fråga användarna först.", [])])
def test_mark_as_ended(database: Database, content_folder: WriteContent, lessons: str | None, keys: list[str]) -> None:
    """A solution that is in the catalogue is not marked as ended without what was learned; one that is ended stays importable."""
    import_content(database, content_folder(challenge_fields(), solution_fields(), solution_fields(id="slutat", stage="ended")), "anna")
    folder = content_folder(solution_fields(stage="ended", lessons=lessons), solution_fields(id="slutat", stage="ended", year=2020))
    try:
        plan_import(database, folder)
        faults: list[str] = []
    except FaultyContentError as error:
        faults = [fault.key for fault in error.faults]

    assert keys == faults


def test_dry_run(database: Database, content_folder: WriteContent) -> None:
    """A plan tells what an import would do, and does nothing."""
    _, changes = plan_import(database, content_folder(challenge_fields(), solution_fields()))

    assert ({C: "new", S: "new"}, []) == (_kinds(changes), _snapshot(database))


def test_solution_to_a_stored_challenge(database: Database, content_folder: WriteContent, tmp_path: Path) -> None:
    """A single solution can be imported when its challenge is already there."""
    import_content(database, content_folder(challenge_fields()), "anna")
    import_content(database, write_entry(tmp_path / "later", solution_fields()), "anna")

    assert (S,) == Catalogue(database).challenge(C).solutions


def test_links_follow_the_file(database: Database, content_folder: WriteContent) -> None:
    """A solution whose file names another challenge moves from the one to the other."""
    import_content(database, content_folder(challenge_fields(), challenge_fields(id="annan"), solution_fields()), "anna")
    import_content(database, content_folder(solution_fields(challenges=["annan"])), "anna")
    catalogue = Catalogue(database)

    assert ((), (S,)) == (catalogue.challenge(C).solutions, catalogue.challenge("annan").solutions)


def test_audit(database: Database, content_folder: WriteContent) -> None:
    """An import that changed something leaves a row on who did it, and one that did not leaves none."""
    folder = content_folder(challenge_fields(), solution_fields())
    import_content(database, folder, "anna")
    import_content(database, folder, "bo")
    with database.reading() as session:
        rows = [(row.actor, row.action, row.subject, row.details) for row in session.scalars(select(AuditRow))]

    assert [("anna", "content.import", str(folder), {"entries": 2})] == rows


def test_import_after_export(database: Database, content_folder: WriteContent, tmp_path: Path) -> None:
    """What has been exported is imported as the same, whatever its texts hold."""
    awkward = {
        "problem": 'Första raden: "citat" och #tecken.\n\n  Indragen rad med ä, å och \U0001f642.\n- inte en lista',
        "consequence": "x" * 60 + " " + "y" * 300,
        "keywords": ["1177", "null", "2024-01-01", "ja: nej"],
        "phrasings": {"sv": ["- börjar med streck", "'enkla' & \"dubbla\"", "no", "~~"]},
        "equality": None,
    }
    import_content(database, content_folder(challenge_fields(**awkward), solution_fields()), "anna")
    count = export_content(database, tmp_path / "out")

    assert (2, {C: "same", S: "same"}) == (count, _kinds(import_content(database, tmp_path / "out", "anna")))


def test_shipped_catalogue_survives_export(database: Database, tmp_path: Path) -> None:
    """The whole shipped catalogue goes in, out and in again without a change."""
    imported = import_content(database, CONTENT, "anna")
    count = export_content(database, tmp_path / "out")

    assert {"new"} == {change.kind for change in imported}
    assert (len(imported), {"same"}) == (count, {change.kind for change in plan_import(database, tmp_path / "out")[1]})
