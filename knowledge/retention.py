"""The retention plan: every kind of record, how long it is kept, and whether it goes by itself or takes a decision.

A proposal for local decision, as data (`retention.yml`). Public records are destroyed only by a disposal decision:
https://goteborg.se/wps/portal/enhetssida/regionarkivet/arbeta-med-arkiv/ordna-arkiv/personuppgifter-i-allmanna-handlingar
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.errors import NotFoundError

Way = Literal["by_itself", "decision", "until_ended", "kept"]

_PLAN = Path(__file__).with_name("retention.yml")
_SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something is kept; one of the two is zero."""

    years: int = 0
    days: int = 0

    def before(self, moment: datetime) -> datetime:
        """Return the moment this long before another; 28 February where there is no 29th."""
        return _years_later(moment, -self.years) - timedelta(days=self.days)

    def after(self, moment: datetime) -> datetime:
        """Return the moment this long after another."""
        return _years_later(moment, self.years) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A kind of record. `tables` begins with the one that holds the records; `where` tells them from others in the same table.

    `kept` is None for what has no end of its own, and for conversations until a setting gives it.
    """

    name: str
    tables: tuple[str, ...]
    where: Mapping[str, Any]
    counted: str
    column: str
    due: str
    kept: Duration | None
    way: Way
    source: str

    @property
    def ends(self) -> bool:
        """Tell whether the plan ever lets a record go."""
        return self.way in ("by_itself", "decision")

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row of its first table is a record of this kind."""
        return all(_matches(row[column], wanted) for column, wanted in self.where.items())


@cache
def plan(conversation_days: int = 0) -> tuple[RecordClass, ...]:
    """Return every kind of record in the plan's order; conversations are kept as many days as are given, 0 for "not told"."""
    listed = yaml.load(_PLAN.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(_record_class(each, conversation_days) for each in listed)


def record_class(name: str, conversation_days: int = 0) -> RecordClass:
    """Return one kind of record; raise NotFoundError when the plan has none of that name."""
    for each in plan(conversation_days):
        if each.name == name:
            return each
    raise NotFoundError("no_such_record_class", name=name, known=", ".join(each.name for each in plan()))


def kept(name: str) -> Duration:
    """Return how long records of a kind are kept, for the module that writes them; the plan gives it a time of its own."""
    return record_class(name).kept or Duration()


def _record_class(given: Mapping[str, Any], conversation_days: int) -> RecordClass:
    return RecordClass(
        name=given["class"],
        tables=tuple(given["tables"]),
        where=given.get("where", {}),
        counted=given.get("counted", ""),
        column=given.get("column", ""),
        due=given.get("due", ""),
        kept=_duration(given.get("kept", ""), conversation_days),
        way=given["way"],
        source=given["source"],
    )


def _duration(given: str, conversation_days: int) -> Duration | None:
    if given == _SETTING:
        return Duration(days=conversation_days) if conversation_days else None
    number, _, unit = given.partition(" ")
    return Duration(**{unit: int(number)}) if number else None


def _years_later(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


def _matches(value: Any, wanted: Any) -> bool:
    if wanted in ("empty", "filled"):
        return bool((value is None) == (wanted == "empty"))
    return bool(value in wanted)
