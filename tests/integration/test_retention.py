"""The retention plan covers everything that is stored, and what goes by itself goes when its time is over."""

import importlib
import pkgutil
from datetime import UTC, datetime, timedelta

import pytest

import knowledge
from bot.settings import LANGUAGES
from bot.texts import sentences
from knowledge.contribution_tables import ContributionRow, ContributionStepRow, GapRow
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import NotFoundError
from knowledge.expiry import remove_expired
from knowledge.interest_tables import OutboxRow, PersonRow
from knowledge.people import Granted, People, Person
from knowledge.retention import Duration, kept, plan, record_class
from knowledge.tables import ConversationRow, SeenEventRow, Table
from tests.interest_world import ANNA, OPERATOR, Clock, count

# Every value of a column by which one table holds several kinds of record.
STATES = {
    "contributions": {"draft", "in_review", "returned", "approved", "rejected", "withdrawn"},
    "outbox": {"waiting", "delivered", "dead"},
    "dialogue": {True, False},
    "follows": {"empty", "filled"},
    "reports": {"empty", "filled"},
}


def test_every_table_is_in_the_plan() -> None:
    """No table is forgotten: each belongs to one kind of record, or its rows are shared out among several without a gap."""
    for module in pkgutil.iter_modules(knowledge.__path__):
        if module.name.endswith("tables"):
            importlib.import_module(f"knowledge.{module.name}")
    stored = set(Table.metadata.tables)
    shares = {name: [each.where for each in plan() if name == each.tables[0]] for name in stored}
    values = {
        name: [value for where in wheres for wanted in where.values() for value in ([wanted] if isinstance(wanted, str) else wanted)]
        for name, wheres in shares.items()
        if len(wheres) > 1
    }

    assert stored == {name for each in plan() for name in each.tables}
    assert STATES == {name: set(found) for name, found in values.items()}
    assert [] == [name for name, found in values.items() if len(found) != len(set(found))]
    assert [] == [name for name, wheres in shares.items() if len(wheres) == 1 and wheres[0]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(language: str) -> None:
    """Each kind of record and each moment to count from is described for a registrar."""
    asked = {f"privacy.class.{each.name}" for each in plan()} | {f"privacy.counted.{each.counted}" for each in plan() if each.counted}

    assert set() == asked - sentences(language).keys()


def test_public_records_need_a_decision() -> None:
    """What a company or an employee has sent in never goes by itself."""
    assert {"decision"} == {record_class(name).way for name in ("interests", "questions", "contributions_unpublished", "reports")}
    assert {"kept"} == {record_class(name).way for name in ("disposals", "entries", "dialogue")}


def test_unknown_kind() -> None:
    """A kind that the plan does not have is refused with those it has."""
    with pytest.raises(NotFoundError, match="interests"):
        record_class("everything")


def test_conversations_are_kept_as_set() -> None:
    """How long a conversation is kept comes from the setting, and is not told where the setting is not known."""
    assert (Duration(days=7), None) == (record_class("conversations", 7).kept, record_class("conversations").kept)


def test_two_years_before_a_leap_day() -> None:
    """Where there is no 29 February, the 28th counts."""
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)

    assert (datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2030, 2, 28, 12, tzinfo=UTC)) == (
        Duration(years=2).before(leap),
        Duration(years=2).after(leap),
    )


def test_what_is_over_goes_by_itself(database: Database, clock: Clock) -> None:
    """Delivered messages, unanswered questions and drafts go when their time is over, and not a moment before."""
    at = clock()
    with database.transaction() as session:
        person = PersonRow(channel="web", tenant="-", external_id="anna")
        session.add(person)
        session.flush()
        for state in ("waiting", "delivered", "dead"):
            sent = at if state == "delivered" else None
            row = OutboxRow(key=state, kind="digest", recipient="mailto:a@example.org", data={}, state=state, delivered_at=sent)
            row.created_at = row.due_at = at
            session.add(row)
        session.add(GapRow(question="Finns det?", cause="none", language="sv", asker="x", asked_at=at))
        for state in ("draft", "in_review"):
            draft = ContributionRow(kind="challenge", state=state, fields={}, person_id=person.id, language="sv", channel="web")
            draft.changed_at = at
            session.add(draft)
            session.flush()
            session.add(ContributionStepRow(contribution_id=draft.id, person_id=person.id, step="edited", revision=1))

    clock.move(days=kept("outbox_delivered").days, seconds=-1)
    assert {} == remove_expired(database, clock)
    clock.move(seconds=1)
    assert {"outbox_delivered": 1, "outbox_stranded": 1, "contribution_drafts": 1} == remove_expired(database, clock)
    clock.move(days=kept("gaps").days)
    assert {"gaps": 1} == remove_expired(database, clock)
    assert (1, 1, 1) == (
        count(database, OutboxRow, state="waiting"),
        count(database, ContributionRow),
        count(database, ContributionStepRow),
    )


def test_conversations_are_left_to_the_bot(database: Database) -> None:
    """A conversation does not go alone, for the dialogue engine has a record of it too."""
    Conversations(database).find("web", "-", "anna", "sv")

    assert ({}, 1) == (remove_expired(database, lambda: datetime.now(UTC) + timedelta(days=9999)), count(database, ConversationRow))


def test_many_go(database: Database, clock: Clock) -> None:
    """However many there are, all of them go."""
    with database.transaction() as session:
        session.add_all([SeenEventRow(id=f"event {number}", received_at=clock()) for number in range(1201)])
    clock.move(days=2)

    assert ({"seen_events": 1201}, 0) == (remove_expired(database, clock), count(database, SeenEventRow))


def test_person_goes_with_the_last_record(database: Database, clock: Clock) -> None:
    """Who somebody is in a channel is kept while anything else of them is."""
    role = Granted(ANNA, "reviewer")
    People(database).grant(OPERATOR, role)

    assert {} == remove_expired(database, clock)
    People(database).revoke(OPERATOR, role)
    assert ({"people": 1}, 0) == (remove_expired(database, clock), count(database, PersonRow))


def test_person_who_is_being_given_a_record_stays(postgres_database: Database, clock: Clock) -> None:
    """Somebody who is being given a record in another transaction is left alone, and the record is not lost."""
    from knowledge.interest_tables import RoleRow
    from knowledge.people import person_id

    with postgres_database.transaction() as session:
        person_id(session, Person("web", "-", "anna"))
    with postgres_database.transaction() as session:
        who = person_id(session, Person("web", "-", "anna"))
        assert {} == remove_expired(postgres_database, clock)
        session.add(RoleRow(person_id=who, role="staff", scope="everything"))

    assert ({}, 1) == (remove_expired(postgres_database, clock), count(postgres_database, RoleRow))
