"""Registering interest: what counts, what is told to whom, and what is refused."""

from datetime import date

import pytest
from sqlalchemy import delete, select

from knowledge.codes import MOST_ATTEMPTS, MOST_CODES
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.drafts import Drafts
from knowledge.errors import NotFoundError, RefusedError
from knowledge.guessing import MOST_WRONG_AN_HOUR
from knowledge.interest_tables import DigestItemRow, DraftRow, InterestFormRow, InterestRow, OutboxRow
from knowledge.interests import MOST_CODES_AN_HOUR, Interests
from knowledge.notices import NOTICES, ShownNotice
from knowledge.own_interests import KEPT, OwnInterests
from knowledge.ownership import Ownership
from knowledge.people import Person
from knowledge.stages import Stages
from knowledge.standing import standing_of
from knowledge.tables import AuditRow
from tests.interest_world import (
    ADMINISTRATOR,
    ANNA,
    ANNOUNCED,
    BO,
    CHALLENGE,
    CONCLUDED,
    OWNER,
    OWNER_ADDRESS,
    PROMISED,
    VALUES,
    Clock,
    add_challenge,
    company,
    count,
    form,
    last_code,
    notices,
    register,
    sent,
)


@pytest.fixture
def interests(with_challenge: Database, clock: Clock) -> Interests:
    return Interests(with_challenge, clock)


def test_counts_when_the_address_is_confirmed(database: Database, interests: Interests) -> None:
    """A form counts, and gets its receipt, when the code that was sent to its address has come back."""
    sent_in = interests.register(ANNA, CHALLENGE, form(), notices())

    assert not sent_in.confirmed
    assert standing_of(database, CHALLENGE, Clock()).counter == "0"
    assert [] == sent(database, "interest.receipt")

    confirmed = interests.confirm(ANNA, sent_in.number, last_code(database, "anna@bolaget.se"))

    assert confirmed.confirmed
    assert confirmed.number == sent_in.number
    assert standing_of(database, CHALLENGE, Clock()).counter == "1-4"
    assert ["anna@bolaget.se"] == sent(database, "interest.receipt")
    assert count(database, AuditRow, action="interest.confirmed", actor="-/anna", channel="web") == 1


def test_told_anew_after_disposal(database: Database, interests: Interests, clock: Clock) -> None:
    """Who registers again when the first registration is gone, but not its messages, gets a code and a receipt as before."""
    for _ in range(2):
        register(interests, database, ANNA, form())
        with database.transaction() as session:
            for table in (InterestFormRow, InterestRow):
                session.execute(delete(table))
        clock.move(days=1)

    assert ["anna@bolaget.se"] * 2 == sent(database, "interest.code") == sent(database, "interest.receipt")


def test_confirmed_once_stays_confirmed(database: Database, interests: Interests) -> None:
    """Confirming twice, as with a double click, gives the same answer and no second receipt."""
    first = register(interests, database, ANNA, form())

    assert first == interests.confirm(ANNA, first.number, "000000")
    assert ["anna@bolaget.se"] == sent(database, "interest.receipt")


def test_link_is_followed_elsewhere(database: Database, interests: Interests) -> None:
    """Whoever has the code may confirm from another place than the form came from."""
    sent_in = interests.register(ANNA, CHALLENGE, form(), notices())

    assert interests.confirm(BO, sent_in.number, last_code(database, "anna@bolaget.se")).confirmed


def test_same_form_twice_is_one(database: Database, interests: Interests) -> None:
    """The same form once more, before or after it is confirmed, is the same registration and sends nothing again."""
    one = interests.register(ANNA, CHALLENGE, form(), notices())
    assert one == interests.register(ANNA, CHALLENGE, form(), notices())
    register(interests, database, ANNA, form())

    assert (1, 1) == (count(database, InterestRow), count(database, InterestFormRow))
    assert len(sent(database, "interest.code")) == len(sent(database, "interest.receipt")) == 1


