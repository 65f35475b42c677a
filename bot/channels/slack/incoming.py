"""What Slack sends, read: who did what and where, or why it is left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.slack.heard import plain
from bot.channels.slack.places import Place
from bot.interaction import Interaction

Payload = Mapping[str, Any]

SHARE = "share"
# What people write with files, in a thread that is also shown in the channel, or in the third person.
_SPOKEN = {"", "file_share", "thread_broadcast", "me_message"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person did, where, and when in Slack's own time (seconds).

    `message` names the message that it stands in, `trigger` lets a form be opened for three seconds, and `share` is the answer that is
    to be shown to everybody.
    """

    interaction: Interaction
    place: Place
    at: float
    message: str = ""
    trigger: str = ""
    share: str = ""
    has_files: bool = False
    is_home: bool = False

    def at_place(self, place: Place) -> "Incoming":
        """Return the same with a place that has become known."""
        return replace(self, place=place, interaction=replace(self.interaction, conversation=place.conversation))


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why something is left alone; never what it says."""

    reason: str


def read_message(body: Payload, team: str, bot: str) -> Incoming | Ignored:
    """Read a message in the person's own chat with the guide."""
    event = body["event"]
    if (subtype := event.get("subtype") or "") not in _SPOKEN:
        return Ignored(f"a message of subtype {subtype}")
    if event.get("channel_type") != "im":
        # Who speaks to the guide in a channel mentions it, and that comes as an event of its own.
        return Ignored("a message in a channel")
    if reason := _not_a_person(event):
        return Ignored(reason)
    place = Place(team, event["user"], event["channel"], event.get("thread_ts") or "")
    return _said(body, place, plain(event.get("text") or "", bot), event)


def read_mention(body: Payload, team: str, bot: str) -> Incoming | Ignored:
    """Read a message in a channel that mentions the guide; the answer goes into its thread."""
    event = body["event"]
    if event["channel"].startswith("D"):
        return Ignored("a mention in a direct message, which comes as a message too")
    if event.get("edited") or (event.get("subtype") or "") not in _SPOKEN:
        return Ignored("a mention in a message that was changed")
    if reason := _not_a_person(event):
        return Ignored(reason)
    place = Place(team, event["user"], event["channel"], event.get("thread_ts") or event["ts"])
    return _said(body, place, plain(event.get("text") or "", bot), event)


def read_opened(body: Payload, team: str) -> Incoming:
    """Read that somebody opened the guide: its chat, or its home tab."""
    event = body["event"]
    place = Place(team, event["user"], event["channel"])
    interaction = _interaction(place, body["event_id"], intent="open")
    return Incoming(interaction, place, float(event.get("event_ts") or 0), is_home=event.get("tab") == "home")


def read_command(body: Payload, team: str, at: float) -> Incoming:
    """Read the slash command; only the person sees what is answered."""
    place = Place(team, body["user_id"], body["channel_id"], response_url=body["response_url"])
    words = plain(body.get("text") or "")
    return Incoming(_interaction(place, body["trigger_id"], words), place, at, trigger=body["trigger_id"])


def read_shortcut(body: Payload, team: str, at: float) -> Incoming:
    """Read that a message, perhaps somebody else's, is to become a challenge; only the person sees what is answered."""
    message = body["message"]
    place = Place(team, body["user"]["id"], body["channel"]["id"], response_url=body["response_url"])
    words = plain(message.get("text") or "")
    return Incoming(_interaction(place, body["trigger_id"], words), place, at, trigger=body["trigger_id"])


def read_press(body: Payload, team: str) -> Incoming | Ignored:
    """Read a button, a menu or a thumb; `choice` is the id that it carries."""
    action = body["actions"][0]
    chosen = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
    if not chosen:
        return Ignored("a link was followed")
    place = _place_of_press(body, team)
    is_share = action["action_id"] == SHARE
    return Incoming(
        _interaction(place, body.get("trigger_id") or action.get("action_ts") or "", choice="" if is_share else chosen),
        place,
        float(action.get("action_ts") or 0),
        trigger=body.get("trigger_id") or "",
        share=chosen if is_share else "",
        is_home=(body.get("container") or {}).get("type") == "view",
    )


def _place_of_press(body: Payload, team: str) -> Place:
    container = body.get("container") or {}
    user = body["user"]["id"]
    if container.get("type") == "view":
        return Place(team, user)
    channel = container.get("channel_id") or body["channel"]["id"]
    if container.get("is_ephemeral"):
        return Place(team, user, channel, container.get("thread_ts") or "", body.get("response_url") or "")
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or ""
    if not thread and not channel.startswith("D"):
        thread = container.get("message_ts") or ""
    return Place(team, user, channel, thread)


def _said(body: Payload, place: Place, words: str, event: Payload) -> Incoming:
    has_files = bool(event.get("files")) or event.get("subtype") == "file_share"
    return Incoming(_interaction(place, body["event_id"], words), place, float(event["ts"]), event["ts"], has_files=has_files)


def _not_a_person(event: Payload) -> str:
    if event.get("bot_id") or event.get("bot_profile") or not event.get("user"):
        return "a message of a program"
    return "a hidden message" if event.get("hidden") else ""


def _interaction(place: Place, event: str, text: str = "", *, intent: str = "", choice: str = "") -> Interaction:
    return Interaction(
        "slack", place.conversation, text, intent, choice=choice, event_id=f"{place.team}/{event}", person=place.user, tenant=place.team
    )
