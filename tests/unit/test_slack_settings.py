"""Settings of Slack that cannot work are refused in one line, without repeating a secret."""

import os

import pytest
from cryptography.fernet import Fernet

from bot.settings import load_settings
from knowledge.errors import SettingsError

KEY = Fernet.generate_key().decode()
SEVERAL = {"CLIENT_ID": "1.2", "CLIENT_SECRET": "hemlis", "TOKEN_KEYS": KEY, "SIGNING_SECRET": "hemlis"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GUIDEN_")]:
        monkeypatch.delenv(name)


def use(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name if name.startswith("GUIDEN_") else f"GUIDEN_SLACK_{name}", value)


@pytest.mark.parametrize(
    ("given", "blamed"),
    [
        ({"BOT_TOKEN": "xoxb-hemlis"}, "BOT_TOKEN"),
        ({"SIGNING_SECRET": "hemlis"}, "BOT_TOKEN"),
        ({"BOT_TOKEN": "xapp-hemlis", "SIGNING_SECRET": "hemlis"}, "BOT_TOKEN"),
        ({"APP_TOKEN": "xoxb-hemlis", "BOT_TOKEN": "xoxb-hemlis"}, "APP_TOKEN"),
        (SEVERAL, "CLIENT_ID"),
        ({**SEVERAL, "GUIDEN_PUBLIC_URL": "https://g.example", "CLIENT_SECRET": ""}, "CLIENT_SECRET"),
        ({**SEVERAL, "GUIDEN_PUBLIC_URL": "https://g.example", "TOKEN_KEYS": "hemlis"}, "TOKEN_KEYS"),
        ({**SEVERAL, "GUIDEN_PUBLIC_URL": "https://g.example", "BOT_TOKEN": "xoxb-hemlis"}, "BOT_TOKEN"),
        ({"API_URL": "slack.com/api"}, "API_URL"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], blamed: str) -> None:
    """What belongs together must be whole, and a token must be where it belongs."""
    use(monkeypatch, given)
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert f"GUIDEN_SLACK_{blamed}" == caught.value.details["name"]
    assert "hemlis" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"BOT_TOKEN": "xoxb-hemlis", "SIGNING_SECRET": "hemlis"},
        {"BOT_TOKEN": "xoxb-hemlis", "APP_TOKEN": "xapp-hemlis"},
        {**SEVERAL, "GUIDEN_PUBLIC_URL": "https://g.example", "TOKEN_KEYS": f"{KEY}, {KEY}"},
    ],
    ids=["events", "socket", "several"],
)
def test_taken(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    """One workspace over HTTP, one over a socket, and several; no secret shows in a log of the settings."""
    use(monkeypatch, given)
    settings = load_settings()

    assert (True, "https://slack.com/api/", False) == (settings.uses_slack, settings.slack_api_url, "hemlis" in repr(settings))


def test_no_slack() -> None:
    """Without any setting the guide is not in Slack."""
    assert False is load_settings().uses_slack
