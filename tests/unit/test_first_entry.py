"""The entry that answers make says what the author said, and where they said nothing it says so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.contribution_form import FIELDS, Kind, clean_field
from knowledge.entry_files import ChallengeFile, SolutionFile
from knowledge.errors import RefusedError
from knowledge.first_entry import MADE_OF, NOT_TOLD, first_entry, half_a_year_after
from tests.contribution_world import CHALLENGE, SOLUTION

TODAY = date(2026, 11, 24)


def made(fields: dict[str, str], kind: str = "challenge", language: str = "sv", **about: str | None) -> dict[str, object]:
    """Return the entry with an id, as publishing adds it."""
    where = {"area": "fastighet-lokaler", "organisation": "Timrå kommun"} | about
    return {"id": "ett-bidrag", **first_entry(kind, fields, language=language, today=TODAY, **where)}


def challenge(language: str = "sv", **fields: str) -> ChallengeFile:
    return ChallengeFile.model_validate(made({**CHALLENGE, **fields}, language=language))


def solution(**fields: str) -> SolutionFile:
    return SolutionFile.model_validate(made({**SOLUTION, "challenge": "kalla-hus", **fields}, "solution"))


def test_challenge() -> None:
    """The answers about a need become the fields of a challenge, in the author's words."""
    entry = challenge()

    assert (CHALLENGE["title"], CHALLENGE["who"], CHALLENGE["better"]) == (entry.title, entry.who, entry.goal)
    assert (True, True) == (entry.problem.startswith(CHALLENGE["today"]), CHALLENGE["tried"] in entry.problem)
    assert (True, True) == (CHALLENGE["often"] in entry.consequence, entry.summary in CHALLENGE["today"])
    assert ("fastighet-lokaler", "Timrå kommun", None) == (entry.area, entry.organisation, entry.year)
    assert (TODAY, TODAY, date(2027, 5, 24)) == (entry.published, entry.checked, entry.next_check)


def test_nothing_is_invented() -> None:
    """What was skipped is said not to have been told."""
    entry = challenge(often="", who="", better="", tried="")

    assert {NOT_TOLD} == {entry.who, entry.consequence, entry.goal}
    assert CHALLENGE["today"] == entry.problem


def test_short_answers_can_be_published() -> None:
    """An answer of a word or two is long enough for an entry, and is still there."""
    about = challenge(who="Alla", better="Lugn", often="Jämt")
    what = solution(cost="Inget", result="Bra", lessons="Mät")

    assert [True] * 3 == ["Alla" in about.who, "Lugn" in about.goal, "Jämt" in about.consequence]
    assert [True] * 3 == ["Inget" in (what.cost or ""), "Bra" in what.results[0].text, "Mät" in (what.lessons or "")]


def test_solution() -> None:
    """The answers about what was done become a solution; its result rests on whoever tells it."""
    entry = solution()

    assert (SOLUTION["what"], SOLUTION["cost"], SOLUTION["lessons"], "in_use") == (entry.what, entry.cost, entry.lessons, entry.stage)
    assert [(SOLUTION["result"], None, None, 2026)] == [(each.text, each.figure, each.source, each.year) for each in entry.results]
    assert ("solution", ["kalla-hus"]) == (entry.kind, entry.challenges)


def test_solution_without_more() -> None:
    """A solution of which only what was done is told has no result, no cost and an unknown stage."""
    entry = solution(stage="", result="", cost="", lessons="")

    assert ("unknown", [], None, None) == (entry.stage, entry.results, entry.cost, entry.lessons)


@pytest.mark.parametrize(
    ("told", "sources"),
    [
        ("", [("Berättat i guiden av Timrå kommun", None)]),
        ("Vår egen utredning.", [("Berättat i guiden av Timrå kommun: Vår egen utredning", None)]),
        ("Se https://a.example/b.pdf, sidan 3", [("Se, sidan 3", "https://a.example/b.pdf"), ("Berättat i guiden av Timrå kommun", None)]),
        ("https://a.example/b", [("a.example", "https://a.example/b"), ("Berättat i guiden av Timrå kommun", None)]),
    ],
)
def test_sources(told: str, sources: list[tuple[str, str | None]]) -> None:
    """An entry rests on the pages its author names, and always on the organisation itself, which is no page."""
    assert sources == [(each.title, each.url) for each in challenge(source=told).sources]


def test_title_of_the_first_sentence() -> None:
    """Without a title the first sentence is one, cut at a word when it is too long."""
    assert "Vaktmästaren läser av 140 termometrar för hand varje måndag" == challenge(title="").title
    long = challenge(title="", today=" ".join(["avläsningar"] * 20)).title
    assert (True, True, "avläsningar…") == (len(long) <= 90, long.endswith("…"), long.split()[-1])


@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_phrasings(language: str) -> None:
    """The author's own sentences are how others may say it, in the author's language; those with something hidden are not."""
    phrasings = challenge(language, today=f"{CHALLENGE['today']} Ring [telefon] då.").phrasings

    assert (True, False) == (
        "Hyresgästerna ringer och klagar på kalla lägenheter." in getattr(phrasings, language),
        "[telefon]" in str(phrasings),
    )
    assert [language] == [name for name, lines in phrasings if lines]


def test_keywords() -> None:
    """The keywords are words of the text that carry its content, not a web address and nothing hidden."""
    words = challenge(today=f"{CHALLENGE['today']} [telefon] https://kommunen.example/sida").keywords

    assert (True, set()) == (3 <= len(words) <= 12, {"telefon", "kommunen", "varje", "ingen", "efter", "https"} & set(words))
    assert {"termometrar", "vaktmästaren"} <= set(challenge(title="", better="").keywords)


def test_what_is_not_known_is_left_out() -> None:
    """Without area and organisation the entry has none, so that a reviewer must say which."""
    assert set() == {"area", "organisation"} & made(CHALLENGE, area=None, organisation=None).keys()


@given(st.sampled_from(list(FIELDS)), st.data())
def test_any_answers_make_an_entry(kind: Kind, data: st.DataObject) -> None:
    """Whatever is answered, no text of the entry is longer than an entry may hold."""
    fields: dict[str, str] = {}
    for name in FIELDS[kind]:
        try:
            fields[name] = clean_field(kind, name, data.draw(st.text(max_size=1000) | st.just("ord och mening. " * 60)))
        except RefusedError:
            fields[name] = ""
    body = made(fields, kind)
    model = ChallengeFile if kind == "challenge" else SolutionFile

    assert [] == [name for name, value in body.items() if isinstance(value, str) and len(value) > _longest(model, name)]


def _longest(model: type[ChallengeFile | SolutionFile], name: str) -> int:
    field = model.model_fields[name]
    return next((each.max_length for each in field.metadata if getattr(each, "max_length", None)), 1000)


def test_every_answer_makes_something() -> None:
    """For every answer it is known which fields of the entry give way when it is corrected."""
    assert {name for fields in FIELDS.values() for name in fields} == MADE_OF.keys()


@pytest.mark.parametrize(("day", "after"), [((2026, 8, 31), (2027, 2, 28)), ((2026, 6, 1), (2026, 12, 1)), ((2026, 12, 24), (2027, 6, 24))])
def test_half_a_year_after(day: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    """An entry is checked again half a year later, whatever the length of the months."""
    assert date(*after) == half_a_year_after(date(*day))
