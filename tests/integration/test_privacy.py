"""A person's rights: to see what is kept, to have it corrected, and to be hidden."""

from typing import Any

import pytest
from sqlalchemy import select

from knowledge.announcements import confirmed_addresses
from knowledge.contribution_tables import HiddenRow
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import NotFoundError, RefusedError
from knowledge.exports import interest_csv
from knowledge.following import Following
from knowledge.interest_lists import InterestLists
from knowledge.interest_tables import FollowRow, InterestFormRow, InterestRow, OutboxRow
from knowledge.interests import Interests
from knowledge.offers import Offers
from knowledge.people import Person
from knowledge.privacy import Corrected, Privacy
from knowledge.questions import Questions
from knowledge.stages import Stages
from knowledge.tables import AuditRow
from tests.interest_world import ANNA, BO, CHALLENGE, CONCLUDED, OPERATOR, add_challenge, count, form, last_code, notices, register, sent

EMAIL, NEW_EMAIL = "anna@bolaget.se", "anna.a@bolaget.se"
WHY = "Ringde själv, kontrollerat mot tidigare brev."
DECISION = "KS 2027-01-12 § 9"


@pytest.fixture
def number(database: Database) -> str:
    """The registration that one person has confirmed, after a question; somebody else has typed their address and confirmed nothing."""
    add_challenge(database)
    interests = Interests(database)
    registered = register(interests, database, ANNA, form()).number
    Questions(database).ask(ANNA, CHALLENGE, "Hur många är ni?")
    Following(database).follow(ANNA, challenge=CHALLENGE, email=EMAIL)
    interests.register(BO, CHALLENGE, form(company="Ett annat AB", organisation_number="", message="Bara Bos"), notices())
    register(
        interests, database, BO, form(company="Bos bolag", contact="Bo", organisation_number="", email="bo@bos.se", message="Också Bos")
    )
    return registered


