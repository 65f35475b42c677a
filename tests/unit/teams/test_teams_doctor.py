"""The doctor's row for Teams."""

import pytest

from bot.channels.teams import client
from bot.channels.teams.client import TeamsError
from bot.cli import doctor
from bot.settings import Settings
from knowledge.errors import UnavailableError


class FakeToken:
    """Stands for Microsoft: gives a token, or says no in a word."""

    says = ""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def __call__(self) -> str:
        """Answer."""
        if self.says:
            raise TeamsError(0, self.says)
        return "token"

    def close(self) -> None:
        """Give nothing back."""


def test_whether_microsoft_gives_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor tells whether Microsoft takes our secret, and why not in Microsoft's word."""
    monkeypatch.setattr(client, "MicrosoftToken", FakeToken)
    doctor._teams()

    monkeypatch.setattr(FakeToken, "says", "invalid_client")
    with pytest.raises(UnavailableError) as refused:
        doctor._teams()

    assert ("teams", {"cause": "invalid_client"}) == (refused.value.key, refused.value.details)
