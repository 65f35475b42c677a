"""Tell by conservative patterns whether somebody speaks of their own distress, in Swedish, English or Finnish."""

import re
from functools import cache
from pathlib import Path

import yaml

_PATTERNS = Path(__file__).parent / "sensitive.yml"


def is_sensitive(text: str) -> bool:
    """Tell whether `text` says that the writer, or somebody near, is in distress; such a text is never searched with."""
    said = " ".join(text.replace("’", "'").split())
    return any(pattern.search(said) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    by_language: dict[str, list[str]] = yaml.safe_load(_PATTERNS.read_text("utf-8"))
    return tuple(re.compile(pattern, re.IGNORECASE) for patterns in by_language.values() for pattern in patterns)
