"""Reviewers decide once on what waits, never on their own, and what they approve is in the catalogue at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import select

from knowledge.catalogue import Catalogue, Challenge, Solution
from knowledge.content_import import Change, export_content, import_content, plan_import
from knowledge.contributions import Contribution, Contributions
from knowledge.database import Database
from knowledge.errors import GuidenError, NotFoundError, RefusedError
from knowledge.following import Following
from knowledge.interest_tables import VersionRow
from knowledge.people import Granted, People, Person
from knowledge.review import Review
from knowledge.standing import standing_of
from knowledge.tables import AuditRow, EntryRow
from tests.conftest import WriteContent
from tests.contribution_world import AUTHOR, CHALLENGE, SOLUTION, draft, sent, told
from tests.interest_world import ADMINISTRATOR, ANNA, OPERATOR, OWNER, REVIEWER, Clock, add_challenge, count, grant_roles
from tests.interest_world import CHALLENGE as VIKARIER
from tests.interest_world import sent as recipients

NEXT = date(2027, 3, 1)
OTHER = Person("teams", "kommunen", "granskare-2")
ID = "ingen-ser-att-huset-ar-kallt-forran-nagon-ringer"


@pytest.fixture
def review(database: Database, clock: Clock) -> Review:
    """The reviewer's side, with a published challenge and two reviewers of everything."""
    grant_roles(database)
    People(database).grant(OPERATOR, Granted(OTHER, "reviewer"))
    add_challenge(database)
    return Review(database, clock)


def refused(call: Callable[[], object]) -> GuidenError:
    with pytest.raises(GuidenError) as refusal:
        call()
    return refusal.value


def decisions(review: Review, person: Person, contribution: Contribution) -> list[Callable[[], object]]:
    """Return everything that a reviewer can do with a contribution."""
    number, revision = contribution.id, contribution.revision
    return [
        lambda: review.approve(person, number, revision, next_update_by=NEXT),
        lambda: review.return_(person, number, revision, "Skriv mer."),
        lambda: review.reject(person, number, revision, "Finns redan."),
        lambda: review.edit(person, number, revision, {"title": "En helt annan rubrik"}),
    ]


def test_queue(review: Review, database: Database, clock: Clock) -> None:
    """What waits is shown, the oldest first; drafts and what is decided are not."""
    first = sent(database, clock=clock)
    clock.move(minutes=1)
    second = sent(database, SOLUTION, clock)
    draft(database, clock=clock)
    rejected = sent(database, clock=clock)
    review.reject(REVIEWER, rejected.id, rejected.revision, "Finns redan.")

    assert [first.id, second.id] == [each.id for each in review.queue(REVIEWER)]


@pytest.mark.parametrize(
    ("scope", "scope_id", "seen"),
    [
        ("area", "fastighet-lokaler", ["area"]),
        ("organisation", "Höörs kommun", ["organisation"]),
        ("challenge", VIKARIER, ["challenge"]),
        ("area", "skola", []),
    ],
)
def test_scope(review: Review, database: Database, scope: str, scope_id: str, seen: list[str]) -> None:
    """A reviewer of an area, an organisation or a challenge sees and decides on what belongs there, and nothing else."""
    person = Person("slack", "T1", "USCOPED")
    People(database).grant(OPERATOR, Granted(person, "reviewer", scope, scope_id))  # type: ignore[arg-type]
    waiting = {
        "area": sent(database),
        "organisation": sent(database, area=None, organisation="Höörs kommun"),
        "challenge": sent(database, {**SOLUTION, "challenge": VIKARIER}, area="aldreomsorg"),
    }

    assert [waiting[name].id for name in seen] == [each.id for each in review.queue(person)]
    for name, contribution in waiting.items():
        calls = [lambda c=contribution: review.show(person, c.id), *decisions(review, person, contribution)]
        if name not in seen:
            assert ["role_missing"] * len(calls) == [refused(call).key for call in calls]
    for name in seen:
        review.return_(person, waiting[name].id, waiting[name].revision, "Skriv mer.")