def test_same_company_updates(database: Database, interests: Interests) -> None:
    """A second form from the same person updates at once, keeps its number, and what stood there before is kept."""
    first = register(interests, database, ANNA, form())
    second = interests.register(ANNA, CHALLENGE, form(message="Nytt meddelande."), notices())

    assert (first.number, True, True) == (second.number, second.confirmed, second.is_update)
    assert (1, 2) == (count(database, InterestRow), count(database, InterestFormRow))
    assert ["anna@bolaget.se"] == sent(database, "interest.updated")


@pytest.mark.parametrize(
    "corrected", [{"email": "ny@bolaget.se"}, {"company": "Bolagets Läckspårning"}, {"organisation_number": "556036-0793"}]
)
def test_correction_is_no_second_registration(database: Database, interests: Interests, corrected: dict[str, str]) -> None:
    """A company without number that corrects its name or address, or adds its number, keeps its one registration."""
    first = register(interests, database, ANNA, form(organisation_number=""))
    second = register(interests, database, ANNA, form(**{"organisation_number": ""} | corrected))

    assert (first.number, 1) == (second.number, count(database, InterestRow))


def test_corrected_before_it_is_confirmed(database: Database, interests: Interests) -> None:
    """Whoever mistyped the address, so that no code came, corrects it and has one registration, which the new code confirms."""
    mistyped = interests.register(ANNA, CHALLENGE, form(organisation_number="", email="anna@bolget.se"), notices())
    corrected = register(interests, database, ANNA, form(organisation_number=""))

    assert (mistyped.number, True, 1) == (corrected.number, corrected.confirmed, count(database, InterestRow))


def test_two_companies_of_one_person_are_two(database: Database, interests: Interests) -> None:
    """A consultant who registers two companies with a number each, from the same address, has two registrations."""
    one = register(interests, database, ANNA, form())
    other = register(interests, database, ANNA, form(organisation_number="556012-5790"))

    assert one.number != other.number


def test_stranger_corrects_nothing(database: Database, interests: Interests) -> None:
    """Somebody else with the same company name makes a registration of their own, and so does one whose number a stranger confirmed."""
    anna = register(interests, database, ANNA, form(organisation_number=""))
    bo = register(interests, database, BO, form(organisation_number="", email="bo@bolaget.se"))
    interests.register(BO, CHALLENGE, form(organisation_number="", email="anna@bolaget.se"), notices())
    again = register(interests, database, BO, form(organisation_number="", company="Bos AB", email="anna@bolaget.se"))

    assert anna.number not in (bo.number, again.number)


def test_corrected_address_gets_no_more(database: Database, interests: Interests) -> None:
    """The address that was replaced hears of that, and of nothing after it; a colleague's own address still hears everything."""
    register(interests, database, ANNA, form())
    register(interests, database, BO, form(email="bo@bolaget.se"))
    register(interests, database, ANNA, form(email="ny@bolaget.se"))
    Stages(database, Clock()).move(OWNER, CHALLENGE, "parked", "Vi väntar på pengar.")

    assert "anna@bolaget.se" in sent(database, "interest.updated")
    assert ["bo@bolaget.se", "ny@bolaget.se"] == sorted(sent(database, "challenge.stage"))


def test_new_address_is_confirmed_again(database: Database, interests: Interests) -> None:
    """An update with another address counts only when that address is confirmed; until then the old form holds."""
    register(interests, database, ANNA, form())
    changed = interests.register(ANNA, CHALLENGE, form(email="ny@bolaget.se"), notices())

    assert not changed.confirmed

    interests.confirm(ANNA, changed.number, last_code(database, "ny@bolaget.se"))

    assert ["anna@bolaget.se", "ny@bolaget.se"] == sorted(sent(database, "interest.updated"))


def test_stranger_with_the_same_number_learns_nothing(database: Database, interests: Interests) -> None:
    """Who registers a company that is registered is answered like everybody, sees only its own words, and takes nothing over."""
    register(interests, database, ANNA, form())
    stranger = interests.register(BO, CHALLENGE, form(contact="Bo", email="bo@annat.se"), notices())
    mine = OwnInterests(database)

    assert not stranger.confirmed
    assert not stranger.is_update
    assert ["unconfirmed"] == [each.status for each in mine.of(BO)]
    with pytest.raises(RefusedError, match="not_confirmed_by_you"):
        mine.withdraw(BO, stranger.number)

    confirmed = interests.confirm(BO, stranger.number, last_code(database, "bo@annat.se"))

    assert not confirmed.is_update
    assert ["anna@bolaget.se", "bo@annat.se"] == sent(database, "interest.receipt")
    assert ["anna@bolaget.se"] == sent(database, "interest.updated"), "the company hears of it at once"
    assert ["Anna Andersson"] == [each.fields["contact"] for each in mine.of(ANNA)]
    assert ["Bo"] == [each.fields["contact"] for each in mine.of(BO)]


