"""`guiden gaps`, `report`, `links` and the checks of content, as an administrator runs them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.operating import operator
from bot.cli.speaking import settings
from knowledge.catalogue import Catalogue
from knowledge.contributions import Contributions
from knowledge.database import Database
from knowledge.errors import GuidenError
from knowledge.gaps import Gaps
from knowledge.link_checks import LinkChecks, Outcome
from knowledge.people import Person
from knowledge.reports import Reports
from tests.fakes import FakeEncoder
from tests.integration.conftest import stored
from tests.interest_world import ANNA, Clock

OFTEN = "finns det robotar som klipper gräs"


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder where three people asked the same thing, and one asked something else."""
    monkeypatch.setenv("GUIDEN_HOME", str(own_home))
    monkeypatch.setattr("index.encoder.E5Encoder", lambda *_: FakeEncoder())
    settings.cache_clear()
    database = stored(own_home)
    gaps = Gaps(database)
    for number in range(3):
        gaps.add(Person("web", "-", f"p{number}"), OFTEN, "none", "miljo-tillsyn" if number else None, "sv")
    gaps.add(ANNA, "kan vi få en egen raket", "not_useful", None, "sv")
    database.close()
    yield own_home
    settings.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def lines(*arguments: str) -> list[dict[str, object]]:
    ran = run(*arguments)
    assert 0 == ran.exit_code, (ran.output, ran.exception)
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.usefixtures("home")
def test_list() -> None:
    """Questions that mean the same are one group with its askers and areas; what one person asked is only counted."""
    group, hidden = lines("gaps", "list", "--json")

    assert (OFTEN, 3, [1, 2, 3], {"none": 3}) == (group["question"], group["askers"], group["gaps"], group["causes"])
    assert {"hidden_groups": 1, "hidden_questions": 1} == hidden
    assert "raket" not in run("gaps", "list").stdout


@pytest.mark.usefixtures("home")
def test_areas() -> None:
    """Areas with few askers are not shown."""
    ran = run("gaps", "areas")

    assert (0, True, False) == (ran.exit_code, "4 frågor" in ran.stdout, "p1" in ran.stdout)


def test_draft(home: Path) -> None:
    """A group becomes a draft challenge by the operator, and is listed no longer."""
    number = str(lines("gaps", "list", "--json")[0]["number"])
    assert 0 == run("gaps", "draft", number).exit_code
    database = stored(home)
    drafts = [each for each in (Contributions(database).in_progress(operator()),) if each]
    database.close()

    assert [(OFTEN, "challenge")] == [(each.fields["today"], each.kind) for each in drafts]
    assert [{"hidden_groups": 1, "hidden_questions": 1}] == lines("gaps", "list", "--json")


@pytest.mark.usefixtures("home")
def test_hidden_group_makes_no_draft() -> None:
    """What may not be shown cannot be drafted either."""
    ran = run("gaps", "draft", "4")

    assert (1, "no_such_gap_group") == (ran.exit_code, getattr(ran.exception, "key", ""))
    assert isinstance(ran.exception, GuidenError)


def test_report(home: Path) -> None:
    """A report is listed with its number, and no longer once it is answered."""
    database = stored(home)
    entry = _some_entry(database)
    number = Reports(database).report(ANNA, entry, "Siffran är fel.")
    database.close()

    assert [(number, entry)] == [(each["report"], each["entry"]) for each in lines("report", "list", "--json")]
    assert 0 == run("report", "answer", str(number), "Rättat.", "--changed").exit_code
    assert [] == lines("report", "list", "--json")


def test_links_report(home: Path) -> None:
    """A page that could not be opened is listed in words, with the entries that rest on it."""
    database = stored(home)
    clock = Clock()
    url = LinkChecks(database).due(30)[0]
    for _ in range(3):
        LinkChecks(database, clock).record([Outcome(url, None, "timeout")])
        clock.move(days=1)
    database.close()
    (found,) = lines("links", "report", "--json")

    assert (url, "broken", 3) == (found["url"], found["state"], found["failures"])
    assert "svarade inte i tid" in run("links", "report").stdout


def test_content_checked(home: Path) -> None:
    """An entry that was checked gets its dates, and what is due can be listed."""
    database = stored(home)
    entry = _some_entry(database)
    database.close()

    assert 0 == run("content", "checked", entry, "--next", "2099-01-31").exit_code
    assert entry not in [each["entry"] for each in lines("content", "due", "--json")]


def _some_entry(database: Database) -> str:
    return Catalogue(database).visible()[0].entry.id
