"""One turn of a conversation: from what a person did to what is answered, through Rasa."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.interaction import Interaction
from bot.offering import Offering
from bot.replies import Choice, Reply, from_wire
from bot.settings import Settings
from bot.static_replies import beyond_reply, error_reply, old_button_reply, static_reply, welcome
from bot.told_news import news_reply
from bot.tracker_store import TrackerStore
from bot.typed import LONGEST_TEXT, answer_to_form, beyond_the_list, message, payload
from bot.whole_forms.form import Asked
from knowledge.conversations import Conversation, Conversations
from knowledge.errors import UnavailableError
from knowledge.news import AllNews
from knowledge.people import Person

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Guiden-Secret"
_LOCKS_KEPT = 10_000


class Dialogue:
    """Takes interactions in the order of their conversation, and answers each."""

    def __init__(self, settings: Settings, conversations: Conversations, offering: Offering, news: AllNews, tracker: TrackerStore) -> None:
        self._settings = settings
        self._conversations = conversations
        self._offering = offering
        self._news = news
        self._tracker = tracker
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._http: aiohttp.ClientSession | None = None
        self.rasa_url = settings.rasa_url
        self.secret = settings.rasa_secret

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer one interaction; never raises, for the person must hear something.

        A delivery that was seen before gets an empty list.
        """
        return await self._in_order(interaction, lambda: self._turn(interaction))

    async def answered(self, interaction: Interaction, reply: Reply) -> list[Reply]:
        """Take `reply` as the answer to what a person did outside the conversation, such as sending a form; return what to say of it.

        A number or a code that is typed next is then understood as after any other answer. Never raises, as `turn`.
        """
        return await self._in_order(interaction, lambda: self._answered(interaction, reply))

    async def offered(self, choice: str) -> Choice | None:
        """Return what a button stands for, for whoever must open a form at once; None when it was never offered, or is too old."""
        return await self._offering.offered(choice)

    async def offer(self, interaction: Interaction, reply: Reply) -> Reply:
        """Give a reply's choices ids outside any turn, for a page beside the conversation; numbers keep their meaning in it.

        Raises:
            UnavailableError: the database cannot be used.
        """
        conversation = await self._conversation(interaction)
        return await self._offering.with_ids(interaction.channel, conversation.id, person_of(interaction), reply)

    async def asked_by(self, interaction: Interaction) -> Asked:
        """Return who opens or sends a form, and where; raise UnavailableError when the database cannot be used."""
        conversation = await self._conversation(interaction)
        organisation = conversation.organisation or self._settings.organisation
        return Asked(person_of(interaction), conversation.id, conversation.language, interaction.channel, organisation)

    async def close(self) -> None:
        """Give back the connections to Rasa."""
        if self._http:
            await self._http.close()

    async def ask_rasa(self, sender: str, message: dict[str, Any], about: dict[str, Any]) -> list[dict[str, Any]]:
        """Send one message to Rasa and return its answers.

        Raises:
            UnavailableError: Rasa cannot be reached, refuses, or answers nothing, which is its way to say "error".
        """
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.turn_seconds)
            self._http = aiohttp.ClientSession(timeout=timeout, headers={SECRET_HEADER: self.secret})
        body = {"sender": sender, "metadata": about, **message}
        try:
            async with self._http.post(f"{self.rasa_url}/webhooks/guide/webhook", json=body) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's own number
                    raise UnavailableError("dialogue_server", cause=f"HTTP {response.status}")
                answers: list[dict[str, Any]] = (await response.json())["messages"]
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnavailableError("dialogue_server", cause=type(error).__name__) from error
        if not answers:
            raise UnavailableError("dialogue_server", cause="no answer")
        return answers

    async def _in_order(self, interaction: Interaction, work: Callable[[], Awaitable[list[Reply]]]) -> list[Reply]:
        async with self._lock(f"{interaction.channel}/{interaction.tenant}/{interaction.conversation}"):
            try:
                return await work()
            except UnavailableError as error:
                log.error("A turn failed: %s", error)
                return await self._sorry(interaction, error.key)
            except Exception:  # the edge of a turn: whatever broke, the person gets an answer
                log.exception("A turn failed")
                return await self._sorry(interaction)

    async def _sorry(self, interaction: Interaction, cause: str = "turn") -> list[Reply]:
        reply = error_reply(interaction.language or self._settings.language, cause)
        with contextlib.suppress(UnavailableError):  # without a database there are no buttons, but a typed word does
            reply = await self.offer(interaction, reply)
        return [reply]

    async def _turn(self, interaction: Interaction) -> list[Reply]:
        if not await self._is_new(interaction):
            return []
        conversation = await self._conversation(interaction)
        greeting = self._greeting(conversation)
        if interaction.intent == "open":
            return [*greeting, *await self._unread(interaction, conversation)]
        if interaction.choice:
            pressed = await self._offering.pressed(interaction.choice, conversation.id, person_of(interaction))
            if pressed is None:
                is_others = await self._offering.offered(interaction.choice) is not None
                return [*greeting, *await self._aside(interaction, conversation, old_button_reply(conversation, is_others=is_others))]
            interaction = replace(interaction, intent=pressed.intent, entities=pressed.entities)
        told = await self._answer(interaction, conversation)
        if told is None and (beyond := beyond_the_list(interaction, conversation)):
            return [*greeting, beyond_reply(conversation.language, beyond, conversation.choices)]
        answers = await self.ask_rasa(conversation.id, told or message(interaction, conversation), self._about(interaction, conversation))
        answers = await self._with_private(answers, conversation)
        replies = [self._reply(answer, conversation.language) for answer in answers if "forget" not in answer]
        if conversation.is_new:  # the first words may have been that another language is wanted
            greeting = self._greeting(replace(conversation, language=(await self._conversation(interaction)).language))
        before = [*greeting, *await self._unread(interaction, conversation)]
        if any("forget" in answer for answer in answers):
            await self.forget(conversation.id)
            return [*before, *replies]
        return [*before, *await self._offering.going_out(interaction.channel, conversation.id, person_of(interaction), replies)]

    async def _answered(self, interaction: Interaction, reply: Reply) -> list[Reply]:
        if not await self._is_new(interaction):
            return []
        conversation = await self._conversation(interaction)
        try:
            # A form that the conversation was in the middle of is left, or it would take the next words for its answer.
            await self.ask_rasa(conversation.id, payload("cancel", {}), self._about(interaction, conversation))
        except UnavailableError as error:
            log.error("Rasa was not told of an answer: %s", error)
        before = [*self._greeting(conversation), *await self._unread(interaction, conversation)]
        return [*before, *await self._offering.going_out(interaction.channel, conversation.id, person_of(interaction), [reply])]

    async def _aside(self, interaction: Interaction, conversation: Conversation, reply: Reply) -> list[Reply]:
        """Return an answer beside the conversation, which leaves standing what was asked for last."""
        who = person_of(interaction)
        return await self._offering.going_out(interaction.channel, conversation.id, who, [reply], asked=conversation.asked)

    async def _is_new(self, interaction: Interaction) -> bool:
        event = f"{interaction.channel}:{interaction.event_id}"
        if not interaction.event_id or await asyncio.to_thread(self._conversations.is_new_event, event):
            return True
        log.info("Ignored a second delivery of an event in %s", interaction.channel)
        return False

    async def _conversation(self, interaction: Interaction) -> Conversation:
        language = interaction.language or self._settings.language
        place = (interaction.channel, interaction.tenant, interaction.conversation)
        return await asyncio.to_thread(self._conversations.find, *place, language)

    def _greeting(self, conversation: Conversation) -> list[Reply]:
        return [welcome(conversation.language, self._settings)] if conversation.is_new else []

    async def _unread(self, interaction: Interaction, conversation: Conversation) -> list[Reply]:
        """Return what the person has not been told yet; asked for last, so that a turn that fails loses nothing."""
        news = await asyncio.to_thread(self._news.unread, person_of(interaction))
        return [news_reply(self._settings, conversation.language, news)] if news else []

    def _about(self, interaction: Interaction, conversation: Conversation) -> dict[str, Any]:
        return {
            "language": conversation.language,
            "channel": interaction.channel,
            "organisation": conversation.organisation or self._settings.organisation,
            "tenant": interaction.tenant,
            "person": person_of(interaction).external_id,
        }

    async def _answer(self, interaction: Interaction, conversation: Conversation) -> dict[str, Any] | None:
        """Return what Rasa is told of an answer to what a form asked for, or None when it is no such answer.

        The words themselves, which may be an address or a number, stay with the conversation until the form takes them: Rasa stores
        every message in clear, and masking them for Rasa would lose them.
        """
        answer = answer_to_form(interaction, conversation)
        if answer is None:
            return None
        if answer.keep:
            await asyncio.to_thread(self._conversations.hear, conversation.id, interaction.text.strip()[:LONGEST_TEXT])
        return payload(answer.intent, answer.entities)

    async def _with_private(self, answers: list[dict[str, Any]], conversation: Conversation) -> list[dict[str, Any]]:
        """Put the answers that were kept from Rasa where it holds only their numbers."""
        if not any("private" in answer for answer in answers):
            return answers
        kept = await asyncio.to_thread(self._conversations.private, conversation.id)
        return [{"reply": kept[answer["private"]] | {"private": True}} if "private" in answer else answer for answer in answers]

    async def forget(self, conversation: str) -> None:
        """Remove a conversation with all its messages, here and at Rasa."""
        await asyncio.to_thread(self._tracker.remove, conversation)
        await asyncio.to_thread(self._conversations.remove, conversation)

    def _reply(self, answer: dict[str, Any], language: str) -> Reply:
        try:
            if "reply" in answer:
                return from_wire(answer["reply"])
            return static_reply(str(answer.get("key", "error")), language, self._settings)
        except (ValidationError, KeyError):
            log.exception("Rasa sent an answer that is none")
            return error_reply(language)

    def _lock(self, key: str) -> asyncio.Lock:
        lock = self._locks.pop(key, None) or asyncio.Lock()
        self._locks[key] = lock
        while len(self._locks) > _LOCKS_KEPT:
            oldest = next(iter(self._locks))
            if self._locks[oldest].locked():
                break
            del self._locks[oldest]
        return lock


def person_of(interaction: Interaction) -> Person:
    """Return who did something; the place stands for the person where no more is known."""
    return Person(interaction.channel, interaction.tenant, interaction.person or interaction.conversation)
