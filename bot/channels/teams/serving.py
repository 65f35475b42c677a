"""One thing that came from Teams, from its turn in the line to the answer where it was asked for, or in the person's own chat."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import groupby

from bot.channels.lines import Lines
from bot.channels.saying import files_too, sentence, sorry, to_propose, together
from bot.channels.talk import Talk
from bot.channels.teams.incoming import Incoming
from bot.channels.teams.outgoing import Message, Outgoing
from bot.channels.teams.places import Place
from bot.interaction import Interaction
from bot.replies import Reply
from bot.texts import text
from knowledge.errors import GuidenError
from knowledge.outbox import UndeliverableError
from knowledge.reachable import Reachable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]

_PROMPTS = range(1, 5)
# Teams shows that the guide is at work for a few seconds at a time.
_TYPING_SECONDS = 3.0
# The answer waits no longer than this for a sign that it is being written.
_LAST_TYPING_SECONDS = 1.0


class Serving:
    """Answers what came in, each person in their order."""

    def __init__(self, talk: Talk, outgoing: Outgoing, lines: Lines, reachable: Reachable, language: str) -> None:
        self._talk = talk
        self._outgoing = outgoing
        self._lines = lines
        self._reachable = reachable
        self._language = language

    def hear(self, incoming: Incoming) -> "asyncio.Future[None]":
        """Take what somebody wrote or pressed; what is returned is done when it has been answered."""
        return self._put(incoming, lambda: self._answer(incoming))

    def welcome(self, incoming: Incoming) -> None:
        """Take that somebody got the guide as an app of their own: they are welcomed once."""
        self._put(incoming, lambda: self._welcome(incoming))

    def greet(self, incoming: Incoming) -> None:
        """Take that the guide was added where several people talk: it says once how it is addressed."""
        self._put(incoming, lambda: self._greet(incoming))

    def forget(self, incoming: Incoming) -> None:
        """Take that somebody removed the guide: they cannot be written to any more."""
        self._put(incoming, lambda: asyncio.to_thread(self._reachable.forget, incoming.place.who), is_heard=False)

    def make_challenge(self, incoming: Incoming) -> None:
        """Take a message that is to become a challenge, in the person's own chat: look whether there is one, and offer to propose it."""
        self._put(incoming, lambda: self._make_challenge(incoming))

    def tell(self, incoming: Incoming, replies: Sequence[Reply]) -> None:
        """Take the answer to a form, or what is said in its place; it is the person's own."""
        self._put(incoming, lambda: self._say(incoming, replies, privately=True))

    def show(self, incoming: Incoming, message: Message) -> None:
        """Take a message that is for the person alone, such as a form."""
        self._put(incoming, lambda: self._show(incoming, message))

    async def language_of(self, incoming: Incoming) -> str:
        """Return the language of the conversation, and the usual one where the database cannot tell."""
        try:
            return await self._talk.language(incoming.interaction)
        except GuidenError as error:
            log.error("The language of a conversation is not known: %s", error)
            return self._language

    def _put(self, incoming: Incoming, work: Work, *, is_heard: bool = True) -> "asyncio.Future[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def serve() -> None:
            try:
                if is_heard:
                    await self._remember(incoming.place)
                await self._guarded(incoming, work)
            finally:
                done.set_result(None)

        self._lines.put(f"{incoming.place.tenant}/{incoming.place.person}", incoming.at, serve)
        return done

    async def _remember(self, place: Place) -> None:
        if place.is_personal:
            try:
                await asyncio.to_thread(self._reachable.remember, place.who, place.address)
            except GuidenError as error:  # the answer comes all the same, or says that the database is gone
                log.error("Where a person is reached could not be kept: %s", error)

    async def _guarded(self, incoming: Incoming, work: Work) -> None:
        try:
            await work()
        except UndeliverableError as error:
            log.warning("An answer in Teams found nobody: %s", error)
        except Exception as error:  # the edge of a turn: whatever broke, the person hears of it
            if isinstance(error, GuidenError):
                log.error("An answer in Teams failed: %s", error)
            else:
                log.exception("An answer in Teams failed")
            with contextlib.suppress(GuidenError):  # where Teams itself is away, nobody is there to hear it
                await self._outgoing.say(incoming.place, sorry(self._language), self._language)

    async def _answer(self, incoming: Incoming) -> None:
        interaction = incoming.interaction
        if not (interaction.text or interaction.choice):
            if incoming.has_files:
                return await self._cannot_read(incoming)
            interaction = replace(interaction, intent="greet")  # a bare mention
        replies = await self._turn(incoming.place, interaction)
        if incoming.has_files and replies:
            replies = [files_too(await self.language_of(incoming)), *replies]
        return await self._say(incoming, replies)

    async def _cannot_read(self, incoming: Incoming) -> None:
        if await self._talk.is_new(incoming.interaction):
            language = await self.language_of(incoming)
            await self._outgoing.say(incoming.place, sentence(language, "channel.only_file"), language)

    async def _welcome(self, incoming: Incoming) -> None:
        if not await self._is_first(incoming, incoming.place.person):
            return
        replies = await self._talk.turn(incoming.interaction)
        language = await self.language_of(incoming)
        prompts = [(text(language, f"prompt.title_{each}"), text(language, f"prompt.message_{each}")) for each in _PROMPTS]
        # Who has talked with the guide among others has been welcomed there.
        said = together(replies) if replies else sentence(language, "teams.own_chat")
        await self._outgoing.say(incoming.place, said, language, prompts)

    async def _is_first(self, incoming: Incoming, met: str) -> bool:
        """Tell whether the guide met somebody, or a place, just now: Teams says so twice, of the app and of the guide as a member."""
        return await self._talk.is_new(replace(incoming.interaction, event_id=f"hello/{met}"))

    async def _greet(self, incoming: Incoming) -> None:
        if await self._is_first(incoming, incoming.place.conversation):
            await self._outgoing.say(incoming.place, sentence(self._language, "teams.hello_group"), self._language)

    async def _make_challenge(self, incoming: Incoming) -> None:
        replies = await self._turn(incoming.place, incoming.interaction)
        if not replies:
            return
        await self._say(incoming, replies)
        language = await self.language_of(incoming)
        offered = await self._talk.offer(incoming.interaction, to_propose(language, incoming.interaction.text))
        offer = sentence(language, "teams.or_propose").model_copy(update={"choices": (offered,)})
        await self._outgoing.say(incoming.place, offer, language)

    async def _turn(self, place: Place, interaction: Interaction) -> list[Reply]:
        async with self._typing(place):
            return await self._talk.turn(interaction)

    async def _say(self, incoming: Incoming, replies: Sequence[Reply], *, privately: bool = False) -> None:
        """Say the replies of a turn; what is private goes to the person's own chat, and where others read along it is said that it did."""
        if not replies:
            return
        language = await self.language_of(incoming)
        for hidden, group in groupby(replies, lambda reply: privately or reply.private):
            reply = together(list(group))
            if hidden and not incoming.place.is_personal:
                await self._say_in_own_chat(incoming.place, reply, language)
            else:
                await self._outgoing.say(incoming.place, reply, language)

    async def _say_in_own_chat(self, place: Place, reply: Reply, language: str) -> None:
        try:
            await self._outgoing.say(await self._outgoing.own(place), reply, language)
        except UndeliverableError as error:
            log.info("A person's own chat cannot be used: %s", error)
            await self._outgoing.say(place, sentence(language, "teams.write_to_me"), language)
        else:
            await self._outgoing.say(place, sentence(language, "teams.in_own_chat"), language)

    async def _show(self, incoming: Incoming, message: Message) -> None:
        try:
            await self._outgoing.show(await self._outgoing.own(incoming.place), message)
        except UndeliverableError:
            if incoming.place.is_personal:
                raise
            language = await self.language_of(incoming)
            await self._outgoing.say(incoming.place, sentence(language, "teams.write_to_me"), language)

    @contextlib.asynccontextmanager
    async def _typing(self, place: Place) -> AsyncIterator[None]:
        """Show that the guide is at work while it is; channels have no place for it."""
        if place.kind == "channel":
            yield
            return
        done = asyncio.Event()
        showing = asyncio.ensure_future(self._show_typing(place, done))
        try:
            yield
        finally:
            done.set()
            # Shown after the answer, it would announce one that never comes.
            await asyncio.wait({showing}, timeout=_LAST_TYPING_SECONDS)
            showing.cancel()

    async def _show_typing(self, place: Place, done: asyncio.Event) -> None:
        while True:
            try:
                await self._outgoing.typing(place)
            except GuidenError as error:  # it is only pleasant, and the answer must come all the same
                log.info("Teams did not take a sign of typing: %s", error)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _TYPING_SECONDS)
                return
