"""One turn of a conversation: from what a person did to what is answered, through Rasa."""

import asyncio
import logging
import re
from collections import OrderedDict
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.asking import heard
from bot.interaction import Interaction
from bot.replies import Choice, Reply, from_wire
from bot.settings import Settings
from bot.static_replies import beyond_reply, error_reply, static_reply, welcome
from bot.tracker_store import TrackerStore
from knowledge.conversations import Conversation, Conversations
from knowledge.errors import UnavailableError
from knowledge.masking import mask

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Guiden-Secret"
_LONGEST_TEXT = 4000
_LONGEST_NUMBER = 3
# What a mail says to write; the assistant cannot have seen the random part.
_UNFOLLOW = re.compile(r"(?:sluta följa|unfollow|lopeta seuraaminen) ([\w-]{32})[.!]?", re.IGNORECASE)
# Any number can follow these words; the assistant has only seen some.
_SHOW = re.compile(r"(?:visa|öppna|nummer|nr|show|open|number|näytä|avaa|numero) (\d{1,3})[.!]?", re.IGNORECASE)
_LOCKS_KEPT = 10_000


class Dialogue:
    """Takes interactions in the order of their conversation, and answers each."""

    def __init__(self, settings: Settings, conversations: Conversations, tracker: TrackerStore) -> None:
        self._settings = settings
        self._conversations = conversations
        self._tracker = tracker
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._http: aiohttp.ClientSession | None = None
        self.rasa_url = settings.rasa_url
        self.secret = settings.rasa_secret

    async def turn(self, interaction: Interaction) -> list[Reply]:
        """Answer one interaction; never raises, for the person must hear something.

        A delivery that was seen before gets an empty list.
        """
        async with self._lock(f"{interaction.channel}/{interaction.tenant}/{interaction.conversation}"):
            try:
                return await self._turn(interaction)
            except UnavailableError as error:
                log.error("A turn failed: %s", error)
                return [error_reply(interaction.language or self._settings.language, error.key)]
            except Exception:  # the edge of a turn: whatever broke, the person gets an answer
                log.exception("A turn failed")
                return [error_reply(interaction.language or self._settings.language)]

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

    async def _turn(self, interaction: Interaction) -> list[Reply]:
        if interaction.event_id and not await asyncio.to_thread(
            self._conversations.is_new_event, f"{interaction.channel}:{interaction.event_id}"
        ):
            log.info("Ignored a second delivery of an event in %s", interaction.channel)
            return []
        conversation = await asyncio.to_thread(
            self._conversations.find,
            interaction.channel,
            interaction.tenant,
            interaction.conversation,
            interaction.language or self._settings.language,
        )
        greeting = [welcome(conversation.language, self._settings)] if conversation.is_new else []
        if interaction.intent == "open":
            return greeting
        message = await self._answer(interaction, conversation)
        if message is None and (beyond := _beyond_the_list(interaction, conversation)):
            return [*greeting, beyond_reply(conversation.language, beyond, conversation.choices)]
        about = {
            "language": conversation.language,
            "channel": interaction.channel,
            "organisation": conversation.organisation or self._settings.organisation,
            "tenant": interaction.tenant,
            "person": interaction.person or interaction.conversation,
        }
        answers = await self.ask_rasa(conversation.id, message or _message(interaction, conversation), about)
        answers = await self._with_private(answers, conversation)
        replies = _choices_last([self._reply(answer, conversation.language) for answer in answers if "forget" not in answer])
        if any("forget" in answer for answer in answers):
            await self.forget(conversation.id)
        else:
            await asyncio.to_thread(self._conversations.offer, conversation.id, _offered(replies), replies[-1].asks)
        return [*greeting, *replies]

    async def _answer(self, interaction: Interaction, conversation: Conversation) -> dict[str, Any] | None:
        """Return what Rasa is told of an answer to what a form asked for, or None when it is no such answer.

        The words themselves, which may be an address or a number, stay with the conversation until the form takes them: Rasa stores
        every message in clear, and masking them for Rasa would lose them.
        """
        typed = _cleaned(interaction.text)
        if interaction.intent or _chosen(typed, conversation):
            return None
        answer = heard(conversation.asked, typed)
        if answer is None:
            return None
        if answer.keep:
            await asyncio.to_thread(self._conversations.hear, conversation.id, interaction.text.strip()[:_LONGEST_TEXT])
        return _payload(answer.intent, answer.entities)

    async def _with_private(self, answers: list[dict[str, Any]], conversation: Conversation) -> list[dict[str, Any]]:
        """Put the answers that were kept from Rasa where it holds only their numbers."""
        if not any("private" in answer for answer in answers):
            return answers
        kept = await asyncio.to_thread(self._conversations.private, conversation.id)
        return [{"reply": kept[answer["private"]]} if "private" in answer else answer for answer in answers]

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


def _message(interaction: Interaction, conversation: Conversation) -> dict[str, Any]:
    """Return what Rasa is sent: a choice as its intent, words as words."""
    if interaction.intent:
        return _payload(interaction.intent, interaction.entities)
    typed = _cleaned(interaction.text)
    if chosen := _chosen(typed, conversation):
        return _payload(chosen.intent, chosen.entities)
    if mailed := _UNFOLLOW.fullmatch(typed):
        return _payload("unfollow", {"value": mailed.group(1)})
    if shown := _SHOW.fullmatch(typed):
        return _payload("show_one", {"number": shown.group(1)})
    return {"text": mask(typed)}


def _cleaned(text: str) -> str:
    """Return what a person wrote on one line without control characters; nothing when it has neither letter nor digit.

    An emoji alone is no answer: it must not count as a yes to what was asked.
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    typed = " ".join(printable.split())[:_LONGEST_TEXT]
    return typed if any(sign.isalnum() for sign in typed) else ""


def _beyond_the_list(interaction: Interaction, conversation: Conversation) -> int:
    """Return how many choices there are when a number was written that stands for none of them, else 0."""
    said = interaction.text.strip(" .)")
    is_number = said.isascii() and said.isdigit() and len(said) <= _LONGEST_NUMBER
    return len(conversation.choices) if is_number and not 1 <= int(said) <= len(conversation.choices) else 0


def _chosen(typed: str, conversation: Conversation) -> Choice | None:
    return chosen_by(typed, [Choice.model_validate(choice) for choice in conversation.choices])


def chosen_by(typed: str, choices: list[Choice]) -> Choice | None:
    """Return the choice that a typed number or label stands for, or None."""
    said = _bare(typed)
    if said.isascii() and said.isdigit():
        number = int(said)
        return choices[number - 1] if 1 <= number <= len(choices) else None
    return next((choice for choice in choices if _bare(choice.label) == said), None)


def _bare(words: str) -> str:
    return words.strip(" .)!").casefold()


def _payload(intent: str, entities: dict[str, str]) -> dict[str, Any]:
    return {"payload": {"intent": intent, "entities": entities}}


def _choices_last(replies: list[Reply]) -> list[Reply]:
    """Leave one set of choices in a turn, the last, below everything: a number can then mean only one thing."""
    choices = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    bare = [reply.model_copy(update={"choices": ()}) for reply in replies]
    return [*bare[:-1], bare[-1].model_copy(update={"choices": choices})] if bare else []


def _offered(replies: list[Reply]) -> list[dict[str, Any]]:
    return [choice.model_dump(mode="json") for reply in replies[-1:] for choice in reply.choices]
