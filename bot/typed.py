"""What a person's interaction means before Rasa sees it: a choice, an answer to a form, a number that stands for nothing, or words."""

import re
from typing import Any

from bot.asking import Heard, heard
from bot.interaction import Interaction
from bot.replies import Choice
from knowledge.conversations import Conversation
from knowledge.masking import mask

LONGEST_TEXT = 4000
_LONGEST_NUMBER = 3
# What a mail says to write; the assistant cannot have seen the random part.
_UNFOLLOW = re.compile(r"(?:sluta följa|unfollow|lopeta seuraaminen) ([\w-]{32})[.!]?", re.IGNORECASE)
# Any number can follow these words; the assistant has only seen some.
_SHOW = re.compile(r"(?:visa|öppna|nummer|nr|show|open|number|näytä|avaa|numero) (\d{1,3})[.!]?", re.IGNORECASE)


def message(interaction: Interaction, conversation: Conversation) -> dict[str, Any]:
    """Return what Rasa is sent: a choice as its intent, words as words."""
    if interaction.intent:
        return payload(interaction.intent, interaction.entities)
    typed = cleaned(interaction.text)
    if chosen := _chosen(typed, conversation):
        return payload(chosen.intent, chosen.entities)
    if mailed := _UNFOLLOW.fullmatch(typed):
        return payload("unfollow", {"value": mailed.group(1)})
    if shown := _SHOW.fullmatch(typed):
        return payload("show_one", {"number": shown.group(1)})
    return {"text": mask(typed)}


def payload(intent: str, entities: dict[str, str]) -> dict[str, Any]:
    """Return what Rasa is sent of a choice."""
    return {"payload": {"intent": intent, "entities": entities}}


def answer_to_form(interaction: Interaction, conversation: Conversation) -> Heard | None:
    """Return what an answer to what was asked for last means, or None when it is no such answer."""
    typed = cleaned(interaction.text)
    if interaction.intent or _chosen(typed, conversation):
        return None
    return heard(conversation.asked, typed)


def cleaned(text: str) -> str:
    """Return what a person wrote on one line without control characters; nothing when it has neither letter nor digit.

    An emoji alone is no answer: it must not count as a yes to what was asked.
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    typed = " ".join(printable.split())[:LONGEST_TEXT]
    return typed if any(sign.isalnum() for sign in typed) else ""


def beyond_the_list(interaction: Interaction, conversation: Conversation) -> int:
    """Return how many choices there are when a number was written that stands for none of them, else 0."""
    said = interaction.text.strip(" .)")
    is_number = said.isascii() and said.isdigit() and len(said) <= _LONGEST_NUMBER
    return len(conversation.choices) if is_number and not 1 <= int(said) <= len(conversation.choices) else 0


def chosen_by(typed: str, choices: list[Choice]) -> Choice | None:
    """Return the choice that a typed number or label stands for, or None."""
    said = _bare(typed)
    if said.isascii() and said.isdigit():
        number = int(said)
        return choices[number - 1] if 1 <= number <= len(choices) else None
    return next((choice for choice in choices if _bare(choice.label) == said), None)


def _chosen(typed: str, conversation: Conversation) -> Choice | None:
    return chosen_by(typed, [Choice.model_validate(choice) for choice in conversation.choices])


def _bare(words: str) -> str:
    return words.strip(" .)!").casefold()
