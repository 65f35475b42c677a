"""The stages of a challenge: which may follow which, who decides, and what a change must bring with it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from knowledge.announcements import announce
from knowledge.audit import audit
from knowledge.catalogue import VISIBLE
from knowledge.database import Database
from knowledge.dialogue import log
from knowledge.errors import RefusedError
from knowledge.interest_tables import InterestRow, StandingRow
from knowledge.masking import mask
from knowledge.people import Person, Role, holds, require
from knowledge.plain_text import one_line, readable
from knowledge.retention import kept
from knowledge.standing import COUNTED, change_standing, find_challenge, hold_challenge
from knowledge.swedish_time import Clock, swedish_date
from knowledge.tables import EntryRow, now
from knowledge.versions import current_version

Stage = Literal["draft", "in_review", "published", "parked", "procurement", "pilot", "closed", "archived"]
Need = Literal["next_update_by", "announcement_url", "outcome", "lessons"]

# What the form promises to tell also those who want no other messages.
_MUST_KNOW = ("challenge.locked", "challenge.outcome")

_LONGEST_TEXT = 4000
_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that is allowed: by whom, and with what."""

    role: Role
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a change of stage may bring with it."""

    next_update_by: date | None = None
    announcement_url: str | None = None
    outcome: str | None = None
    lessons: str | None = None


_PROMISED: tuple[Need, ...] = ("next_update_by",)
_ENDED: tuple[Need, ...] = ("outcome", "lessons")
_ANNOUNCED: tuple[Need, ...] = ("announcement_url",)

# Whatever leads from a running procurement back to open interest takes an administrator, and no detour avoids it: whether dialogue
# may go on is unclear in law. https://www.upphandlingsmyndigheten.se/frageportalen/1771088/
# No stage follows that would leave registrants without an outcome: from published on, the way to the archive is through closed.
TRANSITIONS: Mapping[str, Mapping[str, Transition]] = {
    "draft": {"in_review": Transition("owner"), "archived": Transition("owner")},
    "in_review": {
        "draft": Transition("reviewer"),
        "published": Transition("reviewer", _PROMISED),
        "archived": Transition("reviewer"),
    },
    "published": {
        "parked": Transition("owner"),
        "procurement": Transition("owner", _ANNOUNCED),
        "pilot": Transition("owner", _PROMISED),
        "closed": Transition("owner", _ENDED),
    },
    "parked": {
        "published": Transition("owner", _PROMISED),
        "procurement": Transition("owner", _ANNOUNCED),
        "closed": Transition("owner", _ENDED),
    },
    "procurement": {
        "published": Transition("administrator", _PROMISED),
        "pilot": Transition("administrator", _PROMISED),
        "closed": Transition("owner", _ENDED),
    },
    "pilot": {
        "published": Transition("owner", _PROMISED),
        "parked": Transition("owner"),
        "procurement": Transition("owner", _ANNOUNCED),
        "closed": Transition("owner", _ENDED),
    },
    "closed": {"archived": Transition("reviewer")},
    "archived": {},
}


class Stages:
    """Moves challenges from stage to stage."""

    def __init__(self, database: Database, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def next_for(self, person: Person, challenge: str) -> dict[str, Transition]:
        """Return the stages that a person may move a challenge to; raise NotFoundError when there is no such challenge."""
        with self._database.reading() as session:
            entry = find_challenge(session, challenge, hidden=True)
            steps = TRANSITIONS[entry.status]
            return {stage: step for stage, step in steps.items() if holds(session, person, step.role, entry)}

    def move(self, person: Person, challenge: str, to: Stage, why: str, facts: Facts | None = None) -> None:
        """Move a challenge to another stage and tell everybody concerned, in one transaction; `why` is public.

        Raises:
            NotFoundError: there is no such challenge.
            RefusedError: the stage cannot follow, the person may not, there is no reason, or something that it needs is missing.
        """
        at = self._clock()
        with self._database.transaction() as session:
            move_held(session, person, hold_challenge(session, challenge, hidden=True), to, why, facts or Facts(), at)


def move_held(session: Session, person: Person, entry: EntryRow, to: Stage, why: str, facts: Facts, at: datetime) -> None:
    """Move a held challenge to another stage and tell everybody concerned; raises RefusedError as `Stages.move`."""
    before = entry.status
    step = TRANSITIONS[before].get(to)
    if step is None:
        raise RefusedError("stage_cannot_follow", before=before, after=to, allowed=", ".join(TRANSITIONS[before]) or "-")
    require(session, person, step.role, entry)
    if not (why := mask(one_line(why))[:_LONGEST_TEXT]):
        raise RefusedError("reason_missing")
    clean = _checked(facts, step, swedish_date(at))
    entry.status = to
    _remember(change_standing(session, entry.id), to, clean)
    told = {name: str(value) for name, value in asdict(clean).items() if value is not None}
    audit(session, person, "stage.changed", entry.id, at, before=before, after=to, why=why, **told)
    log(session, entry.id, "stage", {"before": before, "after": to, "why": why, **told}, at)
    if to == "closed":
        _conclude(session, entry.id, at)
    _tell(session, entry, before, {"before": before, "after": to, "why": why, **told}, at)


def _checked(facts: Facts, step: Transition, today: date) -> Facts:
    """Return the facts that the step asks for; what else was sent along is left out."""
    clean: dict[str, Any] = {}
    for need in step.needs:
        value = getattr(facts, need)
        if value is None or (isinstance(value, str) and not one_line(value)):
            raise RefusedError(need + "_missing")
        clean[need] = mask(readable(value)).strip()[:_LONGEST_TEXT] if need in _ENDED else value
    if facts.next_update_by and "next_update_by" in clean and facts.next_update_by <= today:
        raise RefusedError("next_update_by_passed", date=facts.next_update_by)
    if "announcement_url" in clean:
        clean["announcement_url"] = _web_address(clean["announcement_url"])
    return Facts(**clean)


def _web_address(text: str) -> str:
    url = readable(text).strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _LONGEST_URL or len(url.split()) > 1:
        raise RefusedError("announcement_url_wrong", url=url)
    return url


def _remember(row: StandingRow, to: Stage, facts: Facts) -> None:
    for field in fields(facts):
        value = getattr(facts, field.name)
        if value is not None:
            setattr(row, field.name, value)
    if to in ("closed", "archived"):
        row.next_update_by = None  # nothing more is promised


def _conclude(session: Session, challenge: str, at: datetime) -> None:
    """Mark every registration as told of the outcome, and say until when its record is kept."""
    until = swedish_date(kept("interests").after(at))
    of_challenge = update(InterestRow).where(InterestRow.challenge_id == challenge)
    session.execute(of_challenge.values(dispose_after=until))
    session.execute(of_challenge.where(InterestRow.status.in_(COUNTED)).values(status="informed"))


def _tell(session: Session, entry: EntryRow, before: str, data: dict[str, Any], at: datetime) -> None:
    if entry.status not in VISIBLE:
        return
    version = current_version(session, entry, at)
    kind = {"closed": "challenge.outcome", "procurement": "challenge.locked"}.get(entry.status, "challenge.stage")
    if before not in VISIBLE:
        kind = "challenge.new"
    occasion = f"{entry.id}:{at.isoformat()}"
    announce(session, entry, kind, occasion, {**data, "version": version}, at, must_know=kind in _MUST_KNOW)
