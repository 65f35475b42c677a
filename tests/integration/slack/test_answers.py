"""Answers reach people in Slack: below a mention, to one person's eyes, in forms, at home, and however Slack is feeling."""

import asyncio
import logging
from typing import Any

import pytest

from bot.interaction import Interaction
from bot.replies import Card, Choice, Reply, Text
from knowledge.errors import UnavailableError
from tests.fake_talk import WELCOME, said
from tests.integration.slack.world import ANNA, BO, SlackClient, message, press_body

FOUND = Reply(elements=(Text(text="Det här liknar:"), Card(title="Nattens besök väcker dem")))
SUBMITTED = {"title": {"value": {"type": "plain_text_input", "value": "Ingen svarar i växeln"}}}


def opened(tab: str) -> dict[str, str]:
    return {"type": "app_home_opened", "user": ANNA, "channel": f"D{ANNA}", "tab": tab, "event_ts": "1.0"}


async def test_welcome_once(slack: SlackClient) -> None:
    """Who opens the chat is welcomed the first time, and sees suggestions each time, without a thread."""
    for _ in range(2):
        await slack.event(opened("messages"))
    await slack.fake.until(lambda: len(slack.fake.of("assistant.threads.setSuggestedPrompts")) == 2)

    assert [WELCOME] == slack.fake.texts()
    assert {"channel_id", "prompts"} == set(slack.fake.of("assistant.threads.setSuggestedPrompts")[0])


async def test_home_tab(slack: SlackClient) -> None:
    """The home tab is shown to whoever opens it."""
    await slack.event(opened("home"))
    await slack.fake.until(lambda: bool(slack.fake.of("views.publish")))

    [published] = slack.fake.of("views.publish")
    assert (ANNA, "home") == (published["user_id"], published["view"]["type"])


async def test_press_at_home(slack: SlackClient) -> None:
    """What is pressed in the home tab is answered in the chat, and the tab is shown anew."""
    await slack.press("sv-id", container={"type": "view"}, channel=None)
    await slack.fake.until(lambda: bool(slack.fake.of("views.publish")))

    assert [("Du sa: sv-id", f"D{ANNA}")] == [(post["text"], post["channel"]) for post in slack.fake.of("chat.postMessage")]


async def test_status_while_searching(slack: SlackClient) -> None:
    """While an answer is looked for a status says so, and it goes when the answer has come."""
    await slack.write("hej", ts="5.0")
    await slack.fake.until(lambda: len(slack.fake.of("assistant.threads.setStatus")) == 2)

    statuses = slack.fake.of("assistant.threads.setStatus")
    assert ([True, False], "5.0") == ([bool(each["status"]) for each in statuses], statuses[0]["thread_ts"])


async def test_without_the_agent_view(slack: SlackClient) -> None:
    """Where Slack knows no status, the answer comes all the same."""
    slack.fake.failures["assistant.threads.setStatus"] += ["unknown_method"] * 2
    await slack.write("hej")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Du sa: hej"] == slack.fake.texts()


async def test_button(slack: SlackClient) -> None:
    """A button carries the id of its choice, and its answer goes to the same chat."""
    slack.talk.answer = lambda _heard: [Reply(elements=(Text(text="välj"),), choices=(Choice(label="Ja", intent="yes", id="id-1"),))]
    await slack.write("hej")
    await slack.press("id-1")
    await slack.fake.until(lambda: len(slack.fake.texts()) == 2)

    assert ["", "id-1"] == [heard.choice for heard in slack.talk.heard]
    assert [f"D{ANNA}"] * 2 == [heard.conversation for heard in slack.talk.heard]


async def test_link_is_no_press(slack: SlackClient) -> None:
    """A button that leads to a page is acknowledged, and no more."""
    link = {"type": "button", "action_id": "link:1", "block_id": "b", "action_ts": "1.0"}
    assert 200 == (await slack.interact(press_body("", actions=[link]))).status
    assert [] == slack.talk.heard


