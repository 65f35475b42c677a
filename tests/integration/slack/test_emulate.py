"""The guide in a workspace of emulate: what is written there is read back from Slack itself."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient

from bot.replies import Choice, Reply, Text
from knowledge.database import Database
from knowledge.outbox import Claimed, UndeliverableError
from tests.fake_talk import said
from tests.integration.slack.emulated import CLIENT, GUIDE, GUIDES_TOKEN, PUBLIC_URL, TEAM, Guided, emulate_running, guided


@pytest.fixture(scope="session")
def emulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Slack, which ends with the tests."""
    with emulate_running(tmp_path_factory.mktemp("emulate")) as address:
        yield address


@pytest_asyncio.fixture
async def here(emulate: str, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Guided]:
    """A guide in that workspace, with exactly the scopes that it asks for."""
    async with guided(emulate, sqlite_database, tmp_path, slack_bot_token=GUIDES_TOKEN) as started:
        yield started


async def test_message(here: Guided) -> None:
    """A message in one's own chat is answered there by the guide, though this Slack knows no status."""
    at = await here.write(here.direct, "hej &amp; &lt;hå&gt;")

    [answer] = await here.written(here.direct, at)
    assert ("Du sa: hej &amp; &lt;hå&gt;", True) == (answer["text"], bool(answer["blocks"]))


async def test_mention(here: Guided) -> None:
    """A mention is answered in its thread, and not in the channel itself."""
    channel = (await here.call("conversations.create", name="mention"))["channel"]["id"]
    at = await here.write(channel, f"<@{GUIDE}> hej")

    assert [f"<@{GUIDE}> hej", "Du sa: hej"] == await here.in_thread(channel, at)
    assert [] == await here.written(channel)


async def test_press(here: Guided) -> None:
    """The button that Slack has kept leads, when it is pressed, to the answer of its choice."""
    here.slack.talk.answer = lambda heard: [
        Reply(elements=(Text(text="välj"),), choices=(Choice(label="Ja", intent="yes", id="id-1"),)) if heard.text else said("Det blev ja.")
    ]
    at = await here.write(here.direct, "hej")
    [asked] = await here.written(here.direct, at)
    await here.press(asked["blocks"][-1]["elements"][0]["value"], await here.trigger())

    assert ("id-1", "Det blev ja.") == (here.slack.talk.heard[-1].choice, (await here.written(here.direct, at))[-1]["text"])


