"""Wires everything together, once: the conversation, its actions, the search, and the server they live in."""

import asyncio
import contextlib
import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot import unfollow_page
from bot.actions import (
    browse,
    company,
    contribute,
    find,
    following,
    interest,
    own_contributions,
    own_interests,
    questions,
    reports,
    review_form,
    reviewing,
    steer,
    voice,
)
from bot.actions.contribution_form import ContributionForm
from bot.actions.following import FollowForm
from bot.actions.forms import FORMS
from bot.actions.interest_form import InterestForm
from bot.actions.questions import QuestionForm
from bot.actions.reports import ReportForm
from bot.actions.review_form import ReviewForm
from bot.actions.turn import GuideAction
from bot.chores import Chores
from bot.delivery import Delivery
from bot.dialogue import SECRET_HEADER, Dialogue
from bot.offering import Offering
from bot.services import Services
from bot.settings import Settings
from bot.supervisor import RasaServer
from bot.tracker_store import TrackerStore, tracker_url
from index.area_finder import AreaFinder
from index.encoder import E5Encoder
from index.search import Search
from knowledge.database import Database
from knowledge.errors import UnavailableError
from knowledge.news import AllNews
from knowledge.offers import Offers

if TYPE_CHECKING:
    from bot.channels.slack.app import Slack
    from bot.channels.teams.app import Teams

log = logging.getLogger(__name__)

# Rasa sends a whole conversation with each call; aiohttp's own limit of 1 MiB is reached after some 340 turns.
_LARGEST_CALL = 8 * 2**20