async def test_command_is_for_one(slack: SlackClient) -> None:
    """What the command finds only its user sees, until they show it to all; an older answer is not shown in its place."""
    slack.talk.answer = lambda _heard: [FOUND]
    await slack.command("nattbesök", hook="c1")
    await slack.fake.until(lambda: bool(slack.fake.of("hook")))
    [answer] = slack.fake.of("hook")
    share = answer["blocks"][-1]["elements"][-1]
    assert ("ephemeral", "Visa för alla") == (answer["response_type"], share["text"]["text"])

    container = {"type": "message", "channel_id": "C1", "message_ts": "1.0", "is_ephemeral": True}
    for value in (share["value"], "older"):
        action = {"type": "button", "action_id": "share", "block_id": "b", "value": value, "action_ts": "2.0"}
        await slack.press(value, container=container, actions=[action], response_url=f"{slack.fake.url}/hook/c2")
    await slack.fake.until(lambda: len(slack.fake.of("hook")) == 3)

    _, shared, gone = slack.fake.of("hook")
    assert ("in_channel", "ephemeral") == (shared["response_type"], gone["response_type"])
    assert (True, False) == ("Nattens besök" in shared["text"], "Nattens besök" in gone["text"])


async def test_sharing_by_word(slack: SlackClient) -> None:
    """What a button does a typed word does too."""
    slack.talk.answer = lambda _heard: [FOUND]
    await slack.command("nattbesök")
    await slack.command("visa för alla")
    await slack.fake.until(lambda: len(slack.fake.of("hook")) == 2)

    assert ["ephemeral", "in_channel"] == [each["response_type"] for each in slack.fake.of("hook")]


async def test_address_that_is_used_up(slack: SlackClient) -> None:
    """When the address to answer at has expired, the answer still comes to that person's eyes only."""
    slack.fake.failures["hook"] += [(404, {})]
    await slack.command("nattbesök")
    await slack.fake.until(lambda: bool(slack.fake.of("chat.postEphemeral")))

    [post] = slack.fake.of("chat.postEphemeral")
    assert ("C1", ANNA, "Du sa: nattbesök") == (post["channel"], post["user"], post["text"])


async def test_shortcut(slack: SlackClient) -> None:
    """A message that is to become a challenge is looked for, and can be proposed in a form."""
    body = {
        "type": "message_action",
        "callback_id": "make_challenge",
        "team": {"id": "T1"},
        "user": {"id": ANNA},
        "channel": {"id": "C1"},
        "message": {"text": "ingen svarar", "user": BO, "ts": "1.0"},
        "trigger_id": "t1",
        "response_url": f"{slack.fake.url}/hook/s1",
    }
    assert 200 == (await slack.interact(body)).status
    await slack.fake.until(lambda: bool(slack.fake.of("hook")))

    [answer] = slack.fake.of("hook")
    propose = answer["blocks"][-1]["elements"][0]
    assert ("Du sa: ingen svarar", "form") == (answer["text"], propose["value"])


async def test_private_answer_in_a_channel(slack: SlackClient) -> None:
    """A person's own data is shown to nobody else in the thread where they asked."""
    slack.talk.answer = lambda _heard: [Reply(elements=(Text(text="Din anmälan"),), private=True)]
    await slack.event({**message("<@UBOT> mina intressen", channel="C1", ts="7.0"), "type": "app_mention"})
    await slack.fake.until(lambda: bool(slack.fake.of("chat.postEphemeral")))

    assert ([], "7.0") == (slack.fake.texts(), slack.fake.of("chat.postEphemeral")[0]["thread_ts"])


async def test_form(slack: SlackClient) -> None:
    """A choice that opens a form does so with its trigger; what is wrong is shown at its field, and what is right is answered."""
    await slack.press("form", trigger_id="t-form")
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))
    [call] = slack.fake.of("views.open")
    view = call["view"] | {"id": "V1", "hash": "h", "state": {"values": SUBMITTED}}
    submission = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": ANNA}, "view": view}

    slack.talk.taken = {"title": "Titeln är för kort."}
    wrong = await (await slack.interact(submission)).json()
    slack.talk.taken = [said("Tack!")]
    right = await slack.interact(submission)
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ("t-form", {"response_action": "errors", "errors": {"title": "Titeln är för kort."}}) == (call["trigger_id"], wrong)
    assert (200, "", ["Tack!"]) == (right.status, await right.text(), slack.fake.texts())
    assert ("challenge", "about-1", {"title": "Ingen svarar i växeln"}) == slack.talk.sent_forms[-1]


