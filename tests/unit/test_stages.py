"""The table of stages: what it must never allow."""

from collections.abc import Iterator
from typing import get_args

import pytest

from knowledge.catalogue import OPEN_FOR_INTEREST, VISIBLE
from knowledge.stages import TRANSITIONS, Stage, Transition
from knowledge.standing import LOCKED

STEPS = [(before, after, step) for before, steps in TRANSITIONS.items() for after, step in steps.items()]


def test_every_stage_has_its_transitions() -> None:
    """Every stage is in the table, and leads only to stages that there are."""
    assert set(get_args(Stage)) == set(TRANSITIONS)
    assert {after for _, after, _ in STEPS} <= set(TRANSITIONS)


def test_every_stage_is_reached_from_draft() -> None:
    """A challenge that begins as a draft can come to every stage."""
    assert set(TRANSITIONS) == {"draft", *_reachable("draft")}


@pytest.mark.parametrize("locked", LOCKED)
def test_reopening_takes_an_administrator(locked: str) -> None:
    """From a running procurement, no way leads to open interest without an administrator."""
    assert not set(OPEN_FOR_INTEREST) & set(_reachable(locked, without="administrator"))


def test_publishing_takes_a_promise() -> None:
    """Every step to a stage where interest is open brings the date of the next update."""
    assert all("next_update_by" in step.needs for _, after, step in STEPS if after in OPEN_FOR_INTEREST)


def test_lock_takes_an_announcement() -> None:
    """Every step to a running procurement brings the address of the announcement."""
    assert all("announcement_url" in step.needs for _, after, step in STEPS if after in LOCKED)


def test_closing_takes_outcome_and_lessons() -> None:
    """Every step to closed brings the outcome and the lessons."""
    assert all({"outcome", "lessons"} <= set(step.needs) for _, after, step in STEPS if after == "closed")


def test_what_companies_have_seen_is_closed_before_it_is_archived() -> None:
    """Nothing that companies may have registered for goes out of sight without an outcome."""
    hidden = {after for before, after, _ in STEPS if before in VISIBLE and after not in VISIBLE}

    assert {"archived"} == hidden
    assert {"closed"} == {before for before, after, _ in STEPS if after == "archived" and before in VISIBLE}


def test_nothing_is_published_without_review() -> None:
    """A draft comes into sight only through a reviewer."""
    assert not set(VISIBLE) & set(_reachable("draft", without="reviewer"))


def test_closed_is_not_opened_again() -> None:
    """Once the outcome has been told, interest stays closed."""
    assert ["archived"] == list(_reachable("closed"))


def _reachable(start: str, *, without: str = "") -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        steps: dict[str, Transition] = dict(TRANSITIONS[waiting.pop()])
        for after, step in steps.items():
            if after not in seen and step.role != without:
                seen.add(after)
                waiting.append(after)
                yield after