class Guide:
    """The whole assistant; `async with` starts and stops it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self.encoder = E5Encoder(settings.model, settings.models)
        self.search = Search(settings.index, self.encoder)
        self.services = Services.over(settings, self.database, self.search, AreaFinder(self.encoder))
        self.tracker_url = tracker_url(settings)
        self.tracker = TrackerStore(self.tracker_url)
        conversations = self.services.conversations
        offering = Offering(conversations, Offers(self.database))
        self.dialogue = Dialogue(settings, conversations, offering, AllNews(self.database), self.tracker)
        self.dialogue.secret = settings.rasa_secret or secrets.token_urlsafe(32)
        self.delivery = Delivery(settings, self.database)
        self.slack = _slack(self)
        self.teams = _teams(self)
        self.executor = _executor(self.services)
        self.rasa: RasaServer | None = None
        self.port = settings.port

    @contextlib.asynccontextmanager
    async def running(self, progress: Callable[[], None] = lambda: None, port: int | None = None) -> AsyncIterator["Guide"]:
        """Run until the block ends; `progress` is called while waiting for Rasa.

        With a `port` of its own, beside another guide perhaps, it sends messages to Slack and Teams but leaves what comes from there alone.

        Raises:
            UnavailableError: the database, the home folder or Rasa cannot be used.
        """
        await asyncio.to_thread(self.database.upgrade)
        runner = web.AppRunner(self._web(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, self.settings.host, self.settings.port if port is None else port)
        try:
            await _listen(site, self.settings)
            self.port = runner.addresses[0][1]
            async with Chores(self.services, self.dialogue, self.delivery).running():
                await asyncio.gather(self._start_rasa(progress), asyncio.to_thread(self._warm_up))
                async with contextlib.AsyncExitStack() as channels:
                    for channel in self._channels.values() if port is None else ():
                        await channels.enter_async_context(channel.running())
                    yield self
        finally:
            for channel in self._channels.values():
                await channel.close()
            if self.rasa:
                await self.rasa.stop()
            await self.dialogue.close()
            await runner.cleanup()
            self.tracker.close()
            self.database.close()

    @property
    def _channels(self) -> "dict[str, Slack | Teams]":
        """Return the channels that are used."""
        return {name: channel for name, channel in (("slack", self.slack), ("teams", self.teams)) if channel}

    async def _start_rasa(self, progress: Callable[[], None]) -> None:
        if self.settings.rasa_url:
            return
        self.rasa = RasaServer(self.settings, self.dialogue, f"http://127.0.0.1:{self.port}/actions", self.tracker_url)
        await self.rasa.start(progress)

    def _warm_up(self) -> None:
        try:
            self.search.refresh()
            self.search.ask("uppvärmning")
            self.services.areas.find("uppvärmning av områden")
        except UnavailableError as error:
            # Everything but the search works; whoever asks is told.
            log.error("The search cannot be used yet: %s", error)

    def _web(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_CALL)
        app.router.add_post("/actions", self._action)
        app.router.add_get("/healthz", _healthz)
        app.router.add_get("/readyz", self._readyz)
        unfollow_page.add_to(app.router, self.services.following)
        for channel in self._channels.values():
            channel.add_to(app.router)
        return app

    async def _action(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, ""), self.dialogue.secret):
            return web.json_response({"error": "wrong secret"}, status=401)
        call = json.loads(await request.read())
        try:
            result = await self.executor.run(call)
        except ActionExecutionRejection as error:
            return web.json_response({"error": error.message, "action_name": error.action_name}, status=400)
        except ActionNotFoundException as error:
            return web.json_response({"error": error.message, "action_name": error.action_name}, status=404)
        except Exception:  # the edge of a turn: without an answer here the person would hear nothing
            log.exception("The action %s failed", call.get("next_action"))
            return web.json_response({"events": [], "responses": [{"custom": {"key": "error"}}]})
        return web.json_response(result.model_dump() if result else {"events": [], "responses": []})

    async def _readyz(self, _request: web.Request) -> web.Response:
        problems = [name for name, check in self._checks().items() if await asyncio.to_thread(_fails, check)]
        problems += [name for name, channel in self._channels.items() if not await channel.works()]
        return web.json_response({"ready": not problems, "problems": problems}, status=503 if problems else 200)

    def _checks(self) -> dict[str, Callable[[], Any]]:
        return {"database": self.database.ping, "index": lambda: self.search.generation, "dialogue": self._check_rasa}

    def _check_rasa(self) -> None:
        if self.rasa is not None and not self.rasa.is_ready:
            raise UnavailableError("dialogue_server", cause="not running")


def _slack(guide: Guide) -> "Slack | None":
    """Return the channel Slack where it is set; its packages take a second to import."""
    if not guide.settings.uses_slack:
        return None
    from bot.channels.slack.app import Slack
    from bot.channels.slack.talk import GuideInSlack

    slack = Slack(guide.settings, guide.database, GuideInSlack(guide.services, guide.dialogue))
    guide.delivery.register("slack", slack.deliver)
    return slack


def _teams(guide: Guide) -> "Teams | None":
    """Return the channel Teams where it is set; its packages take seconds to import."""
    if not guide.settings.uses_teams:
        return None
    from bot.channels.talk import GuideTalk
    from bot.channels.teams.app import Teams

    teams = Teams(guide.settings, guide.database, GuideTalk(guide.services, guide.dialogue))
    guide.delivery.register("teams", teams.deliver)
    return teams


def _executor(services: Services) -> ActionExecutor:
    executor = ActionExecutor()
    told = (contribute, own_contributions, reports, reviewing, review_form)
    for module in (find, browse, company, interest, own_interests, following, questions, voice, steer, *told):
        for name, answer in module.ACTIONS.items():
            executor.register_action(GuideAction(name, answer, services))
    for form in (*FORMS, InterestForm, FollowForm, QuestionForm, ContributionForm, ReportForm, ReviewForm):
        executor.register_action(form(services))
    return executor


async def _listen(site: web.TCPSite, settings: Settings) -> None:
    try:
        await site.start()
    except OSError as error:
        raise UnavailableError("port_taken", host=settings.host, port=settings.port, cause=error.strerror) from error


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


def _fails(check: Callable[[], Any]) -> bool:
    try:
        check()
    except UnavailableError:
        return True
    return False
