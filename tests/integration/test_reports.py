"""A reader says that something is not right; those who look after the entry hear it, and the reader gets an answer."""

import pytest

from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import DigestItemRow, OutboxRow
from knowledge.ownership import Ownership
from knowledge.people import Granted, People, Person
from knowledge.reports import Reports
from tests.interest_world import (
    ADMINISTRATOR,
    ANNA,
    BO,
    CHALLENGE,
    OPERATOR,
    OWNER,
    OWNER_ADDRESS,
    REVIEWER,
    Clock,
    add_challenge,
    sent,
)

ELSEWHERE = Person("slack", "T1", "USCHOOL")


@pytest.fixture
def reports(with_challenge: Database, clock: Clock) -> Reports:
    """Reports on one challenge, which has an owner, a reviewer, and a reviewer of another area who has nothing to do with it."""
    People(with_challenge).grant(OPERATOR, Granted(ELSEWHERE, "reviewer", "area", "skola"))
    Ownership(with_challenge).tell_at(OPERATOR, CHALLENGE, OWNER_ADDRESS)
    return Reports(with_challenge, clock)


def test_those_who_look_after_the_entry_hear(reports: Reports, database: Database) -> None:
    """A report goes to the owner as they chose, and with the day's digest to the reviewers whose role covers the entry."""
    reports.report(ANNA, CHALLENGE, "Siffran är fel.")

    assert [OWNER_ADDRESS] == sent(database, "report.new")
    assert [REVIEWER.address] == sent(database, "report.new", DigestItemRow)


def test_in_the_language_of_whoever_hears(reports: Reports, database: Database) -> None:
    """A reviewer reads of a report in the language that they speak with the guide."""
    Conversations(database).find("slack", "T1", REVIEWER.external_id, "fi")
    reports.report(ANNA, CHALLENGE, "Siffran är fel.")
    with database.reading() as session:
        data = session.query(DigestItemRow).filter_by(kind="report.new").one().data

    assert "fi" == data["language"]


def test_is_masked(reports: Reports) -> None:
    """What identifies a person is hidden before it is stored."""
    reports.report(ANNA, CHALLENGE, "Ring 070-123 45 67 om siffran.")

    assert ["Ring [telefon] om siffran."] == [each.text for each in reports.open(REVIEWER)]


@pytest.mark.parametrize(("person", "expected"), [(REVIEWER, 1), (OWNER, 1), (ADMINISTRATOR, 1), (ELSEWHERE, 0), (ANNA, 0)])
def test_who_sees_it(reports: Reports, person: Person, expected: int) -> None:
    """Only those who look after the entry see what is reported."""
    reports.report(ANNA, CHALLENGE, "Siffran är fel.")

    assert expected == len(reports.open(person))


def test_same_words_twice(reports: Reports, database: Database) -> None:
    """A report that comes twice is one report, but another person's is another one."""
    first, again, other = [reports.report(who, CHALLENGE, "Siffran är fel.") for who in (ANNA, ANNA, BO)]

    assert (first, True) == (again, first != other)
    assert 2 == len(sent(database, "report.new"))


@pytest.mark.parametrize(("changed", "expected"), [(True, "2026-12-01"), (False, None)])
def test_answer(reports: Reports, database: Database, *, changed: bool, expected: str | None) -> None:
    """The answer goes to whoever reported, in their language, says whether the entry was changed, and ends the waiting."""
    number = reports.report(ANNA, CHALLENGE, "Siffran är fel.", "en")
    reports.answer(REVIEWER, number, "Rättat.", changed=changed)
    with database.reading() as session:
        data = session.query(OutboxRow).filter_by(kind="report.answered", recipient=ANNA.address).one().data

    assert ("en", "Rättat.", expected) == (data["language"], data["answer"], data.get("changed_on"))
    assert ([], ["Rättat."], []) == (reports.open(REVIEWER), [each.answer for each in reports.of(ANNA)], reports.of(BO))


def test_answered_once(reports: Reports) -> None:
    """A report that has been answered is not answered again."""
    number = reports.report(ANNA, CHALLENGE, "Siffran är fel.")
    reports.answer(REVIEWER, number, "Rättat.")

    with pytest.raises(RefusedError, match="report_answered"):
        reports.answer(OWNER, number, "Rättat igen.")


@pytest.mark.parametrize("person", [ANNA, ELSEWHERE])
def test_others_do_not_answer(reports: Reports, person: Person) -> None:
    """Nobody answers who does not look after the entry."""
    number = reports.report(ANNA, CHALLENGE, "Siffran är fel.")

    with pytest.raises(RefusedError, match="role_missing"):
        reports.answer(person, number, "Nej.")


@pytest.mark.parametrize("stage", ["draft", "in_review", "archived"])
def test_what_no_reader_sees(reports: Reports, database: Database, stage: str) -> None:
    """What no reader can see cannot be reported."""
    add_challenge(database, "hemlig", stage)

    with pytest.raises(NotFoundError, match="no_such_entry"):
        reports.report(ANNA, "hemlig", "Siffran är fel.")


@pytest.mark.parametrize(("text", "key"), [(" \n", "text_missing"), ("x" * 1001, "text_too_long")])
def test_unusable_text(reports: Reports, text: str, key: str) -> None:
    """A report needs words, and not too many."""
    with pytest.raises(RefusedError, match=key):
        reports.report(ANNA, CHALLENGE, text)


def test_unknown_report(reports: Reports) -> None:
    """What nobody has reported cannot be answered."""
    with pytest.raises(NotFoundError, match="no_such_report"):
        reports.answer(REVIEWER, 4711, "Rättat.")
