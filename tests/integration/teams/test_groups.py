"""Where several people talk, the guide answers who mentions it, there or (what is only theirs) in their own chat."""

import pytest

from bot.replies import Reply
from bot.texts import text
from tests.fake_talk import said
from tests.integration.teams.world import (
    ANNA,
    BO,
    CHAT,
    GROUP,
    GUIDE,
    MENTION,
    SERVICE,
    TEAM,
    TENANT,
    World,
    activity,
    chosen,
    message,
    press,
)

PRIVATE = said("Dina anmälningar: 1.").model_copy(update={"private": True})


async def test_mention_in_a_group(teams: World) -> None:
    """A mention is answered in the group, and is not part of what was said."""
    await teams.receive(message("hej", GROUP))

    assert ([(GROUP, "typing"), (GROUP, "message")], "hej") == (
        [(place, each["type"]) for place, each in teams.client.sent],
        teams.talk.heard[0].text,
    )


async def test_bare_mention(teams: World) -> None:
    """Who only mentions the guide is greeted."""
    await teams.receive(message("", GROUP))

    assert ["Du sa: greet"] == teams.said()


@pytest.mark.parametrize("root", [TEAM, f"{TEAM};messageid=77"])
async def test_thread_of_a_channel(teams: World, root: str) -> None:
    """In a channel the answer goes into the thread of the message, and no typing is shown."""
    asked = message("hej", root, id="77")
    await teams.receive(asked)

    assert [(f"{TEAM};messageid=77", "message")] == [(place, each["type"]) for place, each in teams.client.sent]


async def test_one_conversation(teams: World) -> None:
    """A person has one conversation in all of Teams, and nobody shares it."""
    for asked in (message("ett"), message("två", GROUP), message("tre", TEAM), message("fyra", GROUP, BO)):
        await teams.receive(asked)

    assert [ANNA, ANNA, ANNA, BO] == [heard.conversation for heard in teams.talk.heard]


async def test_private_answer(teams: World) -> None:
    """What is only the asker's goes to their own chat, and the group reads no more than that it did; the rest is said in the group."""
    teams.talk.answer = lambda _heard: [PRIVATE, said("Vill du veta mer?")]
    await teams.receive(message("hej"), message("mina anmälningar", GROUP))

    assert [text("sv", "teams.in_own_chat"), "Vill du veta mer?"] == teams.said(GROUP)
    assert (["Dina anmälningar: 1."], []) == (teams.said(CHAT)[-1:], teams.client.opened)


async def test_private_answer_to_who_never_wrote(teams: World) -> None:
    """Who has not written to the guide before gets their own chat opened, once."""
    teams.talk.answer = lambda _heard: [PRIVATE]
    await teams.receive(message("mina anmälningar", GROUP), message("och nu", GROUP))

    assert (["Dina anmälningar: 1."] * 2, [(SERVICE, TENANT, "29:anna")]) == (teams.said(CHAT), teams.client.opened)


@pytest.mark.parametrize("status", [403, 404])
async def test_no_own_chat(teams: World, status: int) -> None:
    """Who has not installed the guide is asked to, and nobody reads what is theirs."""
    teams.client.failures["open"] = [status]
    teams.talk.answer = lambda _heard: [PRIVATE]
    await teams.receive(message("mina anmälningar", GROUP))

    assert [text("sv", "teams.write_to_me")] == teams.said()


async def test_own_chat_is_gone(teams: World) -> None:
    """A chat that has gone since is opened anew the next time."""
    await teams.receive(message("hej"))
    teams.talk.answer = lambda _heard: [PRIVATE]
    teams.client.failures[CHAT] = [404]
    await teams.receive(message("mina anmälningar", GROUP), message("mina anmälningar", GROUP))

    assert [text("sv", "teams.write_to_me"), text("sv", "teams.in_own_chat")] == teams.said(GROUP)
    assert ("Dina anmälningar: 1.", 1) == (teams.said(CHAT)[-1], len(teams.client.opened))


async def test_press_in_a_group(teams: World) -> None:
    """What is pressed in a group is answered there, and a private answer in the own chat."""
    await teams.receive(chosen("id-1", GROUP))
    teams.talk.answer = lambda _heard: [PRIVATE]
    await teams.receive(chosen("id-2", GROUP))

    assert ["Du sa: id-1", text("sv", "teams.in_own_chat")] == teams.said(GROUP)


