"""The leg of the search that looks at words."""

from pathlib import Path

import numpy as np
import pytest

from index.lexical import LexicalIndex, terms

DOCUMENTS = [
    "Hemtjänstens nycklar försvinner",
    "Vattenavläsningen görs för hand",
    "Äldre blir ensamma på kvällarna",
    "Skolmaten slängs varje fredag",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    """An index of four documents."""
    return LexicalIndex.build(DOCUMENTS)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("nyckeln", 0),
        ("hemtjänst", 0),
        ("NYCKLARNA!", 0),
        ("avläsning", 1),
        ("vattnet", 1),
        ("aldre ensam", 2),
        ("ÄLDRE", 2),
        ("matsvinn i skolan", 3),
    ],
)
def test_best_document(index: LexicalIndex, question: str, best: int) -> None:
    """A document is found by another form of its word, by a part of a compound, in capitals and without diacritics."""
    scores = index.scores(question)

    assert best == int(scores.argmax())
    assert scores[best] > 0


@pytest.mark.parametrize("question", ["zzz", "", "?!", "\U0001f642"])
def test_no_known_word(index: LexicalIndex, question: str) -> None:
    """A question without any word that the documents have scores nothing anywhere."""
    assert [0.0] * len(DOCUMENTS) == index.scores(question).tolist()


def test_unknown_words_do_not_count(index: LexicalIndex) -> None:
    """A word that no document has changes no score."""
    assert index.scores("nyckel").tolist() == index.scores("nyckel qqqqq").tolist()


def test_documents_without_the_word_score_zero(index: LexicalIndex) -> None:
    """A document that shares no word and no piece of a word with the question scores zero."""
    assert [1] == np.flatnonzero(index.scores("vattenavläsning")).tolist()


def test_long_question_is_cut(index: LexicalIndex) -> None:
    """What stands after the first 400 characters of a question is not looked at."""
    assert index.scores("nyckel ").tolist() == index.scores("nyckel".ljust(400) + " skolmat").tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nycklar", ["nyckl", "#nyck", "#yckl"]),
        ("Barn", ["barn"]),
        ("två ål", ["tva", "al"]),
        ("GPS-spår", ["gps", "spar"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    """A word gives its stem without diacritics, and the pieces of four letters of a stem that is longer."""
    assert expected == terms(text)


def test_kept_on_disk(index: LexicalIndex, tmp_path: Path) -> None:
    """An index that was saved and read gives the same scores."""
    index.save(tmp_path / "words")
    read = LexicalIndex.load(tmp_path / "words")

    for question in ("nyckel i vattnet", "zzz"):
        assert index.scores(question).tolist() == read.scores(question).tolist()