def test_notices_come_first(interests: Interests) -> None:
    """A form is refused when a notice was not shown, or in an older version."""
    old = [ShownNotice(notice, version - 1, "sv", Clock().time) for notice, version in NOTICES.items()]
    for shown in ([], notices()[1:], old):
        with pytest.raises(RefusedError, match="notices_not_shown"):
            interests.register(ANNA, CHALLENGE, form(), shown)


def test_notices_are_stored(database: Database, interests: Interests) -> None:
    """Which notices were shown, in what version, language and when, stays with the form."""
    interests.register(ANNA, CHALLENGE, form(), notices())

    with database.reading() as session:
        stored = session.scalars(select(InterestFormRow)).one()
    assert list(NOTICES) == [each["notice"] for each in stored.notices]
    assert {"version": 1, "language": "sv", "at": "2026-12-01T08:59:00+00:00"}.items() <= stored.notices[0].items()
    assert (1, "web") == (stored.challenge_version, stored.channel)


def test_wrong_codes_run_out(database: Database, interests: Interests) -> None:
    """A wrong code is counted, the last attempt is the last, and a new code gives new attempts, only so many times."""
    number = interests.register(ANNA, CHALLENGE, form(), notices()).number
    right = last_code(database, "anna@bolaget.se")
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for left in range(MOST_ATTEMPTS - 1, -1, -1):
        with pytest.raises(RefusedError, match=f"code_wrong left={left}"):
            interests.confirm(ANNA, number, wrong)
    with pytest.raises(RefusedError, match="code_attempts_used"):
        interests.confirm(ANNA, number, right)
    for _ in range(MOST_CODES - 1):
        interests.send_code_again(ANNA, number)
    with pytest.raises(RefusedError, match="too_many_codes"):
        interests.send_code_again(ANNA, number)

    assert interests.confirm(ANNA, number, f" {last_code(database, 'anna@bolaget.se')} ").confirmed


def test_nobody_guesses_for_others(database: Database, interests: Interests, clock: Clock) -> None:
    """Whoever tries codes for one registration after another, real or not, is stopped for an hour; others are not."""
    number = interests.register(ANNA, CHALLENGE, form(), notices()).number
    for guess in range(MOST_WRONG_AN_HOUR):
        with pytest.raises(NotFoundError, match="no_such_interest"):
            interests.confirm(BO, f"2026-{guess:06}" if f"2026-{guess:06}" != number else "2026-999999", "123456")
    with pytest.raises(RefusedError, match="too_many_wrong_codes"):
        interests.confirm(BO, number, last_code(database, "anna@bolaget.se"))

    assert interests.confirm(ANNA, number, last_code(database, "anna@bolaget.se")).confirmed

    clock.move(hours=1)
    assert interests.confirm(ANNA, number, "").confirmed
    with pytest.raises(NotFoundError):
        interests.confirm(BO, "2026-999999", "123456")


def test_old_code(database: Database, interests: Interests, clock: Clock) -> None:
    """A code is good for a day."""
    number = interests.register(ANNA, CHALLENGE, form(), notices()).number
    clock.move(hours=24)

    with pytest.raises(RefusedError, match="code_expired"):
        interests.confirm(ANNA, number, last_code(database, "anna@bolaget.se"))


def test_nobody_fills_a_mailbox(database: Database, interests: Interests, clock: Clock) -> None:
    """An address gets only so many codes an hour, whoever asks for them."""
    for number in range(MOST_CODES_AN_HOUR):
        interests.register(company(number)[0], CHALLENGE, form(company=f"Bolag {number}", organisation_number=""), notices())
    one_more = form(company="Ett till", organisation_number="")
    with pytest.raises(RefusedError, match="too_many_codes_to_address"):
        interests.register(BO, CHALLENGE, one_more, notices())

    assert count(database, InterestRow) == MOST_CODES_AN_HOUR
    clock.move(hours=1)
    assert interests.register(BO, CHALLENGE, one_more, notices()).number


