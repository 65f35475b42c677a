"""Settings from the environment."""

import os
from pathlib import Path

import pytest

from bot.settings import load_settings
from knowledge.errors import SettingsError


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GUIDEN_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUIDEN_LANGUAGE", "de"),
        ("GUIDEN_RETENTION_DAYS", "0"),
        ("GUIDEN_RETENTION_DAYS", "4000"),
        ("GUIDEN_RETENTION_DAYS", "tre veckor"),
        ("GUIDEN_PORT", "-1"),
        ("GUIDEN_PORT", "70000"),
        ("GUIDEN_PORT", "http"),
        ("GUIDEN_TURN_SECONDS", "0"),
        ("GUIDEN_TURN_SECONDS", "121"),
        ("GUIDEN_TURN_SECONDS", "snart"),
        ("GUIDEN_LOG_LEVEL", "LOUD"),
        ("GUIDEN_SMTP_PORT", "0"),
        ("GUIDEN_SMTP_TLS", "ssl"),
        ("GUIDEN_MAIL_FROM", "guiden"),
        ("GUIDEN_PUBLIC_URL", "guiden.kommunen.se"),
    ],
)
def test_wrong_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that cannot be used is refused with the name of its variable, the value and the cause."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert ("setting", name, value) == (caught.value.key, caught.value.details["name"], caught.value.details["value"])
    assert caught.value.details["cause"]


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With no settings, everything is kept below var in the current folder, in SQLite."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings()

    assert (tmp_path / "var", tmp_path / "var/index", tmp_path / "var/models") == (settings.home, settings.index, settings.models)
    assert f"sqlite:///{tmp_path}/var/guiden.db" == settings.database


def test_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each setting is read from the variable of its name."""
    given = {"GUIDEN_HOME": str(tmp_path), "GUIDEN_LANGUAGE": "fi", "GUIDEN_RETENTION_DAYS": "30", "GUIDEN_PORT": "0"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    assert (tmp_path, "fi", 30, 0) == (settings.home, settings.language, settings.retention_days, settings.port)


def test_home_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The home folder is the same folder wherever the program goes from there, and ~ is the user's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GUIDEN_HOME", "~/guiden")

    assert tmp_path / "guiden" == load_settings().home


def test_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is given is used as it is."""
    monkeypatch.setenv("GUIDEN_DATABASE_URL", "postgresql://localhost/guiden")

    assert "postgresql://localhost/guiden" == load_settings().database


def test_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret between bot and Rasa does not show in a log of the settings."""
    monkeypatch.setenv("GUIDEN_RASA_SECRET", "hemlis")

    assert ("hemlis", False) == (load_settings().rasa_secret, "hemlis" in repr(load_settings()))


def test_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever chooses a mail server is told to choose a sender too."""
    monkeypatch.setenv("GUIDEN_SMTP_HOST", "mail.kommunen.se")
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert "GUIDEN_MAIL_FROM" == caught.value.details["name"]


def test_password_never_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of the mail server is refused without TLS, and the password shows in no log of the settings."""
    for name, value in (("HOST", "mail.kommunen.se"), ("USERNAME", "guiden"), ("PASSWORD", "hemlis")):
        monkeypatch.setenv(f"GUIDEN_SMTP_{name}", value)
    monkeypatch.setenv("GUIDEN_MAIL_FROM", "guiden@kommunen.se")
    assert ("hemlis", "starttls", False) == (load_settings().smtp_password, load_settings().smtp_tls, "hemlis" in repr(load_settings()))

    monkeypatch.setenv("GUIDEN_SMTP_TLS", "none")
    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert ("GUIDEN_SMTP_TLS", False) == (caught.value.details["name"], "hemlis" in str(caught.value))
