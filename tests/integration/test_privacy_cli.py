"""`guiden privacy`, as a registrar runs it."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.speaking import settings
from knowledge.conversations import Conversations
from knowledge.errors import GuidenError
from knowledge.interest_tables import InterestRow
from knowledge.interests import Interests
from knowledge.people import Granted, People
from knowledge.retention import plan
from tests.integration.command import Guiden, outcome
from tests.interest_world import ANNA, CHALLENGE, OPERATOR, add_challenge, count, form, opened, register

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a registration that may go since long, and what its sender wrote in a conversation."""
    monkeypatch.setenv("GUIDEN_HOME", str(tmp_path))
    monkeypatch.setenv("GUIDEN_RETENTION_DAYS", "17")
    settings.cache_clear()
    with opened(f"sqlite:///{tmp_path / 'guiden.db'}") as database:
        database.upgrade()
        add_challenge(database)
        register(Interests(database), database, ANNA, form())
        with database.transaction() as session:
            session.execute(update(InterestRow).values(dispose_after=date(2020, 1, 1)))
        conversation = Conversations(database).find("web", "-", "anna", "sv").id
    rasa = create_engine(f"sqlite:///{tmp_path / 'rasa.db'}")
    with rasa.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, type_name TEXT, data TEXT)"))
        said = json.dumps({"timestamp": 1790000000, "text": "vi springer hela natten"})
        connection.execute(text("INSERT INTO events VALUES (1, :who, 'user', :said)"), {"who": conversation, "said": said})
    rasa.dispose()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def run(home: Path) -> Run:
    """Run `guiden privacy` with arguments in that home."""
    assert home.exists()
    return lambda *arguments: CliRunner().invoke(app, ["privacy", *arguments])


def done(result: Result) -> str:
    assert (None, 0) == (result.exception, result.exit_code), result.output
    return result.stdout


def refused(result: Result) -> str:
    assert isinstance(result.exception, GuidenError)
    return result.exception.key


def test_plan(run: Run) -> None:
    """The plan is printed as a table to take to a decision, with the conversations' days from the setting, and as JSON."""
    markdown = done(run("plan", "--markdown")).splitlines()
    rows = [json.loads(line) for line in done(run("plan", "--json")).splitlines()]

    assert [each.name for each in plan()] == [row["class"] for row in rows]
    assert (len(rows) + 2, {7}) == (len(markdown), {line.count("|") for line in markdown})
    assert ("17 dygn", "2 år") == (rows[0]["kept"], next(row["kept"] for row in rows if row["class"] == "interests"))
    assert len(rows) + 1 == len(done(run("plan")).splitlines())


@pytest.mark.parametrize(
    ("language", "expected"), [("sv", ("1 dygn", "30 dygn")), ("en", ("1 day", "30 days")), ("fi", ("1 päivä", "30 päivää"))]
)
def test_plan_in_each_language(run: Run, monkeypatch: pytest.MonkeyPatch, language: str, expected: tuple[str, str]) -> None:
    """One day is not said as if it were several."""
    monkeypatch.setenv("GUIDEN_LANGUAGE", language)
    kept = {row["class"]: row["kept"] for row in map(json.loads, done(run("plan", "--json")).splitlines())}

    assert expected == (kept["seen_events"], kept["drafts"])


def test_dispose(run: Run, home: Path) -> None:
    """What a dry run counts is destroyed on a decision, and the proof can be written to a file."""
    counted = json.loads(done(run("dry-run", "--class", "interests", "--json")))
    assert (1, "decision") == (counted["count"], counted["way"])
    assert "Gallring 1 är klar: 1 (interests)" in done(run("dispose", "--class", "interests", "--decision", "KS § 8"))
    done(run("proof", "1", "-o", str(home / "bevis.json")))

    assert ["interests/1"] == [each["record"] for each in json.loads((home / "bevis.json").read_text("utf-8"))["records"]]
    with opened(f"sqlite:///{home / 'guiden.db'}") as database:
        assert 0 == count(database, InterestRow)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["--class", "interests"], "decision_missing"),
        (["--decision", "KS § 8"], "record_class_missing"),
        (["--class", "entries", "--decision", "KS § 8"], "record_class_kept"),
        (["--class", "interests", "--decision", "KS § 8", "--before", "2099-01-01"], "disposal_too_early"),
        (["--class", "allt", "--decision", "KS § 8"], "no_such_record_class"),
    ],
)
def test_refused(run: Run, arguments: list[str], key: str) -> None:
    """Disposal without decision or kind, of what is kept, too early and of an unknown kind is refused."""
    assert key == refused(run("dispose", *arguments))


def test_export(run: Run) -> None:
    """The export holds the records, what the person wrote, and what cannot be erased; as JSON and to read."""
    whole = json.loads(done(run("export", ANNA.address)))
    readable = done(run("export", ANNA.address, "--format", "text"))

    assert (["vi springer hela natten"], [ANNA.address]) == ([each["text"] for each in whole["said"]], whole["people"])
    assert "interests" in whole["records"]
    assert [] == [part for part in ("vi springer hela natten", "anna@bolaget.se", whole["what_stays"]) if part not in readable]


def test_correct_and_hide(run: Run) -> None:
    """A correction names the registrations, and hiding says what stays; owners then see the word for hidden."""
    assert "Rättat i 20" in done(run("correct", "anna@bolaget.se", "--field", "phone", "--value", "060-12 34 56", "--why", "Ringde själv."))
    hidden = done(run("hide", "anna@bolaget.se", "--decision", "KS § 9"))
    shown = done(CliRunner().invoke(app, ["interest", "export", CHALLENGE]))

    assert ("gallringsbeslut" in hidden, True, False) == (True, "[dold enligt beslut]" in shown, "060123456" in shown)


def test_hidden_person_has_a_role(run: Run, home: Path) -> None:
    """In the list of roles a hidden person's is shown without a name, to people and to programs."""
    with opened(f"sqlite:///{home / 'guiden.db'}") as database:
        People(database).grant(OPERATOR, Granted(ANNA, "reviewer"))
    done(run("hide", ANNA.address, "--decision", "KS § 9"))
    listed = [done(CliRunner().invoke(app, ["role", "list", "reviewer", *form])) for form in ([], ["--json"])]

    assert "[dold enligt beslut]  reviewer  everything \n" == listed[0]
    assert "[dold enligt beslut]" == json.loads(listed[1])["person"]


def test_exit_codes(home: Path) -> None:
    """A refusal is one line on standard error and exit code 1."""
    ran = Guiden(home)("privacy", "dispose", "--class", "interests")

    assert (1, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines())), outcome(ran)
