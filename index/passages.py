"""What of an entry can be found: its passages, each of which becomes one vector."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge.catalogue import Challenge, Entry
from knowledge.entry_files import ChallengeFile, SolutionFile

Part = Literal["title", "text", "keywords", "phrasing", "company"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an entry; `text` is embedded, and shown to the reader when it wins."""

    entry_id: str
    part: Part
    language: str
    text: str

    @property
    def key(self) -> str:
        """Return what the vector depends on, apart from the model: the entry and the text."""
        return hashlib.sha256(f"{self.entry_id}\0{self.text}".encode()).hexdigest()


def passages(entry: Entry) -> list[Passage]:
    """Return the passages of an entry, the title first; no text occurs twice."""
    found: dict[str, Passage] = {}
    for part, language, text in _parts(entry):
        if text := text.strip():
            found.setdefault(text, Passage(entry.entry.id, part, language, text))
    return list(found.values())


def _parts(entry: Entry) -> Iterator[tuple[Part, str, str]]:
    file = entry.entry
    yield "title", "sv", file.title
    yield "title", "en", file.title_en
    yield "text", "sv", f"{file.title}. {file.summary}"
    yield from (("text", "sv", text) for text in (_challenge(file) if isinstance(file, ChallengeFile) else _solution(file)))
    yield "keywords", "sv", ", ".join(file.keywords)
    for language in ("sv", "en", "fi"):
        yield from (("phrasing", language, phrasing) for phrasing in getattr(file.phrasings, language))
    if isinstance(entry, Challenge):
        yield from (("company", "sv", phrasing) for phrasing in file.phrasings.company)


def _challenge(file: ChallengeFile) -> Iterator[str]:
    yield file.problem
    yield f"{file.who} {file.consequence}"
    yield file.goal


def _solution(file: SolutionFile) -> Iterator[str]:
    yield file.what
    yield from (result.text for result in file.results)
    yield from (text for text in (file.lessons, file.internal_benefit, file.external_benefit) if text)
