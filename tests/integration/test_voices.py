"""What people tell us is counted once, masked and kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from knowledge.content_import import import_content
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import RefusedError
from knowledge.tables import AuditRow, FeedbackRow, ProposalRow, SameNeedRow
from knowledge.voices import Voices
from tests.builders import challenge_fields, solution_fields
from tests.conftest import WriteContent

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


def test_proposal(voices: Voices, database: Database) -> None:
    """A proposal waits for review with masked text and organisation, and leaves a trace."""
    number = voices.propose(f"Vi saknar stöd. {_PERSONAL}", "skola", f" Höörs  kommun, {_PERSONAL}", "sv", "slack")
    with database.reading() as session:
        row = session.get_one(ProposalRow, number)

    assert (f"Vi saknar stöd. {_MASKED}", f"Höörs kommun, {_MASKED}") == (row.text, row.organisation)
    assert ("skola", "sv", "slack", "in_review") == (row.area, row.language, row.channel, row.status)
    assert [(f"Höörs kommun, {_MASKED}", "slack", str(number))] == _audit(database, "proposal.saved")


def test_proposal_by_nobody(voices: Voices, database: Database) -> None:
    """A proposal may come without area and organisation, and its text is cut to what fits."""
    number = voices.propose("x" * 5000, None, "", "en", "web")
    with database.reading() as session:
        row = session.get_one(ProposalRow, number)

    assert ("x" * 4000, None, None) == (row.text, row.area, row.organisation)
    assert [("?", "web", str(number))] == _audit(database, "proposal.saved")


def test_proposals_have_numbers_of_their_own(voices: Voices) -> None:
    """Each proposal gets a number of its own, also one with the same text."""
    assert 2 == len({voices.propose("Vi saknar stöd.", None, "", "sv", "web") for _ in range(2)})
