"""A message, perhaps somebody else's, that is to become a challenge is looked for and can be proposed, all in the person's own chat."""

from typing import Any

import pytest

from bot.channels.teams.answered import Answered
from bot.interaction import Interaction
from bot.replies import Choice
from bot.texts import text
from knowledge.people import Person
from tests.integration.teams.world import ANNA, CHAT, GROUP, TENANT, World, activity, message


def made(content: str, kind: str = "html", **given: Any) -> dict[str, Any]:
    """Return that somebody chose to make a challenge of a message in a group."""
    payload = {"id": "1", "body": {"contentType": kind, "content": content}, "from": {"user": {"id": "bo-id", "displayName": "Bo"}}}
    value = {"commandId": "make_challenge", "commandContext": "message", "messagePayload": payload}
    return activity("invoke", GROUP, name="composeExtension/fetchTask", value=value, **given)


def task(answered: Answered) -> str:
    """Return the sentence that the window shows."""
    body = answered.body or {}
    assert ("message", 200) == (body["task"]["type"], answered.status)
    return str(body["task"]["value"])


async def test_make_challenge(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is looked for, and can be proposed by a button below; the group reads nothing of it."""
    kept: list[Choice] = []
    offer = teams.talk.offer

    async def offered(interaction: Interaction, choice: Choice) -> Choice:
        kept.append(choice)
        return await offer(interaction, choice)

    monkeypatch.setattr(teams.talk, "offer", offered)
    answered = await teams.receive(made("<p>Ingen svarar, ring <b>070-123 45 67</b></p>"))

    assert (text("sv", "teams.looking"), {CHAT}) == (task(answered), set(teams.places()))
    first, second = teams.said()
    assert ("Du sa: Ingen svarar, ring 070-123 45 67", True) == (first, text("sv", "channel.propose") in second)
    assert [("propose", {"value": "Ingen svarar, ring [telefon]"})] == [(choice.intent, choice.entities) for choice in kept]


async def test_delivered_twice(teams: World) -> None:
    """The same action delivered again is not answered again."""
    again = made("Ingen svarar", "text")
    await teams.receive(again, again)

    assert 2 == len(teams.said())


async def test_no_words(teams: World) -> None:
    """A picture cannot be looked for, and that is said."""
    assert text("sv", "teams.no_words") == task(await teams.receive(made("<p><img src='x'></p>")))
    assert [] == teams.client.sent


@pytest.mark.parametrize(("status", "key"), [(403, "teams.write_to_me"), (500, "channel.failed")])
async def test_no_own_chat(teams: World, status: int, key: str) -> None:
    """Who cannot be written to is told what to do, or that it failed, and nobody else reads anything."""
    teams.client.failures["open"] = [status]

    assert text("sv", key) == task(await teams.receive(made("Ingen svarar")))
    assert [] == teams.client.sent


async def test_chat_of_two(teams: World) -> None:
    """A message of a chat with somebody else, which Teams calls personal too, is answered in the own chat, and that stays known."""
    where = {"conversation": {"id": "19:anna_bo@unq.gbl.spaces", "conversationType": "personal", "tenantId": TENANT}}
    await teams.receive(message("hej"), made("Ingen svarar", "text") | where)

    known = teams.reachable.find(Person("teams", TENANT, ANNA))
    assert ({CHAT}, CHAT) == (set(teams.places()), known and known.conversation)
