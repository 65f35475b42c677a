"""The catalogue that comes with the program."""

from functools import cache

from knowledge.areas import WHOLE_MUNICIPALITY, areas
from knowledge.content_rules import advise, check
from knowledge.entry_files import CONTENT, ChallengeFile, Fault, ReadEntry, SolutionFile, read_folder


@cache
def _shipped() -> tuple[list[ReadEntry], list[Fault]]:
    return read_folder(CONTENT)


def _solutions() -> list[SolutionFile]:
    return [read.entry for read in _shipped()[0] if isinstance(read.entry, SolutionFile)]


def _challenges() -> list[ChallengeFile]:
    return [read.entry for read in _shipped()[0] if isinstance(read.entry, ChallengeFile)]


def test_can_be_read() -> None:
    """Every file is a valid entry."""
    assert [] == [str(fault) for fault in _shipped()[1]]


def test_can_be_imported() -> None:
    """No entry breaks a rule."""
    assert [] == [str(fault) for fault in check(_shipped()[0])]


def test_needs_no_advice() -> None:
    """No entry is worse than it should be."""
    assert [] == [str(fault) for fault in advise(_shipped()[0])]


def test_is_large_enough() -> None:
    """There are at least 60 entries, of both kinds."""
    assert (True, True, True) == (len(_shipped()[0]) >= 60, len(_challenges()) >= 20, len(_solutions()) >= 20)


def test_every_area_has_an_entry() -> None:
    """Whichever area a person chooses, there is something in it."""
    used = {slug for read in _shipped()[0] for slug in (read.entry.area, *read.entry.areas)}

    assert set() == {area.slug for area in areas()} - {WHOLE_MUNICIPALITY} - used


def test_every_solution_has_a_challenge() -> None:
    """Every solution answers a challenge of the catalogue, and names none twice."""
    known = {challenge.id for challenge in _challenges()}

    assert [] == [each.id for each in _solutions() if not each.challenges or not set(each.challenges) <= known]
    assert [] == [each.id for each in _solutions() if len(set(each.challenges)) < len(each.challenges)]


def test_figures_have_their_source() -> None:
    """Every figure comes from one of the sources of its entry."""
    lacking = [
        each.id for each in _solutions() for result in each.results if result.figure and result.source not in {s.url for s in each.sources}
    ]

    assert [] == lacking
