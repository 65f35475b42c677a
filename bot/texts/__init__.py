"""Every sentence that a person reads: a folder for each language, with the same keys in each."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
DEFAULT = "sv"


def text(language: str, key: str, **values: object) -> str:
    """Return the sentence `key` (dotted) with `values` filled in, in Swedish where the language lacks it.

    Raises:
        KeyError: no language has the sentence.
    """
    sentence = sentences(language).get(key) or sentences(DEFAULT)[key]
    return sentence.format_map(values) if values else sentence


@cache
def sentences(language: str) -> dict[str, str]:
    """Return all sentences of a language by dotted key; empty for a language that is not there."""
    found: dict[str, str] = {}
    for file in sorted((_FOLDER / language).glob("*.yml")):
        found.update(_flatten(yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)))
    return found


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        flat += _flatten(value, f"{key}.") if isinstance(value, dict) else [(key, str(value).strip())]
    return flat
