"""What people write in their own chat is heard, answered in its order, and left alone where it is nothing that anybody wrote."""

import asyncio
import logging
from typing import Any

import pytest

from bot.channels.teams import serving
from bot.channels.teams.heard import heard
from bot.interaction import Interaction
from bot.replies import Card, Reply
from bot.texts import text
from knowledge.errors import UnavailableError
from knowledge.people import Person
from knowledge.reachable import Address
from tests.fake_talk import WELCOME, said
from tests.integration.teams.world import ANNA, BO, CHAT, GROUP, GUIDE, SERVICE, TENANT, World, activity, chosen, message


async def test_message(teams: World) -> None:
    """A message is acknowledged at once and answered in the same chat, after a sign of typing."""
    assert (200, None) == await teams.receive(message("hej"))

    assert [(CHAT, "typing"), (CHAT, "message")] == [(place, each["type"]) for place, each in teams.client.sent]
    assert (["Du sa: hej"], {SERVICE}) == (teams.said(), set(teams.client.services))
    [heard] = teams.talk.heard
    assert ("teams", TENANT, ANNA, ANNA) == (heard.channel, heard.tenant, heard.person, heard.conversation)


async def test_person_without_a_directory(teams: World) -> None:
    """Where Teams gives no id of the directory, its own id is the person."""
    await teams.receive(message("hej") | {"from": {"id": "29:gast"}})

    assert ["29:gast"] == [heard.person for heard in teams.talk.heard]


async def test_acknowledged_before_answered(teams: World) -> None:
    """A message is acknowledged while the one before it is still being answered, and they are answered in their order."""
    free = asyncio.Event()
    turn = teams.talk.turn

    async def slow(interaction: Interaction) -> list[Reply]:
        await free.wait()
        return await turn(interaction)

    teams.talk.turn = slow  # type: ignore[method-assign]
    first, second = message("ett"), message("två")
    assert [200, 200] == [(await teams.listening.receive(each)).status for each in (first, second)]
    assert [] == teams.said()
    free.set()
    await teams.settled()
    assert ["Du sa: ett", "Du sa: två"] == teams.said()


