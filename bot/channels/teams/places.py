"""Where in Teams something was said, and so where the answer goes and whose conversation it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from knowledge.people import Person
from knowledge.reachable import Address

CHANNEL: Final = "teams"
# How Teams begins the name of a conversation between people; a person's own chat with the guide begins otherwise.
SHARED: Final = "19:"

Kind = Literal["personal", "group", "channel"]
_KINDS: Mapping[str, Kind] = {"personal": "personal", "groupChat": "group", "channel": "channel"}


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a conversation of Teams; in a channel `conversation` names the thread too.

    `person` is their id in the directory where Teams gives it, and else Teams' own, which `account` always is.
    """

    tenant: str
    person: str
    conversation: str
    service_url: str
    kind: Kind
    account: str

    @property
    def is_personal(self) -> bool:
        """Tell whether it is the person's own chat with the guide."""
        return self.kind == "personal"

    @property
    def who(self) -> Person:
        """Return the person as the rest of the guide knows them."""
        return Person(CHANNEL, self.tenant, self.person)

    @property
    def address(self) -> Address:
        """Return where the person is reached; it is their own chat."""
        return Address(self.conversation, self.service_url, self.account)

    def at(self, address: Address) -> "Place":
        """Return the person's own chat."""
        return replace(self, kind="personal", conversation=address.conversation, service_url=address.service_url, account=address.account)


def place_of(activity: Mapping[str, Any]) -> Place:
    """Return where an activity comes from.

    Raises:
        KeyError: it does not say who did what where.
    """
    conversation, sender = activity["conversation"], activity["from"]
    kind = _kind(conversation)
    tenant = conversation.get("tenantId") or ((activity.get("channelData") or {}).get("tenant") or {}).get("id") or "-"
    where = str(conversation["id"])
    if kind == "channel" and ";messageid=" not in where and activity.get("type") == "message":
        where = f"{where};messageid={activity.get('replyToId') or activity['id']}"
    account = str(sender["id"])
    return Place(str(tenant), str(sender.get("aadObjectId") or account), where, str(activity["serviceUrl"]), kind, account)


def _kind(conversation: Mapping[str, Any]) -> Kind:
    """Return the kind; what may be read by others is never the own chat, also a chat of two that is called personal."""
    kind = _KINDS.get(conversation.get("conversationType") or "personal", "group")
    is_shared = conversation.get("isGroup") or str(conversation["id"]).startswith(SHARED)
    return "group" if kind == "personal" and is_shared else kind
