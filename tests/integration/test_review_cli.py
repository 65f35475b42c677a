"""`guiden review`: a reviewer reads, edits and decides on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.speaking import settings
from bot.texts import sentences
from knowledge.catalogue import Catalogue
from knowledge.contributions import Contribution, Contributions
from knowledge.database import Database
from knowledge.errors import GuidenError
from knowledge.people import Person
from knowledge.review import Review
from tests.contribution_world import AUTHOR, CHALLENGE, SOLUTION, sent
from tests.fakes import FakeEncoder
from tests.integration.command import Guiden
from tests.integration.conftest import KEYS
from tests.interest_world import opened

NEXT = "2999-01-31"
ANOTHER = Person("cli", "-", "en-annan")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of a home folder that commands use, without an index."""
    for name, value in {"GUIDEN_HOME": str(tmp_path / "home"), "GUIDEN_LANGUAGE": "sv", "USER": "drift"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GUIDEN_DATABASE_URL", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    settings.cache_clear()
    database = Database(f"sqlite:///{tmp_path / 'home' / 'guiden.db'}")
    database.upgrade()
    yield database
    database.close()
    settings.cache_clear()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["review", *map(str, arguments)])


def done(*arguments: object) -> str:
    """Return what a command wrote that did what it was asked."""
    ran = run(*arguments)
    assert (0, None) == (ran.exit_code, ran.exception), ran.output
    return ran.stdout


def refused(*arguments: object) -> str:
    """Return the key of the error that a command was refused with; `main` writes its sentence and exits with 1."""
    ran = run(*arguments)
    assert isinstance(ran.exception, GuidenError), ran.output
    return ran.exception.key


def wrong(*arguments: object) -> int:
    return run(*arguments).exit_code


def now_of(database: Database) -> Contribution:
    return Contributions(database).of(AUTHOR)[0]


def test_list(database: Database) -> None:
    """What waits is listed, the oldest first, for people and for programs; an empty queue says that it is empty."""
    assert "Inget väntar på granskning.\n" == done("list")
    first, second = sent(database), sent(database, SOLUTION, area=None, organisation="")

    assert [str(first.id), str(second.id)] == [line.split()[0] for line in done("list").splitlines()]
    rows = [json.loads(line) for line in done("list", "--json").splitlines()]
    assert [(first.id, "challenge", CHALLENGE["title"]), (second.id, "solution", SOLUTION["title"])] == [
        (row["id"], row["kind"], row["title"]) for row in rows
    ]


def test_show(database: Database) -> None:
    """A contribution is shown with its answers, the entry it makes, what speaks against it, and what has happened to it."""
    contribution = sent(database)
    Review(database).edit(ANOTHER, contribution.id, contribution.revision, {"goal": "Det är varmt inne."})
    shown = done("show", contribution.id)

    for told in (
        f"Bidrag {contribution.id}: utmaning, väntar på granskning. Version {contribution.revision + 1}.",
        f"  Hur ofta: {CHALLENGE['often']}",
        "  Målet: Det är varmt inne.",
        "  Källa: Berättat i guiden av Timrå kommun",
        "  phrasings.fi: har 0 fraser, ska ha minst 2",
        "Det går inte att jämföra med katalogen nu. Det finns inget sökindex. Kör: guiden reindex",
        "den som har bidragit skickade in",
        "en granskare redigerade: målet",
    ):
        assert told in shown
    assert [] == [name for name in ("UAUTHOR", "en-annan") if name in shown + done("show", contribution.id, "--json")]