async def test_form(here: Guided, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form opens within Slack's three seconds; what is wrong is told at its field, and what is right is answered in the chat."""
    opened = _views(monkeypatch)
    await here.press("form", await here.trigger())
    [view] = opened
    assert view["id"] in await here.seen("Modals", tab="views")

    before = len(await here.written(here.direct))
    sent = view | {"state": {"values": {"title": {"value": {"type": "plain_text_input", "value": "Ingen svarar"}}}}}
    submission = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": here.anna}, "view": sent}
    here.slack.talk.taken = {"title": "Titeln är för kort."}
    wrong = await (await here.slack.interact(submission)).json()
    here.slack.talk.taken = [said("Tack!")]
    right = await here.slack.interact(submission)
    await here.answered()

    assert {"response_action": "errors", "errors": {"title": "Titeln är för kort."}} == wrong
    assert (200, "", ["Tack!"]) == (right.status, await right.text(), [each["text"] for each in await here.written(here.direct)][before:])


@pytest.mark.parametrize("is_real", [True, False])
async def test_trigger_that_opens_nothing(here: Guided, *, is_real: bool) -> None:
    """With a trigger that has been used, or that Slack never gave, no form opens and the conversation asks instead."""
    trigger = await here.trigger() if is_real else "1.2.gissad"
    if is_real:
        await here.call("views.open", GUIDES_TOKEN, trigger_id=trigger, view='{"type": "modal", "title": {}, "blocks": []}')
    before = len(await here.written(here.direct))
    await here.press("form", trigger)

    assert ["Du sa: form"] == [each["text"] for each in await here.written(here.direct)][before:]


async def test_command(here: Guided) -> None:
    """Where the address to answer at does not work, what the command finds is still shown to its user alone."""
    channel = (await here.call("conversations.create", name="command"))["channel"]["id"]
    body = {"command": "/utmaning", "text": "nattbesök", "team_id": TEAM, "user_id": here.anna, "channel_id": channel}
    about = {"trigger_id": await here.trigger(), "response_url": f"{here.url}/none"}
    answer = await here.slack.post(urlencode(body | about).encode(), "application/x-www-form-urlencoded")
    await here.answered()

    shown = await here.seen("Ephemeral", tab="messages", channel=channel)
    assert (200, True, []) == (answer.status, "Du sa: nattbesök" in shown and "anna" in shown, await here.written(channel))


async def test_channel_that_the_guide_is_not_in(here: Guided, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing comes into a closed channel before the guide is invited; that is logged, and after it the guide answers."""
    channel = (await here.call("conversations.create", name="stangd", is_private="true"))["channel"]["id"]
    outside = await here.write(channel, f"<@{GUIDE}> hej")
    assert ([f"<@{GUIDE}> hej"], True) == (await here.in_thread(channel, outside), "not_in_channel" in caplog.text)

    await here.call("conversations.invite", channel=channel, users=GUIDE)
    inside = await here.write(channel, f"<@{GUIDE}> hej igen")
    assert [f"<@{GUIDE}> hej igen", "Du sa: hej igen"] == await here.in_thread(channel, inside)


async def test_home_tab(here: Guided) -> None:
    """Who opens the home tab has it published to them."""
    direct = (await here.call("conversations.open", GUIDES_TOKEN, users=here.bo))["channel"]["id"]
    await here.hear({"type": "app_home_opened", "user": here.bo, "channel": direct, "tab": "home", "event_ts": "1.0"})

    assert "bo" in re.findall(r"<td>(\w+)</td>", await here.seen("App Home", tab="views"))


async def test_outbox(here: Guided) -> None:
    """A message of the outbox comes into the owner's channel; what is no channel any more cannot be written to."""
    channel = (await here.call("conversations.create", name="agaren"))["channel"]["id"]
    await here.channel.deliver(withdrawn(f"slack:{TEAM}:{channel}"))
    with pytest.raises(UndeliverableError):
        await here.channel.deliver(withdrawn(f"slack:{TEAM}:CGONE"))
    await here.call("conversations.archive", channel=channel)
    with pytest.raises(UndeliverableError):
        await here.channel.deliver(withdrawn(f"slack:{TEAM}:{channel}"))

    [told] = await here.written(channel)
    assert "Ingen svarar i växeln" in told["text"]


async def test_installation(emulate: str, sqlite_database: Database, tmp_path: Path) -> None:
    """Who installs the guide from its page, through Slack's own, is answered with the token that Slack then gave."""
    keys = {"slack_token_keys": Fernet.generate_key().decode(), "public_url": PUBLIC_URL}
    given = {f"slack_{name}": value for name, value in CLIENT.items()} | keys
    async with guided(emulate, sqlite_database, tmp_path, **given) as here, aiohttp.ClientSession() as browser:
        begun = await here.slack.client.get("/slack/install", allow_redirects=False)
        async with browser.get(begun.headers["Location"]) as page:
            fields = re.findall(r'name="(\w+)" value="([^"]*)"', (await page.text()).partition("</form>")[0])
        chosen = {name: html.unescape(value) for name, value in fields}
        async with browser.post(f"{emulate}/oauth/v2/authorize/callback", data=chosen, allow_redirects=False) as agreed:
            back = urlsplit(agreed.headers["Location"])
        cookie = {"Cookie": f"slack-app-oauth-state={begun.cookies['slack-app-oauth-state'].value}"}
        done = await here.slack.client.get(back.path, params=dict(parse_qsl(back.query)), headers=cookie)
        at = await here.write(here.direct, "hej från en ny")

        assert (f"{PUBLIC_URL}/slack/oauth_redirect", 200) == (f"{back.scheme}://{back.netloc}{back.path}", done.status)
        assert ["Du sa: hej från en ny"] == [each["text"] for each in await here.written(here.direct, at)]


def withdrawn(recipient: str) -> Claimed:
    about = {"language": "sv", "title": "Ingen svarar i växeln", "number": "DG-1", "at": "2026-11-24T10:00:00+00:00"}
    return Claimed("key", "interest.withdrawn", recipient, about, 1, 1)


def _views(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the forms that Slack opens from now on, as it keeps them: it sends them back filled in, and shows them nowhere else."""
    opened: list[dict[str, Any]] = []
    views_open = AsyncWebClient.views_open

    async def open_and_tell(client: AsyncWebClient, **arguments: Any) -> Any:
        answer = await views_open(client, **arguments)
        opened.append(answer["view"])
        return answer

    monkeypatch.setattr(AsyncWebClient, "views_open", open_and_tell)
    return opened
