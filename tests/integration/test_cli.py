"""The command line as other programs and administrators meet it: a process of its own, with the encoder that serves."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from knowledge.database import Database
from tests.integration.command import Guiden, outcome
from tests.integration.conftest import CATALOGUE

HEAVY = {"torch", "faiss", "sqlalchemy", "aiohttp", "sentence_transformers", "transformers", "numpy", "sklearn", "pydantic"}

HIT = {"id", "kind", "title", "area", "band", "score", "why", "sources", "solutions"}
QUESTIONS = [
    "nycklarna kommer bort och personalen åker omvägar",
    "",
    "hej hej",
    "the kitchen never knows how many pupils will turn up",
    "jag orkar inte leva längre",
    "\U0001f642",
    "   ",
    "   keittiö ei tiedä montako oppilasta tulee syömään",
]


@pytest.fixture(scope="session")
def read_only(indexed_home: Path) -> Guiden:
    """The command line on the frozen catalogue, indexed; for commands that change nothing."""
    return Guiden(indexed_home)


@pytest.fixture
def guiden(tmp_path: Path) -> Guiden:
    """The command line on a home folder that is not there yet."""
    return Guiden(tmp_path / "home")


@pytest.fixture(scope="session")
def lines(read_only: Guiden) -> list[str]:
    """What `search --stdin` writes for the questions."""
    ran = read_only("search", "--json", "--stdin", stdin="\n".join(QUESTIONS))
    assert (0, "") == (ran.returncode, ran.stderr)
    return ran.stdout.splitlines()


@pytest.fixture(scope="session")
def answers(lines: list[str]) -> list[dict[str, Any]]:
    """The same, read."""
    return [json.loads(line) for line in lines]


def test_help() -> None:
    """The help lists every command and needs none of the heavy libraries."""
    code = f"""
import sys
from bot.cli import main
sys.argv = ["guiden", "--help"]
try:
    main()
finally:
    print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)
