"""What Slack sends is verified, acknowledged, and answered once and in order."""

import asyncio
import json
import logging
import time

import pytest

from bot.interaction import Interaction
from bot.replies import Reply
from tests.fake_talk import said
from tests.integration.slack.fake_slack import BOT
from tests.integration.slack.world import ANNA, BO, SlackClient, event_body, message


async def test_message_is_answered(slack: SlackClient) -> None:
    """What is written in one's own chat is answered there."""
    assert 200 == await slack.write("ingen svarar i växeln")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    [post] = slack.fake.of("chat.postMessage")
    assert ("Du sa: ingen svarar i växeln", f"D{ANNA}") == (post["text"], post["channel"])
    [heard] = slack.talk.heard
    assert ("slack", "T1", ANNA, f"D{ANNA}") == (heard.channel, heard.tenant, heard.person, heard.conversation)


async def test_address_is_verified(slack: SlackClient) -> None:
    """Slack's question whether the address is ours is answered with its challenge."""
    answer = await slack.post(json.dumps({"type": "url_verification", "challenge": "abc"}).encode())

    assert (200, True) == (answer.status, "abc" in await answer.text())


@pytest.mark.parametrize("changed", [{"signature": "v0=" + "0" * 64}, {"at": str(int(time.time()) - 400)}])
async def test_not_from_slack(slack: SlackClient, changed: dict[str, str]) -> None:
    """A wrong signature and an old timestamp are refused, and nothing is heard."""
    assert 401 == await slack.event(message("hej"), **changed)
    assert [] == slack.talk.heard


async def test_same_event_three_times(slack: SlackClient) -> None:
    """Retries are acknowledged and answered once."""
    for retry in ("", "1", "2"):
        assert 200 == await slack.event(message("hej"), "Ev-same", retry=retry)
    await slack.write("sist")
    await slack.fake.until(lambda: "Du sa: sist" in slack.fake.texts())

    assert ["Du sa: hej", "Du sa: sist"] == slack.fake.texts()


async def test_retry_that_is_the_first_to_arrive(slack: SlackClient) -> None:
    """A retry may be the only copy that comes through, and is answered."""
    await slack.event(message("hej"), retry="2")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Du sa: hej"] == slack.fake.texts()


async def test_out_of_order(slack: SlackClient) -> None:
    """What was written first is answered first, even when it arrives after something that waits already."""
    go = asyncio.Event()
    turn = slack.talk.turn

    async def slow(interaction: Interaction) -> list[Reply]:
        if interaction.text == "ett":
            await go.wait()
        return await turn(interaction)

    slack.talk.turn = slow  # type: ignore[method-assign]
    await slack.write("ett", ts="1.0")
    await slack.write("tre", ts="3.0")
    await slack.write("två", ts="2.0")
    go.set()
    await slack.fake.until(lambda: len(slack.fake.texts()) == 3)

    assert ["Du sa: ett", "Du sa: två", "Du sa: tre"] == slack.fake.texts()


async def test_conversations_do_not_wait_for_each_other(slack: SlackClient) -> None:
    """A slow answer to one person does not hold up another's."""
    go = asyncio.Event()
    turn = slack.talk.turn

    async def slow(interaction: Interaction) -> list[Reply]:
        if interaction.person == ANNA:
            await go.wait()
        return await turn(interaction)

    slack.talk.turn = slow  # type: ignore[method-assign]
    await slack.write("långsamt")
    await slack.write("snabbt", BO)
    await slack.fake.until(lambda: "Du sa: snabbt" in slack.fake.texts())
    go.set()
    await slack.fake.until(lambda: len(slack.fake.texts()) == 2)

    assert ["Du sa: snabbt", "Du sa: långsamt"] == slack.fake.texts()


async def test_failure_right_after_acknowledging(slack: SlackClient) -> None:
    """What fails at once is acknowledged all the same; the person is told, and the next message is answered."""

    def fail(_heard: Interaction) -> list[Reply]:
        raise ValueError

    answer, slack.talk.answer = slack.talk.answer, fail
    assert 200 == await slack.write("hej")
    await slack.fake.until(lambda: bool(slack.fake.texts()))
    slack.talk.answer = answer
    await slack.write("igen")
    await slack.fake.until(lambda: len(slack.fake.texts()) == 2)

    assert ["gick fel" in slack.fake.texts()[0], "Du sa: igen"] == [True, slack.fake.texts()[1]]


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed", "message": {"text": "nytt"}, "user": None},
        {"subtype": "message_deleted", "user": None},
        {"subtype": "bot_message", "bot_id": "B9", "user": None},
        {"bot_id": "B9"},
        {"user": BOT},
        {"subtype": "channel_join"},
        {"channel": "C1", "channel_type": "channel"},
    ],
    ids=["edited", "deleted", "bot", "app", "own", "join", "channel"],
)
async def test_left_alone(slack: SlackClient, event: dict[str, object], caplog: pytest.LogCaptureFixture) -> None:
    """What no person says to the guide is acknowledged and left alone, and its words are in no log."""
    caplog.set_level(logging.DEBUG)
    assert 200 == await slack.write("hemligheten", **event)
    await slack.write("hej", BO)
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    assert ["Du sa: hej"] == slack.fake.texts()
    assert "hemligheten" not in caplog.text


