"""Entries as authors write them: YAML files, their schema, and where in a file a fault stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from knowledge.errors import ContentError
from knowledge.yaml_lines import line_of, lines_of, where_it_broke

CONTENT = Path(__file__).parent / "content"

EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)]
Year = Annotated[int, Field(ge=1990, le=2040)]
Kind = Literal["challenge", "solution", "method", "tool", "service", "experience"]
SolutionKind = Literal["solution", "method", "tool", "service", "experience"]
SolutionStage = Literal["idea", "study", "pilot", "in_use", "ended", "guidance", "unknown"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Part):
    """An activity area that staff recognise as their workplace."""

    slug: EntryId
    sv: Line
    en: Line
    fi: Line
    scb: Line | None = Field(description="Area in Statistics Sweden's Räkenskapssammandrag")
    optional: bool = Field(default=False, description="Shown last in lists")
    words: list[Line] = Field(min_length=3, description="Words that people in the area use")

    def label(self, language: str) -> str:
        """Return the name of the area in `language`, Swedish when there is no other."""
        return {"en": self.en, "fi": self.fi}.get(language, self.sv)


class Source(_Part):
    """What an entry rests on: a page, or with null as its `url` what its organisation has told first hand in this service."""

    title: Line
    url: Url | None
    year: Year | None = None


class Result(_Part):
    """An outcome that a source reports; `figure` is null when it is not a number."""

    text: Text
    figure: Line | None = None
    year: Year | None = None
    source: Url | None = Field(description="The url of one of the sources")


class Phrasings(_Part):
    """What people say who need the entry, by language; `company` is what a seller would say."""

    sv: list[Line] = Field(default_factory=list)
    en: list[Line] = Field(default_factory=list)
    fi: list[Line] = Field(default_factory=list)
    company: list[Line] = Field(default_factory=list)


class _EntryFile(_Part):
    id: EntryId
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=110)]
    title_en: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=140)]
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=200)]
    area: EntryId
    areas: list[EntryId] = Field(default_factory=list)
    organisation: Line
    year: Year | None
    phrasings: Phrasings
    keywords: list[Line] = Field(min_length=3, max_length=12)
    sources: list[Source] = Field(min_length=1)
    published: date
    checked: date
    next_check: date

    def title_in(self, language: str) -> str:
        """Return the title in English for readers of English, else in Swedish, which all entries are written in."""
        return self.title_en if language == "en" else self.title


class ChallengeFile(_EntryFile):
    """A problem in the words of those who have it, free of any solution."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=90)]
    problem: Text
    who: Text
    consequence: Text
    goal: Text
    equality: Text | None = None

    @property
    def kind(self) -> Kind:
        """Return what kind of entry it is."""
        return "challenge"


class SolutionFile(_EntryFile):
    """What somebody did, used or learned, never claiming more than its sources."""

    kind: SolutionKind
    challenges: list[EntryId] = Field(min_length=1)
    stage: SolutionStage
    what: Text
    results: list[Result] = Field(default_factory=list)
    cost: Text | None = None
    lessons: Text | None = None
    prerequisites: Text | None = None
    internal_benefit: Text | None = None
    external_benefit: Text | None = None


EntryFile = ChallengeFile | SolutionFile

# Pydantic's name of a fault -> ours; all others read "invalid", with Pydantic's own explanation.
_FAULT_KEYS = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which file, on which line, in which field, and what.

    `key` and `details` name a sentence in `bot/texts` under `fault.`.
    """

    file: str
    line: int
    at: str
    key: str
    details: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.at}: {self.key} {dict(self.details) or ''}".rstrip()


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """A valid entry and the lines on which its fields begin."""

    entry: EntryFile
    file: str
    lines: dict[str, int]

    def fault(self, at: str, key: str, **details: object) -> Fault:
        """Return a fault at the line where the field `at` (dotted) or its nearest parent stands."""
        return Fault(self.file, line_of(self.lines, at), at, key, details)


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of both kinds of entry files, by the name of their folder."""
    return {"challenges": ChallengeFile.model_json_schema(), "solutions": SolutionFile.model_json_schema()}


def read_areas(path: Path = CONTENT / "areas.yml") -> list[Area]:
    """Return the areas in their order of display; raise ContentError when the file is broken."""
    try:
        return TypeAdapter(list[Area]).validate_python(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ContentError("areas_unreadable", path=path, cause=error) from error


def read_folder(folder: Path) -> tuple[list[ReadEntry], list[Fault]]:
    """Read every entry below `folder` (`challenges/`, `solutions/`), or the single file it names.

    Returns the valid entries and every fault found; a broken file never hides another one's faults.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("*/*.yml"))
    if not files:
        return [], [Fault(str(folder), 1, "-", "no_files")]
    entries: list[ReadEntry] = []
    faults: list[Fault] = []
    for file in files:
        read = _read_file(file)
        if isinstance(read, ReadEntry):
            entries.append(read)
        else:
            faults.extend(read)
    return entries, faults


def _read_file(file: Path) -> ReadEntry | list[Fault]:
    try:
        text = file.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(str(file), 1, "-", "unreadable", {"cause": error})]
    except yaml.YAMLError as error:
        line, cause = where_it_broke(text, error)
        return [Fault(str(file), line, "-", "not_yaml", {"cause": cause})]
    if not isinstance(data, dict) or node is None:
        return [Fault(str(file), 1, "-", "not_fields")]
    lines: dict[str, int] = {}
    doubles = [
        Fault(str(file), line, at, "double_id", {"other": f"{file}:{lines[at]}"})
        for at, line in lines_of(node)
        if lines.setdefault(at, line) != line
    ]
    return doubles or _validated(file, data, lines)


def _validated(file: Path, data: Any, lines: dict[str, int]) -> ReadEntry | list[Fault]:
    model: type[EntryFile] = ChallengeFile if file.parent.name == "challenges" else SolutionFile
    try:
        entry = model.model_validate(data)
    except ValidationError as error:
        return [fault_of(str(file), lines, problem) for problem in error.errors()]
    if entry.id != file.stem:
        return [Fault(str(file), lines.get("id", 1), "id", "id_is_not_file_name", {"expected": file.stem})]
    return ReadEntry(entry, str(file), lines)


def fault_of(file: str, lines: dict[str, int], problem: Any) -> Fault:
    """Return what Pydantic calls a problem as a fault of a file."""
    at = ".".join(str(part) for part in problem["loc"]) or "-"
    details = {name: value for name, value in problem.get("ctx", {}).items() if name in ("max_length", "min_length")}
    key = _FAULT_KEYS.get(problem["type"], "invalid")
    return Fault(file, line_of(lines, at), at, key, details | {"cause": problem["msg"]})