@pytest.mark.parametrize("stage", ["draft", "in_review", "parked", "procurement", "closed", "archived"])
def test_only_open_challenges_take_interest(database: Database, stage: str) -> None:
    """Interest is taken in published challenges and pilots; a hidden challenge is not even there."""
    add_challenge(database, stage=stage)
    hidden = stage in ("draft", "in_review", "archived")

    with pytest.raises(NotFoundError if hidden else RefusedError):
        Interests(database).register(ANNA, CHALLENGE, form(), notices())
    assert count(database, InterestRow) == 0


def test_last_day(database: Database, interests: Interests, clock: Clock) -> None:
    """Interest is taken until the end of its last day, Swedish time."""
    Ownership(database, clock).open_until(OWNER, CHALLENGE, date(2026, 12, 1))
    clock.move(hours=13)
    interests.register(ANNA, CHALLENGE, form(), notices())
    clock.move(hours=1)

    with pytest.raises(RefusedError, match="interest_period_over"):
        interests.register(BO, CHALLENGE, form(), notices())


def test_lock_refuses_every_way(database: Database, interests: Interests, clock: Clock) -> None:
    """From the lock on, a new form, a draft begun before it and a code sent before it are refused, with where to go instead."""
    drafts = Drafts(database, clock)
    conversation = Conversations(database).find("web", "-", "bo", "sv").id
    drafts.begin(conversation, CHALLENGE, notices())
    for name, value in VALUES.items():
        drafts.put(conversation, CHALLENGE, name, value)
    waiting = interests.register(ANNA, CHALLENGE, form(organisation_number="202100-6222"), notices())
    Stages(database, clock).move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)
    draft = drafts.resume(conversation)
    assert draft is not None
    attempts = (
        lambda: interests.register(BO, CHALLENGE, draft.form(), draft.notices, conversation=conversation),
        lambda: interests.confirm(ANNA, waiting.number, last_code(database, "anna@bolaget.se")),
        lambda: interests.send_code_again(ANNA, waiting.number),
        lambda: drafts.put(conversation, CHALLENGE, "message", "Hej"),
        lambda: drafts.begin(conversation, CHALLENGE, notices()),
    )

    for attempt in attempts:
        with pytest.raises(RefusedError, match=r"interest_locked url=https://example\.org/annons/1"):
            attempt()
    assert count(database, InterestRow, status="confirmed") == 0
    assert standing_of(database, CHALLENGE, clock).counter is None

    Stages(database, clock).move(ADMINISTRATOR, CHALLENGE, "published", "Upphandlingen avbröts.", PROMISED)
    assert interests.register(BO, CHALLENGE, draft.form(), draft.notices, conversation=conversation).number
    assert count(database, DraftRow) == 0


def test_withdraw(database: Database, interests: Interests, clock: Clock) -> None:
    """A withdrawn registration counts no more and hears no more, its record stays, and it can be made again."""
    register(interests, database, ANNA, form())
    mine = OwnInterests(database, clock)
    number = mine.of(ANNA)[0].number

    withdrawal = mine.withdraw(ANNA, number)

    assert (number, KEPT) == (withdrawal.number, withdrawal.kept)
    assert standing_of(database, CHALLENGE, clock).counter == "0"
    assert ["anna@bolaget.se"] == sent(database, "interest.withdrawn")
    assert count(database, InterestFormRow) == 1
    with pytest.raises(RefusedError, match="already_withdrawn"):
        mine.withdraw(ANNA, number)

    assert register(interests, database, ANNA, form()).number == number
    assert ["anna@bolaget.se", "anna@bolaget.se"] == sent(database, "interest.receipt")


