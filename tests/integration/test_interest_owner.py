"""What the owner of a challenge sees, exports and promises, and who may do what."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from knowledge.database import Database
from knowledge.digests import send_digests
from knowledge.errors import NotFoundError, RefusedError
from knowledge.exports import interest_csv, interest_xlsx
from knowledge.interest_lists import COLUMNS, InterestLists
from knowledge.interest_tables import DigestItemRow
from knowledge.interests import Interests
from knowledge.ownership import Ownership
from knowledge.people import Granted, People, Person
from knowledge.stages import Facts, Stages
from knowledge.tables import AuditRow
from tests.interest_world import (
    ADMINISTRATOR,
    ANNA,
    BO,
    CHALLENGE,
    OPERATOR,
    OWNER,
    OWNER_ADDRESS,
    Clock,
    add_challenge,
    company,
    count,
    form,
    grant_roles,
    notices,
    register,
    sent,
)

HARM = "Priset gör att en konkurrent kan bjuda under oss."


@pytest.fixture
def ready(with_challenge: Database, clock: Clock) -> Database:
    interests = Interests(with_challenge, clock)
    told = form(company="=HYPERLINK(1)", message="-1+1", phone="+46701234567", secrecy={"message": HARM})
    register(interests, with_challenge, ANNA, told)
    register(interests, with_challenge, *company(2))
    interests.register(BO, CHALLENGE, form(organisation_number="202100-6222", email="bo@annat.se"), notices())
    return with_challenge


def test_list_holds_what_counts(ready: Database, clock: Clock) -> None:
    """The owner's list has every confirmed registration with all its fields, and says which of them secrecy is asked for."""
    listed = InterestLists(ready, clock).of(OWNER, CHALLENGE)

    assert ["=HYPERLINK(1)", "Bolag 2"] == [each.values["company"] for each in listed]
    assert {"message": HARM} == listed[0].values["secrecy"]
    assert [frozenset({"message"}), frozenset()] == [each.marked for each in listed]
    assert count(ready, AuditRow, action="interest.listed", actor=OWNER.name) == 1


def test_list_is_for_the_owner_only(ready: Database) -> None:
    """Nobody but the owner sees who has registered, and whoever tries leaves nothing in the trail of lists taken out."""
    lists = InterestLists(ready)
    number = lists.of(OWNER, CHALLENGE)[0].values["number"]
    attempts: tuple[Callable[[], object], ...] = (
        lambda: lists.of(ANNA, CHALLENGE),
        lambda: lists.release_copy(ANNA, CHALLENGE),
        lambda: lists.show(ANNA, number),
    )
    for attempt in attempts:
        with pytest.raises(RefusedError, match="role_missing"):
            attempt()

    assert count(ready, AuditRow, action="interest.listed") == 1


def test_release_copy_hides(ready: Database, clock: Clock) -> None:
    """In the copy to release, flagged fields and a sole trader's personal data are hidden, and the harm is not told."""
    copy = [each.values for each in InterestLists(ready, clock).release_copy(OWNER, CHALLENGE)]

    assert ("hidden_secrecy", "Anna Andersson", "5560360793") == (copy[0]["message"], copy[0]["contact"], copy[0]["organisation_number"])
    assert ["hidden_personal"] * 4 == [copy[1][name] for name in ("company", "contact", "email", "phone")]
    assert copy[1]["message"] == "Vi har ett system som gör detta."
    assert all("secrecy" not in values for values in copy)
    assert HARM not in interest_csv(InterestLists(ready, clock).release_copy(OWNER, CHALLENGE))


def test_one_registration_with_its_history(ready: Database, clock: Clock) -> None:
    """A single registration is shown with every form that was confirmed, the one that holds first."""
    clock.move(minutes=1)
    number = register(
        Interests(ready, clock), ready, company(2)[0], form(organisation_number="", company="Bolag 2", email="info@bolag2.se", contact="Bo")
    ).number

    assert ["Bo", "Anna Andersson"] == [each.values["contact"] for each in InterestLists(ready).show(OWNER, number)]
    with pytest.raises(NotFoundError, match="no_such_interest"):
        InterestLists(ready).show(OWNER, "2026-x")


