"""News that waited for a person, as an answer says them."""

from collections.abc import Iterator, Sequence

from bot.answers import reply
from bot.messages import said
from bot.replies import Element, Notice, Reply, Text
from bot.settings import Settings
from knowledge.news import News


def news_reply(settings: Settings, language: str, news: Sequence[News]) -> Reply:
    """Return an answer that tells all news, each as a notice of what it is about and the text below it."""
    return reply(*(element for each in news for element in _told(settings, language, each)))


def _told(settings: Settings, language: str, news: News) -> Iterator[Element]:
    subject, paragraphs = said(settings, news.kind, {**news.data, "language": language})
    yield Notice(level="info", text=subject)
    yield from (Text(text=paragraph) for paragraph in paragraphs)
