"""Messages of the outbox reach people in their own chat and a team's channel."""

import pytest

from knowledge.errors import UnavailableError
from knowledge.outbox import Claimed, UndeliverableError
from tests.integration.teams.world import ANNA, BO, CHAT, SERVICE, TEAM, TENANT, World, message

WITHDRAWN = {"language": "sv", "title": "Ingen svarar i växeln", "number": "DG-1", "at": "2026-11-24T10:00:00+00:00"}


def claimed(target: str, tenant: str = TENANT) -> Claimed:
    return Claimed("key", "interest.withdrawn", f"teams:{tenant}:{target}", WITHDRAWN, 1, 1)


async def test_to_a_person(teams: World) -> None:
    """A person who has written to the guide is written to in their own chat, with the words of the mail."""
    await teams.receive(message("hej"))
    await teams.outgoing.deliver(claimed(ANNA))

    assert ([CHAT, CHAT], True) == (teams.places(), "Ingen svarar i växeln" in teams.said()[-1])


async def test_to_a_channel(teams: World) -> None:
    """An owner's channel is written to by the service that their directory is reached by, and else by the one for all."""
    await teams.outgoing.deliver(claimed(TEAM))
    await teams.receive(message("hej"))
    await teams.outgoing.deliver(claimed(TEAM))

    assert [TEAM, CHAT, TEAM] == teams.places()
    assert ("https://smba.trafficmanager.net/teams/", SERVICE) == (teams.client.services[0], teams.client.services[-1])


@pytest.mark.parametrize(("target", "tenant"), [(BO, TENANT), (ANNA, "katalog-2")])
async def test_who_never_wrote(teams: World, target: str, tenant: str) -> None:
    """Who has no chat with the guide is not tried again, and nobody is written to in another directory."""
    await teams.receive(message("hej"))
    with pytest.raises(UndeliverableError):
        await teams.outgoing.deliver(claimed(target, tenant))

    assert [CHAT] == teams.places()


@pytest.mark.parametrize("status", [403, 404])
async def test_who_is_gone(teams: World, status: int) -> None:
    """Who has blocked or left the guide is not tried again; a chat that is no more is forgotten."""
    await teams.receive(message("hej"))
    teams.client.failures[CHAT] = [status]
    with pytest.raises(UndeliverableError):
        await teams.outgoing.deliver(claimed(ANNA))

    assert (status == 403) == teams.is_reached()


@pytest.mark.parametrize("status", [0, 401, 429, 500])
async def test_later(teams: World, status: int) -> None:
    """What Teams cannot do now is tried again later."""
    teams.client.failures[TEAM] = [status]
    with pytest.raises(UnavailableError):
        await teams.outgoing.deliver(claimed(TEAM))
