"""One thing that came from Slack, from its turn in the line to the answer where it was asked for."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.channels.lines import Lines
from bot.channels.saying import files_too, sentence, sorry, to_propose, together
from bot.channels.slack.choices import MOST_BUTTONS
from bot.channels.slack.home import render_home
from bot.channels.slack.incoming import SHARE, Incoming
from bot.channels.slack.outgoing import Extra, Outgoing
from bot.channels.slack.talk import SlackTalk
from bot.channels.slack.workspaces import Workspaces, error_code
from bot.replies import Card, Reply, Text
from bot.texts import text
from knowledge.errors import GuidenError

log = logging.getLogger(__name__)

_PROMPTS = range(1, 5)


class Serving:
    """Answers what came in, each conversation in its order."""

    def __init__(self, talk: SlackTalk, workspaces: Workspaces, outgoing: Outgoing, lines: Lines, language: str) -> None:
        self._talk = talk
        self._workspaces = workspaces
        self._outgoing = outgoing
        self._lines = lines
        self._language = language

    def hear(self, incoming: Incoming) -> None:
        """Take what somebody wrote, asked for or pressed."""
        self._put(incoming, self._share(incoming) if incoming.share else self._answer(incoming))

    def make_challenge(self, incoming: Incoming) -> None:
        """Take a message that is to become a challenge: look whether there is one, and offer to propose it."""
        self._put(incoming, self._answer(incoming, may_propose=True))

    def open(self, incoming: Incoming) -> None:
        """Take that somebody opened the guide: they are welcomed once, whatever they open first."""
        self._put(incoming, self._opened(incoming))

    def tell(self, incoming: Incoming, replies: list[Reply]) -> None:
        """Take the answer to a form; it is the person's own."""
        self._put(incoming, self._told(incoming, replies))

    def _put(self, incoming: Incoming, work: Coroutine[Any, Any, None]) -> None:
        self._lines.put(f"{incoming.place.team}/{incoming.place.conversation}", incoming.at, lambda: self._guarded(incoming, work))

    async def _guarded(self, incoming: Incoming, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # the edge of a turn: whatever broke, the person hears of it
            if isinstance(error, GuidenError):
                log.error("An answer in Slack failed: %s", error)
            else:
                log.exception("An answer in Slack failed")
            with contextlib.suppress(GuidenError):  # where the place itself is gone, nobody is there to hear it
                await self._outgoing.say(incoming.place, sorry(self._language), self._language, privately=True)

    async def _answer(self, incoming: Incoming, *, may_propose: bool = False) -> None:
        interaction = incoming.interaction
        if incoming.place.response_url and self._asks_to_share(interaction.text):
            return await self._share(incoming)
        if not (interaction.text or interaction.choice):
            if incoming.has_files:
                return await self._cannot_read(incoming)
            interaction = replace(interaction, intent="greet")  # a bare mention, or the command alone
        async with self._status(incoming):
            replies = await self._talk.turn(interaction)
        if not replies:
            return None
        if incoming.has_files:
            replies = [files_too(await self._talk.language(incoming.interaction)), *replies]
        await self._say(incoming, replies, may_propose=may_propose)
        if incoming.is_home:
            await self._publish(incoming)
        return None

    async def _say(self, incoming: Incoming, replies: Sequence[Reply], *, may_propose: bool = False, privately: bool = False) -> None:
        language = self._language
        can_share = bool(incoming.place.response_url) and _is_worth_sharing(replies)
        if can_share or may_propose or len(replies[-1].choices) > MOST_BUTTONS:
            language = await self._talk.language(incoming.interaction)
        extras = [await self._to_propose(incoming, language)] if may_propose else []
        if can_share:
            shown = together(replies).model_copy(update={"choices": ()})
            extras.append((SHARE, text(language, "slack.share"), await self._talk.keep(incoming.interaction, shown)))
        groups = [(hidden, together(list(group))) for hidden, group in groupby(replies, lambda reply: privately or reply.private)]
        for number, (hidden, reply) in enumerate(groups, 1):
            await self._outgoing.say(incoming.place, reply, language, extras if number == len(groups) else (), privately=hidden)

    async def _told(self, incoming: Incoming, replies: Sequence[Reply]) -> None:
        if replies:
            await self._say(incoming, replies, privately=True)
        if incoming.place.is_direct:
            await self._publish(incoming)

    async def _cannot_read(self, incoming: Incoming) -> None:
        if await self._talk.is_new(incoming.interaction):
            await self._say(incoming, [sentence(self._language, "channel.only_file")])

    async def _to_propose(self, incoming: Incoming, language: str) -> Extra:
        choice = await self._talk.offer(incoming.interaction, to_propose(language, incoming.interaction.text))
        return ("choice:propose", choice.label, choice.id)

    async def _share(self, incoming: Incoming) -> None:
        kept = await self._talk.kept(incoming.interaction, incoming.share)
        language = await self._talk.language(incoming.interaction)
        if kept is None:
            gone = Reply(elements=(Text(text=text(language, "slack.share_gone")),))
            return await self._outgoing.say(incoming.place, gone, language)
        told = Reply(elements=(Text(text=text(language, "slack.shared")), *kept.elements))
        return await self._outgoing.share(incoming.place, told, language)

    def _asks_to_share(self, words: str) -> bool:
        return words.strip(" .!»«").casefold() in {text(language, "slack.share").casefold() for language in ("sv", "en", "fi")}

    async def _opened(self, incoming: Incoming) -> None:
        if incoming.is_home:
            await self._publish(incoming)
        if replies := await self._talk.turn(incoming.interaction):
            await self._say(incoming, replies)
        if not incoming.is_home:
            await self._suggest(incoming)

    async def _publish(self, incoming: Incoming) -> None:
        home = await self._talk.home(incoming.interaction)
        client = self._workspaces.client(await self._outgoing.workspace(incoming.place.team))
        with _unimportant("the home tab"):
            await client.views_publish(user_id=incoming.place.user, view=render_home(home))

    async def _suggest(self, incoming: Incoming) -> None:
        language = self._language
        prompts = [
            {"title": text(language, f"prompt.title_{number}"), "message": text(language, f"prompt.message_{number}")}
            for number in _PROMPTS
        ]
        client = self._workspaces.client(await self._outgoing.workspace(incoming.place.team))
        with _unimportant("suggested prompts"):
            # Without thread_ts: with it, an app with the agent view gets no prompts and no error (Slack's documentation).
            await client.api_call("assistant.threads.setSuggestedPrompts", json={"channel_id": incoming.place.channel, "prompts": prompts})

    @contextlib.asynccontextmanager
    async def _status(self, incoming: Incoming) -> AsyncIterator[None]:
        """Show that the guide is searching, while it does; Slack takes the status away with an answer in the same thread only."""
        if not incoming.message:
            yield
            return
        showing = asyncio.ensure_future(self._show_status(incoming, text(self._language, "slack.status")))
        try:
            yield
        finally:
            await showing
            if not incoming.place.thread:
                self._lines.start(self._show_status(incoming, ""))

    async def _show_status(self, incoming: Incoming, status: str) -> None:
        with _unimportant("the status"):
            client = self._workspaces.client(await self._outgoing.workspace(incoming.place.team))
            thread = incoming.place.thread or incoming.message
            await client.assistant_threads_setStatus(channel_id=incoming.place.channel, thread_ts=thread, status=status)


@contextlib.contextmanager
def _unimportant(what: str) -> Any:
    """Let what is only pleasant fail: workspaces without the agent view lack it, and the answer must come all the same."""
    try:
        yield
    except SlackApiError as error:
        log.info("Slack did not take %s: %s", what, error_code(error))
    except (GuidenError, OSError, TimeoutError) as error:
        log.info("Slack did not take %s: %s", what, type(error).__name__)


def _is_worth_sharing(replies: Sequence[Reply]) -> bool:
    has_entries = any(isinstance(element, Card) for reply in replies for element in reply.elements)
    return has_entries and not any(reply.private or reply.asks for reply in replies)
