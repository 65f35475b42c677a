"""Registrations survive what machines do to them: a process killed at any point, and two hundred companies at once."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, select

from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.drafts import Drafts
from knowledge.interest_tables import DraftRow, InterestFormRow, InterestRow, OutboxRow
from knowledge.interests import Interests
from knowledge.ownership import Ownership
from knowledge.people import Person
from knowledge.tables import AuditRow
from tests.interest_world import (
    ANNA,
    CHALLENGE,
    OWNER,
    OWNER_ADDRESS,
    VALUES,
    Clock,
    company,
    count,
    form,
    last_code,
    notices,
    opened,
    register,
    sent,
)

COMPANIES = 160
REPEATS = 40
ENDLESS = """
import sys
from itertools import count
from knowledge.interests import Interests
from tests.interest_world import company, opened, register
with opened(sys.argv[1]) as database:
    for number in count(int(sys.argv[2])):
        register(Interests(database), database, *company(number))
        print(number, flush=True)
"""


@pytest.fixture
def ready(with_challenge: Database) -> Database:
    Ownership(with_challenge).tell_at(OWNER, CHALLENGE, OWNER_ADDRESS)
    return with_challenge


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def killed_at(statement: int, url: str, work: Callable[[Database], object]) -> bool:
    """Do some work in a process that is killed before its `statement`th statement or commit; tell whether it was."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count_down(*_event: object) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with opened(url) as database:
                event.listen(database.engine, "before_cursor_execute", count_down)
                event.listen(database.engine, "commit", count_down)
                work(database)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def assert_whole(database: Database) -> None:
    """Assert that every registration there is has all that belongs to it, and nothing is there that belongs to none."""
    with database.reading() as session:
        keys = set(session.scalars(select(OutboxRow.key)))
        forms = session.scalars(select(InterestFormRow)).all()
        interests = {row.id: row for row in session.scalars(select(InterestRow))}
        audited = [(row.action, row.details.get("form")) for row in session.scalars(select(AuditRow))]
    expected = set()
    for row in forms:
        expected.add(f"interest.code:{row.id}")
        assert ("interest.sent", row.id) in audited
        assert (row.confirmed_at is not None) == (interests[row.interest_id].status == "confirmed")
        if row.confirmed_at:
            expected |= {f"interest.receipt:{row.id}", f"owner.interest:{row.id}"}
            assert ("interest.confirmed", row.id) in audited
    assert expected == {":".join(key.split(":")[:2]) for key in keys}
    assert {row.interest_id for row in forms} == set(interests)


def test_killed_at_every_point(ready: Database) -> None:
    """A process killed before any statement or commit of a registration leaves all of it or nothing, and the company can go on."""
    conversation = Conversations(ready).find("web", "-", "anna", "sv").id
    drafts = Drafts(ready)
    drafts.begin(conversation, CHALLENGE, notices())
    for name, value in VALUES.items():
        drafts.put(conversation, CHALLENGE, name, value)

    def send(database: Database) -> None:
        draft = Drafts(database).resume(conversation)
        assert draft is not None
        Interests(database).register(ANNA, CHALLENGE, draft.form(), draft.notices, version=draft.version, conversation=conversation)

    statement = 1
    while killed_at(statement, url_of(ready), send):
        assert_whole(ready)
        assert count(ready, InterestFormRow) + count(ready, DraftRow) == 1
        if not count(ready, DraftRow):
            break
        statement += 1
    number = Interests(ready).register(ANNA, CHALLENGE, form(), notices()).number
    code = last_code(ready, "anna@bolaget.se")

    points = statement
    statement = 1
    while killed_at(statement, url_of(ready), lambda database: Interests(database).confirm(ANNA, number, code)):
        assert_whole(ready)
        statement += 1
    points += statement

    assert points > 20, "the processes were killed at many points"
    assert Interests(ready).confirm(ANNA, number, code).confirmed
    assert_whole(ready)
    assert ["anna@bolaget.se"] == sent(ready, "interest.receipt")


def test_killed_at_any_moment(ready: Database) -> None:
    """A process that registers one company after another and is killed at random leaves only whole registrations."""
    moments = random.Random(4)
    begun = 0
    for _ in range(3):
        command = [sys.executable, "-c", ENDLESS, url_of(ready), str(begun)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            for _ in range(moments.randint(1, 15)):
                begun = int(process.stdout.readline())
            process.kill()
        assert_whole(ready)
        assert count(ready, InterestRow, status="confirmed") >= begun + 1

    register(Interests(ready), ready, *company(begun + 1))
    assert_whole(ready)


def test_two_hundred_at_once(ready: Database) -> None:
    """Two hundred registrations at once, some sent twice: each company has one row, one number and one receipt."""
    interests = Interests(ready, Clock())
    numbers = [*range(COMPANIES), *range(REPEATS)]
    random.Random(4).shuffle(numbers)

    def send(number: int) -> tuple[int, str]:
        return number, register(interests, ready, *company(number)).number

    with ThreadPoolExecutor(len(numbers)) as companies:
        given = dict(pairs := list(companies.map(send, numbers)))

    assert all(given[number] == again for number, again in pairs), "a repeated form has the number of the first"
    assert len(set(given.values())) == COMPANIES
    assert COMPANIES == count(ready, InterestRow, status="confirmed") == count(ready, InterestFormRow)
    assert sorted(f"info@bolag{number}.se" for number in range(COMPANIES)) == sorted(sent(ready, "interest.receipt"))
    assert [OWNER_ADDRESS] * COMPANIES == sent(ready, "owner.interest")
    assert_whole(ready)


def test_one_company_from_many_places(ready: Database) -> None:
    """Many people of one company at once are one registration with one number, and each gets one receipt."""
    interests = Interests(ready, Clock())

    def send(number: int) -> str:
        mine = form(contact=f"Person {number}", email=f"p{number}@bolaget.se")
        return register(interests, ready, Person("web", "-", f"p{number}"), mine).number

    with ThreadPoolExecutor(20) as people:
        given = set(people.map(send, range(20)))

    assert len(given) == 1
    assert (1, 20) == (count(ready, InterestRow), count(ready, InterestFormRow))
    assert sorted(f"p{number}@bolaget.se" for number in range(20)) == sorted(sent(ready, "interest.receipt"))
