"""What staff contribute is kept answer by answer, reached by its author only, and sent when it is whole."""

from typing import Any

import pytest
from sqlalchemy import select

from knowledge.contributions import Contribution, Contributions
from knowledge.conversations import Conversations
from knowledge.database import Database
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.people import Granted, People, Person
from knowledge.review import Review
from knowledge.tables import AuditRow
from tests.contribution_world import AUTHOR, CHALLENGE, SOLUTION, draft, sent, told
from tests.interest_world import ADMINISTRATOR, ANNA, OPERATOR, REVIEWER, Clock, add_challenge, grant_roles

ENDED = {**SOLUTION, "stage": "ended", "lessons": ""}


@pytest.fixture
def contributions(database: Database, clock: Clock) -> Contributions:
    """The author's side, where one person reviews and another administers."""
    grant_roles(database)
    return Contributions(database, clock)


def audited(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("contribution.%")).order_by(AuditRow.id))
        return [(row.actor, row.action, row.subject) for row in rows]


def returned(database: Database, clock: Clock, comment: str = "Hur ofta händer det?") -> Contribution:
    """Send a contribution that comes back."""
    contribution = sent(database, clock=clock)
    Review(database, clock).return_(REVIEWER, contribution.id, contribution.revision, comment)
    return Contributions(database, clock).of(AUTHOR)[0]


def test_interview(contributions: Contributions) -> None:
    """Questions are asked in order until every one has been answered or skipped."""
    contribution = contributions.begin(AUTHOR, "challenge", language="sv", channel="slack", fields={"today": CHALLENGE["today"]})
    asked = []
    while contribution.next_field:
        asked.append(contribution.next_field)
        contribution = contributions.put(AUTHOR, contribution.id, contribution.next_field, "")

    assert ["often", "who", "tried", "better", "source", "title"] == asked
    assert ("draft", CHALLENGE["today"], "") == (contribution.state, contribution.fields["today"], contribution.fields["who"])


def test_answer_is_corrected_and_masked(contributions: Contributions, database: Database) -> None:
    """A question may be answered again, and what identifies a person is hidden before it is stored."""
    contribution = draft(database, area=None, organisation=" Timrå   kommun, 070-123 45 67 ")
    corrected = contributions.put(AUTHOR, contribution.id, "who", "Anna, anna@kommunen.example")

    assert ("Anna, [e-post]", "Timrå kommun, [telefon]") == (corrected.fields["who"], corrected.organisation)
    assert corrected.revision > contribution.revision


def test_belonging_is_said_later(contributions: Contributions, database: Database) -> None:
    """Area and organisation may be said and changed while it is a draft, each without the other."""
    contribution = draft(database, area=None, organisation="")
    contributions.belong(AUTHOR, contribution.id, area="skola")
    belongs = contributions.belong(AUTHOR, contribution.id, organisation="Höörs kommun")

    assert ("skola", "Höörs kommun") == (belongs.area, belongs.organisation)
    with pytest.raises(NotFoundError, match="no_such_area"):
        contributions.belong(AUTHOR, contribution.id, area="rymden")


@pytest.mark.parametrize("stage", ["in_review", "archived", None])
def test_solution_answers_a_visible_challenge(contributions: Contributions, database: Database, stage: str | None) -> None:
    """A solution can only answer a challenge that its author can see."""
    if stage:
        add_challenge(database, "kalla-hus", stage)
    contribution = draft(database, SOLUTION)

    with pytest.raises(RefusedError, match=r"no_such_challenge field=challenge"):
        contributions.put(AUTHOR, contribution.id, "challenge", "kalla-hus")
    with pytest.raises(RefusedError, match=r"no_such_challenge field=challenge"):
        draft(database, {**SOLUTION, "challenge": "kalla-hus"})


