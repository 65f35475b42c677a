"""Forms in Slack: opened at once from a pressed choice, and taken in while Slack waits, so that what is wrong is shown at its field."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from slack_sdk.errors import SlackApiError

from bot.channels.lines import Lines
from bot.channels.slack.incoming import Incoming
from bot.channels.slack.modal import form_sent, render_modal
from bot.channels.slack.outgoing import Outgoing
from bot.channels.slack.places import Place
from bot.channels.slack.serving import Serving
from bot.channels.slack.workspaces import Workspaces, error_code
from bot.channels.talk import Talk
from bot.interaction import Interaction
from bot.replies import Notice, Reply
from bot.texts import text
from bot.whole_forms import FormName, WholeForm
from knowledge.errors import GuidenError

log = logging.getLogger(__name__)

Ack = Callable[..., Awaitable[Any]]
Taken = dict[str, str] | list[Reply]
# Slack waits three seconds for what becomes of a form.
_PATIENCE = 2.0


class Forms:
    """Opens forms and takes them in."""

    def __init__(self, talk: Talk, workspaces: Workspaces, outgoing: Outgoing, serving: Serving, lines: Lines, language: str) -> None:
        self._talk = talk
        self._workspaces = workspaces
        self._outgoing = outgoing
        self._serving = serving
        self._lines = lines
        self._language = language

    def press(self, incoming: Incoming) -> None:
        """Take a pressed choice: what opens a form does so at once, for its trigger lives three seconds; all else waits its turn."""
        if incoming.share:
            self._serving.hear(incoming)
        else:
            self._lines.start(self._pressed(incoming))

    async def sent(self, ack: Ack, view: Mapping[str, Any], team: str) -> None:
        """Take a form in and acknowledge it with what is wrong, or by closing it; the answer follows as a message.

        This is the one listener that works before it acknowledges, for the acknowledgement says what is wrong.
        """
        name, about, where, values = form_sent(view)
        place = Place.from_text(where)
        if place.team != team:
            log.warning("Ignored a form that was opened in another workspace")
            await ack()
            return
        # A form is taken once: a second click on its button has the same view.
        event = f"{team}/{view['id']}"
        interaction = Interaction("slack", place.conversation, event_id=event, person=place.user, tenant=place.team)
        taking = asyncio.ensure_future(self._take(interaction, cast("FormName", name), about, values))
        done, _ = await asyncio.wait({taking}, timeout=_PATIENCE)
        incoming = Incoming(interaction, place, time.time())
        if not done:
            await ack(response_action="update", view=self._note("wait"))
            self._lines.start(self._take_late(taking, incoming, view["id"]))
        elif isinstance(taken := taking.result(), dict):
            await ack(response_action="errors", errors=taken)
        else:
            self._serving.tell(incoming, taken)
            await ack()

    async def _pressed(self, incoming: Incoming) -> None:
        incoming = incoming.at_place(await self._outgoing.placed(incoming.place))
        opened = await self._open(incoming)
        if isinstance(opened, list):
            self._serving.tell(incoming, opened)
        elif opened is None or not await self._show(incoming, opened):
            self._serving.hear(incoming)

    async def _open(self, incoming: Incoming) -> WholeForm | list[Reply] | None:
        try:
            return await self._talk.opened(incoming.interaction)
        except GuidenError as error:
            log.error("A form could not be opened: %s", error)
            return None  # the conversation says what is wrong, or asks for one thing after the other

    async def _show(self, incoming: Incoming, form: WholeForm) -> bool:
        language = await self._talk.language(incoming.interaction)
        client = self._workspaces.client(await self._outgoing.workspace(incoming.place.team))
        view = render_modal(form, where=incoming.place.to_text(), language=language)
        try:
            await client.views_open(trigger_id=incoming.trigger, view=view)
        except SlackApiError as error:
            log.warning("A form could not be opened, so the conversation asks instead: %s", error_code(error))
            return False
        return True

    async def _take(self, interaction: Interaction, name: FormName, about: str, values: Mapping[str, str]) -> Taken:
        try:
            return await self._talk.sent(interaction, name, about, values)
        except GuidenError as error:
            log.error("A form could not be taken in: %s", error)
        except Exception:  # the edge of a turn: the form stays open, with everything that was filled in
            log.exception("A form could not be taken in")
        return {next(iter(values)): text(self._language, "channel.failed")}

    async def _take_late(self, taking: "asyncio.Task[Taken]", incoming: Incoming, view: str) -> None:
        taken = await taking
        client = self._workspaces.client(await self._outgoing.workspace(incoming.place.team))
        if isinstance(taken, dict):
            self._serving.tell(incoming, [Reply(elements=_wrong(taken))])
            note = "failed"
        else:
            self._serving.tell(replace(incoming, at=time.time()), taken)
            note = "done"
        await client.views_update(view_id=view, view=self._note(note))

    def _note(self, key: str) -> dict[str, Any]:
        return {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Digitaliseringsguiden"},
            "blocks": [{"type": "section", "text": {"type": "plain_text", "text": text(self._language, f"slack.{key}"), "emoji": False}}],
        }


def _wrong(errors: Mapping[str, str]) -> tuple[Notice, ...]:
    return tuple(Notice(level="error", text=sentence) for sentence in errors.values())