@pytest.mark.parametrize("person", [AUTHOR, ANNA, OWNER])
def test_without_the_role(review: Review, database: Database, person: Person) -> None:
    """Nobody without a reviewer's role sees the queue or decides, also not whoever owns challenges."""
    contribution = sent(database, person=Person("slack", "T1", "USOMEBODY"))

    assert [] == review.queue(person)
    assert ["role_missing"] * 4 == [refused(call).key for call in decisions(review, person, contribution)]


@pytest.mark.parametrize(
    ("author", "reviewer"), [(REVIEWER, REVIEWER), (ADMINISTRATOR, ADMINISTRATOR), (Person("terminal", "-", "drift"), OPERATOR)]
)
def test_nobody_decides_on_their_own(review: Review, database: Database, author: Person, reviewer: Person) -> None:
    """Nobody decides on their own contribution, whatever roles they have, nor through the command line of the same user."""
    contribution = sent(database, person=author)

    assert (True, False) == (review.show(reviewer, contribution.id).is_own, review.show(OTHER, contribution.id).is_own)
    assert ["own_contribution"] * 4 == [refused(call).key for call in decisions(review, reviewer, contribution)]


def test_shows_what_it_would_be(review: Review, database: Database) -> None:
    """A reviewer sees the answers, the entry they make, and that nothing stops it; few phrasings are only advice."""
    shown = review.show(REVIEWER, sent(database).id)

    assert (CHALLENGE["title"], CHALLENGE["who"], ID) == (shown.entry["title"], shown.entry["who"], shown.entry["id"])
    assert ((), (), {"few_phrasings"}) == (shown.missing, shown.faults, {fault.key for fault in shown.advice})


def test_shows_what_is_missing_and_wrong(review: Review, database: Database) -> None:
    """What must be there first is named, and so is what breaks a rule; such an entry cannot be approved."""
    lacking = sent(database, {"what": SOLUTION["what"]}, area=None, organisation="")
    assert {"area", "organisation", "challenges"} == set(review.show(REVIEWER, lacking.id).missing)

    add_challenge(database, "undangomd", "in_review")
    wrong = sent(database, {**SOLUTION, "challenge": VIKARIER})
    revision = review.edit(REVIEWER, wrong.id, wrong.revision, {"challenges": ["undangomd"], "stage": "ended", "lessons": None})
    shown = review.show(REVIEWER, wrong.id)
    assert (("lessons",), ["link_to_nothing"]) == (shown.missing, [fault.key for fault in shown.faults])

    for number, version in ((lacking.id, lacking.revision), (wrong.id, revision)):
        assert "entry_incomplete" == refused(lambda n=number, v=version: review.approve(REVIEWER, n, v)).key
    assert 0 == count(database, EntryRow, imported_hash=None, status="published", kind="solution")


def test_drafts_are_their_authors(review: Review, database: Database) -> None:
    """A reviewer sees nothing of a draft, and can do nothing with it."""
    contribution = draft(database)
    calls = [
        lambda: review.show(REVIEWER, contribution.id),
        lambda: review.show(REVIEWER, 4711),
        *decisions(review, REVIEWER, contribution),
    ]

    assert ["no_such_contribution"] * 6 == [refused(call).key for call in calls]


