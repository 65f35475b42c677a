"""What a message out says: a subject and plain text, in the language of whoever gets it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from bot.settings import Settings
from bot.texts import sentences, text
from knowledge.areas import area
from knowledge.plain_text import one_line
from knowledge.swedish_time import swedish_time

Data = Mapping[str, Any]

# What each kind says after its own text, in order; a part that lacks a value is left out, or says that there is none.
PARTS: Mapping[str, tuple[str, ...]] = {
    "interest.code": ("until",),
    "interest.receipt": ("next", "promise", "change"),
    "interest.updated": ("promise", "change"),
    "interest.withdrawn": (),
    "challenge.new": ("why", "promise"),
    "challenge.stage": ("why", "promise"),
    "challenge.locked": ("announcement", "why"),
    "challenge.outcome": ("outcome", "lessons", "why"),
    "challenge.text": ("why",),
    "challenge.answer": ("asked", "answer"),
    "owner.interest": ("show", "promise_first"),
    "owner.withdrawn": ("show",),
    "owner.question": ("question", "reply"),
    "owner.overdue": ("promise_again",),
    "follow.code": ("until",),
    "report.new": ("reported", "report_reply"),
    "report.answered": ("reported", "answer", "entry_changed"),
    "check.due": ("check_again",),
    "same_need.ripe": ("organisations", "sentences"),
    "contribution.new": ("review",),
    "contribution.returned": ("comment", "my_contributions"),
    "contribution.edited": ("my_contributions",),
    "contribution.approved": ("entry",),
    "contribution.rejected": ("comment",),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it is read; `unfollow_url` is where one click ends it, empty when nothing is followed or no link can be made."""

    language: str
    subject: str
    body: str
    unfollow_url: str = ""


def render(settings: Settings, kind: str, data: Data, *, in_chat: bool = False) -> Rendered:
    """Return what a message of the outbox says; raise KeyError for a kind that is not known.

    Only in a mail it says that nobody reads an answer: `in_chat` the guide does.
    """
    language = data["language"]
    subject, told = said(settings, kind, data)
    contact = "mail.part.contact_in_chat" if in_chat else "mail.part.contact"
    closing = [text(language, contact, contact=settings.contact)] if settings.contact else []
    body = "\n\n".join((text(language, "mail.hello"), *told, *closing))
    return Rendered(language, subject, body + "\n", unfollow_url(settings, data))


def said(settings: Settings, kind: str, data: Data) -> tuple[str, list[str]]:
    """Return what a message is about and its paragraphs, without greeting and closing; raise KeyError for a kind that is not known."""
    if kind == "digest":
        return _digest(settings, data)
    return _subject(kind, data), [*_told(kind, data), *_why_it_comes(settings, kind, data)]


def unfollow_url(settings: Settings, data: Data) -> str:
    """Return the address of the page where a recipient stops following, or an empty text."""
    if not settings.public_url or not data.get("unfollow"):
        return ""
    return f"{settings.public_url}/unfollow/{data['unfollow']}?language={data['language']}"


def _digest(settings: Settings, data: Data) -> tuple[str, list[str]]:
    language, items = data["language"], data["items"]
    told = [text(language, "mail.digest.text")]
    for number, item in enumerate(items, 1):
        # Each piece of news kept the language of its day; a digest is read in one.
        about = {**item, "language": language}
        told.append(text(language, "mail.digest.item", number=number, subject=_subject(item["kind"], about)))
        told += [*_told(item["kind"], about), *_why_it_comes(settings, item["kind"], about)]
    return text(language, "mail.digest.subject", count=len(items)), told


def _subject(kind: str, data: Data) -> str:
    return one_line(text(data["language"], f"mail.{_name(kind, data)}.subject", **_values(data)))


def _told(kind: str, data: Data) -> Iterator[str]:
    values = _values(data)
    yield text(data["language"], f"mail.{_name(kind, data)}.text", **values)
    for part in PARTS[kind]:
        yield from _part(data["language"], part, values)


def _why_it_comes(settings: Settings, kind: str, data: Data) -> Iterator[str]:
    """Say how to end what brings the message: for a follower by a link or a word, for a registrant by changing the registration."""
    if url := unfollow_url(settings, data):
        yield text(data["language"], "mail.part.unfollow_link", unfollow_url=url)
    elif data.get("unfollow"):
        yield text(data["language"], "mail.part.unfollow_word", unfollow=data["unfollow"])
    elif kind.startswith("challenge."):
        yield text(data["language"], "mail.part.registered")


def _part(language: str, name: str, values: Mapping[str, str]) -> Iterator[str]:
    needed = {field for _, field, _, _ in Formatter().parse(sentences(language)[f"mail.part.{name}"]) if field}
    if all(values.get(field) for field in needed):
        yield text(language, f"mail.part.{name}", **values)
    elif f"mail.part.no_{name}" in sentences(language):
        yield text(language, f"mail.part.no_{name}")


def _name(kind: str, data: Data) -> str:
    return f"{kind}_update" if data.get("is_update") else kind


def _values(data: Data) -> dict[str, str]:
    language = data["language"]
    values = {name: str(value) for name, value in data.items() if value is not None and name not in _NOT_SAID}
    for name, say in _WORDS.items():
        if data.get(name):
            values[name] = say(language, data[name])
    values["what"] = values.get("title") or values.get("area", "")
    return values


def _moment(_language: str, value: str) -> str:
    return f"{swedish_time(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"


_NOT_SAID = ("language", "key", "kind")
_WORDS: Mapping[str, Callable[[str, Any], str]] = {
    "at": _moment,
    "until": _moment,
    "before": lambda language, stage: text(language, f"status.{stage}"),
    "after": lambda language, stage: text(language, f"status.{stage}"),
    "fields": lambda language, names: ", ".join(text(language, f"mail.field.{name}") for name in names),
    "area": lambda language, slug: area(slug).label(language),
}