def test_show_what_it_is_like(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contribution is shown with the challenges of the catalogue that it is most like."""
    monkeypatch.setenv("GUIDEN_HOME", str(own_home))
    monkeypatch.setattr("index.encoder.E5Encoder", lambda *_: FakeEncoder())
    settings.cache_clear()
    with opened(f"sqlite:///{own_home / 'guiden.db'}") as database:
        shown = done("show", sent(database, {**CHALLENGE, "today": KEYS, "title": ""}).id)
    settings.cache_clear()

    assert "  nycklar-i-hemtjansten: " in shown
    assert any(f"{sentences('sv')[f'review.likeness.{verdict}']}\n" in shown for verdict in ("same", "similar"))


def test_show_what_is_not_whole(database: Database) -> None:
    """An entry that lacks something is shown field by field, with what is missing by its name."""
    shown = done("show", sent(database, {"what": SOLUTION["what"]}, area=None, organisation="").id)

    assert "Saknas: område (area), organisation (organisation), utmaningar som det svarar på (challenges)" in shown
    assert f"  vad som har gjorts: {SOLUTION['what']}" in shown


def test_show_json(database: Database) -> None:
    """A program gets everything: the answers, the entry, what is missing, and the history."""
    contribution = sent(database)
    shown: dict[str, Any] = json.loads(done("show", contribution.id, "--json"))

    assert (CHALLENGE, [], [], False) == tuple(shown[name] for name in ("fields", "missing", "faults", "is_own"))
    assert ([("sent", "author")], CHALLENGE["who"]) == ([(s["step"], s["by"]) for s in shown["steps"]], shown["entry"]["who"])


def test_own_contribution(database: Database) -> None:
    """Whoever runs the command is told that a contribution is their own, and cannot decide on it."""
    contribution = sent(database, person=Person("terminal", "-", "drift"))

    assert "Det här är ditt eget bidrag." in done("show", contribution.id)
    assert "own_contribution" == refused("approve", contribution.id, "--next-update", NEXT)


def test_approve(database: Database) -> None:
    """A challenge is published with the date of its next update, and not without."""
    contribution = sent(database)
    assert "next_update_by_missing" == refused("approve", contribution.id)
    told = done("approve", contribution.id, "--next-update", NEXT)

    entry = now_of(database).entry_id or ""
    assert f"Bidrag {contribution.id} är publicerat som {entry}." in told
    assert CHALLENGE["title"] == Catalogue(database).challenge(entry).entry.title
    assert "publicerat. Version" in done("show", contribution.id)


@pytest.mark.parametrize(("command", "state"), [("return", "returned"), ("reject", "rejected")])
def test_turn_down(database: Database, command: str, state: str) -> None:
    """A contribution is returned or rejected with words to its author, and not without."""
    contribution = sent(database)
    assert "review_reason_missing" == refused(command, contribution.id, " ")
    done(command, contribution.id, "Hur ofta händer det?")

    assert (state, "Hur ofta händer det?") == ((mine := now_of(database)).state, mine.steps[-1].comment)


@pytest.mark.parametrize(
    "command",
    [("approve", "--next-update", NEXT), ("return", "Skriv mer."), ("reject", "Finns redan."), ("edit", "--set", "goal=Det är varmt.")],
)
def test_revision(database: Database, command: tuple[str, ...]) -> None:
    """A decision on the version that was read is refused when it has changed since."""
    contribution = sent(database)
    Review(database).edit(ANOTHER, contribution.id, contribution.revision, {"goal": "Det är svalt."})

    assert "overtaken" == refused(command[0], contribution.id, *command[1:], "--revision", contribution.revision)
    done(command[0], contribution.id, *command[1:], "--revision", contribution.revision + 1)


def test_edit_fields(database: Database) -> None:
    """Fields are changed one by one; several words stand with commas between, and nothing empties a field."""
    contribution = sent(database, {**SOLUTION, "challenge": ""})
    done("edit", contribution.id, "--set", "keywords=kyla, givare,larm", "--set", "title=Givare larmar = mindre kyla", "--set", "cost=")
    entry = Review(database).show(ANOTHER, contribution.id).entry

    assert (["kyla", "givare", "larm"], "Givare larmar = mindre kyla", None) == (entry["keywords"], entry["title"], entry["cost"])


def test_edit_file(database: Database, tmp_path: Path) -> None:
    """An entry is written as a file, changed there, and read back: what was changed is changed, and --set goes before."""
    contribution, file = sent(database), tmp_path / "post.yml"
    body = yaml.safe_load(done("show", contribution.id, "--yaml"))
    file.write_text(yaml.safe_dump({**body, "goal": "Det är varmt.", "who": "Alla som bor där.", "published": "2020-01-01"}), "utf-8")
    told = done("edit", contribution.id, "--file", file, "--set", "who=Alla i huset.")

    assert f"Det är nu version {contribution.revision + 1}." in told
    entry = Review(database).show(ANOTHER, contribution.id).entry
    assert {**body, "goal": "Det är varmt.", "who": "Alla i huset."} == entry


@pytest.mark.parametrize("text", ["- bara\n- en lista\n", "title: [oavslutad\n", b"\xff\xfe"])
def test_file_that_is_no_entry(database: Database, tmp_path: Path, text: str | bytes) -> None:
    """A file that holds no fields is a wrong call, and nothing is changed."""
    contribution, file = sent(database), tmp_path / "post.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert (2, contribution) == (wrong("edit", contribution.id, "--file", file), now_of(database))


@pytest.mark.parametrize("arguments", [(), ("--set", "title"), ("--file", "/finns/inte.yml")])
def test_wrong_edit(database: Database, arguments: tuple[str, ...]) -> None:
    """An edit that changes nothing, sets nothing or names no file is a wrong call."""
    assert 2 == wrong("edit", sent(database).id, *arguments)


def test_unknown_number(database: Database) -> None:
    """A contribution that does not exist is refused by every command."""
    assert database.url.database
    for command in (("show",), ("approve",), ("return", "x"), ("reject", "x"), ("edit", "--set", "goal=Det är varmt.")):
        assert "no_such_contribution" == refused(command[0], 4711, *command[1:])


def test_as_a_process(database: Database, tmp_path: Path) -> None:
    """A refusal is one line on standard error that says in what role somebody was first, and exit code 1."""
    contribution = sent(database)
    Review(database).reject(ANOTHER, contribution.id, contribution.revision, "Finns redan.")
    ran = Guiden(tmp_path / "home")("review", "approve", str(contribution.id), "--revision", str(contribution.revision))

    assert (1, "", 1) == (ran.returncode, ran.stdout, ran.stderr.count("\n"))
    assert f"Bidrag {contribution.id} har ändrats sedan du läste det. En annan granskare hann före" in ran.stderr