def test_approved_challenge(review: Review, database: Database, clock: Clock) -> None:
    """An approved challenge can be seen by readers, with its promise and the first version of its text, and its author is told."""
    contribution = sent(database, clock=clock)
    entry_id = review.approve(REVIEWER, contribution.id, contribution.revision, next_update_by=NEXT)
    [entry] = Catalogue(database).get([entry_id])

    assert (ID, "published", True) == (entry_id, entry.status, isinstance(entry, Challenge))
    assert (CHALLENGE["title"], date(2026, 12, 1), date(2027, 6, 1)) == (entry.entry.title, entry.entry.published, entry.entry.next_check)
    assert (NEXT, 1) == (standing_of(database, entry_id, clock).next_update_by, count(database, VersionRow, challenge_id=entry_id))
    news = {"contribution": contribution.id, "title": CHALLENGE["title"], "entry": entry_id, "language": "sv"}
    assert [("contribution.approved", news)] == told(database, AUTHOR)
    mine = Contributions(database).of(AUTHOR)[0]
    assert ("approved", entry_id, ["sent", "approved"]) == (mine.state, mine.entry_id, [step.step for step in mine.steps])
    assert 1 == count(database, AuditRow, action="contribution.approved", subject=str(contribution.id), actor=REVIEWER.name)
    assert [] == review.queue(REVIEWER)
    assert entry.entry.model_dump(mode="json") == review.show(REVIEWER, contribution.id).entry


def test_followers_hear_of_it_once(review: Review, database: Database, clock: Clock) -> None:
    """Whoever follows the area hears once of the new challenge."""
    Following(database, clock).follow(Person("teams", "kommunen", "foljare"), area="fastighet-lokaler", told="at_once")
    contribution = sent(database, clock=clock)
    review.approve(REVIEWER, contribution.id, contribution.revision, next_update_by=NEXT)

    assert ["teams:kommunen:foljare"] == recipients(database, "challenge.new")


def test_challenge_needs_a_promise(review: Review, database: Database) -> None:
    """A challenge is not published without the date of its next update, and nothing is left of the attempt."""
    contribution = sent(database)
    attempts = [
        refused(lambda day=day: review.approve(REVIEWER, contribution.id, contribution.revision, next_update_by=day))
        for day in (None, date(2026, 11, 30))
    ]

    assert ["next_update_by_missing", "next_update_by_passed"] == [error.key for error in attempts]
    assert (0, "in_review", []) == (count(database, EntryRow, id=ID), review.queue(REVIEWER)[0].state, told(database, AUTHOR))


@pytest.mark.parametrize("kind", ["solution", "experience"])
def test_approved_solution(review: Review, database: Database, kind: str) -> None:
    """An approved solution or experience stands with the challenge it answers."""
    contribution = sent(database, {**SOLUTION, "challenge": VIKARIER}, kind=kind)
    entry_id = review.approve(REVIEWER, contribution.id, contribution.revision)
    [entry] = Catalogue(database).get([entry_id])

    assert (True, "published", kind) == (isinstance(entry, Solution), entry.status, entry.entry.kind)
    assert (entry_id,) == Catalogue(database).challenge(VIKARIER).solutions


def test_same_title_gets_an_id_of_its_own(review: Review, database: Database) -> None:
    """Contributions with the same title get different ids that can still be read."""
    both = [sent(database), sent(database)]

    assert [ID, f"{ID}-2"] == [review.approve(REVIEWER, each.id, each.revision, next_update_by=NEXT) for each in both]


def test_same_title_at_the_same_moment(review: Review, database: Database) -> None:
    """Contributions with the same title that are approved at the same moment are all published, each under its own id."""
    waiting = [sent(database) for _ in range(4)]
    together = Barrier(len(waiting))

    def approve(contribution: Contribution) -> str:
        together.wait()
        return review.approve(REVIEWER, contribution.id, contribution.revision, next_update_by=NEXT)

    with ThreadPoolExecutor(len(waiting)) as pool:
        published = list(pool.map(approve, waiting))
    assert {ID, f"{ID}-2", f"{ID}-3", f"{ID}-4"} == set(published)


