"""Interest forms in progress."""

import pytest

from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.drafts import Drafts
from knowledge.errors import NotFoundError, RefusedError
from knowledge.expiry import remove_expired
from knowledge.interest_form import FIELDS
from knowledge.interest_tables import DraftRow
from knowledge.interests import Interests
from tests.interest_world import ANNA, BO, CHALLENGE, VALUES, Clock, add_challenge, count, form, notices


@pytest.fixture
def drafts(database: Database, clock: Clock) -> Drafts:
    add_challenge(database)
    return Drafts(database, clock)


@pytest.fixture
def conversation(database: Database) -> str:
    return Conversations(database).find("terminal", "-", "anna", "sv").id


def test_asks_field_by_field(drafts: Drafts, conversation: str) -> None:
    """Every field is asked for once, in order, and the finished draft is the form."""
    asked = []
    draft = drafts.begin(conversation, CHALLENGE, notices())
    while field := draft.next_field:
        asked.append(field)
        draft = drafts.put(conversation, CHALLENGE, field, VALUES[field])

    assert list(FIELDS) == asked
    assert form() == draft.form()


def test_goes_on_after_a_break(database: Database, drafts: Drafts, conversation: str, clock: Clock) -> None:
    """After a break, or a restart of the program, the form is where it was, and beginning again keeps what was entered."""
    drafts.begin(conversation, CHALLENGE, notices())
    drafts.put(conversation, CHALLENGE, "company", " Bolaget  AB ")
    clock.move(days=29)
    resumed = Drafts(database, clock).resume(conversation)

    assert resumed is not None
    assert ({"company": "Bolaget AB"}, "organisation_number") == (resumed.fields, resumed.next_field)
    assert resumed.fields == drafts.begin(conversation, CHALLENGE, notices()).fields


def test_correct_a_field(drafts: Drafts, conversation: str) -> None:
    """A field can be corrected at any time, and a value that cannot be used leaves the old one standing."""
    drafts.begin(conversation, CHALLENGE, notices())
    drafts.put(conversation, CHALLENGE, "email", "anna@bolaget.se")
    with pytest.raises(RefusedError, match="email_wrong"):
        drafts.put(conversation, CHALLENGE, "email", "fel")

    assert drafts.put(conversation, CHALLENGE, "email", "ny@bolaget.se").fields == {"email": "ny@bolaget.se"}


def test_unfinished_form_is_refused(drafts: Drafts, conversation: str) -> None:
    """A draft that lacks a field is no form."""
    with pytest.raises(RefusedError, match="company_missing"):
        drafts.begin(conversation, CHALLENGE, notices()).form()


def test_last_one_first(database: Database, drafts: Drafts, conversation: str, clock: Clock) -> None:
    """With several forms in progress, the one that was worked on last is gone on with."""
    add_challenge(database, "annan-utmaning")
    drafts.begin(conversation, "annan-utmaning", notices())
    clock.move(minutes=1)
    drafts.begin(conversation, CHALLENGE, notices())
    clock.move(minutes=1)
    drafts.put(conversation, "annan-utmaning", "company", "Bolaget AB")
    resumed = drafts.resume(conversation)

    assert resumed is not None
    assert resumed.challenge == "annan-utmaning"


def test_cancelled_draft_is_gone(database: Database, drafts: Drafts, conversation: str) -> None:
    """Nothing is kept of a form that was cancelled, and nothing can be put into it."""
    drafts.begin(conversation, CHALLENGE, notices())
    drafts.cancel(conversation, CHALLENGE)

    assert drafts.resume(conversation) is None
    assert count(database, DraftRow) == 0
    with pytest.raises(NotFoundError, match="no_draft"):
        drafts.put(conversation, CHALLENGE, "company", "Bolaget AB")


def test_goes_on_in_another_conversation(database: Database, drafts: Drafts, conversation: str, clock: Clock) -> None:
    """Whoever began a form goes on with it from another conversation, where it then is, in place of one begun there before."""
    other = Conversations(database).find("terminal", "-", "anna-hemma", "sv").id
    drafts.begin(other, CHALLENGE, notices())
    clock.move(minutes=1)
    drafts.begin(conversation, CHALLENGE, notices(), ANNA)
    drafts.put(conversation, CHALLENGE, "company", "Bolaget AB")

    assert drafts.resume(conversation, BO) is None
    resumed = drafts.resume(other, ANNA)

    assert resumed == drafts.find(other, CHALLENGE)
    assert resumed is not None
    assert ({"company": "Bolaget AB"}, None) == (resumed.fields, drafts.find(conversation, CHALLENGE))


def test_old_drafts_go(database: Database, drafts: Drafts, conversation: str, clock: Clock) -> None:
    """A form that nobody has touched for 30 days is not gone on with, and is removed."""
    drafts.begin(conversation, CHALLENGE, notices())
    clock.move(days=30)

    assert drafts.resume(conversation) is None
    assert ({"drafts": 1}, {}) == (remove_expired(database, clock), remove_expired(database, clock))
    assert count(database, DraftRow) == 0


def test_goes_with_its_conversation(database: Database, drafts: Drafts, conversation: str) -> None:
    """Removing a conversation removes the form that was begun in it."""
    drafts.begin(conversation, CHALLENGE, notices())
    Conversations(database).remove(conversation)

    assert count(database, DraftRow) == 0


def test_sending_removes_it(database: Database, drafts: Drafts, conversation: str) -> None:
    """A form that was sent is no longer in progress."""
    draft = drafts.begin(conversation, CHALLENGE, notices())
    Interests(database).register(ANNA, CHALLENGE, form(), draft.notices, version=draft.version, conversation=conversation)

    assert drafts.resume(conversation) is None