def kept(database: Database, person: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for record in Privacy(database).export(OPERATOR, person).records:
        found.setdefault(record.record_class, []).append(record.fields)
    return found


@pytest.mark.parametrize("person", [ANNA.address, EMAIL, EMAIL.upper()])
def test_export(database: Database, number: str, person: str) -> None:
    """Everything of a person is found by who they are in a channel and by an address, and nothing that would open something."""
    Conversations(database).find("web", "-", "anna", "sv")
    found = kept(database, person)

    assert {"people", "conversations", "interests", "questions", "follows", "audit"} <= found.keys()
    assert (number, "Hur många är ni?") == (found["interests"][0]["number"], found["questions"][0]["text"])
    assert EMAIL in {form["email"] for form in found["interests"] if "email" in form}
    messages = [message for name in found if name.startswith("outbox") for message in found[name]]
    assert [] == [message for message in messages if "code" in message["data"]]
    assert [] == [row for rows in found.values() for row in rows if {"token", "code_hash"} & row.keys()]
    assert count(database, AuditRow, action="privacy.exported") == 1


def test_export_has_conversations_in_a_channel(database: Database) -> None:
    """A conversation in a channel is a person's when nobody else was offered anything in it."""
    own, shared = (Conversations(database).find("slack", "T1", place, "sv").id for place in ("D1", "C1"))
    for number, (conversation, person) in enumerate([(own, ANNA), (shared, ANNA), (shared, BO)]):
        Offers(database).keep(conversation, person, {f"offer-{number}": {"label": "Fler", "intent": "more_results"}})

    assert [own] == [row["id"] for row in kept(database, ANNA.address)["conversations"]]


def test_export_is_of_one_person(database: Database, number: str) -> None:
    """Whoever typed somebody else's address does not give that person their other records, nor the other way round."""
    by_email = kept(database, EMAIL)
    assert "Också Bos" not in str(by_email)
    assert "Bara Bos" in str(by_email)  # it was sent with the address, which is theirs
    assert (False, False) == (number in str(kept(database, BO.address)["interests"]), "Hur många är ni?" in str(kept(database, BO.address)))


def test_address_that_nobody_confirmed(database: Database) -> None:
    """What was sent with an address that was never confirmed is shown to whoever has it."""
    add_challenge(database)
    Interests(database).register(BO, CHALLENGE, form(), notices())
    found = Privacy(database).export(OPERATOR, EMAIL)

    assert ((), True) == (found.people, "Anna Andersson" in str(found.records))
    with pytest.raises(RefusedError, match="address_not_confirmed"):
        Privacy(database).hide(OPERATOR, EMAIL, DECISION)


def test_nobody(database: Database) -> None:
    """Somebody of whom nothing is kept is not found, by channel or by address."""
    for person in ("web:-:nobody", "nobody@example.org"):
        with pytest.raises(NotFoundError, match="no_such_person"):
            Privacy(database).export(OPERATOR, person)


def test_only_an_administrator(database: Database, number: str) -> None:
    """Nobody else sees, corrects or hides anything; the person themselves asks an administrator."""
    privacy = Privacy(database)
    for attempt in (
        lambda: privacy.export(BO, ANNA.address),
        lambda: privacy.correct(BO, ANNA.address, {"phone": ""}, WHY),
        lambda: privacy.hide(BO, ANNA.address, DECISION),
    ):
        with pytest.raises(RefusedError, match="role_missing"):
            attempt()
    assert number


def test_correct(database: Database, number: str) -> None:
    """A corrected address holds from now on: in the list, and for messages; the old form stays as a record."""
    forms = count(database, InterestFormRow)
    assert Corrected((number,), (CHALLENGE,)) == Privacy(database).correct(OPERATOR, ANNA.address, {"email": NEW_EMAIL}, WHY)

    listed = {each.values["number"]: each.values["email"] for each in InterestLists(database).of(OPERATOR, CHALLENGE)}
    assert (NEW_EMAIL, forms + 1) == (listed[number], count(database, InterestFormRow))
    assert count(database, InterestFormRow, email=EMAIL, person_id=1) == 1
    with database.reading() as session:
        interest = session.scalars(select(InterestRow).filter_by(number=number)).one()
        assert [f"mailto:{NEW_EMAIL}"] == [each.address for each in confirmed_addresses(session, interest.id)]
    Stages(database).move(OPERATOR, CHALLENGE, "closed", "Klart.", CONCLUDED)
    assert {NEW_EMAIL, "bo@bos.se"} == set(sent(database, "challenge.outcome"))


def test_correct_who_only_follows(database: Database, number: str) -> None:
    """What somebody follows by e-mail goes to the corrected address, each thing once; the audit trail says why and no address."""
    follower, following = Person("web", "-", "cilla"), Following(database)
    for email in ("cila@hem.se", "cilla@jobb.se"):
        following.follow(follower, challenge=CHALLENGE, email=email)
        following.confirm(follower, last_code(database, email))
    corrected = Privacy(database).correct(OPERATOR, "cila@hem.se", {"email": "cilla@hem.se"}, WHY)
    with database.reading() as session:
        [trace] = session.scalars(
            select(AuditRow).where(AuditRow.action == "follow.corrected", AuditRow.details["follow"].as_integer() == 2)
        )
        addresses = list(session.scalars(select(FollowRow.address).order_by(FollowRow.id)))

    assert Corrected((), (CHALLENGE,)) == corrected
    assert [f"mailto:{EMAIL}", "mailto:cilla@hem.se"] == addresses
    assert (CHALLENGE, WHY, True) == (trace.subject, trace.details["why"], "@" not in str(trace.details))
    assert number


@pytest.mark.parametrize(
    ("values", "why", "key"),
    [
        ({"company": "Nytt AB"}, WHY, "correction_field_unknown"),
        ({"email": "fel"}, WHY, "email_wrong"),
        ({"phone": "070-123 45 67"}, WHY, "nothing_to_correct"),
        ({"phone": "060-12 34 56"}, " ", "correction_reason_missing"),
    ],
)
def test_correction_refused(database: Database, number: str, values: dict[str, object], why: str, key: str) -> None:
    """A field that is no contact datum, a wrong value, the same value and no reason are refused, and nothing changes."""
    forms = count(database, InterestFormRow)
    with pytest.raises(RefusedError, match=key):
        Privacy(database).correct(OPERATOR, ANNA.address, values, why)
    assert (forms, True) == (count(database, InterestFormRow), bool(number))


def test_hide(database: Database, number: str) -> None:
    """A hidden person stands in no list or file, hears nothing more, follows nothing, and the record stays."""
    records = count(database, InterestFormRow)
    privacy = Privacy(database)
    assert (1, 0) == (privacy.hide(OPERATOR, EMAIL, DECISION), privacy.hide(OPERATOR, EMAIL, DECISION))

    rows = InterestLists(database).of(OPERATOR, CHALLENGE)
    shown = {each.values["number"]: each.values for each in rows}[number]
    assert {"hidden_person"} == {shown[name] for name in ("contact", "email", "phone")}
    assert ("Bolaget AB", False) == (shown["company"], "Anna" in interest_csv(rows))
    assert (records, 1, 0) == (count(database, InterestFormRow), count(database, HiddenRow), count(database, FollowRow))
    Stages(database).move(OPERATOR, CHALLENGE, "closed", "Klart.", CONCLUDED)
    assert ["bo@bos.se"] == sent(database, "challenge.outcome")
    assert 0 == count(database, OutboxRow, recipient=f"mailto:{EMAIL}")


def test_hidden_sole_trader(database: Database) -> None:
    """A company without number is a person, and its name is hidden too."""
    add_challenge(database)
    register(Interests(database), database, ANNA, form(organisation_number=""))
    Privacy(database).hide(OPERATOR, ANNA.address, DECISION)

    assert ["hidden_person"] == [each.values["company"] for each in InterestLists(database).of(OPERATOR, CHALLENGE)]


def test_hidden_person_can_still_register(database: Database, number: str) -> None:
    """Who was hidden and comes back gets the code that they ask for."""
    Privacy(database).hide(OPERATOR, ANNA.address, DECISION)
    other = add_challenge(database, "nattbesok-vacker")
    Interests(database).register(Person("web", "-", "anna"), other, form(), notices())

    assert (["interest.code"], True) == (
        [kind for kind in ("interest.code", "interest.receipt") if EMAIL in sent(database, kind)],
        bool(number),
    )


def test_hide_needs_a_decision(database: Database, number: str) -> None:
    """Nobody is hidden without a decision."""
    with pytest.raises(RefusedError, match="decision_missing"):
        Privacy(database).hide(OPERATOR, ANNA.address, "")
    assert (0, True) == (count(database, HiddenRow), bool(number))
