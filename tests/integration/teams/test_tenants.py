"""Which directories' people may use the guide."""

import logging
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.integration.teams.entrance import Entrance, entrance
from tests.integration.teams.keys import FOREIGN, TENANT, FakeMicrosoft, activity, settings_for

SERVICE = "https://smba.trafficmanager.example/emea/"


def from_directory(conversation: Any, channel_data: Any) -> dict[str, Any]:
    """Return an activity that says which directory it is from in one way, in two, or not at all."""
    where = {"id": "a:anna", "tenantId": conversation}
    return activity(SERVICE, "hemligt", conversation=where, channelData=channel_data)


@pytest.mark.parametrize(
    ("conversation", "channel_data"),
    [
        (TENANT, {"tenant": {"id": TENANT}}),
        (TENANT, None),
        (None, {"tenant": {"id": TENANT}}),
        (TENANT.upper(), {"team": {"id": "19:t"}}),
    ],
)
async def test_own_directory(way_in: Entrance, conversation: Any, channel_data: Any) -> None:
    """Whoever is in the app's own directory is let in, wherever the activity says so."""
    assert 200 == await way_in.status(from_directory(conversation, channel_data), way_in.microsoft.token(SERVICE))


@pytest.mark.parametrize(
    ("conversation", "channel_data"),
    [
        (FOREIGN, {"tenant": {"id": FOREIGN}}),
        (FOREIGN, {"tenant": {"id": TENANT}}),
        (TENANT, {"tenant": {"id": FOREIGN}}),
        (None, None),
        ("", {"tenant": {"id": ""}}),
        (None, "nonsens"),
        ({"id": TENANT}, None),
        (f"{TENANT},{FOREIGN}", None),
    ],
)
async def test_foreign_directory(way_in: Entrance, conversation: Any, channel_data: Any, caplog: pytest.LogCaptureFixture) -> None:
    """An activity from a directory that is not let in, or from none, is refused with a right token too, and not repeated in the log."""
    caplog.set_level(logging.DEBUG)
    status = await way_in.status(from_directory(conversation, channel_data), way_in.microsoft.token(SERVICE))

    assert (403, []) == (status, way_in.inside.seen)
    assert (True, False) == ("not let in" in caplog.text, "hemligt" in caplog.text)


@pytest.mark.parametrize("channel", ["webchat", "directline", None])
async def test_other_channels(way_in: Entrance, channel: str | None) -> None:
    """What came by another of Azure's ways is refused, for there anybody can name a directory."""
    assert 403 == await way_in.status(activity(SERVICE, channelId=channel), way_in.microsoft.token(SERVICE))


async def test_list_of_directories(microsoft: FakeMicrosoft, tmp_path: Path) -> None:
    """With a list, those on it are let in, and the app's own only when it is on it."""
    settings = settings_for(tmp_path, teams_tenants=f"{FOREIGN.upper()}, 55555555-5555-4555-8555-555555555555")
    async with entrance(microsoft, settings) as found, found.server.running():
        statuses = [await found.status(from_directory(tenant, None), microsoft.token(SERVICE)) for tenant in (FOREIGN, TENANT)]

    assert [200, 403] == statuses


async def test_list_while_developing(microsoft: FakeMicrosoft, tmp_path: Path) -> None:
    """A list holds also where anybody is answered."""
    settings = Settings(home=tmp_path, teams_development=True, teams_tenants=TENANT)
    async with entrance(microsoft, settings) as found, found.server.running():
        statuses = [await found.status(from_directory(tenant, None)) for tenant in (TENANT, FOREIGN)]

    assert [200, 403] == statuses