"""
    ran = Guiden(Path("var")).run([sys.executable, "-c", code])

    assert (0, "[]") == (ran.returncode, ran.stderr.strip())
    for command in ("chat", "serve", "search", "reindex", "doctor", "index", "content", "interest", "challenge", "role", "outbox", "db"):
        assert f"│ {command} " in ran.stdout


def test_one_line_a_question(answers: list[dict[str, Any]]) -> None:
    """Each line of input gives one JSON object, in order, with the question as it was written."""
    assert QUESTIONS == [answer["query"] for answer in answers]


def test_bands(answers: list[dict[str, Any]]) -> None:
    """Needs are answered in every language; empty lines, small talk and statements of distress get no hits."""
    answered = [answer["band"] in ("match", "related") for answer in answers]

    assert [True, False, False, True, False, False, False, True] == answered
    assert [("none", [], None)] * 5 == [
        (each["band"], each["hits"], each["area"]) for each, found in zip(answers, answered, strict=True) if not found
    ]
    assert ["nycklar-i-hemtjansten", "skolmat-slangs", "skolmat-slangs"] == [each["hits"][0]["id"] for each in answers if each["hits"]]


def test_contract(answers: list[dict[str, Any]], read_only: Guiden) -> None:
    """The fields of an answer, of its hits and of their solutions are those that other programs rely on."""
    answer = answers[0]
    stored = read_only.entries()

    assert ({"query", "band", "area", "hits"}, "aldreomsorg") == (answer.keys(), answer["area"])
    for hit in answer["hits"]:
        entry = stored[hit["id"]]
        assert (HIT, "challenge", answer["band"], True) == (hit.keys(), hit["kind"], hit["band"], isinstance(hit["score"], float))
        assert (entry["title"], entry["area"], [each["url"] for each in entry["sources"]]) == (hit["title"], hit["area"], hit["sources"])
        assert len(hit["solutions"]) <= 3
        for solution in hit["solutions"]:
            entry = stored[solution["id"]]
            assert {"id": entry["id"], "title": entry["title"], "sources": [each["url"] for each in entry["sources"]]} == solution
    assert answer["hits"][0]["solutions"]
    assert answer["hits"][0]["why"]


def test_letters_as_they_are(lines: list[str]) -> None:
    """The JSON is written in UTF-8 with its letters as they are."""
    assert QUESTIONS[0] in lines[0]


def test_search_options(read_only: Guiden) -> None:
    """Solutions can be asked for, and no more than wanted, with the JSON of a single question on one line."""
    ran = read_only("search", "--json", "--limit", "2", "--kind", "solution", "--area", "skola", QUESTIONS[3])
    answer = json.loads(ran.stdout)

    assert (0, "", 1, 2) == (ran.returncode, ran.stderr, ran.stdout.count("\n"), len(answer["hits"]))
    assert {("solution", ())} == {(hit["kind"], tuple(hit["solutions"])) for hit in answer["hits"]}


def test_search_for_people(read_only: Guiden) -> None:
    """Without --json the hits are written for people, in the language asked for, and bytes that are no text do no harm."""
    ran = read_only("search", "--lang", "en", QUESTIONS[3])

    assert (0, "") == (ran.returncode, ran.stderr)
    assert "1. School kitchens cook too much because nobody knows how many pupils will eat" in ran.stdout
    assert "https://innovation.helsingborg.se/" in ran.stdout


def test_input_that_is_no_text(read_only: Guiden) -> None:
    """A line that is not UTF-8 is answered like any other."""
    ran = read_only("search", "--stdin", stdin=b"\xff\xfe\n\xe5\n")

    assert (0, 2, "") == (ran.returncode, len(ran.stdout.splitlines()), ran.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["search"], 2, "QUESTION"),
        (["search", "--kind", "idea", "nycklar"], 2, "--kind"),
        (["search", "--limit", "0", "nycklar"], 2, "--limit"),
        (["search", "--limit", "många", "nycklar"], 2, "--limit"),
        (["search", "--lang", "de", "nycklar"], 2, "--lang"),
        (["search", "--nope", "nycklar"], 2, "--nope"),
        (["search", "--area", "rymden", "nycklar"], 1, "rymden"),
        (["search", "nycklar"], 1, "guiden reindex"),
        (["nope"], 2, "nope"),
        (["content", "import"], 2, "path"),
        (["content", "import", "/no/such/folder"], 1, "/no/such/folder"),
        (["content", "check", "/no/such/folder"], 1, "/no/such/folder"),
        (["content", "export", "pyproject.toml"], 2, "pyproject.toml"),
        (["index", "evaluate", "/no/such/file"], 2, "/no/such/file"),
        (["reindex"], 1, "guiden content import"),
    ],
)
def test_refused(guiden: Guiden, arguments: list[str], code: int, named: str) -> None:
    """A command that is called wrongly exits 2, one that is refused exits 1; both say why in one line on standard error."""
    ran = guiden(*arguments)

    assert (code, "", 1) == (ran.returncode, ran.stdout, ran.stderr.count("\n")), outcome(ran)
    assert named in ran.stderr


def test_setting_that_cannot_be_used(guiden: Guiden) -> None:
    """A setting with a value that cannot be used is named with its value, in one line."""
    ran = guiden("index", "status", GUIDEN_PORT="http")

    assert (1, "", 1) == (ran.returncode, ran.stdout, ran.stderr.count("\n"))
    assert "GUIDEN_PORT" in ran.stderr
    assert "http" in ran.stderr


@pytest.mark.parametrize("command", ["search nycklar", "index status", "reindex", "content export x", "db upgrade"])
def test_file_in_place_of_the_home(guiden: Guiden, command: str) -> None:
    """A file where the home folder should be is told in one line that names it and the setting."""
    guiden.home.touch()
    ran = guiden(*command.split())

    assert (1, "", 1) == (ran.returncode, ran.stdout, ran.stderr.count("\n")), outcome(ran)
    assert str(guiden.home) in ran.stderr
    assert "GUIDEN_HOME" in ran.stderr


def test_status_without_an_index(guiden: Guiden) -> None:
    """Without an index its status is that there is none, and what to run."""
    plain, as_json = guiden("index", "status"), guiden("index", "status", "--json")

    assert (1, True) == (plain.returncode, "guiden reindex" in plain.stdout)
    assert (1, {"generation": None}) == (as_json.returncode, json.loads(as_json.stdout))


def test_status(read_only: Guiden) -> None:
    """The status tells the generation, its model and size, and that nothing has changed since."""
    ran = read_only("index", "status", "--json")
    status = json.loads(ran.stdout)
    entries = len(list(CATALOGUE.glob("*/*.yml")))

    assert (0, "e5-small-1571fc98", entries) == (ran.returncode, status["model"], status["entries"])
    assert (False, [], None) == (status["drifted"], status["older"], status["reindexing"])
    assert (read_only.home / "index" / status["generation"]).is_dir()


def test_evaluate(read_only: Guiden, tmp_path: Path) -> None:
    """Questions with known answers are measured, beside plainer searches in the same run."""
    file = tmp_path / "questions.jsonl"
    asked = {QUESTIONS[0]: ["nycklar-i-hemtjansten"], QUESTIONS[2]: []}
    rows = [{"text": text, "language": "sv", "style": "x", "answers": right} for text, right in asked.items()]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    measured = json.loads(read_only("index", "evaluate", "--json", "--part", "all", str(file)).stdout)

    assert [("all", 1, 1.0), ("sv x", 1, 1.0)] == [(row["group"], row["questions"], row["hit_at_1"]) for row in measured["answerable"]]
    assert [("all", 0.0, 0.0), ("x", 0.0, 0.0)] == [(row["group"], row["match"], row["related"]) for row in measured["unanswerable"]]
    assert {"fused", "dense", "bm25"} <= measured["searches"].keys()


def test_doctor(read_only: Guiden) -> None:
    """When every part can be used, each is told on a line."""
    ran = read_only("doctor", GUIDEN_RASA_URL="http://127.0.0.1:9")

    assert (0, ["GUIDEN_HOME: ok", "database: ok", "model: ok", "index: ok", "rasa: ok"]) == (ran.returncode, ran.stdout.splitlines()[:-1])
    assert f"mail: ok: Ingen mejlserver är vald (GUIDEN_SMTP_HOST); meddelanden skrivs som .eml i {read_only.home / 'outbox'}" in ran.stdout


def test_doctor_finds_what_is_missing(guiden: Guiden) -> None:
    """Each part that cannot be used is told on its line with what to do, and the others are still checked."""
    mail = {"GUIDEN_SMTP_HOST": "127.0.0.1", "GUIDEN_SMTP_PORT": "9", "GUIDEN_MAIL_FROM": "guiden@kommunen.se"}
    ran = guiden("doctor", GUIDEN_MODEL=str(ROOT / "docs"), GUIDEN_RASA_PYTHON="/no/python", **mail)
    told = dict(line.split(": ", 1) for line in ran.stdout.splitlines())

    assert (1, "ok", "ok") == (ran.returncode, told["GUIDEN_HOME"], told["database"])
    assert ["fel"] * 4 == [told[name].split(":")[0] for name in ("model", "index", "rasa", "mail")]
    assert (True, True, True) == ("guiden reindex" in told["index"], "/no/python" in told["rasa"], "127.0.0.1:9" in told["mail"])


def test_database_upgrade(guiden: Guiden) -> None:
    """The database is made where there was none, and a second time changes nothing."""
    assert [0, 0] == [guiden("db", "upgrade").returncode for _ in range(2)]
    Database(f"sqlite:///{guiden.home / 'guiden.db'}").ping()
