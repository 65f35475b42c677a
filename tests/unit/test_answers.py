"""Sources in answers: a page is a link, and what was told first hand is a line of its own."""

import pytest

from bot.answers import details, page_links, solution_line, speaker
from bot.replies import Card
from knowledge.catalogue import Challenge, Entry, Solution
from knowledge.entry_files import ChallengeFile, SolutionFile
from tests.builders import challenge_fields, solution_fields

PAGE = {"title": "En rapport", "url": "https://example.org/rapport", "year": 2022}
FIRST_HAND = {"title": "Berättat i guiden av Höörs kommun", "url": None, "year": 2026}
SAY = speaker("sv")


def challenge(*sources: object) -> Challenge:
    return Challenge(ChallengeFile.model_validate(challenge_fields(sources=list(sources))), "published", ())


def solution(*sources: object) -> Solution:
    return Solution(SolutionFile.model_validate(solution_fields(sources=list(sources))), "published")


def told(card: Card) -> tuple[list[str], list[str]]:
    """Return the addresses that a card links to, and what it names as a source without one."""
    return [link.url for link in card.links], [fact.value for fact in card.facts if fact.label == "Källa"]


@pytest.mark.parametrize("entry", [challenge(PAGE, FIRST_HAND), solution(PAGE, FIRST_HAND)])
def test_in_full(entry: Entry) -> None:
    """An entry in full has both sorts of sources, with their years."""
    assert ([PAGE["url"]], ["Berättat i guiden av Höörs kommun (2026)"]) == told(details(SAY, entry, (), 0))


def test_in_short() -> None:
    """A solution in short has its first source, whichever sort it is."""
    assert ([PAGE["url"]], []) == told(solution_line(SAY, solution(PAGE, FIRST_HAND)))
    assert ([], [FIRST_HAND["title"]]) == told(solution_line(SAY, solution(FIRST_HAND, PAGE)))


def test_only_pages_are_links() -> None:
    """Nothing is linked to that is no page."""
    assert ["En rapport"] == [link.text for link in page_links(challenge(FIRST_HAND, PAGE).entry.sources)]