def test_goes_on_with_the_last_one(contributions: Contributions, database: Database, clock: Clock) -> None:
    """The one that was worked on last is gone on with: a draft, or one that came back, never one that waits."""
    first = draft(database, clock=clock)
    clock.move(minutes=1)
    draft(database, SOLUTION, clock)
    clock.move(minutes=1)
    contributions.put(AUTHOR, first.id, "who", "")
    clock.move(minutes=1)
    sent(database, clock=clock)

    assert first.id == getattr(contributions.in_progress(AUTHOR), "id", None)
    assert None is contributions.in_progress(ANNA)


def test_lists_the_newest_first(contributions: Contributions, database: Database) -> None:
    """An author sees everything of their own, drafts too, the newest first."""
    ids = [draft(database).id, sent(database).id, draft(database, SOLUTION).id]

    assert list(reversed(ids)) == [each.id for each in contributions.of(AUTHOR)]
    assert [] == contributions.of(ANNA)


@pytest.mark.parametrize(
    ("fields", "about", "missing"),
    [
        ({"who": "Alla"}, {}, "today"),
        ({"what": SOLUTION["what"]}, {"kind": "experience"}, "lessons"),
        (ENDED, {}, "lessons"),
    ],
)
def test_not_sent_until_whole(
    contributions: Contributions, database: Database, fields: dict[str, str], about: dict[str, Any], missing: str
) -> None:
    """What lacks an answer that is needed is not sent, and the refusal names it; what has ended needs its lessons."""
    contribution = draft(database, fields, **about)

    with pytest.raises(RefusedError, match=f"contribution_incomplete field={missing}"):
        contributions.send(AUTHOR, contribution.id)
    assert "draft" == contributions.of(AUTHOR)[0].state


def test_sent(contributions: Contributions, database: Database) -> None:
    """What is sent waits for review, with a step in its history and in the audit trail, and cannot be changed or sent again."""
    contribution = sent(database)

    assert ("in_review", [("sent", AUTHOR)]) == (contribution.state, [(step.step, step.who) for step in contribution.steps])
    assert [("T1/UAUTHOR", "contribution.sent", str(contribution.id))] == audited(database)
    for change in (
        lambda: contributions.send(AUTHOR, contribution.id),
        lambda: contributions.put(AUTHOR, contribution.id, "who", "Alla"),
        lambda: contributions.belong(AUTHOR, contribution.id, area="skola"),
        lambda: contributions.discard(AUTHOR, contribution.id),
    ):
        with pytest.raises(RefusedError, match="contribution_not_open"):
            change()


@pytest.mark.usefixtures("contributions")
def test_reviewers_hear_of_it(database: Database) -> None:
    """Reviewers whose role covers it hear with the day's digest, in their language, that something waits; others do not."""
    near, far = Person("slack", "T1", "UNEAR"), Person("slack", "T1", "UFAR")
    People(database).grant(OPERATOR, Granted(near, "reviewer", "area", "fastighet-lokaler"))
    People(database).grant(OPERATOR, Granted(far, "reviewer", "organisation", "Höörs kommun"))
    Conversations(database).find("slack", "T1", near.external_id, "fi")
    contribution = sent(database)
    news = {"contribution": contribution.id, "title": CHALLENGE["title"]}

    assert [("contribution.new", {**news, "language": "sv"})] == told(database, REVIEWER)
    assert [("contribution.new", {**news, "language": "fi"})] == told(database, near)
    assert [] == told(database, far) + told(database, ADMINISTRATOR) + told(database, AUTHOR)


def test_administrators_hear_when_nobody_reviews(database: Database) -> None:
    """Where no reviewer's role covers it the administrators hear of it, so that nothing waits unseen."""
    People(database).grant(OPERATOR, Granted(ADMINISTRATOR, "administrator"))
    People(database).grant(OPERATOR, Granted(REVIEWER, "reviewer", "area", "skola"))
    sent(database)

    assert (["contribution.new"], []) == ([kind for kind, _ in told(database, ADMINISTRATOR)], told(database, REVIEWER))


@pytest.mark.usefixtures("contributions")
def test_author_who_reviews_is_not_told(database: Database) -> None:
    """A reviewer does not hear of what they have sent themselves."""
    sent(database, person=REVIEWER)

    assert [] == told(database, REVIEWER)


