"""When entries were checked, that they are due, and that a check outlives the next import."""

from datetime import UTC, date, datetime

import pytest

from knowledge.catalogue import Catalogue, to_body
from knowledge.content_import import Change, import_content, plan_import
from knowledge.currency import Currency
from knowledge.database import Database
from knowledge.digests import send_digests
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_tables import DigestItemRow
from knowledge.people import Granted, People
from knowledge.tables import EntryRow
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent
from tests.interest_world import ANNA, CHALLENGE, OPERATOR, REVIEWER, Clock, sent

NEXT = date(2028, 1, 31)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands half a year after the entries were checked."""
    clock = Clock()
    clock.time = datetime(2027, 6, 1, 9, tzinfo=UTC)
    return clock


@pytest.fixture
def currency(database: Database, content_folder: WriteContent, clock: Clock) -> Currency:
    """A catalogue with a challenge that is due and a solution that is not, and a reviewer."""
    import_content(database, content_folder(challenge_fields(), solution_fields(next_check="2027-06-01")), "anna")
    People(database).grant(OPERATOR, Granted(REVIEWER, "reviewer"))
    return Currency(database, clock)


def _change(database: Database, folder: WriteContent, **overrides: object) -> Change:
    changes = plan_import(database, folder(challenge_fields(**overrides)))[1]
    return next(change for change in changes if change.id == CHALLENGE)


def test_due(currency: Currency) -> None:
    """An entry is due from the day after its next check, and says for how long."""
    assert [(CHALLENGE, 8)] == [(each.entry, each.days) for each in currency.due()]


@pytest.mark.parametrize(("area", "expected"), [("aldreomsorg", 1), ("skola", 0)])
def test_due_in_an_area(currency: Currency, area: str, expected: int) -> None:
    """What is due can be asked for by area."""
    assert expected == len(currency.due(area))


def test_what_no_reader_sees_is_not_due(currency: Currency, database: Database) -> None:
    """An entry that is not shown needs no check."""
    with database.transaction() as session:
        session.get_one(EntryRow, CHALLENGE).status = "archived"

    assert [] == currency.due()


def test_confirm(currency: Currency, database: Database) -> None:
    """An entry that is confirmed has both dates in row and text, and is due no longer."""
    currency.confirm(REVIEWER, CHALLENGE, NEXT)
    with database.reading() as session:
        row = session.get_one(EntryRow, CHALLENGE)

    assert [] == currency.due()
    assert (date(2027, 6, 1), NEXT, "2027-06-01", "2028-01-31") == (
        row.checked,
        row.next_check,
        row.body["checked"],
        row.body["next_check"],
    )


def test_confirmed_entry_and_its_old_file(currency: Currency, database: Database, content_folder: WriteContent) -> None:
    """A file from before the check neither undoes it nor counts as changed."""
    currency.confirm(REVIEWER, CHALLENGE, NEXT)

    assert "same" == _change(database, content_folder).kind


def test_confirmed_entry_and_its_new_file(currency: Currency, database: Database, content_folder: WriteContent) -> None:
    """An entry that was confirmed can still be imported: the new text comes in and the later check stays."""
    currency.confirm(REVIEWER, CHALLENGE, NEXT)
    assert ("changed", ["summary"]) == (
        (found := _change(database, content_folder, summary="En ny text.")).kind,
        [f[0] for f in found.fields],
    )
    import_content(database, content_folder(challenge_fields(summary="En ny text.")), "anna")
    entry = Catalogue(database).challenge(CHALLENGE).entry

    assert ("En ny text.", date(2027, 6, 1), NEXT) == (entry.summary, entry.checked, entry.next_check)
    assert "same" == _change(database, content_folder, summary="En ny text.").kind


def test_file_that_was_checked_later(currency: Currency, database: Database, content_folder: WriteContent) -> None:
    """A file with a later check than the database's brings its dates with it."""
    currency.confirm(REVIEWER, CHALLENGE, NEXT)
    later = {"checked": "2027-07-01", "next_check": "2028-07-01"}
    import_content(database, content_folder(challenge_fields(**later)), "anna")

    assert later == {name: to_body(Catalogue(database).challenge(CHALLENGE).entry)[name] for name in later}


def test_edited_entry_stays_edited(currency: Currency, database: Database, content_folder: WriteContent) -> None:
    """An entry whose text was edited here is still refused by an import after it was confirmed."""
    with database.transaction() as session:
        session.get_one(EntryRow, CHALLENGE).hash = "edited"
    currency.confirm(REVIEWER, CHALLENGE, NEXT)

    assert "edited_here" == _change(database, content_folder, summary="En ny text.").kind


def test_who_may_confirm(currency: Currency) -> None:
    """Only those who look after an entry say that it is right."""
    with pytest.raises(RefusedError, match="role_missing"):
        currency.confirm(ANNA, CHALLENGE, NEXT)


@pytest.mark.parametrize("day", [date(2027, 6, 1), date(2027, 5, 31)])
def test_next_check_lies_ahead(currency: Currency, day: date) -> None:
    """The next check is on a day to come."""
    with pytest.raises(RefusedError, match="next_check_passed"):
        currency.confirm(REVIEWER, CHALLENGE, day)


def test_unknown_entry(currency: Currency) -> None:
    """What is not there cannot be confirmed."""
    with pytest.raises(NotFoundError, match="no_such_entry"):
        currency.confirm(REVIEWER, "okänd", NEXT)


def test_reminded_once(currency: Currency, database: Database, clock: Clock) -> None:
    """Those who look after an entry are reminded once, also after the digest with the reminder has gone."""
    assert (1, [REVIEWER.address]) == (currency.remind(), sent(database, "check.due", DigestItemRow))
    send_digests(database, clock)

    assert (0, []) == (currency.remind(), sent(database, "check.due", DigestItemRow))


def test_reminded_again_when_due_again(currency: Currency, clock: Clock) -> None:
    """An entry that was confirmed is reminded of again when its next check has passed."""
    currency.remind()
    currency.confirm(REVIEWER, CHALLENGE, NEXT)
    clock.time = datetime(2028, 2, 1, 9, tzinfo=UTC)

    assert 2 == currency.remind()