def test_csv_is_harmless(ready: Database) -> None:
    """No cell of the CSV begins a formula, and headings and words come in the reader's language."""
    words = {"company": "Företag", "yes": "ja"}
    text = interest_csv(InterestLists(ready).of(OWNER, CHALLENGE), lambda key: words.get(key, key))
    table = list(csv.DictReader(io.StringIO(text)))

    assert ["'=HYPERLINK(1)", "Bolag 2"] == [row["Företag"] for row in table]
    assert ("'-1+1", "'+46701234567", "ja", f"message: {HARM}") == tuple(
        table[0][name] for name in ("message", "phone", "notify", "secrecy")
    )
    assert not any((cell or " ")[0] in "=+-@" for row in table for cell in row.values())


def test_workbook_is_harmless(ready: Database) -> None:
    """Every cell of the workbook is text, also one that begins a formula, and a flagged cell is coloured."""
    sheet: Any = load_workbook(io.BytesIO(interest_xlsx(InterestLists(ready).of(OWNER, CHALLENGE)))).active
    cells = dict(zip(COLUMNS, sheet[2], strict=True))

    assert ("=HYPERLINK(1)", "s", True) == (cells["company"].value, cells["company"].data_type, cells["company"].quotePrefix)
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert cells["message"].fill.fgColor.rgb == "00FFF2CC"
    assert cells["company"].fill.fill_type is None
    assert interest_xlsx([])


def test_promises(ready: Database, clock: Clock) -> None:
    """A promise that has passed is listed as overdue, its owner is reminded once a week, and a new promise ends it."""
    owned = Ownership(ready, clock)
    owned.tell_at(OWNER, CHALLENGE, OWNER_ADDRESS)
    owned.promise(OWNER, CHALLENGE, date(2026, 12, 10))
    with pytest.raises(RefusedError, match="next_update_by_passed"):
        owned.promise(OWNER, CHALLENGE, date(2026, 12, 1))
    assert [] == owned.overdue()

    clock.move(days=10)
    for _ in range(8):
        owned.nudge()
        clock.move(days=1)

    assert [8] == [each.days - 1 for each in owned.overdue()]
    assert [OWNER_ADDRESS] * 2 == sent(ready, "owner.overdue")
    owned.promise(OWNER, CHALLENGE, date(2027, 1, 10))
    assert [] == owned.overdue()


def test_daily_owner_is_reminded_once_a_week(ready: Database, clock: Clock) -> None:
    """An owner who hears of things daily is reminded no more often, also when the digest with the reminder has gone."""
    owned = Ownership(ready, clock)
    owned.tell_at(OWNER, CHALLENGE, OWNER_ADDRESS, "daily")
    owned.promise(OWNER, CHALLENGE, date(2026, 12, 10))
    clock.move(days=10)
    reminded = []
    for _ in range(8):
        owned.nudge()
        owned.nudge()
        reminded += sent(ready, "owner.overdue", DigestItemRow)
        send_digests(ready, clock)
        clock.move(days=1)

    assert [OWNER_ADDRESS] * 2 == reminded


def test_first_owner_address_is_reminded(ready: Database, clock: Clock) -> None:
    """A week in which nobody could be reminded is none: who is named as owner then hears of the broken promise."""
    owned = Ownership(ready, clock)
    owned.promise(OWNER, CHALLENGE, date(2026, 12, 10))
    clock.move(days=10)
    owned.nudge()
    owned.tell_at(OWNER, CHALLENGE, OWNER_ADDRESS)
    owned.nudge()

    assert [OWNER_ADDRESS] == sent(ready, "owner.overdue")


def test_closed_challenge_promises_nothing(ready: Database, clock: Clock) -> None:
    """A closed challenge is not overdue."""
    Ownership(ready, clock).promise(OWNER, CHALLENGE, date(2026, 12, 10))
    Stages(ready, clock).move(OWNER, CHALLENGE, "closed", "Klart.", Facts(outcome="Avtal.", lessons="Fråga tidigt."))
    clock.move(days=30)

    assert [] == Ownership(ready, clock).overdue()