async def test_form_of_another_workspace(slack: SlackClient) -> None:
    """A form that was opened in another workspace is not taken in."""
    await slack.press("form")
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))
    view = slack.fake.of("views.open")[0]["view"] | {"id": "V1", "state": {"values": SUBMITTED}}
    view["private_metadata"] = view["private_metadata"].replace('"T1"', '"T2"')
    await slack.interact({"type": "view_submission", "team": {"id": "T1"}, "user": {"id": ANNA}, "view": view})

    assert [] == slack.talk.sent_forms


async def test_form_that_cannot_be_taken_in(slack: SlackClient) -> None:
    """When the database is away the form stays open with everything that was filled in."""
    await slack.press("form")
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))
    view = slack.fake.of("views.open")[0]["view"] | {"id": "V1", "state": {"values": SUBMITTED}}
    slack.talk.taken = UnavailableError("database", cause="borta")  # type: ignore[assignment]
    answer = await slack.interact({"type": "view_submission", "team": {"id": "T1"}, "user": {"id": ANNA}, "view": view})

    assert ["title"] == list((await answer.json())["errors"])


async def test_expired_trigger(slack: SlackClient) -> None:
    """When it is too late to open a form, the conversation asks instead."""
    slack.fake.failures["views.open"] += ["expired_trigger_id"]
    await slack.press("form")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Du sa: form"] == slack.fake.texts()


async def test_refused_form(slack: SlackClient) -> None:
    """A form that cannot be opened any more says why."""
    await slack.press("locked")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Det går inte att anmäla längre."] == slack.fake.texts()


@pytest.mark.parametrize(("refusals", "has_blocks"), [(1, True), (2, False)])
async def test_refused_blocks(slack: SlackClient, refusals: int, *, has_blocks: bool) -> None:
    """An answer that Slack will not show is sent with older blocks, then as text; nobody is left without."""
    slack.fake.failures["chat.postMessage"] += ["invalid_blocks"] * refusals
    await slack.write("hej")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    [post] = slack.fake.of("chat.postMessage")
    assert ("Du sa: hej", has_blocks) == (post["text"], bool(post.get("blocks")))


@pytest.mark.parametrize("failure", [(429, {"Retry-After": "0"}), (503, {})])
async def test_slack_asks_for_patience(slack: SlackClient, failure: tuple[int, dict[str, str]]) -> None:
    """An answer that Slack had no time for is sent again when it says so."""
    slack.fake.failures["chat.postMessage"] += [failure]
    await slack.write("hej")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Du sa: hej"] == slack.fake.texts()


async def test_person_who_is_gone(slack: SlackClient, caplog: pytest.LogCaptureFixture) -> None:
    """An answer to somebody who is not there any more is logged, and the next person is answered."""
    caplog.set_level(logging.INFO)
    slack.fake.failures["chat.postMessage"] += ["user_disabled"] * 2
    await slack.write("hej")
    await slack.fake.until(lambda: len(slack.fake.of("failed:chat.postMessage")) == 2)
    await slack.write("hej", BO)
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert (["Du sa: hej"], True) == (slack.fake.texts(), "user_disabled" in caplog.text)


async def test_slow_form(slack: SlackClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that takes long is acknowledged in time, and the answer follows."""
    monkeypatch.setattr("bot.channels.slack.forms._PATIENCE", 0)
    go = asyncio.Event()

    async def slow(*_: Any) -> list[Reply]:
        await go.wait()
        return [said("Tack!")]

    slack.talk.sent = slow  # type: ignore[method-assign]
    await slack.press("form")
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))
    view = slack.fake.of("views.open")[0]["view"] | {"id": "V1", "state": {"values": SUBMITTED}}
    answer = await slack.interact({"type": "view_submission", "team": {"id": "T1"}, "user": {"id": ANNA}, "view": view})
    go.set()
    await slack.fake.until(lambda: bool(slack.fake.texts()) and bool(slack.fake.of("views.update")))

    assert ("update", ["Tack!"]) == ((await answer.json())["response_action"], slack.fake.texts())


async def test_first_come(slack: SlackClient) -> None:
    """A bare mention is greeted."""
    await slack.event({**message("<@UBOT>", channel="C1", ts="7.0"), "type": "app_mention"})
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    [heard] = slack.talk.heard
    assert isinstance(heard, Interaction)
    assert "greet" == heard.intent
