"""Disposal destroys what a decision and the plan allow, with proof, and goes on where it was stopped."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.settings import ROOT
from knowledge.contribution_tables import DisposalRow, DisposedRow
from knowledge.database import Database
from knowledge.disposal import Disposals, fingerprint, proof_of
from knowledge.due_records import content
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import DialogueRow, InterestFormRow, InterestRow, QuestionRow
from knowledge.interests import Interests
from knowledge.ownership import Ownership
from knowledge.questions import Questions
from knowledge.retention import record_class
from knowledge.stages import Stages
from knowledge.tables import AuditRow
from knowledge.voices import Voices
from tests.integration import stopping_disposal
from tests.integration.stopping_disposal import DIED, LATER
from tests.interest_world import ANNA, CHALLENGE, CONCLUDED, OPERATOR, Clock, add_challenge, company, count, form, register

DECISION = "KS 2030-01-12 § 8"
SECRET = "Ett hemligt meddelande som ska bort"
OTHER = "nattbesok-vacker"


@pytest.fixture
def disposals(database: Database, clock: Clock) -> Disposals:
    """Disposals by that clock, of a database with a closed challenge of seven companies and an open one of one."""
    fill(database, clock)
    return Disposals(database, 21, clock)


def fill(database: Database, clock: Clock) -> None:
    interests = Interests(database, clock)
    for name in (CHALLENGE, OTHER):
        add_challenge(database, name)
    first = register(interests, database, ANNA, form(message=SECRET))
    register(interests, database, ANNA, form(), OTHER)
    for number in range(6):
        register(interests, database, *company(number))
    asked = Questions(database, clock).ask(ANNA, CHALLENGE, "Hur många är ni?")
    Questions(database, clock).answer(OPERATOR, asked, "Tolv.")
    Ownership(database, clock).record_contact(OPERATOR, first.number, "Ringde dem.")
    Voices(database).same_need(CHALLENGE, "Timrå kommun", "web")
    Stages(database, clock).move(OPERATOR, CHALLENGE, "closed", "Klart.", CONCLUDED)


def due(disposals: Disposals) -> dict[str, int]:
    return {each.record.name: each.count for each in disposals.due() if each.count and each.record.way == "decision"}


def test_dry_run_counts(disposals: Disposals, database: Database, clock: Clock) -> None:
    """A dry run counts what would go from the day the plan allows it, and changes nothing."""
    clock.move(days=729)
    assert {} == due(disposals)
    clock.move(days=3)

    assert {"interests": 7, "questions": 1, "same_needs": 1} == {
        name: number for name, number in due(disposals).items() if name != "dialogue_notes"
    }
    assert (8, 0) == (count(database, InterestRow), count(database, DisposalRow))


def test_disposal(disposals: Disposals, database: Database, clock: Clock) -> None:
    """The registrations of the closed challenge go with their forms, withdrawn or not; each has its proof, and the act is audited."""
    clock.move(days=732)
    with database.reading() as session:
        gone = [(row.id,) for row in session.scalars(select(InterestRow).filter_by(challenge_id=CHALLENGE).order_by(InterestRow.id))]
        hashes = {f"interests/{key[0]}": fingerprint(rows) for key, rows in content(session, record_class("interests"), gone).items()}

    done = disposals.dispose(OPERATOR, "interests", DECISION)

    proof = proof_of(database, done.id)
    assert (7, False, True) == (done.count, done.was_begun, done.is_scrubbed)
    assert hashes == {each["record"]: each["sha256"] for each in proof["records"]}
    assert (DECISION, True) == (proof["decision"], proof["done_at"] is not None)
    assert (1, 1, 1) == (count(database, InterestRow), count(database, InterestFormRow), count(database, InterestRow, challenge_id=OTHER))
    assert (1, 1) == (count(database, QuestionRow, interest_id=None), count(database, AuditRow, action="records.disposed"))


def test_log_of_the_dialogue_stays(disposals: Disposals, database: Database, clock: Clock) -> None:
    """Internal notes go by decision; what everybody may read of the dialogue is kept."""
    public = count(database, DialogueRow, public=True)
    clock.move(days=732)
    disposals.dispose(OPERATOR, "dialogue_notes", DECISION)

    assert (public, 0) == (count(database, DialogueRow, public=True), count(database, DialogueRow, public=False))
    with pytest.raises(RefusedError, match="record_class_kept"):
        disposals.dispose(OPERATOR, "dialogue", DECISION)


@pytest.mark.parametrize(
    ("name", "decision", "key"),
    [
        ("interests", " ", "decision_missing"),
        ("entries", DECISION, "record_class_kept"),
        ("disposals", DECISION, "record_class_kept"),
        ("contributions_in_review", DECISION, "record_class_kept"),
        ("outbox_delivered", DECISION, "record_class_goes_by_itself"),
    ],
)
def test_refused(disposals: Disposals, database: Database, clock: Clock, name: str, decision: str, key: str) -> None:
    """Without a decision, for what is kept, and for what needs none, nothing is destroyed."""
    clock.move(days=9999)
    with pytest.raises(RefusedError, match=key):
        disposals.dispose(OPERATOR, name, decision)
    assert (8, 0) == (count(database, InterestRow), count(database, DisposalRow))


def test_too_early(disposals: Disposals, database: Database, clock: Clock) -> None:
    """Records that are younger than the plan says are not destroyed, whatever the decision says."""
    clock.move(days=732)
    with pytest.raises(RefusedError, match="disposal_too_early"):
        disposals.dispose(OPERATOR, "interests", DECISION, clock() - timedelta(days=700))

    assert disposals.dispose(OPERATOR, "interests", DECISION, clock() - timedelta(days=9999)).count == 0
    assert count(database, InterestRow) == 8


def test_only_an_administrator(disposals: Disposals, clock: Clock) -> None:
    """Nobody else destroys anything."""
    clock.move(days=732)
    with pytest.raises(RefusedError, match="role_missing"):
        disposals.dispose(ANNA, "interests", DECISION)


def test_standing_decision(disposals: Disposals, database: Database, clock: Clock) -> None:
    """The same decision is carried out anew when more has become due, as a disposal of its own."""
    clock.move(days=732)
    first = disposals.dispose(OPERATOR, "interests", DECISION)
    Stages(database, clock).move(OPERATOR, OTHER, "closed", "Klart.", CONCLUDED)
    clock.move(days=732)
    second = disposals.dispose(OPERATOR, "interests", DECISION)

    assert ((7, 1), False) == ((first.count, second.count), first.id == second.id)


def test_no_proof_of_what_never_was(database: Database) -> None:
    """The proof of a disposal that there is not is refused."""
    with pytest.raises(NotFoundError, match="no_such_disposal"):
        proof_of(database, 4)


@pytest.mark.parametrize("last", [3, 6, 9, 13, 17, 22, 26])
def test_killed(database_url: str, last: int) -> None:
    """Killed at any statement and run again, exactly the right records are gone, and each has one proof."""
    database, clock = Database(database_url), Clock()
    database.upgrade()
    fill(database, clock)
    with database.reading() as session:
        right = {f"interests/{row.id}" for row in session.scalars(select(InterestRow).filter_by(challenge_id=CHALLENGE))}
    command = [sys.executable, "-m", stopping_disposal.__name__, database_url, DECISION, str(last)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (DIED, "") == (ran.returncode, ran.stderr)

    def proven() -> list[str]:
        with database.reading() as session:
            return list(session.scalars(select(DisposedRow.record)))

    assert 8 == len(proven()) + count(database, InterestRow)
    done = Disposals(database, 21, lambda: LATER + timedelta(days=1)).dispose(OPERATOR, "interests", DECISION)

    assert sorted(right) == sorted(proven())
    assert (7, 1, 1) == (done.count, count(database, DisposalRow), count(database, InterestRow))
    assert (1, 1) == (count(database, InterestFormRow), count(database, AuditRow, action="records.disposed"))
    database.close()


def test_begun_with_another_date(database: Database, clock: Clock) -> None:
    """What a decision has begun is not carried out for another date before it is finished."""
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        session.add(DisposalRow(decision=DECISION, record_class="interests", before=begun, actor="-/x"))
    disposals = Disposals(database, 21, clock)

    with pytest.raises(RefusedError, match="disposal_begun"):
        disposals.dispose(OPERATOR, "interests", DECISION, datetime(2021, 1, 1, tzinfo=UTC))
    done = disposals.dispose(OPERATOR, "interests", DECISION)
    assert (begun, True) == (done.before, done.was_begun)


def test_text_is_gone_from_the_files(sqlite_database: Database, clock: Clock) -> None:
    """After a disposal the text lies in no file of the database, not even as a deleted page."""
    fill(sqlite_database, clock)
    clock.move(days=732)

    def files() -> bytes:
        folder = Path(str(sqlite_database.url.database)).parent
        return b"".join(file.read_bytes() for file in folder.glob("*.db*"))

    secret = SECRET.encode()
    assert secret in files()
    Disposals(sqlite_database, 21, clock).dispose(OPERATOR, "interests", DECISION)

    assert secret not in files()
