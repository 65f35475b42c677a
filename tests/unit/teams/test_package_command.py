"""`guiden teams package`, in process."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.speaking import settings
from knowledge.errors import SettingsError

PRIVACY = "https://www.kommunen.example/personuppgifter"
CLIENT = "8f3c2e1a-0b4d-4c5e-9f60-718293a4b5c6"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the command in a folder of its own, with the settings of a guide in Teams."""
    given = {
        "TEAMS_CLIENT_ID": CLIENT,
        "TEAMS_CLIENT_SECRET": "hemlig",
        "TEAMS_TENANT": CLIENT,
        "PUBLIC_URL": "https://guiden.kommunen.example",
    }
    for name, value in {**given, "HOME": str(tmp_path), "ORGANISATION": "Kommunen", "LANGUAGE": "sv"}.items():
        monkeypatch.setenv(f"GUIDEN_{name}", value)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, ["teams", "package", *arguments])
    settings.cache_clear()


def test_from_the_settings(run: Run) -> None:
    """With nothing but the page on personal data it packs what the settings say, and tells where, how big and what to do next."""
    ran = run("--privacy", PRIVACY)

    size = Path("guiden-teams.zip").stat().st_size
    whole = _manifest(Path("guiden-teams.zip"))
    pages = {"name": "Kommunen", "websiteUrl": "https://www.kommunen.example", "privacyUrl": PRIVACY, "termsOfUseUrl": PRIVACY}
    told = f"guiden-teams.zip är klar ({size / 1000:.0f} kB, version {whole['version']}). "
    assert (0, True) == (ran.exit_code, ran.stdout.startswith(told))
    assert (pages, CLIENT) == (whole["developer"], whole["bots"][0]["botId"])


def test_from_the_options(run: Run) -> None:
    """What is given on the line goes before the settings."""
    other = "00000000-0000-4000-8000-000000000000"
    pages = ("--website", "https://a.example", "--terms", "https://a.example/villkor")

    run(
        "--privacy",
        PRIVACY,
        *pages,
        "--client-id",
        other,
        "--address",
        "https://b.example",
        "--organisation",
        "B",
        "--version",
        "2.0.1",
        "-o",
        "b.zip",
    )

    whole = _manifest(Path("b.zip"))
    expected = {"name": "B", "websiteUrl": "https://a.example", "privacyUrl": PRIVACY, "termsOfUseUrl": "https://a.example/villkor"}
    assert (expected, other, ["b.example"], "2.0.1") == (
        whole["developer"],
        whole["bots"][0]["botId"],
        whole["validDomains"],
        whole["version"],
    )


def test_refused(run: Run) -> None:
    """What cannot be a package leaves no file."""
    ran = run("--privacy", PRIVACY, "--address", "http://localhost")

    assert (SettingsError, False) == (type(ran.exception), Path("guiden-teams.zip").exists())


def _manifest(path: Path) -> Any:
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("manifest.json"))
