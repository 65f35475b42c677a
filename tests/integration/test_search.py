"""Searching a built index, with an encoder that sees words only."""

from pathlib import Path

import pytest

from index import gate
from index.scoring import score
from index.search import AREA_BONUS, FLOOR, SOLUTION_DISCOUNT, Found, Search, rank
from tests.fakes import FakeEncoder
from tests.integration.conftest import KEYS, PASTA, ids


@pytest.fixture(scope="module")
def search(fake_home: Path) -> Search:
    """A search of the frozen catalogue."""
    return Search(fake_home / "index", FakeEncoder())


def test_match(search: Search) -> None:
    """What a challenge says word for word is a match, with that challenge first, the passage that won, and its area."""
    found = search.ask(KEYS)

    assert ("match", None, "aldreomsorg", False) == (found.band, found.reason, found.area, found.by_words_only)
    assert ("nycklar-i-hemtjansten", "challenge", KEYS) == (found.hits[0].id, found.hits[0].kind, found.hits[0].why.text)


def test_related(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question whose odds are not high enough for a match gets the same hits as related."""
    matched = search.ask(KEYS)
    monkeypatch.setattr(gate, "MATCH_FROM", 1.0)
    monkeypatch.setattr(gate, "RELATED_FROM", 0.5)

    assert ("related", matched.hits) == (search.ask(KEYS).band, search.ask(KEYS).hits)


def test_none(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question whose odds are too low gets no hits, no area, and no reason when it was a need."""
    monkeypatch.setattr(gate, "MATCH_FROM", 1.1)
    monkeypatch.setattr(gate, "RELATED_FROM", 1.0)

    assert Found("none") == search.ask("äldre med missbruk och hemtjänst")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("hej hej", "small_talk"),
        ("\U0001f44d", "small_talk"),
        ("", "small_talk"),
        ("   \t ", "small_talk"),
        ("jag orkar inte leva längre", "sensitive"),
        ("jag orkar inte leva längre, och nycklarna försvinner", "sensitive"),
    ],
)
def test_reason(search: Search, question: str, reason: str) -> None:
    """A message that is no need is not answered, and what it is instead is told."""
    assert Found("none", reason=reason) == search.ask(question)


def test_hits_best_first(search: Search) -> None:
    """Hits come in falling order of score, each once."""
    found = search.ask(KEYS, limit=50)

    assert sorted((hit.score for hit in found.hits), reverse=True) == [hit.score for hit in found.hits]
    assert len(set(ids(found))) == len(found.hits)


def test_solutions_best_first(search: Search) -> None:
    """A challenge names every solution to it, the one that fits the question best first."""
    generation = search.generation
    linked = [generation.entries[number] for number in generation.answers_to["nycklar-i-hemtjansten"]]
    titles = {entry.id: generation.passages[entry.first].text for entry in linked}
    found = {wanted: search.ask(f"{KEYS} {title}").hits[0] for wanted, title in titles.items()}

    assert {"nycklar-i-hemtjansten"} == {hit.id for hit in found.values()}
    assert list(titles) == [hit.solutions[0] for hit in found.values()]
    assert {frozenset(titles)} == {frozenset(hit.solutions) for hit in found.values()}


def test_challenges_only(search: Search) -> None:
    """Solutions are shown below the challenges they answer, not beside them."""
    assert {"challenge"} == {hit.kind for hit in search.ask(KEYS, limit=50).hits}


def test_solutions_alone(search: Search) -> None:
    """When solutions are asked for, only they are found."""
    found = search.ask(PASTA, kind="solution")

    assert "challenge" not in {hit.kind for hit in found.hits}
    assert all(hit.solutions == () for hit in found.hits)


