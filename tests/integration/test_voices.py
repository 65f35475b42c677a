"""What people tell us is counted once, masked and kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from knowledge.content_import import import_content
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.interest_tables import OutboxRow
from knowledge.ownership import Ownership
from knowledge.tables import AuditRow, FeedbackRow, SameNeedRow
from knowledge.voices import Voices
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent
from tests.interest_world import ADMINISTRATOR, ANNA, BO, OPERATOR, OWNER_ADDRESS, grant_roles, sent

C, S = "vikarier-kort-varsel", "kommunen-bokar-med-sms"
_PERSONAL = "Anna 850709-9805, 070-123 45 67, anna@kommun.se"
_MASKED = "Anna [personnummer], [telefon], [e-post]"


@pytest.fixture
def voices(database: Database, content_folder: WriteContent) -> Voices:
    """Voices over a catalogue of one challenge and one solution."""
    import_content(database, content_folder(challenge_fields(), solution_fields()), "anna")
    return Voices(database)


def _audit(database: Database, action: str) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == action))
        return [(row.actor, row.channel, row.subject) for row in rows]


def test_same_need_is_counted(voices: Voices) -> None:
    """Each organisation that says it has the same need is counted."""
    assert [(1, True), (2, True)] == [voices.same_need(C, name, "web") for name in ("Höörs kommun", "Borås stad")]
    assert 2 == voices.same_needs(C)


@pytest.mark.parametrize("again", ["Höörs kommun", "HÖÖRS KOMMUN", "  höörs   kommun ", "Höörs\tkommun\n"])
def test_same_need_is_counted_once(voices: Voices, database: Database, again: str) -> None:
    """An organisation is counted once, whatever its case and spaces, and only the first time leaves a trace."""
    voices.same_need(C, "Höörs kommun", "web")

    assert (1, False) == voices.same_need(C, again, "slack")
    assert [("Höörs kommun", "web", C)] == _audit(database, "same_need")


def test_same_need_said_by_several_at_once(voices: Voices, database: Database) -> None:
    """Several who speak for the same organisation at once are counted as one."""
    names = ["Höörs kommun", "höörs kommun", "HÖÖRS KOMMUN", "Höörs Kommun"] * 2
    with ThreadPoolExecutor(8) as pool:
        new = [new for _, new in pool.map(lambda name: Voices(database).same_need(C, name, "web"), names)]

    assert (1, 1) == (sum(new), voices.same_needs(C))


def _said(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        return [(row.organisation, row.sentence) for row in session.scalars(select(SameNeedRow).order_by(SameNeedRow.organisation))]


def test_sentence(voices: Voices, database: Database) -> None:
    """How a need shows somewhere is kept with its organisation, masked, also when it is said after the count."""
    voices.same_need(C, "Borås stad", "web", person=ANNA)
    voices.same_need(C, "Borås stad", "web", person=ANNA, sentence=f"Varje\nhelg. {_PERSONAL}")
    voices.same_need(C, "Höörs kommun", "web", person=BO)

    assert [("Borås stad", f"Varje helg. {_MASKED}"), ("Höörs kommun", None)] == _said(database)


def test_sentence_of_somebody_else(voices: Voices, database: Database) -> None:
    """A colleague's sentence does not replace the one that stands there; one's own does."""
    for person, sentence in ((ANNA, "Varje helg."), (BO, "Aldrig."), (ANNA, "Varje natt.")):
        voices.same_need(C, "Borås stad", "web", person=person, sentence=sentence)

    assert [("Borås stad", "Varje natt.")] == _said(database)


def test_long_sentence(voices: Voices) -> None:
    """A sentence that is too long is refused, and nothing is counted."""
    with pytest.raises(RefusedError, match="text_too_long"):
        voices.same_need(C, "Borås stad", "web", sentence="x" * 401)

    assert 0 == voices.same_needs(C)


def test_ripe(voices: Voices, database: Database) -> None:
    """At the threshold the owner, all who said so and the administrators hear once, and never of a person."""
    grant_roles(database)
    Ownership(database).tell_at(OPERATOR, C, OWNER_ADDRESS)
    for person, organisation in ((ANNA, "Borås stad"), (BO, "Höörs kommun")):
        voices.same_need(C, organisation, "web", person=person, sentence="Varje helg.")
    assert [] == sent(database, "same_need.ripe")
    voices.same_need(C, "Ale kommun", "web", person=ANNA)
    voices.same_need(C, "Lerums kommun", "web", person=ADMINISTRATOR)

    assert sorted([OWNER_ADDRESS, ANNA.address, BO.address, ADMINISTRATOR.address]) == sorted(sent(database, "same_need.ripe"))
    with database.reading() as session:
        told = [str(row.data) for row in session.scalars(select(OutboxRow).where(OutboxRow.kind == "same_need.ripe"))]
    assert [] == [each for each in told if "anna" in each or "Borås stad: Varje helg." not in each or "Ale kommun" not in each]


def test_threshold_is_a_setting(voices: Voices, database: Database) -> None:
    """The threshold is what it is set to; a challenge that is past it already is ripe with the next one."""
    for organisation in ("Borås stad", "Höörs kommun", "Ale kommun"):
        voices.same_need(C, organisation, "web", person=ANNA, threshold=5)
    assert [] == sent(database, "same_need.ripe")
    voices.same_need(C, "Lerums kommun", "web", person=BO, threshold=2)

    assert [ANNA.address, BO.address] == sent(database, "same_need.ripe")


@pytest.mark.parametrize("challenge", ["okänd", S])
def test_same_need_of_what_is_no_challenge(voices: Voices, challenge: str) -> None:
    """Nobody can have the same need as something that does not exist, or as a solution."""
    with pytest.raises(RefusedError, match=f"no_such_challenge id={challenge}"):
        voices.same_need(challenge, "Höörs kommun", "web")

    assert 0 == voices.same_needs(challenge)


@pytest.mark.parametrize("name", ["", "  \n"])
def test_same_need_of_nobody(voices: Voices, name: str) -> None:
    """An organisation without a name is not counted."""
    with pytest.raises(RefusedError, match="organisation_missing"):
        voices.same_need(C, name, "web")

    assert 0 == voices.same_needs(C)


def test_name_is_masked_and_cut(voices: Voices, database: Database) -> None:
    """What identifies a person is hidden in an organisation's name, and a long name is cut to what fits."""
    voices.same_need(C, _PERSONAL, "web")
    voices.same_need(C, "x" * 500, "web")
    with database.reading() as session:
        names = set(session.scalars(select(SameNeedRow.organisation)))

    assert {_MASKED, "x" * 120} == names