async def test_typing_goes_on(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an answer takes long, the sign of typing is shown again."""
    monkeypatch.setattr(serving, "_TYPING_SECONDS", 0)
    turn = teams.talk.turn

    async def slow(interaction: Interaction) -> list[Reply]:
        await teams.client.until_typing(3)
        return await turn(interaction)

    teams.talk.turn = slow  # type: ignore[method-assign]
    await teams.receive(message("hej"))

    assert ("message", 3) == (teams.client.sent[-1][1]["type"], sum(each["type"] == "typing" for _, each in teams.client.sent[:3]))


async def test_second_delivery(teams: World) -> None:
    """The same message delivered again is not answered again; one with the same number in another chat is."""
    once = message("hej")
    await teams.receive(once, once, once | {"conversation": {**once["conversation"], "id": "a:other"}})

    assert [CHAT, "a:other"] == teams.places()


async def test_long_answer(teams: World) -> None:
    """An answer that is too long for one message comes as several, in order."""
    entries = tuple(Card(title=f"Utmaning {number}", text="ord " * 500) for number in range(20))
    teams.talk.answer = lambda _heard: [Reply(elements=entries)]
    await teams.receive(message("allt"))

    whole = "\n".join(teams.said())
    assert (True, sorted(found := [whole.index(f"Utmaning {number}\n") for number in range(20)])) == (len(teams.said()) > 1, found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {
                "text": "Fråga <at>Bo Ek</at>",
                "entities": [{"type": "mention", "text": "<at>Bo Ek</at>", "mentioned": {"id": "29:bo", "name": "Bo Ek"}}],
            },
            "Fråga Bo Ek",
        ),
        (
            {
                "text": "<at>Digitaliseringsguiden</at>&nbsp;hej",
                "entities": [{"type": "mention", "text": "<at>Digitaliseringsguiden</at>", "mentioned": GUIDE}],
            },
            "hej",
        ),
        ({"text": "mer &lt; 5 & <b>inte</b> mindre"}, "mer < 5 & <b>inte</b> mindre"),
        (
            {"text": "<div><p>Ingen&nbsp;svarar</p><p>i <b>växeln</b> &amp; kön</p></div>", "textFormat": "xml"},
            "Ingen svarar\ni växeln & kön",
        ),
        ({"text": "<style>p {}</style><p>hej</p><attachment id='1'></attachment>", "textFormat": "xml"}, "hej"),
    ],
)
async def test_heard(teams: World, given: dict[str, Any], words: str) -> None:
    """What is heard is what the writer sees: names for mentions, no marks, and signs as they are."""
    await teams.receive(message("", **given))

    assert [words] == [each.text for each in teams.talk.heard]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (activity("message", text="hemlighet") | {"from": {"id": "28:annan"}}, "program"),
        (activity("message", text="hemlighet") | {"from": {"id": "29:x", "role": "bot"}}, "program"),
        (activity("message", text="hemlighet") | {"from": {"id": "28:guiden"}}, "program"),
        (activity("message", text="  "), "without words"),
        (activity("messageUpdate", text="hemlighet"), "messageUpdate"),
        (activity("messageReaction", reactionsAdded=[{"type": "like"}]), "messageReaction"),
        (activity("message", GROUP, text="hemlighet"), "does not mention"),
        (activity("message", "19:kanal@thread.tacv2", text="hemlighet"), "does not mention"),
        (activity("conversationUpdate", membersAdded=[{"id": "29:bo"}]), "others came"),
        (activity("installationUpdate", GROUP, action="remove"), "remove"),
    ],
)
async def test_left_alone(teams: World, caplog: pytest.LogCaptureFixture, given: dict[str, Any], reason: str) -> None:
    """What is not said to the guide is left alone, and the log tells why and not what it said."""
    caplog.set_level(logging.INFO)
    assert 200 == (await teams.receive(given)).status

    assert ([], []) == (teams.talk.heard, teams.client.sent)
    assert (True, False) == (reason in caplog.text, "hemlighet" in caplog.text)


async def test_unknown_invoke(teams: World) -> None:
    """What the guide never offered to do it says that it cannot do."""
    assert 501 == (await teams.receive(activity("invoke", name="composeExtension/query", value={}))).status


async def test_only_a_file(teams: World) -> None:
    """Who sends a file alone hears once that the guide does not read it; Teams' own copy of the words is no file."""
    file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "plan.docx"}
    alone = message("", attachments=[file])
    await teams.receive(alone, alone, message("hej", attachments=[{"contentType": "text/html", "content": "<p>hej</p>"}]))

    assert [text("sv", "channel.only_file"), "Du sa: hej"] == teams.said()


async def test_file_with_words(teams: World) -> None:
    """Who sends a file with words is answered, and told that the file was not read."""
    await teams.receive(message("hej", attachments=[{"contentType": "image/png"}]))

    assert (True, True) == (text("sv", "channel.files_too") in teams.said()[0], "Du sa: hej" in teams.said()[0])


async def test_welcome_once(teams: World) -> None:
    """Who gets the guide is welcomed once, with four suggestions, though Teams tells of it twice."""
    added = activity("conversationUpdate", membersAdded=[GUIDE])
    await teams.receive(activity("installationUpdate", action="add"), added, activity("installationUpdate", action="add-upgrade"))

    [(place, welcome)] = teams.client.sent
    suggested = welcome["suggestedActions"]["actions"]
    assert (CHAT, WELCOME, 4) == (place, welcome["text"], len(suggested))
    assert ("imBack", text("sv", "prompt.title_1"), text("sv", "prompt.message_1")) == tuple(suggested[0].values())


