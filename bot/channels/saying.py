"""What is said alike in every channel where several people may be: a turn as one message, a message of the outbox, an offer to propose."""

from collections.abc import Sequence

from bot.channels.literal import cut
from bot.messages import render
from bot.replies import Choice, Notice, Reply, Text
from bot.settings import Settings
from bot.texts import text
from knowledge.contribution_form import LONGEST_ANSWER
from knowledge.masking import mask
from knowledge.outbox import Claimed
from knowledge.plain_text import readable


def together(replies: Sequence[Reply]) -> Reply:
    """Return the replies of a turn as one message."""
    return replies[-1].model_copy(update={"elements": tuple(element for reply in replies for element in reply.elements)})


def sentence(language: str, key: str) -> Reply:
    """Return a sentence as an answer."""
    return Reply(elements=(Text(text=text(language, key)),))


def sorry(language: str) -> Reply:
    """Return what is said when something broke."""
    return Reply(elements=(Notice(level="error", text=text(language, "channel.failed")),))


def files_too(language: str) -> Reply:
    """Return what is said first where files came with the words."""
    return Reply(elements=(Notice(level="info", text=text(language, "channel.files_too")),))


def from_outbox(settings: Settings, message: Claimed) -> tuple[Reply, str]:
    """Return a message of the outbox as an answer, and its language."""
    rendered = render(settings, message.kind, message.data, in_chat=True)
    return Reply(elements=(Text(text=rendered.subject), Text(text=rendered.body))), rendered.language


def to_propose(language: str, words: str) -> Choice:
    """Return the choice to propose what a message says; it is stored, and somebody else may have written it, so it is masked."""
    told = cut(mask(readable(words)).strip(), LONGEST_ANSWER)
    return Choice(label=text(language, "channel.propose"), intent="propose", entities={"value": told} if told else {})