async def test_mention(slack: SlackClient) -> None:
    """A mention in a channel is answered in its thread; the message that Slack sends besides is not answered once more."""
    said_there = message(f"<@{BOT}> ingen svarar", channel="C1", channel_type="channel", ts="7.0")
    await slack.event(said_there)
    await slack.event({**said_there, "type": "app_mention"})
    await slack.fake.until(lambda: bool(slack.fake.texts()))
    await slack.write("sist", BO)
    await slack.fake.until(lambda: "Du sa: sist" in slack.fake.texts())

    post, _ = slack.fake.of("chat.postMessage")
    assert ("Du sa: ingen svarar", "C1", "7.0") == (post["text"], post["channel"], post["thread_ts"])
    assert f"C1/7.0/{ANNA}" == slack.talk.heard[0].conversation


async def test_markup_of_slack(slack: SlackClient) -> None:
    """Links, addresses and escaped signs are heard as people see them, and an emoji is no word."""
    await slack.write("fråga <mailto:a@b.example|a@b.example> &amp; <https://x.example/|sidan> <!channel> :smile:")
    await slack.write(":+1::skin-tone-2:", BO)
    await slack.fake.until(lambda: len(slack.fake.texts()) == 2)

    assert ["fråga a@b.example & sidan @channel", ""] == [heard.text for heard in slack.talk.heard]


async def test_nobody_is_alarmed(slack: SlackClient) -> None:
    """What people or content say never becomes a mention, a link or an emoji when it is said back."""
    slack.talk.answer = lambda _heard: [said("<!channel> <@UBO> :fire: & <https://x.example|klicka>")]
    await slack.write("hej")
    await slack.fake.until(lambda: bool(slack.fake.texts()))

    shown = json.dumps(slack.fake.of("chat.postMessage"), ensure_ascii=False)
    assert (False, False, False) == ('"<!channel>' in slack.fake.texts()[0], "<@UBO>" in slack.fake.texts()[0], ":fire:" in shown)


async def test_forty_thousand_characters(slack: SlackClient) -> None:
    """A very long message is taken, and a very long answer comes whole, in order and within Slack's limits."""
    slack.talk.answer = lambda heard: [said(" ".join(f"ord{number}" for number in range(4000)) + str(len(heard.text)))]
    await slack.write("a" * 40_000)
    await slack.fake.until(lambda: "ord3999" in slack.fake.shown())

    assert [f"ord{number}" for number in range(3999)] == slack.fake.shown().split()[:3999]
    assert [] == slack.fake.of("failed:chat.postMessage")


async def test_file(slack: SlackClient) -> None:
    """A file alone gets a kind word, once."""
    for _ in range(2):
        await slack.write("", event_id="Ev-file", subtype="file_share", files=[{"id": "F1"}])
    await slack.write("sist", BO)
    await slack.fake.until(lambda: len(slack.fake.texts()) == 2)

    assert [True, "Du sa: sist"] == ["filer" in slack.fake.texts()[0], slack.fake.texts()[1]]


async def test_nothing_secret_is_logged(slack: SlackClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what people write nor a token is in any log, also when sending fails."""
    caplog.set_level(logging.DEBUG)
    slack.fake.failures["chat.postMessage"] += ["invalid_blocks", "fatal_error", "fatal_error"]
    await slack.write("hemligheten")
    await slack.fake.until(lambda: len(slack.fake.of("failed:chat.postMessage")) == 3)

    assert ("hemlig" in caplog.text, "Slack refused a message" in caplog.text) == (False, True)


async def test_unknown_event(slack: SlackClient) -> None:
    """An event that we know nothing of is acknowledged, so that Slack does not send it again."""
    assert 200 == (await slack.post(json.dumps(event_body({"type": "reaction_added", "user": ANNA})).encode())).status
