"""A large catalogue of made-up entries, for measuring."""

from datetime import date

from knowledge.catalogue import body_hash, to_body
from knowledge.database import Database
from knowledge.entry_files import CONTENT, ChallengeFile, ReadEntry, SolutionFile, read_folder
from knowledge.tables import EntryRow, LinkRow


def fill(database: Database, count: int) -> None:
    """Fill an empty database with `count` entries that are as long as the real ones: copies of them under other ids."""
    real = [read for read in read_folder(CONTENT)[0] if isinstance(read, ReadEntry)]
    challenges = [read.entry for read in real if isinstance(read.entry, ChallengeFile)]
    solutions = [read.entry for read in real if isinstance(read.entry, SolutionFile)]
    half = count // 2
    with database.transaction() as session:
        for number in range(half):
            session.add(_row(challenges[number % len(challenges)].model_copy(update={"id": f"u{number}"}), number))
        session.flush()
        for number in range(count - half):
            copy = solutions[number % len(solutions)].model_copy(update={"id": f"l{number}", "challenges": [f"u{number % half}"]})
            session.add(_row(copy, number))
            session.flush()
            session.add(LinkRow(solution_id=copy.id, challenge_id=copy.challenges[0]))


def _row(entry: ChallengeFile | SolutionFile, number: int) -> EntryRow:
    body = to_body(entry) | {"keywords": [*entry.keywords[:3], f"nyckel{number}"]}
    return EntryRow(
        id=entry.id, kind=entry.kind, area=entry.area, status="published", body=body, hash=body_hash(body),
        imported_hash=None, published=date(2026, 1, 1), checked=date(2026, 1, 1), next_check=date(2036, 1, 1),
    )  # fmt: skip