def test_refused_decisions(ready: Database, clock: Clock) -> None:
    """Only the owner decides, with an address that can be used, a day to come and a note that says something."""
    owned = Ownership(ready, clock)
    number = InterestLists(ready).of(OWNER, CHALLENGE)[0].values["number"]
    with pytest.raises(RefusedError, match="role_missing"):
        owned.show_counter(ANNA, CHALLENGE, shown=False)
    with pytest.raises(RefusedError, match="email_wrong"):
        owned.tell_at(OWNER, CHALLENGE, "fel")
    with pytest.raises(RefusedError, match="interest_until_passed"):
        owned.open_until(OWNER, CHALLENGE, date(2026, 11, 30))
    with pytest.raises(RefusedError, match="text_missing"):
        owned.record_contact(OWNER, number, " ")
    with pytest.raises(RefusedError, match="text_too_long"):
        owned.record_contact(OWNER, number, "x" * 2001)
    with pytest.raises(NotFoundError, match="no_such_challenge"):
        owned.show_counter(OWNER, "ingen-sådan", shown=True)


@pytest.mark.parametrize(
    ("scope", "scope_id", "covers"),
    [
        ("everything", "", True),
        ("challenge", CHALLENGE, True),
        ("area", "aldreomsorg", True),
        ("area", "funktionsstod", True),
        ("organisation", "Flera kommuner", True),
        ("challenge", "annan", False),
        ("area", "forskola", False),
        ("organisation", "Höörs kommun", False),
    ],
)
def test_role_covers_its_scope(database: Database, scope: Any, scope_id: str, covers: object) -> None:
    """A role counts for what it was given for, and for nothing else."""
    add_challenge(database, areas=["funktionsstod"])
    add_challenge(database, "annan")
    people = People(database)
    people.grant(OPERATOR, Granted(BO, "owner", scope, scope_id))

    assert covers == people.holds(BO, "owner", CHALLENGE)
    assert (scope == "everything") == people.holds(BO, "owner")
    assert not people.holds(BO, "administrator", CHALLENGE)


def test_roles_are_given_and_taken(database: Database) -> None:
    """An administrator gives and takes roles, each once, and every change is in the trail."""
    grant_roles(database)
    people = People(database)
    granted = Granted(BO, "reviewer")
    assert (True, False) == (people.grant(ADMINISTRATOR, granted), people.grant(ADMINISTRATOR, granted))
    assert granted in people.list("reviewer")
    people.revoke(ADMINISTRATOR, granted)

    assert granted not in people.list()
    assert (1, 1) == (count(database, AuditRow, action="role.revoked"), count(database, AuditRow, action="role.granted", subject="-/bo"))
    with pytest.raises(NotFoundError, match="no_such_role"):
        people.revoke(ADMINISTRATOR, granted)
    with pytest.raises(RefusedError, match="role_missing"):
        people.grant(OWNER, Granted(OWNER, "administrator"))


def test_administrator_may_all(database: Database) -> None:
    """An administrator may what an owner and a reviewer may."""
    grant_roles(database)
    add_challenge(database)
    people = People(database)

    assert people.holds(ADMINISTRATOR, "owner", CHALLENGE)
    assert people.holds(ADMINISTRATOR, "reviewer")


@pytest.mark.parametrize(
    ("role", "scope", "scope_id", "key"),
    [
        ("king", "everything", "", "role_unknown"),
        ("owner", "world", "x", "scope_unknown"),
        ("owner", "everything", "x", "scope_unknown"),
        ("owner", "area", "", "scope_unknown"),
        ("owner", "organisation", "x" * 401, "scope_unknown"),
        ("owner", "area", "ingen", "no_such_area"),
        ("owner", "challenge", "ingen", "no_such_challenge"),
    ],
)
def test_refused_roles(database: Database, role: Any, scope: Any, scope_id: str, key: str) -> None:
    """A role or a scope that is none is refused."""
    with pytest.raises((RefusedError, NotFoundError), match=key):
        People(database).grant(OPERATOR, Granted(Person("slack", "T1", "U9"), role, scope, scope_id))
