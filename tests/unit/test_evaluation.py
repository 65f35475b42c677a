"""Measuring the search on questions with known answers."""

import json
import math
from pathlib import Path

import pytest

from index.evaluation import Question, Row, _ndcg, _rows, legs, read_questions
from index.passages import Passage
from index.search import Found, Hit
from knowledge.errors import ContentError

WHY = Passage("a", "title", "sv", "Nycklar")


def _question(text: str, *answers: str, style: str = "everyday") -> Question:
    return Question(text, "sv", style, frozenset(answers))


def _found(*ids: str, band: str = "match") -> Found:
    return Found("none" if band == "none" else "match", [Hit(each, "challenge", 1.0, WHY) for each in ids])


def _measure(*pairs: tuple[Question, Found]) -> list[Row]:
    answers = {question.text: found for question, found in pairs}
    return _rows([question for question, _ in pairs], lambda question: answers[question.text])


def test_row() -> None:
    """Shares of questions answered first and among the first three, the mean of inverse ranks, nDCG and refusals are told."""
    rows = _measure(
        (_question("first", "a"), _found("a", "x", "y")),
        (_question("third", "a"), _found("x", "y", "a")),
        (_question("fourth", "a"), _found("x", "y", "z", "a")),
        (_question("refused", "a"), _found(band="none")),
    )
    ndcg = (1 + 1 / math.log2(4) + 1 / math.log2(5)) / 4

    assert {"all", "sv everyday"} == {row.group for row in rows}
    assert (4, 0.25, 0.5, (1 + 1 / 3 + 1 / 4) / 4, 0.25) == (
        rows[0].questions,
        rows[0].hit_at_1,
        rows[0].hit_at_3,
        pytest.approx(rows[0].mrr),
        rows[0].refused,
    )
    assert ndcg == pytest.approx(rows[0].ndcg)


def test_answered_by_a_solution_beside() -> None:
    """A challenge answers when one of the three solutions shown with it does, and not when only a fourth does."""
    shown = Found("match", [Hit("a", "challenge", 1.0, WHY, ("x", "y", "z", "hidden"))])
    rows = _measure((_question("shown", "z"), shown), (_question("hidden", "hidden"), shown))

    assert 0.5 == rows[0].hit_at_1


def test_each_group_has_a_row() -> None:
    """Questions are told apart by language and style, and all of them together have a row of their own."""
    rows = _measure(
        (_question("one", "a"), _found("a")),
        (_question("two", "a", style="oblique"), _found("x")),
        (_question("three"), _found("x")),
    )

    assert [("all", 2, 0.5), ("sv everyday", 1, 1.0), ("sv oblique", 1, 0.0)] == [(r.group, r.questions, r.hit_at_1) for r in rows]


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ([], 0.0),
        ([False, False], 0.0),
        ([True], 1.0),
        ([True, True, False], 1.0),
        ([False, True], 1 / math.log2(3)),
        ([True, False, True], (1 + 0.5) / (1 + 1 / math.log2(3))),
    ],
)
def test_ndcg(right: list[bool], expected: float) -> None:
    """A right hit counts less the lower it stands, compared with the same hits in the best order."""
    assert expected == pytest.approx(_ndcg(right))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ingen svarar i växeln", "tuning"),
        ("nycklar försvinner", "reporting"),
        ("vi slänger mat", "reporting"),
    ],
)
def test_part_follows_from_the_text(text: str, part: str) -> None:
    """Whether a question may be tuned on is fixed by its text, whatever else is known of it."""
    parts = {
        Question(text, language, style, answers).part
        for language, style, answers in (("sv", "x", frozenset("a")), ("en", "y", frozenset[str]()))
    }

    assert {part} == parts


def test_questions_of_one_part(tmp_path: Path) -> None:
    """The two parts together are all questions, and none is in both."""
    file = tmp_path / "questions.jsonl"
    rows = [{"text": f"fråga {number}", "language": "sv", "style": "everyday", "answers": ["a"]} for number in range(40)]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    tuning, reporting = read_questions(file, "tuning"), read_questions(file, "reporting")

    assert set(read_questions(file)) == {*tuning, *reporting}
    assert (40, True, True) == (len(tuning) + len(reporting), bool(tuning), bool(reporting))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "",
        "[]",
        '{"text": "x", "language": "sv", "style": "everyday"}',
        '{"text": "x", "language": "sv", "style": "everyday", "answers": null}',
        '{"text": "x", "language": "sv", "style": "everyday", "answers": "abc"}',
        '{"text": 1, "language": "sv", "style": "everyday", "answers": []}',
    ],
)
def test_broken_line(tmp_path: Path, line: str) -> None:
    """A line that is no question is named with its file and number."""
    file = tmp_path / "questions.jsonl"
    good = json.dumps({"text": "x", "language": "sv", "style": "everyday", "answers": []})
    file.write_text(f"{good}\n{line}\n{good}\n", "utf-8")
    with pytest.raises(ContentError) as caught:
        read_questions(file)

    assert ("questions_line", file, 2) == (caught.value.key, caught.value.details["path"], caught.value.details["line"])


def test_the_serving_search_is_compared_first() -> None:
    """The search that serves stands first among those it is compared with."""
    assert "fused" == next(iter(legs()))
