"""Behind a firewall, Slack is heard over a socket that the guide opens."""

from pathlib import Path

from aiohttp import web

from bot.channels.slack.app import EVENTS, Slack
from knowledge.database import Database
from tests.integration.slack.conftest import settings_for
from tests.integration.slack.fake_slack import FakeSlack
from tests.integration.slack.world import FakeSlackTalk, event_body, message


async def test_socket(fake_slack: FakeSlack, sqlite_database: Database, tmp_path: Path) -> None:
    """Events come over the socket and are acknowledged there; when it is cut, it is opened again, and no address is served."""
    settings = settings_for(fake_slack, tmp_path, slack_bot_token="xoxb-hemlig", slack_app_token="xapp-hemlig")
    channel = Slack(settings, sqlite_database, FakeSlackTalk())
    app = web.Application()
    channel.add_to(app.router)
    async with channel.running():
        await fake_slack.until(lambda: len(fake_slack.sockets) == 1)
        await fake_slack.send({"type": "events_api", "envelope_id": "e1", "payload": event_body(message("hej"))})
        await fake_slack.until(lambda: bool(fake_slack.texts()) and bool(fake_slack.acknowledged))
        await fake_slack.send({"type": "disconnect", "reason": "refresh_requested"})
        await fake_slack.until(lambda: len(fake_slack.sockets) == 2)
        await fake_slack.send({"type": "events_api", "envelope_id": "e2", "payload": event_body(message("igen"))})
        await fake_slack.until(lambda: len(fake_slack.texts()) == 2)
    await channel.close()

    assert (["Du sa: hej", "Du sa: igen"], "e1") == (fake_slack.texts(), fake_slack.acknowledged[0])
    assert EVENTS not in [route.resource.canonical for route in app.router.routes() if route.resource]
