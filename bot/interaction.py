"""What comes in from a channel, the same for all of them."""

from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["terminal", "web", "slack", "teams"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing that a person did: wrote `text`, pressed a button that carries `choice`, or chose `intent` with its `entities`.

    `conversation` names the place in the channel, `person` who is there (empty where the place is all that is known of them),
    `event_id` the delivery (a second one with the same id is ignored).
    """

    channel: Channel
    conversation: str
    text: str = ""
    intent: str = ""
    entities: dict[str, str] = field(default_factory=dict)
    choice: str = ""
    event_id: str = ""
    person: str = ""
    tenant: str = "-"
    language: str = ""
