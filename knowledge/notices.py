"""The legal notices that come before the first field, and the proof that they were shown.

The sentences are in `bot/texts`; whoever changes one of them raises its version here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from knowledge.errors import RefusedError

# What is sent in becomes a public record, and harm must be stated field by field; dialogue is no
# negotiation; contact data rest on the public interest and not on consent.
# https://www.upphandlingsmyndigheten.se/frageportalen/1607962/rfi-och-sekretess/
# https://www.upphandlingsmyndigheten.se/inkopsprocessen/forbered-upphandling/kontakter-med-leverantorer/
NOTICES: Mapping[str, int] = {"early_dialogue": 1, "public_record": 2, "personal_data": 2}


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice as it was shown to somebody."""

    notice: str
    version: int
    language: str
    at: datetime


def shown_now(language: str, at: datetime) -> list[ShownNotice]:
    """Return the proof that every notice is being shown at this moment."""
    return [ShownNotice(notice, version, language, at) for notice, version in NOTICES.items()]


def require_shown(shown: Sequence[ShownNotice]) -> None:
    """Raise RefusedError unless every notice was shown in the version that holds now."""
    missing = set(NOTICES.items()) - {(each.notice, each.version) for each in shown}
    if missing:
        raise RefusedError("notices_not_shown", notices=", ".join(sorted(notice for notice, _ in missing)))


def to_json(shown: Sequence[ShownNotice]) -> list[dict[str, Any]]:
    """Return notices as they are stored."""
    return [{"notice": each.notice, "version": each.version, "language": each.language, "at": each.at.isoformat()} for each in shown]


def from_json(stored: Sequence[dict[str, Any]]) -> list[ShownNotice]:
    """Return notices from how they are stored."""
    return [ShownNotice(each["notice"], each["version"], each["language"], datetime.fromisoformat(each["at"])) for each in stored]