@pytest.mark.parametrize(("step", "act"), [("returned", Review.return_), ("rejected", Review.reject)])
def test_turned_down(review: Review, database: Database, step: str, act: Callable[[Review, Person, int, int, str], None]) -> None:
    """Whoever contributed hears why it was returned or rejected, masked; without a reason it is not."""
    contribution = sent(database)
    assert "review_reason_missing" == refused(lambda: act(review, REVIEWER, contribution.id, contribution.revision, " \n")).key
    act(review, REVIEWER, contribution.id, contribution.revision, "Ring mig, 070-123 45 67.")

    mine = Contributions(database).of(AUTHOR)[0]
    assert (step, "Ring mig, [telefon].") == (mine.state, mine.steps[-1].comment)
    news = {"contribution": contribution.id, "title": CHALLENGE["title"], "comment": "Ring mig, [telefon].", "language": "sv"}
    assert [(f"contribution.{step}", news)] == told(database, AUTHOR)


def test_edited(review: Review, database: Database) -> None:
    """What a reviewer changes is how the entry reads, masked; the author hears which fields, and their own answers stay."""
    contribution = sent(database)
    changed = {"title": "Kylan i husen märks för sent", "who": "Alla. Ring 070-123 45 67.", "area": "skola", "organisation": "Höörs kommun"}
    revision = review.edit(REVIEWER, contribution.id, contribution.revision, changed)
    shown = review.show(REVIEWER, contribution.id)

    assert {**changed, "who": "Alla. Ring [telefon]."} == {name: shown.entry[name] for name in changed}
    assert (revision, CHALLENGE, "Kylan i husen märks för sent") == (
        shown.contribution.revision,
        dict(shown.contribution.fields),
        shown.contribution.title,
    )
    [(kind, news)] = told(database, AUTHOR)
    assert ("contribution.edited", list(changed)) == (kind, news["fields"])
    assert "kylan-i-husen-marks-for-sent" == review.approve(REVIEWER, contribution.id, revision, next_update_by=NEXT)


def test_whole_body_changes_what_differs(review: Review, database: Database) -> None:
    """A whole entry may be handed in, as from a file: only what reads differently is a change."""
    contribution = sent(database)
    body = review.show(REVIEWER, contribution.id).entry
    assert "text_unchanged" == refused(lambda: review.edit(REVIEWER, contribution.id, contribution.revision, body)).key
    review.edit(REVIEWER, contribution.id, contribution.revision, {**body, "goal": "Det är varmt.", "next_check": date(2027, 9, 1)})

    assert "next_check, goal" == Contributions(database).of(AUTHOR)[0].steps[-1].comment


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"colour": "blå"}, "text_field_unknown"),
        ({"published": "2020-01-01"}, "text_field_unknown"),
        ({"id": "mitt-eget"}, "text_field_unknown"),
        ({"title": "kort"}, "text_unusable"),
        ({"keywords": "inte en lista"}, "text_unusable"),
        ({"sources": []}, "text_unusable"),
        ({"area": "rymden"}, "no_such_area"),
        ({}, "text_unchanged"),
    ],
)
def test_edit_that_cannot_be(review: Review, database: Database, fields: dict[str, object], key: str) -> None:
    """A field that does not exist or is not the reviewer's, and a value that cannot be used, are refused, and nothing is changed."""
    contribution = sent(database)
    error = refused(lambda: review.edit(REVIEWER, contribution.id, contribution.revision, fields))

    assert (key, contribution) == (error.key, review.show(REVIEWER, contribution.id).contribution)


def test_personal_data_beside_an_address(review: Review, database: Database) -> None:
    """A text that begins as a web address is masked all the same; an address itself is kept."""
    contribution = sent(database)
    url = "https://kommunen.example/850709-9805"
    sources = [{"title": "https://x 850709-9805", "url": url, "year": None}]
    review.edit(REVIEWER, contribution.id, contribution.revision, {"sources": sources})

    assert [{"title": "https://x [personnummer]", "url": url, "year": None}] == review.show(REVIEWER, contribution.id).entry["sources"]


