"""Settings of Teams that cannot work, or that would let anybody in, are refused in one line, without repeating a secret."""

import os

import pytest

from bot.settings import load_settings
from knowledge.errors import SettingsError

APP = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
WHOLE = {"CLIENT_ID": APP, "CLIENT_SECRET": "hemlis", "TENANT": TENANT}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GUIDEN_")]:
        monkeypatch.delenv(name)


def use(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"GUIDEN_TEAMS_{name}", value)


@pytest.mark.parametrize(
    ("given", "blamed"),
    [
        ({"CLIENT_ID": APP}, "TENANT"),
        ({"CLIENT_ID": APP, "TENANT": TENANT}, "CLIENT_SECRET"),
        ({"CLIENT_SECRET": "hemlis"}, "CLIENT_SECRET"),
        ({"TENANT": TENANT}, "TENANT"),
        ({**WHOLE, "TENANT": "kommunen.example"}, "TENANT"),
        ({**WHOLE, "TENANT": f"{TENANT},{APP}"}, "TENANT"),
        ({**WHOLE, "CLIENT_ID": "guiden"}, "CLIENT_ID"),
        ({**WHOLE, "TENANTS": f"{TENANT}, kommunen.example"}, "TENANTS"),
        ({**WHOLE, "DEVELOPMENT": "true"}, "CLIENT_ID"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], blamed: str) -> None:
    """What belongs together must be whole, a directory is named by its id, and nobody opens the door of a registered app."""
    use(monkeypatch, given)
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert f"GUIDEN_TEAMS_{blamed}" == caught.value.details["name"]
    assert "hemlis" not in str(caught.value)


def test_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app in one directory, for people of several; the secret does not show in a log of the settings."""
    use(monkeypatch, {**WHOLE, "TENANTS": f"{TENANT}, {APP.upper()}"})
    settings = load_settings()

    assert (True, f"{TENANT},{APP}", False) == (settings.uses_teams, settings.teams_tenants, "hemlis" in repr(settings))


@pytest.mark.parametrize(("given", "expected"), [({}, False), ({"DEVELOPMENT": "true"}, True)])
def test_use(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    """Without any setting the guide is not in Teams; where it is developed it needs no app."""
    use(monkeypatch, given)

    assert expected is load_settings().uses_teams
