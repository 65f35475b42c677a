"""Challenges move from stage to stage: who may, with what, and who is told."""

from datetime import date
from itertools import count as numbers
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from knowledge.catalogue import OPEN_FOR_INTEREST, VISIBLE
from knowledge.database import Database
from knowledge.dialogue import dialogue
from knowledge.errors import NotFoundError, RefusedError
from knowledge.following import Following
from knowledge.interest_tables import InterestRow
from knowledge.interests import Interests
from knowledge.people import Person
from knowledge.stages import TRANSITIONS, Facts, Stage, Stages
from knowledge.standing import LOCKED, standing_of
from knowledge.tables import AuditRow, EntryRow
from tests.interest_world import (
    ADMINISTRATOR,
    ANNA,
    ANNOUNCED,
    CHALLENGE,
    CONCLUDED,
    OWNER,
    PROMISED,
    REVIEWER,
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

EVERYTHING = Facts(date(2027, 1, 31), "https://example.org/annons/1", "Ett avtal är slutet.", "Fråga användarna först.")


@pytest.fixture
def stages(database: Database) -> Stages:
    grant_roles(database)
    return Stages(database, Clock())


@pytest.mark.parametrize(
    ("before", "after", "facts", "key"),
    [
        ("in_review", "published", Facts(), "next_update_by_missing"),
        ("in_review", "published", Facts(next_update_by=date(2026, 12, 1)), "next_update_by_passed"),
        ("published", "procurement", Facts(), "announcement_url_missing"),
        ("published", "procurement", Facts(announcement_url="  "), "announcement_url_missing"),
        ("published", "procurement", Facts(announcement_url="javascript:alert(1)"), "announcement_url_wrong"),
        ("published", "procurement", Facts(announcement_url="se kommunens sida"), "announcement_url_wrong"),
        ("published", "closed", Facts(outcome="Klart."), "lessons_missing"),
        ("published", "closed", Facts(lessons="Mycket."), "outcome_missing"),
        ("draft", "published", EVERYTHING, "stage_cannot_follow"),
        ("published", "archived", EVERYTHING, "stage_cannot_follow"),
        ("archived", "published", EVERYTHING, "stage_cannot_follow"),
        ("published", "published", EVERYTHING, "stage_cannot_follow"),
    ],
)
def test_refused_moves(database: Database, stages: Stages, before: str, after: Stage, facts: Facts, key: str) -> None:
    """A step that the table lacks, or that lacks what it needs, is refused and changes nothing."""
    add_challenge(database, stage=before)
    with pytest.raises(RefusedError, match=f"^{key}"):
        stages.move(ADMINISTRATOR, CHALLENGE, after, "Därför.", facts)

    assert before == _stage(database)
    assert count(database, AuditRow, action="stage.changed") == 0


def test_every_move_has_a_reason(database: Database, stages: Stages) -> None:
    """A move without a reason is refused."""
    add_challenge(database)
    with pytest.raises(RefusedError, match="reason_missing"):
        stages.move(OWNER, CHALLENGE, "parked", "  ")


def test_owner_does_not_reopen(database: Database, stages: Stages) -> None:
    """Only an administrator reopens after a lock, and who did it and why is in the trail and in the log."""
    add_challenge(database)
    stages.move(OWNER, CHALLENGE, "procurement", "Annonsen är ute.", ANNOUNCED)
    with pytest.raises(RefusedError, match="role_missing role=administrator"):
        stages.move(OWNER, CHALLENGE, "published", "Vi ångrade oss.", PROMISED)

    assert ["closed"] == list(stages.next_for(OWNER, CHALLENGE))
    stages.move(ADMINISTRATOR, CHALLENGE, "published", "Upphandlingen avbröts.", PROMISED)

    assert count(database, AuditRow, action="stage.changed", actor=ADMINISTRATOR.name, channel="slack") == 1
    assert ["Annonsen är ute.", "Upphandlingen avbröts."] == [event.data["why"] for event in dialogue(database, CHALLENGE)]


def test_unknown_challenge(stages: Stages) -> None:
    """A challenge that is not there cannot be moved."""
    with pytest.raises(NotFoundError):
        stages.move(ADMINISTRATOR, "ingen-sådan", "parked", "Därför.")


def test_standing_shows_what_is_promised(database: Database, stages: Stages) -> None:
    """What a step brings with it is what readers see, until nothing more is promised."""
    add_challenge(database, stage="in_review")
    stages.move(REVIEWER, CHALLENGE, "published", "Granskad.", PROMISED)
    published = standing_of(database, CHALLENGE, Clock())
    stages.move(OWNER, CHALLENGE, "closed", "Klart.", CONCLUDED)
    closed = standing_of(database, CHALLENGE, Clock())

    assert (True, date(2027, 1, 31)) == (published.is_open, published.next_update_by)
    assert (False, None, "Ett avtal är slutet.", "Fråga användarna först.") == (
        closed.is_open, closed.next_update_by, closed.outcome, closed.lessons
    )  # fmt: skip


def test_followers_of_the_area_hear_of_what_is_new(database: Database, stages: Stages) -> None:
    """When a challenge is published, those who follow its area hear of it."""
    add_challenge(database, stage="in_review")
    Following(database).follow(Person("slack", "T9", "U1"), area="aldreomsorg", told="at_once")
    stages.move(REVIEWER, CHALLENGE, "published", "Granskad.", PROMISED)

    assert ["slack:T9:U1"] == sent(database, "challenge.new")


class StageMachine(RuleBasedStateMachine):
    """Anybody tries to move a challenge anywhere, and companies try to register, in any order."""

    database: Database
    names = numbers()

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.challenge = add_challenge(self.database, f"utmaning-{next(self.names)}", "draft")
        self.stages = Stages(self.database, self.clock)
        self.interests = Interests(self.database, self.clock)
        self.model = "draft"
        self.registered = 0
        self.moves = 0

    @rule(
        who=st.sampled_from([(OWNER, "owner"), (REVIEWER, "reviewer"), (ADMINISTRATOR, "administrator"), (ANNA, "company")]),
        to=st.sampled_from(get_args(Stage)),
        facts=st.sampled_from([EVERYTHING, EVERYTHING, EVERYTHING, Facts(), PROMISED]),
        why=st.sampled_from(["Därför.", "Därför.", ""]),
    )
    def move(self, who: tuple[Person, str], to: Stage, facts: Facts, why: str) -> None:
        """A move happens exactly when the table, the role, the facts and the reason allow it."""
        person, role = who
        step = TRANSITIONS[self.model].get(to)
        allowed = (
            step is not None
            and role in (step.role, "administrator")
            and all(getattr(facts, need) is not None for need in step.needs)
            and bool(why)
        )
        if allowed:
            self.stages.move(person, self.challenge, to, why, facts)
            self.model, self.moves = to, self.moves + 1
        else:
            with pytest.raises(RefusedError):
                self.stages.move(person, self.challenge, to, why, facts)

    @rule()
    def register(self) -> None:
        """Interest is taken exactly when the stage is open."""
        person, sent_in = company(self.registered)
        if self.model in OPEN_FOR_INTEREST:
            self.clock.move(hours=1)
            register(self.interests, self.database, person, sent_in, self.challenge)
            self.registered += 1
        else:
            with pytest.raises((RefusedError, NotFoundError)):
                self.interests.register(person, self.challenge, sent_in, notices())

    @invariant()
    def rows_agree(self) -> None:
        """The stage, the trail and the number of registrations are those of the model."""
        assert self.model == _stage(self.database, self.challenge)
        assert self.moves == count(self.database, AuditRow, action="stage.changed", subject=self.challenge)
        assert self.registered == count(self.database, InterestRow, challenge_id=self.challenge)

    @precondition(lambda self: self.model in VISIBLE)
    @invariant()
    def readers_see_what_they_may(self) -> None:
        """A locked challenge shows its announcement and no counter, a closed one its outcome, an open one its promise."""
        standing = standing_of(self.database, self.challenge, self.clock)
        assert standing.is_open == (self.model in OPEN_FOR_INTEREST)
        if self.model in LOCKED:
            assert standing.announcement_url
            assert standing.counter is None
        if standing.is_open:
            assert standing.next_update_by
        if self.model == "closed":
            assert standing.outcome
            assert standing.lessons
            assert count(self.database, InterestRow, challenge_id=self.challenge, status="confirmed") == 0


def test_stage_machine(database: Database) -> None:
    """Whatever people try, in whatever order, a challenge is only ever where its table of stages lets it be."""
    grant_roles(database)
    machine = type("Machine", (StageMachine,), {"database": database})
    limits = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)


def test_registered_before_parked_counts_still(database: Database, stages: Stages) -> None:
    """A pause takes nothing away from those who have registered."""
    add_challenge(database)
    register(Interests(database), database, ANNA, form())
    stages.move(OWNER, CHALLENGE, "parked", "Vi väntar på budget.")

    assert count(database, InterestRow, status="confirmed") == 1
    assert ["anna@bolaget.se"] == sent(database, "challenge.stage")


def _stage(database: Database, challenge: str = CHALLENGE) -> str:
    with database.reading() as session:
        row = session.get(EntryRow, challenge)
        assert row is not None
        return row.status
