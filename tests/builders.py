"""Small valid entries, and files of them, for tests that say only what matters to them."""

from pathlib import Path
from typing import Any

import yaml

from knowledge.entry_files import ChallengeFile, EntryFile, ReadEntry, SolutionFile

Fields = dict[str, Any]

_ENOUGH = {"sv": 20, "en": 4, "fi": 2, "company": 4}


def challenge_fields(**overrides: Any) -> Fields:
    """Return the fields of a challenge that breaks no rule, with `overrides`; one that is `...` is left out."""
    name = overrides.get("id", "vikarier-kort-varsel")
    fields: Fields = {
        "id": name,
        "title": "Ingen kan hoppa in när någon blir sjuk",
        "title_en": "Nobody can step in when somebody calls in sick",
        "summary": f"Kort om {name}.",
        "area": "aldreomsorg",
        "areas": [],
        "problem": f"Det här händer i {name}.",
        "who": f"Det drabbar {name}.",
        "consequence": f"Det leder till {name}.",
        "goal": f"Så vill vi ha det i {name}.",
        "organisation": "Flera kommuner",
        "year": None,
        "equality": None,
        "phrasings": phrasings(name),
        "keywords": ["vikarie", "bemanning", "frånvaro"],
        "sources": [{"title": "En rapport", "url": "https://example.org/rapport", "year": 2022}],
        "published": "2026-11-24",
        "checked": "2026-11-24",
        "next_check": "2027-05-24",
    }
    return _with(fields, overrides)


def solution_fields(**overrides: Any) -> Fields:
    """Return the fields of a solution that breaks no rule, with `overrides`; one that is `...` is left out."""
    name = overrides.get("id", "kommunen-bokar-med-sms")
    fields: Fields = {
        "id": name,
        "kind": "solution",
        "title": "Kommunen skickar ut lediga pass",
        "title_en": "The municipality sends out free shifts",
        "summary": f"Kort om {name}.",
        "area": "aldreomsorg",
        "areas": [],
        "challenges": ["vikarier-kort-varsel"],
        "organisation": "Höörs kommun",
        "stage": "in_use",
        "year": 2022,
        "what": f"Så gjorde {name}.",
        "results": [],
        "cost": None,
        "lessons": None,
        "prerequisites": None,
        "internal_benefit": None,
        "external_benefit": None,
        "phrasings": phrasings(name),
        "keywords": ["vikarie", "bemanning", "pass"],
        "sources": [{"title": "En artikel", "url": "https://example.org/artikel", "year": None}],
        "published": "2026-11-24",
        "checked": "2026-11-24",
        "next_check": "2027-05-24",
    }
    return _with(fields, overrides)


def phrasings(name: str) -> Fields:
    """Return as many phrasings as any entry needs, unlike those of every other name."""
    return {language: [f"fras {number} om {name} på {language}" for number in range(count)] for language, count in _ENOUGH.items()}


def challenge(**overrides: Any) -> ReadEntry:
    """Return a challenge as if it had been read from a file."""
    return _read(ChallengeFile.model_validate(challenge_fields(**overrides)))


def solution(**overrides: Any) -> ReadEntry:
    """Return a solution as if it had been read from a file."""
    return _read(SolutionFile.model_validate(solution_fields(**overrides)))


def write_entry(folder: Path, fields: Fields) -> Path:
    """Write an entry where an author would have, and return its file."""
    kind = "solutions" if "challenges" in fields else "challenges"
    file = folder / kind / f"{fields['id']}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False), "utf-8")
    return file


def _with(fields: Fields, overrides: Fields) -> Fields:
    return {name: value for name, value in (fields | overrides).items() if value is not ...}


def _read(entry: EntryFile) -> ReadEntry:
    return ReadEntry(entry, f"{entry.id}.yml", {})