async def test_known_from_a_group(teams: World) -> None:
    """Who has talked with the guide in a group is met with the suggestions too when they get it as an app of their own."""
    await teams.receive(message("hej", GROUP), activity("installationUpdate", action="add"))

    place, met = teams.client.sent[-1]
    assert (CHAT, text("sv", "teams.own_chat"), 4) == (place, met["text"], len(met["suggestedActions"]["actions"]))


async def test_reached(teams: World) -> None:
    """Whatever comes from a person's own chat tells where they are reached, until they remove the guide; a group does not."""
    await teams.receive(message("hej", GROUP, BO), chosen("id-1"))
    assert (Address(CHAT, SERVICE, "29:anna"), False) == (teams.reachable.find(Person("teams", TENANT, ANNA)), teams.is_reached(BO))

    await teams.receive(activity("installationUpdate", action="remove"))
    assert not teams.is_reached()


async def test_turn_that_fails(teams: World, caplog: pytest.LogCaptureFixture) -> None:
    """When a turn breaks the person hears of it, and the next message is answered."""

    def broken(_heard: Interaction) -> list[Reply]:
        raise ValueError

    good, teams.talk.answer = teams.talk.answer, broken
    await teams.receive(message("hej"))
    assert ([True], True) == ([text("sv", "channel.failed") in words for words in teams.said()], "An answer in Teams failed" in caplog.text)

    teams.talk.answer = good
    await teams.receive(message("igen"))
    assert "Du sa: igen" == teams.said()[-1]


async def test_place_that_is_gone(teams: World, caplog: pytest.LogCaptureFixture) -> None:
    """Where the chat is gone nobody is told, the log says so, and it is not written to again."""
    await teams.receive(message("hej"))
    teams.client.failures[CHAT] = [404, 404]
    await teams.receive(message("igen"))

    assert (["Du sa: hej"], True, False) == (
        teams.said(),
        "404 refused" in caplog.text,
        teams.is_reached(),
    )


async def test_without_typing(teams: World) -> None:
    """Where Teams takes no sign of typing, the answer comes all the same."""
    teams.client.failures[CHAT] = [500]
    await teams.receive(message("hej"))

    assert ["Du sa: hej"] == teams.said()


async def test_without_a_database(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be kept how a person is reached, they are answered all the same."""

    def gone(*_given: object) -> None:
        raise UnavailableError("database", cause="gone")

    monkeypatch.setattr(teams.reachable, "remember", gone)
    await teams.receive(message("hej"))

    assert ["Du sa: hej"] == teams.said()


async def test_private_answer_in_the_own_chat(teams: World) -> None:
    """In a person's own chat a private answer is an answer like any other."""
    teams.talk.answer = lambda _heard: [said("Din anmälan.").model_copy(update={"private": True}), said("Mer?")]
    await teams.receive(message("mina anmälningar"))

    assert ["Din anmälan.", "Mer?"] == teams.said()


async def test_language_that_is_not_known(teams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the language of the conversation cannot be told, what the guide has to say is said all the same."""

    async def gone(_interaction: Interaction) -> str:
        raise UnavailableError("database", cause="gone")

    monkeypatch.setattr(teams.talk, "language", gone)
    await teams.receive(message("hej"))

    assert ["Du sa: hej"] == teams.said()


@pytest.mark.parametrize(("marks", "form"), [("<at>", "plain"), ("<a b=", "xml"), ("<!--", "xml")])
def test_heard_in_one_go(marks: str, form: str) -> None:
    """Marks that never end are words, and as soon read as any others, however many they are."""
    many = marks * 50_000

    assert many == heard({"text": many, "textFormat": form})


def test_mention_of_no_mark() -> None:
    """Words that are said to be a mention, without its mark, are words."""
    grows = [{"type": "mention", "text": "e", "mentioned": {"id": "29:bo", "name": "ee"}}] * 100

    assert "hej" == heard({"text": "hej", "entities": grows})