def test_solution_lifts_its_challenge(search: Search) -> None:
    """A challenge gets the score of a solution that fits better, less a discount, and shows what matched in the solution."""
    generation = search.generation
    solution = generation.number_of["finspang-las-i-hemtjansten"]
    title = generation.passages[generation.entries[solution].first].text
    scored = score(generation, title, search.encoder.queries([title])[0])
    assert scored is not None
    fused = scored.fused()
    own = float(fused[scored.numbers.tolist().index(solution)])
    best = rank(generation, scored, fused)[0]

    assert "nycklar-i-hemtjansten" == best.id
    assert own - SOLUTION_DISCOUNT == pytest.approx(best.score, abs=0.001)
    assert "finspang-las-i-hemtjansten" == best.solutions[0]


def test_area_raises(search: Search) -> None:
    """A hit from the reader's own area, also a secondary one, gets a bonus, and no other hit changes."""
    plain = {hit.id: hit.score for hit in search.ask(PASTA, limit=50).hits}
    raised = {hit.id: hit.score for hit in search.ask(PASTA, limit=50, area="fastighet-lokaler").hits}
    own = {hit_id for hit_id in plain if "fastighet-lokaler" in _areas(search, hit_id)}

    assert "skolmat-slangs" in own
    for hit_id in plain.keys() & raised.keys():
        assert plain[hit_id] + AREA_BONUS * (hit_id in own) == pytest.approx(raised[hit_id], abs=0.002)


def test_area_hides_nothing(search: Search) -> None:
    """The best hit is found from whatever area the reader is in."""
    assert {"nycklar-i-hemtjansten"} == {ids(search.ask(KEYS, area=area))[0] for area in ("skola", "gata-trafik-park", "va-avfall-energi")}


def test_among(search: Search) -> None:
    """Only entries that may be found are found, and none when none may."""
    found = search.ask(f"{KEYS} {PASTA}", among=["skolmat-slangs", "okänd"])

    assert ["skolmat-slangs"] == ids(found)
    assert ("none", []) == (search.ask(KEYS, among=[]).band, search.ask(KEYS, among=[]).hits)


@pytest.mark.parametrize("limit", [1, 2])
def test_limit(search: Search, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more hits are returned than asked for, and those are the best."""
    monkeypatch.setattr("index.search.FLOOR", 0.0)
    every = ids(search.ask(f"{KEYS} {PASTA}", limit=50))

    assert len(every) > limit
    assert every[:limit] == ids(search.ask(f"{KEYS} {PASTA}", limit=limit))


def test_floor(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hit that scores far less than the best one is left out."""
    shown = search.ask(KEYS, limit=50)
    monkeypatch.setattr("index.search.FLOOR", 0.0)
    every = search.ask(KEYS, limit=50)
    above = [hit for hit in every.hits if hit.score >= FLOOR * every.hits[0].score]

    assert (above, True) == (shown.hits, len(every.hits) > len(shown.hits))


def test_by_words_only(own_home: Path) -> None:
    """Without the encoder the words still find the challenge, and the answer is only called related and says why."""
    encoder = FakeEncoder()
    search = Search(own_home / "index", encoder)
    encoder.available = False
    found = search.ask(KEYS)

    assert ("related", True, "nycklar-i-hemtjansten") == (found.band, found.by_words_only, found.hits[0].id)


@pytest.mark.parametrize("question", ["zzzz", "jag orkar inte leva längre"])
def test_by_words_only_none(own_home: Path, question: str) -> None:
    """Without the encoder there is no hit for unknown words, nor for what must never be searched with."""
    encoder = FakeEncoder()
    encoder.available = False

    assert ("none", []) == ((found := Search(own_home / "index", encoder).ask(question)).band, found.hits)


def test_no_gate(own_home: Path) -> None:
    """With a damaged gate the hits are still found, and only called related."""
    for file in (own_home / "index").glob("gate-*"):
        file.write_bytes(b"")
    found = Search(own_home / "index", FakeEncoder()).ask(KEYS)

    assert ("related", "nycklar-i-hemtjansten", False) == (found.band, found.hits[0].id, found.by_words_only)


def _areas(search: Search, entry_id: str) -> tuple[str, ...]:
    return search.generation.entries[search.generation.number_of[entry_id]].areas
