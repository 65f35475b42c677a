"""The entry that a contribution's answers make, before a reviewer has touched it: the author's own words, and nothing invented."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from knowledge.contribution_form import LONGEST_ANSWER, SHORTEST_ANSWER, WEB_ADDRESS
from knowledge.plain_text import one_line

# Entries are written in Swedish, so these sentences are content and not speech. What the author did not say, the entry says is not
# told; an answer too short to stand alone stands after a word that says what it answers.
NOT_TOLD = "Det är inte berättat."
_FIRST_HAND = "Berättat i guiden av {organisation}"
_NOBODY = "den som har upplevt det"
_OFTEN = "Så ofta händer det: {answer}"
_TRIED = "Det har prövats: {answer}"
_SHORT = {
    "who": "Det drabbar: {answer}",
    "goal": "Så vill vi ha det: {answer}",
    "result": "Resultat: {answer}",
    "cost": "Kostnad: {answer}",
    "lessons": "Lärdom: {answer}",
}  # fmt: skip

# Answer -> what of the entry is made of it.
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "today": ("title", "title_en", "summary", "problem", "phrasings", "keywords"),
    "often": ("consequence",),
    "who": ("who",),
    "tried": ("problem",),
    "better": ("goal", "phrasings", "keywords"),
    "source": ("sources",),
    "title": ("title", "title_en"),
    "what": ("title", "title_en", "summary", "what", "phrasings", "keywords"),
    "challenge": ("challenges",),
    "stage": ("stage",),
    "result": ("results",),
    "cost": ("cost",),
    "lessons": ("lessons",),
}

# Months until an entry is checked again.
_NEXT_CHECK = 6
_LONGEST_TITLE = {"challenge": 90, "solution": 110, "experience": 110}
_LONGEST_SUMMARY = 200
_LONGEST_LINE = 400
_MOST_PHRASINGS = 8
_MOST_KEYWORDS = 8
_SHORTEST_KEYWORD = 4
_MASKED = re.compile(r"\[(?:e-post|personnummer|telefon)\]")
_STOP_WORDS = Path(__file__).parent / "stop_words.yml"


def first_entry(
    kind: str, fields: Mapping[str, str], *, area: str | None, organisation: str | None, language: str, today: date
) -> dict[str, Any]:
    """Return the body that the answers make, without an id; what nobody has said and nobody can leave open is left out."""
    title = title_of(kind, fields)
    about = [fields.get("today", ""), fields.get("what", ""), fields.get("better", ""), fields.get("result", "")]
    body: dict[str, Any] = {
        "title": title,
        "title_en": title,
        "summary": _summary(fields.get("today") or fields.get("what", "")),
        "area": area,
        "areas": [],
        "organisation": organisation,
        "year": None,
        "phrasings": {"sv": [], "en": [], "fi": [], "company": [], language: _phrasings([title, *about])},
        "keywords": _keywords([title, *about]),
        "sources": _sources(fields.get("source", ""), organisation, today),
        "published": today.isoformat(),
        "checked": today.isoformat(),
        "next_check": half_a_year_after(today).isoformat(),
        **(_challenge(fields) if kind == "challenge" else _solution(kind, fields, today)),
    }
    return {name: value for name, value in body.items() if value is not None or name not in ("area", "organisation")}


def title_of(kind: str, fields: Mapping[str, Any]) -> str:
    """Return the title that the author gave, or one made of the first sentence, cut at a word."""
    told = fields.get("today") or fields.get("what") or ""
    first = next(iter(_sentences(told)), told).rstrip(" .!?")
    return fields.get("title") or _cut(first, _LONGEST_TITLE[kind])


def half_a_year_after(day: date) -> date:
    """Return the day on which what was right on `day` is to be checked again."""
    months = day.month - 1 + _NEXT_CHECK
    return date(day.year + months // 12, months % 12 + 1, min(day.day, 28))


def _challenge(fields: Mapping[str, str]) -> dict[str, Any]:
    problem, tried = fields.get("today", ""), fields.get("tried", "")
    told = "\n\n".join((problem, _TRIED.format(answer=tried))) if tried else problem
    often = fields.get("often", "")
    return {
        # A reviewer sees every answer beside the entry, also one that did not fit into it.
        "problem": told if len(told) <= LONGEST_ANSWER else problem,
        "who": _told("who", fields.get("who", "")) or NOT_TOLD,
        "consequence": _cut(_OFTEN.format(answer=often), LONGEST_ANSWER) if often else NOT_TOLD,
        "goal": _told("goal", fields.get("better", "")) or NOT_TOLD,
        "equality": None,
    }


def _solution(kind: str, fields: Mapping[str, str], today: date) -> dict[str, Any]:
    result = _told("result", fields.get("result", ""))
    return {
        "kind": kind,
        "challenges": [fields["challenge"]] if fields.get("challenge") else [],
        "stage": fields.get("stage") or "unknown",
        "what": fields.get("what", ""),
        "results": [{"text": result, "figure": None, "year": today.year, "source": None}] if result else [],
        "cost": _told("cost", fields.get("cost", "")),
        "lessons": _told("lessons", fields.get("lessons", "")),
        "prerequisites": None,
        "internal_benefit": None,
        "external_benefit": None,
    }


def _told(name: str, answer: str) -> str | None:
    if not answer:
        return None
    return answer if len(answer) >= SHORTEST_ANSWER else _SHORT[name].format(answer=answer)


def _sources(told: str, organisation: str | None, today: date) -> list[dict[str, Any]]:
    """Return the pages that the author names, and the author's own organisation, which is what the entry rests on."""
    first_hand = _FIRST_HAND.format(organisation=organisation or _NOBODY)
    pages = list(dict.fromkeys(WEB_ADDRESS.findall(told)))
    words = re.sub(r"\s+(?=[.,:;])", "", one_line(WEB_ADDRESS.sub(" ", told))).strip(" .,:;–-")
    if not pages:
        title = f"{first_hand}: {words}" if words else first_hand
        return [{"title": _cut(title, _LONGEST_LINE), "url": None, "year": today.year}]
    titled = [{"title": _cut(words or urlsplit(page).netloc, _LONGEST_LINE), "url": page, "year": None} for page in pages]
    return [*titled, {"title": first_hand, "url": None, "year": today.year}]


