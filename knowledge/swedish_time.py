"""Which day it is where the municipalities are: a promised date is a Swedish date."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

# Tells the moment, in UTC; tests hand in their own.
Clock = Callable[[], datetime]

_SWEDEN = ZoneInfo("Europe/Stockholm")


def swedish_time(moment: datetime) -> datetime:
    """Return a moment by the Swedish clock."""
    return moment.astimezone(_SWEDEN)


def swedish_date(moment: datetime) -> date:
    """Return the Swedish date at a moment."""
    return swedish_time(moment).date()


def swedish_midnight(day: date) -> datetime:
    """Return the moment, in UTC, when a Swedish day begins."""
    return datetime.combine(day, time(), _SWEDEN).astimezone(UTC)