def test_feedback_is_masked(voices: Voices, database: Database) -> None:
    """A question and a reason are masked before they are stored, and what was shown is kept in its order."""
    conversation = Conversations(database).find("web", "-", "a", "sv").id
    number = voices.feedback(conversation, _PERSONAL, ["b", "a"], useful=False)
    voices.explain(number, f"fel person: {_PERSONAL}")
    with database.reading() as session:
        row = session.get_one(FeedbackRow, number)

    assert (_MASKED, ["b", "a"], False, f"fel person: {_MASKED}") == (row.question, row.shown, row.useful, row.reason)


def test_long_feedback_is_cut(voices: Voices, database: Database) -> None:
    """A text that is too long is cut, not refused, and no hidden part comes into view by it."""
    conversation = Conversations(database).find("web", "-", "a", "sv").id
    number = voices.feedback(conversation, "x" * 5000, [], useful=True)
    voices.explain(number, "y" * 995 + " 850709-9805")
    with database.reading() as session:
        row = session.get_one(FeedbackRow, number)

    assert ("x" * 4000, "y" * 995 + " [per") == (row.question, row.reason)


def test_reason_for_feedback_that_is_gone(voices: Voices, database: Database) -> None:
    """A reason for feedback that no longer exists is dropped."""
    voices.explain(4711, "för sent")
    with database.reading() as session:
        assert [] == list(session.scalars(select(FeedbackRow)))