async def test_form_in_a_group(teams: World) -> None:
    """A form that is opened in a group comes in the own chat, and the presser is told where it is."""
    answered = await teams.receive(chosen("form", GROUP))

    assert [CHAT] == teams.places()
    assert text("sv", "teams.form_in_own_chat", title="Föreslå en utmaning") == (answered.body or {})["value"]


async def test_form_in_a_group_without_a_chat(teams: World) -> None:
    """Where there can be no own chat no form is shown, and the presser is told what to do."""
    teams.client.failures["open"] = [403]
    answered = await teams.receive(chosen("form", GROUP))

    assert ([], text("sv", "teams.write_to_me")) == (teams.client.sent, (answered.body or {})["value"])


async def test_form_in_a_group_to_a_chat_that_is_gone(teams: World) -> None:
    """Where the own chat turns out to be gone, the group says what to do."""
    await teams.receive(message("hej"))
    teams.client.failures[CHAT] = [403]
    await teams.receive(chosen("form", GROUP))

    assert [text("sv", "teams.write_to_me")] == teams.said(GROUP)


async def test_refusal_in_a_group(teams: World) -> None:
    """What refuses a form is the person's own, as the form would have been."""
    await teams.receive(chosen("locked", GROUP))

    assert (["Det går inte att anmäla längre."], [text("sv", "teams.in_own_chat")]) == (teams.said(CHAT), teams.said(GROUP))


@pytest.mark.parametrize("place", [GROUP, TEAM])
async def test_added(teams: World, place: str) -> None:
    """A group or a team that the guide is added to is told once how it is addressed."""
    member = activity("conversationUpdate", place, membersAdded=[{"id": "29:bo"}, GUIDE])
    await teams.receive(activity("installationUpdate", place, action="add"), member)

    assert [(place, text("sv", "teams.hello_group"))] == list(zip(teams.places(), teams.said(), strict=True))
    assert ([], False) == (teams.talk.heard, teams.is_reached())


async def test_failure_is_told_in_the_group(teams: World) -> None:
    """When a turn breaks in a group, that is said there, without any of what was asked."""

    def broken(_heard: object) -> list[Reply]:
        raise ValueError

    teams.talk.answer = broken
    await teams.receive(message("hemlighet", GROUP))

    assert ([GROUP], False) == (teams.places(), "hemlighet" in teams.said()[0])


async def test_others_are_mentioned(teams: World) -> None:
    """Who mentions the guide and somebody else is heard with the other's name."""
    other = {"type": "mention", "text": "<at>Bo Ek</at>", "mentioned": {"id": "29:bo", "name": "Bo Ek"}}
    await teams.receive(message("", GROUP, text="<at>Digitaliseringsguiden</at> som <at>Bo Ek</at> säger", entities=[MENTION, other]))

    assert ["som Bo Ek säger"] == [heard.text for heard in teams.talk.heard]


@pytest.mark.parametrize(("verb", "data"), [("close", {}), ("form", {"form": "challenge", "about": "about-1", "nonce": "nonce-1"})])
async def test_answer_to_others_stays(teams: World, verb: str, data: dict[str, str]) -> None:
    """Whoever makes a button of a group say that it is a form changes nothing of what everybody sees there."""
    answered = await teams.receive(press(verb, data, GROUP, BO))

    assert ([], 200) == (teams.client.changed_to, answered.status)


@pytest.mark.parametrize("conversation", [{"id": "a:mote", "conversationType": "meeting"}, {"id": "a:mote", "isGroup": True}])
async def test_unknown_kind(teams: World, conversation: dict[str, object]) -> None:
    """A conversation of a kind that is not known is taken for one that others read."""
    teams.talk.answer = lambda _heard: [PRIVATE]
    await teams.receive(message("mina anmälningar", GROUP) | {"conversation": {"tenantId": TENANT, **conversation}})

    assert ([text("sv", "teams.in_own_chat")], ["Dina anmälningar: 1."]) == (teams.said("a:mote"), teams.said(CHAT))
