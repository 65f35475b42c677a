"""The rules that content must keep beyond its schema: what a machine can tell of right, honest and readable."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.areas import areas
from knowledge.entry_files import ChallengeFile, Fault, ReadEntry, SolutionFile
from knowledge.masking import identifies

_WORDS = Path(__file__).parent / "language.yml"
_RUNNING_TEXT = (
    "summary", "problem", "who", "consequence", "goal", "equality",
    "what", "cost", "lessons", "prerequisites", "internal_benefit", "external_benefit",
)  # fmt: skip
_SHORT_SENTENCE = 25
_FEWEST_PHRASINGS = {
    "challenge": {"sv": 20, "en": 4, "fi": 2, "company": 4},
    "solution": {"sv": 6, "en": 2, "fi": 1},
}


def check(entries: Sequence[ReadEntry], known_challenges: AbstractSet[str] = frozenset()) -> list[Fault]:
    """Return what makes `entries` impossible to import: unknown areas, broken links, doubles, personal data.

    A solution may link to a challenge among `entries` or in `known_challenges`.
    """
    challenges = {read.entry.id for read in entries if isinstance(read.entry, ChallengeFile)} | known_challenges
    faults = list(_doubles(entries))
    for read in entries:
        faults += _areas_exist(read)
        faults += _links_lead_somewhere(read, challenges)
        faults += _results_name_a_source(read)
        faults += _lessons_of_what_ended(read)
        faults += _dates_in_order(read)
        faults += _no_personal_data(read)
    return faults


def advise(entries: Sequence[ReadEntry]) -> list[Fault]:
    """Return what makes `entries` worse than they should be; an editor decides, but the shipped catalogue has none of it."""
    faults: list[Fault] = []
    for rule in (_sources_can_be_read, _enough_phrasings, _no_relative_time, _abbreviations_spelt_out, _no_product_in_challenge):
        for read in entries:
            faults += rule(read)
    return faults + list(_sentences_said_once(entries)) + list(_phrasings_said_once(entries))


def texts(read: ReadEntry) -> Iterator[tuple[str, str]]:
    """Yield each field of running text that the entry has, with its name."""
    for name in _RUNNING_TEXT:
        if value := getattr(read.entry, name, None):
            yield name, value
    if isinstance(read.entry, SolutionFile):
        for number, result in enumerate(read.entry.results):
            yield f"results.{number}.text", result.text


def _doubles(entries: Sequence[ReadEntry]) -> Iterator[Fault]:
    first: dict[str, ReadEntry] = {}
    for read in entries:
        if read.entry.id in first:
            yield read.fault("id", "double_id", other=first[read.entry.id].file)
        first.setdefault(read.entry.id, read)


def _areas_exist(read: ReadEntry) -> Iterator[Fault]:
    known = {area.slug for area in areas()}
    named = [("area", read.entry.area), *((f"areas.{n}", slug) for n, slug in enumerate(read.entry.areas))]
    for at, slug in named:
        if slug not in known:
            yield read.fault(at, "unknown_area", area=slug)


def _links_lead_somewhere(read: ReadEntry, challenges: AbstractSet[str]) -> Iterator[Fault]:
    if isinstance(read.entry, SolutionFile):
        for number, challenge in enumerate(read.entry.challenges):
            if challenge not in challenges:
                yield read.fault(f"challenges.{number}", "link_to_nothing", id=challenge)


def _results_name_a_source(read: ReadEntry) -> Iterator[Fault]:
    if isinstance(read.entry, SolutionFile):
        urls = {source.url for source in read.entry.sources}
        for number, result in enumerate(read.entry.results):
            if result.source not in urls:
                yield read.fault(f"results.{number}.source", "result_without_source")


def _lessons_of_what_ended(read: ReadEntry) -> Iterator[Fault]:
    """Ask for lessons from whoever tells first hand of something that has ended; a page may not say what was learned."""
    first_hand = any(source.url is None for source in read.entry.sources)
    if first_hand and isinstance(read.entry, SolutionFile) and read.entry.stage == "ended" and not read.entry.lessons:
        yield read.fault("lessons", "ended_without_lessons")


def _dates_in_order(read: ReadEntry) -> Iterator[Fault]:
    if not read.entry.published <= read.entry.checked < read.entry.next_check:
        yield read.fault("next_check", "dates_out_of_order")


def _no_personal_data(read: ReadEntry) -> Iterator[Fault]:
    for name, value in _strings(read.entry.model_dump()):
        # An address on the web may hold any digits.
        if not name.endswith((".url", ".source")) and identifies(value):
            yield read.fault(name, "personal_data")


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name.removeprefix("."), value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _strings(child, f"{name}.{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _strings(child, f"{name}.{number}")


def _sources_can_be_read(read: ReadEntry) -> Iterator[Fault]:
    for number, source in enumerate(read.entry.sources):
        if source.url is None:
            yield read.fault(f"sources.{number}.url", "source_without_page")


def _enough_phrasings(read: ReadEntry) -> Iterator[Fault]:
    kind = "challenge" if isinstance(read.entry, ChallengeFile) else "solution"
    for language, fewest in _FEWEST_PHRASINGS[kind].items():
        if (has := len(getattr(read.entry.phrasings, language))) < fewest:
            yield read.fault(f"phrasings.{language}", "few_phrasings", has=has, fewest=fewest)


def _no_relative_time(read: ReadEntry) -> Iterator[Fault]:
    pattern = _pattern("relative_time")
    for name, value in texts(read):
        if found := pattern.search(value):
            yield read.fault(name, "relative_time", words=found.group())


def _abbreviations_spelt_out(read: ReadEntry) -> Iterator[Fault]:
    whole = " ".join(value for _, value in texts(read))
    for short, long in _words()["abbreviations"].items():
        if re.search(rf"\b{short}\b", whole) and not any(form.lower() in whole.lower() for form in long):
            at = next(name for name, value in texts(read) if re.search(rf"\b{short}\b", value))
            yield read.fault(at, "abbreviation", short=short, long=long[0])


def _no_product_in_challenge(read: ReadEntry) -> Iterator[Fault]:
    if isinstance(read.entry, ChallengeFile):
        pattern = _pattern("products", re.NOFLAG)
        for name, value in [("title", read.entry.title), *texts(read)]:
            if found := pattern.search(value):
                yield read.fault(name, "product_in_challenge", name=found.group())


def _sentences_said_once(entries: Iterable[ReadEntry]) -> Iterator[Fault]:
    return _said_once(entries, lambda read: ((n, s) for n, v in texts(read) for s in re.split(r"(?<=[.!?])\s+", v.strip())))


def _phrasings_said_once(entries: Iterable[ReadEntry]) -> Iterator[Fault]:
    return _said_once(entries, lambda read: ((f"phrasings{n}", v) for n, v in _strings(read.entry.phrasings.model_dump(), ".")))


def _said_once(entries: Iterable[ReadEntry], sentences: Callable[[ReadEntry], Iterable[tuple[str, str]]]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for read in entries:
        for name, sentence in sentences(read):
            key = sentence.lower().strip(" .!?")
            if len(key) > _SHORT_SENTENCE and key in first:
                yield read.fault(name, "said_twice", other=first[key])
            first.setdefault(key, read.entry.id)


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(_WORDS.read_text("utf-8"))
    return words


@cache
def _pattern(name: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_words()[name])})\b", flags)
