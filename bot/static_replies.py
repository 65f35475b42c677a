"""Answers that need nothing but their key: greetings, help, and the questions that forms ask."""

from collections.abc import Sequence
from typing import Any

from bot.answers import reply
from bot.replies import Choice, Notice, Reply, Text
from bot.settings import Settings
from bot.texts import text
from knowledge.areas import areas
from knowledge.conversations import Conversation

# Key -> the choices below it, by intent.
_CHOICES = {
    "greet": ("start_guided", "browse_open", "help"),
    "help": ("start_guided", "browse_open", "change_language", "delete_conversation"),
    "who_are_you": ("start_guided", "help"),
    "privacy": ("delete_conversation", "start_guided"),
    "thanks": ("start_over",),
    "not_understood": ("start_guided", "help", "start_over"),
    "ask_problem": ("cancel",),
    "ask_clarification": ("dont_know", "cancel"),
    "ask_organisation": ("cancel",),
    "ask_reason": ("cancel",),
}


def static_reply(key: str, language: str, settings: Settings) -> Reply:
    """Return the answer that a message key stands for; an unknown key is an error that the person is told of."""
    if key == "error":
        return error_reply(language)
    choices = [Choice(label=text(language, f"choice.{intent}"), intent=intent) for intent in _CHOICES.get(key, ())]
    if key == "ask_area":
        choices = _areas(language)
    contact = settings.contact or text(language, "contact.none")
    words = text(language, f"static.{key}", days=settings.retention_days, contact=contact)
    return reply(Text(text=words), choices=choices)


def welcome(language: str, settings: Settings) -> Reply:
    """Return what is said before anything else: that it is an AI, what it does, and how long the conversation is kept."""
    return reply(Text(text=text(language, "welcome", days=settings.retention_days)))


def beyond_reply(language: str, count: int, choices: Sequence[dict[str, Any]]) -> Reply:
    """Return the answer to a number that stands for no choice, with the choices there are."""
    return _with_earlier(text(language, "static.beyond", count=count), [Choice.model_validate(choice) for choice in choices])


def old_button_reply(conversation: Conversation, *, is_others: bool = False) -> Reply:
    """Return the answer to a button that is not known any more, or that was somebody else's, with the choices there are now."""
    choices = [Choice.model_validate(choice) for choice in conversation.choices]
    if not choices:
        choices = [Choice(label=text(conversation.language, f"choice.{intent}"), intent=intent) for intent in _CHOICES["greet"]]
    return _with_earlier(text(conversation.language, "channel.others_button" if is_others else "channel.old_button"), choices)


def error_reply(language: str, cause: str = "turn") -> Reply:
    """Return the answer to a turn that failed; `cause` is an error's key, where there is more to say than that it failed."""
    known = cause if cause in ("database", "dialogue_server") else "turn"
    again = [Choice(label=text(language, "choice.start_over"), intent="start_over")]
    return reply(Notice(level="error", text=text(language, f"said.{known}")), choices=again)


def _with_earlier(words: str, choices: Sequence[Choice]) -> Reply:
    """Return words with the choices of an earlier answer; that may have been private, and others may read along now."""
    return reply(Text(text=words), choices=choices).model_copy(update={"private": True})


def _areas(language: str) -> list[Choice]:
    chosen = [Choice(label=area.label(language), intent="state_area", entities={"area": area.slug}) for area in areas()]
    return [*chosen, Choice(label=text(language, "choice.cancel"), intent="cancel")]
