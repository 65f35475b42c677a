"""What of an entry can be found."""

from itertools import pairwise

from index.passages import Passage, passages
from knowledge.catalogue import Challenge, Solution
from knowledge.entry_files import ChallengeFile, SolutionFile
from tests.builders import challenge_fields, solution_fields

FEW = {"sv": ["ingen kan hoppa in", "passet blir tomt"], "en": ["nobody steps in"], "fi": ["kukaan ei tule"], "company": ["vi säljer pass"]}


def _challenge(**overrides: object) -> list[Passage]:
    fields = challenge_fields(phrasings=FEW, **overrides)
    return passages(Challenge(ChallengeFile.model_validate(fields), "published", ()))


def _solution(**overrides: object) -> list[Passage]:
    fields = solution_fields(phrasings=FEW, **overrides)
    return passages(Solution(SolutionFile.model_validate(fields), "published"))


def test_challenge() -> None:
    """A challenge is found by its titles, its texts, its keywords, and what people and companies say, in that order."""
    found = [
        (piece.part, piece.language, piece.text) for piece in _challenge(id="x", title="Ingen hoppar in", title_en="Nobody steps in now")
    ]

    assert [
        ("title", "sv", "Ingen hoppar in"),
        ("title", "en", "Nobody steps in now"),
        ("text", "sv", "Ingen hoppar in. Kort om x."),
        ("text", "sv", "Det här händer i x."),
        ("text", "sv", "Det drabbar x. Det leder till x."),
        ("text", "sv", "Så vill vi ha det i x."),
        ("keywords", "sv", "vikarie, bemanning, frånvaro"),
        ("phrasing", "sv", "ingen kan hoppa in"),
        ("phrasing", "sv", "passet blir tomt"),
        ("phrasing", "en", "nobody steps in"),
        ("phrasing", "fi", "kukaan ei tule"),
        ("company", "sv", "vi säljer pass"),
    ] == found


def test_solution() -> None:
    """A solution is found by what was done, its results, lessons and benefits, but not by what companies say."""
    result = {"text": "Passen fylls på en timme.", "figure": None, "year": 2022, "source": "https://example.org/artikel"}
    found = _solution(results=[result], lessons="Börja i liten skala.", internal_benefit="Mindre tid i telefon.", cost="Tusen kronor.")

    assert ["Så gjorde kommunen-bokar-med-sms.", "Passen fylls på en timme.", "Börja i liten skala.", "Mindre tid i telefon."] == [
        piece.text for piece in found if piece.part == "text"
    ][1:]
    assert {"title", "text", "keywords", "phrasing"} == {piece.part for piece in found}


def test_no_text_twice() -> None:
    """A text that stands in two places of an entry is one passage, of the place that comes first."""
    found = _challenge(title="Ingen kan hoppa in", title_en="Ingen kan hoppa in")

    assert [("title", "sv")] == [(piece.part, piece.language) for piece in found if piece.text == "Ingen kan hoppa in"]


def test_passages_belong_to_their_entry() -> None:
    """Every passage names its entry."""
    assert {"x"} == {piece.entry_id for piece in _challenge(id="x")}


def test_same_text_in_two_entries() -> None:
    """Two entries with the same text keep a vector each, so that neither takes the other's place."""
    one, other = Passage("a", "phrasing", "sv", "passet blir tomt"), Passage("b", "phrasing", "sv", "passet blir tomt")

    assert one.key != other.key


def test_key_follows_the_text() -> None:
    """A vector is kept when a text moves to another place in its entry, and not when the text changes."""
    same, moved, changed = (
        Passage("a", part, "sv", text).key for part, text in (("title", "Tomt pass"), ("phrasing", "Tomt pass"), ("title", "Tomma pass"))
    )

    assert [True, False] == [one == other for one, other in pairwise((same, moved, changed))]
