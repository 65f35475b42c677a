"""Where in Slack something was said, and so where the answer goes and whose conversation it belongs to."""

import json
from dataclasses import asdict, dataclass
from typing import Self

_DIRECT = "D"


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a channel of a workspace, in one of its threads when `thread` is set.

    `response_url` lets us answer for the person's eyes only, for half an hour. Without a `channel` it is the person's own chat.
    """

    team: str
    user: str
    channel: str = ""
    thread: str = ""
    response_url: str = ""

    @property
    def is_direct(self) -> bool:
        """Tell whether it is the person's own chat with the guide."""
        return self.channel.startswith(_DIRECT) and not self.response_url

    @property
    def is_seen_by_others(self) -> bool:
        """Tell whether others read what is answered here."""
        return bool(self.channel) and not self.is_direct and not self.response_url

    @property
    def conversation(self) -> str:
        """Return the name of the conversation.

        The own chat is one conversation, whatever its threads. Elsewhere everybody has their own: in a thread, or, where only they see
        the answers, in the channel (also a chat between two others, which both could otherwise read).
        """
        if self.is_direct:
            return self.channel
        return "/".join(part for part in (self.channel, "" if self.response_url else self.thread, self.user) if part)

    def to_text(self) -> str:
        """Return the place as a short text that a form carries."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the place that `to_text` wrote."""
        return cls(**json.loads(text))
