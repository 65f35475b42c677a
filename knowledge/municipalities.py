"""The municipalities of Sweden: their names, and which of them are small."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "municipalities.yml"


def official_name(said: str) -> str:
    """Return a municipality's official name for what somebody wrote ("sundsvall", "i Sundsvall kommun"), or the words themselves."""
    words = re.sub(r"^(vi (är )?(i|på|från) |vi är |(i|på|från) )", "", " ".join(said.split()).strip(" .!,"), flags=re.IGNORECASE)
    bare = re.sub(r" (kommun|stad)$", "", words, flags=re.IGNORECASE).casefold()
    return _by_name().get(bare) or _by_name().get(bare.removesuffix("s")) or words


def municipalities_in(text: str) -> list[str]:
    """Return the short names of the municipalities that a text names."""
    said = text.casefold()
    return [name for name in _by_name() if re.search(rf"\b{re.escape(name)}s?\b", said)]


def is_small(organisation: str) -> bool:
    """Tell whether an organisation is, or names, a municipality of the file's smallest size class."""
    return any(name in _small() for name in municipalities_in(organisation))


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return content


@cache
def _by_name() -> dict[str, str]:
    return {row["name"].casefold(): row["official"] for row in _read()["municipalities"]}


@cache
def _small() -> frozenset[str]:
    return frozenset(row["name"].casefold() for row in _read()["municipalities"] if row["size"] == "small")