def test_others_cannot_see_or_withdraw(database: Database, interests: Interests) -> None:
    """A person's registrations are there for that person only."""
    number = register(interests, database, ANNA, form()).number
    mine = OwnInterests(database)

    assert [] == mine.of(BO)
    assert ["confirmed"] == [each.status for each in mine.of(ANNA)]
    with pytest.raises(NotFoundError, match="no_such_interest"):
        mine.withdraw(BO, number)


@pytest.mark.parametrize(("told", "table"), [("at_once", OutboxRow), ("daily", DigestItemRow)])
def test_owner_is_told(database: Database, interests: Interests, told: str, table: type[OutboxRow | DigestItemRow]) -> None:
    """The owner hears of a new interest at once or with the day's digest, and of nothing that is not confirmed."""
    Ownership(database).tell_at(OWNER, CHALLENGE, OWNER_ADDRESS, "daily" if told == "daily" else "at_once")
    interests.register(BO, CHALLENGE, form(organisation_number="202100-6222", email="bo@annat.se"), notices())
    register(interests, database, ANNA, form())

    assert [OWNER_ADDRESS] == sent(database, "owner.interest", table)


def test_everybody_is_told_the_outcome(database: Database, interests: Interests, clock: Clock) -> None:
    """At closing every registrant is told the outcome, also who asked for no messages, and until when the record is kept is set."""
    register(interests, database, ANNA, form(notify=False))
    register(interests, database, *company(2))
    withdrawn = register(interests, database, *company(3))
    OwnInterests(database, clock).withdraw(company(3)[0], withdrawn.number)
    Stages(database, clock).move(OWNER, CHALLENGE, "closed", "Klart.", CONCLUDED)

    assert {"anna@bolaget.se", "info@bolag2.se"} == set(sent(database, "challenge.outcome"))
    assert {("informed", date(2028, 12, 1)), ("withdrawn", date(2028, 12, 1))} == {
        (row.status, row.dispose_after) for row in _rows(database)
    }


def test_who_wants_no_messages_gets_none(database: Database, interests: Interests, clock: Clock) -> None:
    """A registrant who asked for no messages hears nothing of changes, and one who did hears it once."""
    register(interests, database, ANNA, form(notify=False))
    register(interests, database, *company(2))
    Stages(database, clock).move(OWNER, CHALLENGE, "parked", "Vi väntar på budget.")

    assert ["info@bolag2.se"] == sent(database, "challenge.stage")


def test_procurement_is_told_to_all(database: Database, interests: Interests, clock: Clock) -> None:
    """That a procurement has started is told also to those who want no other messages, as the form promises."""
    register(interests, database, ANNA, form(notify=False))
    Stages(database, clock).move(OWNER, CHALLENGE, "procurement", "Vi köper.", ANNOUNCED)

    assert ["anna@bolaget.se"] == sent(database, "challenge.locked")


def test_counter_is_a_band(database: Database, interests: Interests) -> None:
    """The number of companies is shown as a band, and not at all when the owner has switched it off."""
    bands = []
    for number in range(1, 6):
        register(interests, database, *company(number))
        bands.append(standing_of(database, CHALLENGE).counter)
    Ownership(database).show_counter(OWNER, CHALLENGE, shown=False)

    assert ["1-4", "1-4", "1-4", "1-4", "5+"] == bands
    assert standing_of(database, CHALLENGE).counter is None


def test_confirming_a_number_that_is_not_there(database: Database, interests: Interests) -> None:
    """A number that nobody has, and one with nothing to confirm, read the same to a stranger."""
    number = register(interests, database, ANNA, form()).number
    for attempt in ("2026-999999", number):
        with pytest.raises(NotFoundError, match="no_such_interest"):
            interests.confirm(Person("web", "-", "other"), attempt, "123456")


def test_stranger_gets_no_code_sent(database: Database, interests: Interests) -> None:
    """Who did not send the form has no code sent for it, and does not learn its address."""
    number = interests.register(ANNA, CHALLENGE, form(), notices()).number
    with pytest.raises(NotFoundError, match="no_such_interest"):
        interests.send_code_again(BO, number)

    assert ["anna@bolaget.se"] == sent(database, "interest.code")


def _rows(database: Database) -> list[InterestRow]:
    with database.reading() as session:
        return list(session.scalars(select(InterestRow)))