def _summary(told: str) -> str:
    """Return as many whole sentences as fit, or the beginning of the first."""
    fits = ""
    for sentence in _sentences(told):
        longer = f"{fits} {sentence}".strip()
        if len(longer) > _LONGEST_SUMMARY:
            break
        fits = longer
    return fits or _cut(" ".join(told.split()), _LONGEST_SUMMARY)


def _phrasings(told: Iterable[str]) -> list[str]:
    """Return the author's own sentences: those who have the same need say it like that."""
    lines = [line for text in told for line in _sentences(text) if 1 < len(line) <= _LONGEST_LINE and not _MASKED.search(line)]
    return list({line.casefold().rstrip(" .!?"): line for line in lines}.values())[:_MOST_PHRASINGS]


def _keywords(told: Iterable[str]) -> list[str]:
    """Return the words that carry the content, the most used first."""
    text = _MASKED.sub(" ", WEB_ADDRESS.sub(" ", " ".join(told))).casefold()
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= _SHORTEST_KEYWORD and word not in _stop_words()]
    return [word for word, _ in Counter(words).most_common(_MOST_KEYWORDS)]


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text.strip()):
        if sentence := " ".join(sentence.split()):
            yield sentence


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


@cache
def _stop_words() -> frozenset[str]:
    words: dict[str, list[str]] = yaml.safe_load(_STOP_WORDS.read_text("utf-8"))
    return frozenset(word for each in words.values() for word in each)