def test_answered(contributions: Contributions, database: Database, clock: Clock) -> None:
    """What came back can be changed and sent again with an answer, which the reviewers hear of."""
    contribution = returned(database, clock)
    contributions.put(AUTHOR, contribution.id, "often", "Varje natt, hela vintern.")
    answered = contributions.send(AUTHOR, contribution.id, "Varje natt. Ring 070-123 45 67.")

    assert ("in_review", "Varje natt, hela vintern.") == (answered.state, answered.fields["often"])
    assert [("sent", ""), ("returned", "Hur ofta händer det?"), ("answered", "Varje natt. Ring [telefon].")] == [
        (step.step, step.comment) for step in answered.steps
    ]
    assert ["contribution.new"] * 2 == [kind for kind, _ in told(database, REVIEWER)]


def test_new_answer_replaces_what_was_made_of_the_old(contributions: Contributions, database: Database, clock: Clock) -> None:
    """A reviewer's text gives way when the author corrects the answer it was made of, and only then."""
    contribution = sent(database, clock=clock)
    review = Review(database, clock)
    revision = review.edit(REVIEWER, contribution.id, contribution.revision, {"who": "Alla som bor där.", "goal": "Värme åt alla."})
    review.return_(REVIEWER, contribution.id, revision, "Vilka är det?")
    contributions.put(AUTHOR, contribution.id, "who", "Barnen på förskolan.")
    contributions.send(AUTHOR, contribution.id)
    entry = review.show(REVIEWER, contribution.id).entry

    assert ("Barnen på förskolan.", "Värme åt alla.") == (entry["who"], entry["goal"])


def test_long_answer_to_the_reviewer(contributions: Contributions, database: Database, clock: Clock) -> None:
    """A comment that is too long is refused and not cut."""
    contribution = returned(database, clock)

    with pytest.raises(RefusedError, match="text_too_long field=comment"):
        contributions.send(AUTHOR, contribution.id, "x" * 1001)
    assert "returned" == contributions.of(AUTHOR)[0].state


@pytest.mark.parametrize("came_back", [True, False])
def test_withdrawn(contributions: Contributions, database: Database, clock: Clock, *, came_back: bool) -> None:
    """What is not decided can be taken back, and no reviewer sees it in the queue any more; the record stays."""
    contribution = returned(database, clock) if came_back else sent(database)
    contributions.withdraw(AUTHOR, contribution.id)

    assert ("withdrawn", "withdrawn") == ((kept := contributions.of(AUTHOR)[0]).state, kept.steps[-1].step)
    assert [] == Review(database).queue(REVIEWER)
    with pytest.raises(RefusedError, match="contribution_not_open"):
        contributions.withdraw(AUTHOR, contribution.id)


def test_draft_is_discarded(contributions: Contributions, database: Database) -> None:
    """Nothing is kept of a draft that its author throws away, and a draft cannot be withdrawn."""
    contribution = draft(database)
    with pytest.raises(RefusedError, match="contribution_not_open"):
        contributions.withdraw(AUTHOR, contribution.id)
    contributions.discard(AUTHOR, contribution.id)

    assert ([], []) == (contributions.of(AUTHOR), audited(database))


def test_others_reach_nothing(contributions: Contributions, database: Database) -> None:
    """Somebody else's contribution is as if it did not exist."""
    contribution = draft(database)
    for reach in (
        lambda: contributions.put(ANNA, contribution.id, "who", "Alla"),
        lambda: contributions.belong(ANNA, contribution.id, area="skola"),
        lambda: contributions.send(ANNA, contribution.id),
        lambda: contributions.withdraw(ANNA, contribution.id),
        lambda: contributions.discard(ANNA, contribution.id),
        lambda: contributions.send(ANNA, 4711),
    ):
        with pytest.raises(GuidenError, match="no_such_contribution"):
            reach()
    assert contribution == contributions.of(AUTHOR)[0]
