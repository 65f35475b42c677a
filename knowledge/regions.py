"""Parts of the country that a company may name: a county, or a municipality."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.municipalities import municipalities_in, official_name

_FILE = Path(__file__).parent / "counties.yml"

# Names that are also everyday words: "i mark" is not in Mark. They count with a capital letter only.
_WORDS_TOO = {"ale", "berg", "boden", "eda", "habo", "hjo", "kil", "lund", "mark", "mora", "nora", "sala", "salem", "vara"}
_BEFORE = r"(?:i|från|runt|kring|nära|in|from|near|around)"
_AFTER = r"(?:kommun|stad|municipality)"


@dataclass(frozen=True, slots=True)
class Region:
    """A county, or a single municipality, by the name that is shown."""

    name: str
    also: tuple[str, ...]
    municipalities: frozenset[str]

    def holds(self, organisation: str) -> bool:
        """Tell whether an organisation is in the region, by the names in its name."""
        said = organisation.casefold()
        return any(name.casefold() in said for name in self.also) or not self.municipalities.isdisjoint(municipalities_in(organisation))


def region_in(text: str) -> Region | None:
    """Return the county or municipality that a text says something is in, or None."""
    for county in _counties():
        for name in county.also:
            bare = name.casefold() in _municipality_names()
            pattern = rf"\bregion {name}\b|\b{name}s? län\b" + ("" if bare else rf"|\b{name}s?\b")
            if re.search(pattern, text, re.IGNORECASE):
                return county
    for name in municipalities_in(text):
        written = rf"(?-i:{name.capitalize()})" if name in _WORDS_TOO else re.escape(name)
        if re.search(rf"\b{_BEFORE} {written}\b|\b{re.escape(name)}s? {_AFTER}\b", text, re.IGNORECASE):
            return Region(official_name(name), (), frozenset({name}))
    return None


@cache
def _counties() -> tuple[Region, ...]:
    rows: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))["counties"]
    return tuple(
        Region(row["name"], (row["name"], *row.get("also", ())), frozenset(name.casefold() for name in row["municipalities"]))
        for row in rows
    )


@cache
def _municipality_names() -> frozenset[str]:
    return frozenset(name for county in _counties() for name in county.municipalities)
