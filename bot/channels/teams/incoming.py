"""What Teams sends, read: who did what and where, or why it is left alone."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.channels.teams.heard import heard, plain
from bot.channels.teams.places import CHANNEL, Place, place_of
from bot.interaction import Interaction

Activity = Mapping[str, Any]
Doing = Literal["said", "opened", "added", "removed", "pressed", "sent", "closed", "challenge"]

_MESSAGES_OF_TEAMS = ("text/html", "application/vnd.microsoft.card.", "messageReference")
_PRESSES: Mapping[str, Doing] = {"choice": "pressed", "form": "sent", "close": "closed"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person did, where, and when in Teams' own time (seconds).

    `data` is what a pressed card carries, and `message` names the message that the card stands in.
    """

    doing: Doing
    interaction: Interaction
    place: Place
    at: float
    has_files: bool = False
    data: Mapping[str, Any] | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why something is left alone; never what it says."""

    reason: str


def read(activity: Activity) -> Incoming | Ignored:
    """Read an activity.

    Raises:
        KeyError: it does not say who did what where.
    """
    match activity["type"]:
        case "message":
            return _message(activity)
        case "invoke":
            return _invoke(activity)
        case "installationUpdate":
            return _installation(activity)
        case "conversationUpdate":
            return _members(activity)
    return Ignored(f"an activity of type {activity['type']}")


def _message(activity: Activity) -> Incoming | Ignored:
    if reason := _not_a_person(activity):
        return Ignored(reason)
    place = place_of(activity)
    if not place.is_personal and not _is_mentioned(activity):
        return Ignored(f"a message in a {place.kind} that does not mention the guide")
    words, has_files = heard(activity), _has_files(activity)
    if not (words or has_files or _is_mentioned(activity)):
        return Ignored("a message without words")
    return Incoming("said", _interaction(activity, place, words), place, _at(activity), has_files)


def _invoke(activity: Activity) -> Incoming | Ignored:
    value = activity.get("value") or {}
    if activity.get("name") == "composeExtension/fetchTask" and "messagePayload" in value:
        place = place_of(activity)
        body = value["messagePayload"].get("body") or {}
        words = plain(str(body.get("content") or ""), is_html=body.get("contentType") == "html")
        return Incoming("challenge", _interaction(activity, place, words), place, _at(activity))
    action = value.get("action") or {}
    doing = _PRESSES.get(action.get("verb") or "")
    if activity.get("name") != "adaptiveCard/action" or doing is None:
        return Ignored(f"an invoke by the name {activity.get('name')}")
    data, place = action.get("data") or {}, place_of(activity)
    choice = str(data.get("choice") or "") if doing == "pressed" else ""
    return Incoming(
        doing, _interaction(activity, place, choice=choice), place, _at(activity), data=data, message=str(activity.get("replyToId") or "")
    )


def _installation(activity: Activity) -> Incoming | Ignored:
    place = place_of(activity)
    match activity.get("action"):
        case "add" | "add-upgrade":
            return _came(activity, place)
        case "remove" | "remove-upgrade" if place.is_personal:
            return Incoming("removed", _interaction(activity, place), place, _at(activity))
    return Ignored(f"an installation that was changed by {activity.get('action')}")


def _members(activity: Activity) -> Incoming | Ignored:
    guide = (activity.get("recipient") or {}).get("id")
    if guide is None or guide not in [member.get("id") for member in activity.get("membersAdded") or ()]:
        return Ignored("a conversation in which others came, went or changed something")
    return _came(activity, place_of(activity))


def _came(activity: Activity, place: Place) -> Incoming:
    doing: Doing = "opened" if place.is_personal else "added"
    return Incoming(doing, _interaction(activity, place, intent="open"), place, _at(activity))


def _interaction(activity: Activity, place: Place, text: str = "", *, intent: str = "", choice: str = "") -> Interaction:
    # What is unique comes first: an event's id is cut where it is long.
    event = f"{activity['id']}/{activity['conversation']['id']}" if activity.get("id") else ""
    return Interaction(CHANNEL, place.person, text, intent, choice=choice, event_id=event, person=place.person, tenant=place.tenant)


def _not_a_person(activity: Activity) -> str:
    sender, guide = activity["from"], activity.get("recipient") or {}
    if sender.get("role") in ("bot", "skill") or str(sender["id"]).startswith("28:") or sender["id"] == guide.get("id"):
        return "a message of a program"
    return ""


def _is_mentioned(activity: Activity) -> bool:
    guide = (activity.get("recipient") or {}).get("id")
    entities = activity.get("entities") or ()
    return any(each.get("type") == "mention" and (each.get("mentioned") or {}).get("id") == guide for each in entities)


def _has_files(activity: Activity) -> bool:
    kinds = [str(each.get("contentType") or "") for each in activity.get("attachments") or ()]
    return any(not kind.startswith(_MESSAGES_OF_TEAMS) for kind in kinds)


def _at(activity: Activity) -> float:
    try:
        return datetime.fromisoformat(str(activity.get("timestamp"))).timestamp()
    except ValueError:
        return time.time()
