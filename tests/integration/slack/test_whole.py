"""Slack over HTTP with the guide's own services behind it, and whether both can be used."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.app import Guide
from bot.channels.slack.app import Slack
from bot.channels.slack.talk import GuideInSlack
from bot.cli import doctor
from bot.replies import Reply, Text
from bot.services import Services
from bot.settings import Settings
from index.area_finder import AreaFinder
from index.search import Search
from knowledge.contribution_tables import OfferRow
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.people import Person
from tests.integration.slack.conftest import Started
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import ANNA, BO, FakeSlackTalk, SlackClient, press_body
from tests.rasa_server import FakeRasa, dialogue_with

SAID = "Ring Anna på 070-123 45 67, ingen svarar i växeln &amp; folk står i kö. " + "Det är likadant varje dag. " * 60
HEARD = Reply(elements=(Text(text="Det här liknar det."),))


@pytest_asyncio.fixture
async def whole(
    fake_slack: FakeSlack, sqlite_database: Database, settings: Settings, tmp_path: Path
) -> AsyncIterator[tuple[SlackClient, Services, FakeRasa]]:
    """A guide that listens to Slack, with its own services."""
    services = Services.over(settings, sqlite_database, cast("Search", None), cast("AreaFinder", None))
    rasa = FakeRasa(HEARD)
    async with dialogue_with(sqlite_database, tmp_path, rasa) as dialogue:
        channel = Slack(settings, sqlite_database, GuideInSlack(services, dialogue))
        app = web.Application()
        channel.add_to(app.router)
        async with TestClient(TestServer(app)) as client, channel.running():
            yield SlackClient(client, fake_slack, FakeSlackTalk()), services, rasa
        await channel.close()


def shortcut(slack: SlackClient, words: str) -> dict[str, Any]:
    body = {"type": "message_action", "callback_id": "make_challenge", "team": {"id": "T1"}, "user": {"id": ANNA}, "channel": {"id": "C1"}}
    message = {"text": words, "user": BO, "ts": "1.0"}
    return {**body, "message": message, "trigger_id": f"t-{len(slack.fake.calls)}", "response_url": f"{slack.fake.url}/hook/s1"}


async def test_message_becomes_a_challenge(whole: tuple[SlackClient, Services, FakeRasa]) -> None:
    """What somebody wrote is the first answer of the proposal, without what identifies people, which is stored nowhere on the way."""
    slack, services, _ = whole
    await slack.interact(shortcut(slack, SAID))
    await slack.fake.until(lambda: bool(slack.fake.of("hook")))
    with services.database.reading() as session:
        [told] = [each["entities"]["value"] for each in session.scalars(select(OfferRow.choice)) if each["intent"] == "propose"]
    propose = slack.fake.of("hook")[0]["blocks"][-1]["elements"][0]
    container = {"type": "message", "channel_id": "C1", "message_ts": "1.0", "is_ephemeral": True}
    await slack.press(propose["value"], container=container, response_url=f"{slack.fake.url}/hook/s2")
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))

    first = next(block for block in slack.fake.of("views.open")[0]["view"]["blocks"] if block["type"] == "input")
    assert (True, True) == (told.startswith("Ring Anna på [telefon], ingen svarar i växeln & folk"), 900 < len(told) <= 1000)
    assert told == first["element"]["initial_value"] == services.contributions.of(Person("slack", "T1", ANNA))[0].fields["today"]


async def test_press_in_the_home_tab(whole: tuple[SlackClient, Services, FakeRasa]) -> None:
    """An area that is chosen in the home tab is heard as a wish to follow it, and the tab is shown anew."""
    slack, _, rasa = whole
    await slack.event({"type": "app_home_opened", "user": ANNA, "channel": f"D{ANNA}", "tab": "home", "event_ts": "1.0"})
    await slack.fake.until(lambda: bool(slack.fake.of("views.publish")))
    menu = next(
        block["accessory"]
        for block in slack.fake.of("views.publish")[0]["view"]["blocks"]
        if block.get("accessory", {}).get("action_id") == "choice:area"
    )
    action = {
        "type": "static_select",
        "action_id": "choice:area",
        "block_id": "b",
        "selected_option": menu["options"][0],
        "action_ts": "2.0",
    }
    await slack.interact(press_body("", container={"type": "view"}, channel=None, actions=[action]))
    await slack.fake.until(lambda: len(slack.fake.of("views.publish")) == 2)

    assert "follow" == rasa.heard[-1]["intent"]


async def test_works(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack works while it takes our token; where it is slow, what it said last holds."""
    said = [await started.channel.works()]
    started.fake.failures["auth.test"] += ["invalid_auth"]
    said.append(await started.channel.works())
    said.append(await started.channel.works())
    assert [True, False, True] == said

    go = asyncio.Event()

    async def slow() -> None:
        await go.wait()
        raise UnavailableError("slack", cause="borta")

    monkeypatch.setattr("bot.channels.checking._SECONDS", 0)
    monkeypatch.setattr(started.channel._checking, "_check", slow)
    assert await started.channel.works()
    go.set()
    monkeypatch.setattr("bot.channels.checking._SECONDS", 2)
    assert not await started.channel.works()


async def test_ready(settings: Settings, fake_slack: FakeSlack) -> None:
    """A guide whose token Slack does not take is not ready, and says that Slack is why."""
    guide = Guide(settings)
    assert guide.slack
    try:
        async with TestClient(TestServer(guide._web())) as client:
            problems = []
            for failures in ([], ["invalid_auth"]):
                fake_slack.failures["auth.test"] += failures
                problems.append((await (await client.get("/readyz")).json())["problems"])
    finally:
        await guide.slack.close()
        guide.tracker.close()
        guide.database.close()

    assert [False, True] == ["slack" in each for each in problems]


async def test_doctor(settings: Settings, fake_slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor tells whether Slack takes our token."""
    monkeypatch.setattr(doctor, "settings", lambda: settings)
    await asyncio.to_thread(doctor._slack)
    fake_slack.failures["auth.test"] += ["invalid_auth"]

    with pytest.raises(UnavailableError):
        await asyncio.to_thread(doctor._slack)


async def test_form_is_sent_twice(whole: tuple[SlackClient, Services, FakeRasa]) -> None:
    """A second click on a form's button is acknowledged, and the contribution is sent and answered once."""
    slack, services, _ = whole
    await slack.interact(shortcut(slack, SAID))
    await slack.fake.until(lambda: bool(slack.fake.of("hook")))
    await slack.press(slack.fake.of("hook")[0]["blocks"][-1]["elements"][0]["value"])
    await slack.fake.until(lambda: bool(slack.fake.of("views.open")))
    values = {"today": {"value": {"type": "plain_text_input", "value": "Ingen svarar i växeln när det regnar."}}}
    view = slack.fake.of("views.open")[0]["view"] | {"id": "V1", "state": {"values": values}}
    submission = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": ANNA}, "view": view}
    for _ in range(2):
        assert 200 == (await slack.interact(submission)).status
    await slack.write("tack")
    await slack.fake.until(lambda: len(slack.fake.texts()) > 1 and "liknar" in slack.fake.texts()[-1])

    assert [True, False] == ["granskning" in words for words in slack.fake.texts()]
    assert ["in_review"] == [each.state for each in services.contributions.of(Person("slack", "T1", ANNA))]
