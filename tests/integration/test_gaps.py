"""Unanswered questions are kept, masked, until something comes of them."""

import pytest

from knowledge.contributions import Contributions
from knowledge.database import Database
from knowledge.gaps import Gaps
from tests.interest_world import ANNA, BO, OPERATOR, Clock


@pytest.fixture
def gaps(database: Database) -> Gaps:
    """No questions yet."""
    return Gaps(database, Clock())


def test_is_masked(gaps: Gaps) -> None:
    """What identifies a person is hidden in a question."""
    gaps.add(ANNA, "Vem hjälper\n850709-9805?", "none", "skola", "sv")

    assert [("Vem hjälper [personnummer]?", "none", "skola", "sv")] == [
        (each.question, each.cause, each.area, each.language) for each in gaps.waiting()
    ]


def test_asker(gaps: Gaps) -> None:
    """Two people are told apart and one is recognised, without a word of who they are."""
    for person in (ANNA, BO, ANNA):
        gaps.add(person, "Finns det robotar?", "none", None, "sv")
    first, second, third = [each.asker for each in gaps.waiting()]

    assert (True, True, False) == (first == third, first != second, "anna" in first)


def test_empty_question(gaps: Gaps) -> None:
    """Nothing is kept of a question without words."""
    gaps.add(ANNA, " \n", "none", None, "sv")

    assert [] == gaps.waiting()


def test_long_question(gaps: Gaps) -> None:
    """A long question is cut, not refused."""
    gaps.add(ANNA, "x" * 5000, "none", None, "sv")

    assert 4000 == len(gaps.waiting()[0].question)


def test_area(gaps: Gaps) -> None:
    """The questions of one area can be asked for."""
    gaps.add(ANNA, "Ett", "none", "skola", "sv")
    gaps.add(ANNA, "Två", "not_useful", None, "sv")

    assert ["Ett"] == [each.question for each in gaps.waiting("skola")]


def test_linked_questions_wait_no_longer(gaps: Gaps, database: Database) -> None:
    """Questions that became a draft wait no longer, are linked once, and come back when the draft is thrown away."""
    for text in ("Ett", "Två", "Tre"):
        gaps.add(ANNA, text, "none", None, "sv")
    contributions = Contributions(database)
    draft = contributions.begin(OPERATOR, "challenge", language="sv", channel="cli").id
    ids = [each.id for each in gaps.waiting()][:2]

    assert (2, 0) == (gaps.link(OPERATOR, ids, draft), gaps.link(OPERATOR, ids, draft))
    assert ["Tre"] == [each.question for each in gaps.waiting()]
    contributions.discard(OPERATOR, draft)
    assert 3 == len(gaps.waiting())
