"""Which questions are answered, and how surely."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import yaml

from index import gate as module
from index.encoder import Vectors
from index.gate import ADDS, MATCH_FROM, NEED, RELATED_FROM, Gate, Signals, phrasings_of, refused_by_words
from index.generation import Generation, IndexedEntry
from index.passages import Passage
from index.scoring import Scored
from knowledge.errors import UnavailableError
from tests.fakes import FakeEncoder, bag_of_words

EXAMPLES: dict[str, list[str]] = yaml.safe_load((Path(module.__file__).parent / "gate.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="module")
def gate(root: Path) -> Gate:
    """A gate learned from the examples."""
    return Gate.open(FakeEncoder(), root)


def _signals(gate: Gate, vector: Vectors, odds: float) -> Signals:
    """Return signals with which the gate reaches exactly these odds."""
    wanted = np.log(odds / (1 - odds)) - module.BIAS - ADDS["need"] * gate.need(vector)
    return Signals(nearest=wanted / ADDS["nearest"], agreement=0, lead=0)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("jag orkar inte leva längre", "sensitive"),
        ("min man slår mig", "sensitive"),
        ("\U0001f642", "small_talk"),
        ("???", "small_talk"),
        ("12 345", "small_talk"),
        ("", "small_talk"),
        ("nycklar försvinner i hemtjänsten", None),
        ("ä", None),
    ],
)
def test_refused_by_words(question: str, reason: str | None) -> None:
    """A statement of distress, and a message without a letter, is refused by its words alone."""
    assert reason == refused_by_words(question)


@pytest.mark.parametrize(
    ("odds", "band"),
    [
        (0.99, "match"),
        (MATCH_FROM + 0.001, "match"),
        (MATCH_FROM - 0.001, "related"),
        (RELATED_FROM + 0.001, "related"),
        (RELATED_FROM - 0.001, "none"),
        (0.01, "none"),
    ],
)
def test_bands(gate: Gate, odds: float, band: str) -> None:
    """The band of an answer follows from the odds that the question should be answered."""
    vector = bag_of_words(EXAMPLES[NEED][0])

    assert (band, None) == gate.judge(vector, _signals(gate, vector, odds))


@pytest.mark.parametrize("kind", sorted(EXAMPLES.keys() - {NEED}))
def test_reason(gate: Gate, kind: str) -> None:
    """When nothing should be answered, the kind of message is told, as most of its examples are recognised."""
    told = [gate.judge(vector, _signals(gate, vector, 0.01))[1] for vector in map(bag_of_words, EXAMPLES[kind])]

    assert kind == max(set(told), key=told.count)


def test_need_without_an_answer_has_no_reason(gate: Gate) -> None:
    """A need that nothing answers is not called anything else."""
    assert {"none"} == {gate.judge(bag_of_words(text), _signals(gate, bag_of_words(text), 0.01))[0] for text in EXAMPLES[NEED][:50]}
    told = [gate.judge(bag_of_words(text), _signals(gate, bag_of_words(text), 0.01))[1] for text in EXAMPLES[NEED]]

    assert None is max(set(told), key=told.count)


def test_kinds_add_up(gate: Gate) -> None:
    """The chances of all kinds add up to one."""
    assert 1.0 == pytest.approx(sum(gate.kinds(bag_of_words("nycklar försvinner")).values()))


def test_need_raises_the_odds(gate: Gate) -> None:
    """With the same candidates, a need is likelier to be answered than small talk."""
    signals = Signals(nearest=0.05, agreement=0.5, lead=2)
    need, talk = (np.mean([gate.odds(bag_of_words(text), signals) for text in EXAMPLES[kind]]) for kind in (NEED, "small_talk"))

    assert need > talk


def test_script_does_not_count() -> None:
    """Where most needs are told in Latin letters and most errands are not, the letters still tell neither."""
    need, errand, talk, other = np.eye(4, dtype=np.float32)
    said = [(NEED, "behov", need)] * 20 + [(NEED, "حاجة", need + other)] * 2 + [("errand", "ärende", errand)] * 2
    said += [("errand", "طلب", errand + other)] * 20 + [("small_talk", "hej", talk), ("small_talk", "مرحبا", talk + other)] * 5
    kinds, texts, vectors = zip(*said, strict=True)
    learned = Gate.learn(np.array(vectors), texts, kinds)

    assert learned.need(need) == pytest.approx(learned.need(need + other), abs=0.01)
    assert learned.need(need + other) > 0 > learned.need(errand)


@pytest.mark.parametrize(
    ("words", "agreement"),
    [([3, 2, 1, 0], 1.0), ([0, 0, 0, 0], 0.5)],
)
def test_agreement(monkeypatch: pytest.MonkeyPatch, words: list[float], agreement: float) -> None:
    """Meaning is compared with the words, and with recognition when no word of the question is known."""
    monkeypatch.setattr(module, "_BEST", 2)
    legs = [np.array(leg, np.float32) for leg in ([3, 2, 1, 0], words, [3, 0, 1, 2])]

    assert agreement == Signals.of(Scored(np.arange(4), np.arange(4), *legs, nearest=0.0)).agreement


def test_phrasings_of_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A challenge gives several phrasings, a solution one, and of a large catalogue only some are taken."""
    said = [Passage("a", "title", "sv", "titel"), *(Passage("a", "phrasing", "sv", str(number)) for number in range(10))]
    said += [Passage("b", "phrasing", language, language) for language in ("sv", "en", "fi")]
    entries = [IndexedEntry("a", "challenge", (), (), 0, 11, ""), IndexedEntry("b", "solution", ("a",), (), 11, 14, "")]
    generation = cast("Generation", SimpleNamespace(entries=entries, passages=said))
    all_of_them = phrasings_of(generation)
    monkeypatch.setattr(module, "_MOST_PHRASINGS", 3)

    assert ["0", "2", "4", "6", "8", "sv"] == all_of_them
    assert ["0", "4", "8"] == phrasings_of(generation)


def test_learned_once(root: Path, gate: Gate) -> None:
    """A gate that was kept is read without the encoder, and judges the same."""
    encoder = FakeEncoder()
    encoder.available = False
    read = Gate.open(encoder, root)
    vector = bag_of_words("nycklar försvinner")

    assert gate.kinds(vector) == read.kinds(vector)
    assert [True, False] == [Gate.is_learned(FakeEncoder(name), root) for name in ("fake", "another")]


def test_learned_anew(tmp_path: Path) -> None:
    """Learning anew takes the place of a kept gate, also of a damaged one."""
    Gate.open(FakeEncoder(), tmp_path)
    next(tmp_path.glob("gate-*.npz")).write_bytes(b"PK\x03\x04broken")
    with pytest.raises(UnavailableError) as caught:
        Gate.open(FakeEncoder(), tmp_path)

    assert "index_broken" == caught.value.key
    assert NEED in Gate.open(FakeEncoder(), tmp_path, anew=True).kinds(bag_of_words("nycklar"))


def test_phrasings_are_needs(gate: Gate, tmp_path: Path) -> None:
    """What the catalogue says is learned as needs."""
    phrasing = "kvittra blått i trollskogen"
    taught = Gate.open(FakeEncoder(), tmp_path, [phrasing] * 20)

    assert taught.need(bag_of_words(phrasing)) > gate.need(bag_of_words(phrasing)) + 1


def test_no_encoder(tmp_path: Path) -> None:
    """Without an encoder no gate can be learned, and none is left half made."""
    encoder = FakeEncoder()
    encoder.available = False
    with pytest.raises(UnavailableError):
        Gate.open(encoder, tmp_path)

    assert [] == list(tmp_path.iterdir())