def test_overtaken(review: Review, database: Database, clock: Clock) -> None:
    """Who acts on what has changed since they read it is told what was done and when, but not by whom, and nothing is done."""
    contribution = sent(database, clock=clock)
    review.edit(OTHER, contribution.id, contribution.revision, {"goal": "Det är varmt."})
    errors = [refused(call) for call in decisions(review, REVIEWER, contribution)]

    assert ["overtaken"] * 4 == [error.key for error in errors]
    assert ("edited", clock.time, False) == (*(errors[0].details[name] for name in ("step", "at")), OTHER.name in str(errors[0].details))
    assert ("in_review", 2) == ((kept := Contributions(database).of(AUTHOR)[0]).state, len(kept.steps))


def test_overtaken_by_oneself(review: Review, database: Database) -> None:
    """Who has changed the text since the card that they act on was shown is told that it was they themselves."""
    contribution = sent(database)
    review.edit(REVIEWER, contribution.id, contribution.revision, {"goal": "Det är varmt."})

    assert ["overtaken_by_yourself"] * 4 == [refused(call).key for call in decisions(review, REVIEWER, contribution)]


def test_overtaken_by_the_author(review: Review, database: Database) -> None:
    """Who acts on what its author has withdrawn in the meantime is told that it was the author."""
    contribution = sent(database)
    Contributions(database).withdraw(AUTHOR, contribution.id)

    assert ["overtaken_by_author"] * 4 == [refused(call).key for call in decisions(review, REVIEWER, contribution)]


def test_decided_already(review: Review, database: Database) -> None:
    """Nothing is decided twice, also not by somebody who has read the decision."""
    contribution = sent(database)
    review.reject(OTHER, contribution.id, contribution.revision, "Finns redan.")
    rejected = Contributions(database).of(AUTHOR)[0]

    assert ["not_in_review"] * 4 == [refused(call).key for call in decisions(review, REVIEWER, rejected)]


def test_two_reviewers_at_once(review: Review, database: Database) -> None:
    """Of two who approve and reject at the same moment one wins, the other is told of it, and the author hears one thing."""
    for _ in range(4):
        contribution = sent(database)
        together = Barrier(2)

        def decide(call: Callable[[], object], together: Barrier = together) -> str:
            together.wait()
            try:
                call()
            except RefusedError as error:
                return f"{error.key} {error.details['step']}"
            return "done"

        calls = [
            lambda c=contribution: review.approve(REVIEWER, c.id, c.revision, next_update_by=NEXT),
            lambda c=contribution: review.reject(OTHER, c.id, c.revision, "Finns redan."),
        ]
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(decide, calls))
        mine = Contributions(database).of(AUTHOR)[0]
        news = [kind for kind, data in told(database, AUTHOR) if data["contribution"] == contribution.id]

        assert {"done", f"overtaken {mine.state}"} == set(outcomes)
        assert ([f"contribution.{mine.state}"], mine.state == "approved") == (news, mine.entry_id is not None)


def test_import_leaves_it_alone(review: Review, database: Database, content_folder: WriteContent) -> None:
    """An entry that was published here is not overwritten by an import, which shows what differs."""
    contribution = sent(database)
    entry_id = review.approve(REVIEWER, contribution.id, contribution.revision, next_update_by=NEXT)
    folder = content_folder()
    export_content(database, folder)
    file = folder / "challenges" / f"{entry_id}.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(CHALLENGE["who"], "Ingen annan än vi."), "utf-8")

    [change] = [each for each in import_content(database, folder, "drift") if each.id == entry_id]
    assert Change(entry_id, "edited_here", (("who", CHALLENGE["who"], "Ingen annan än vi."),)) == change
    assert CHALLENGE["who"] == Catalogue(database).challenge(entry_id).entry.who

    file.write_text(text, "utf-8")
    assert ["same"] == [each.kind for each in plan_import(database, folder)[1] if each.id == entry_id]


def test_entry_is_gone(review: Review, database: Database) -> None:
    """A contribution whose number does not exist is not found, whoever asks."""
    assert isinstance(refused(lambda: review.approve(OPERATOR, 4711, 1)), NotFoundError)
    with database.reading() as session:
        assert [] == list(session.scalars(select(EntryRow.id).where(EntryRow.id != VIKARIER)))
