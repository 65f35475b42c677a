"""What Teams sends, answered at once and put in line, or (a press) answered by a card or a sentence while Teams waits."""

import logging
from typing import Any

from bot.channels.lines import Lines
from bot.channels.talk import Talk
from bot.channels.teams.answered import TAKEN, UNKNOWN, Answered
from bot.channels.teams.forms import Forms
from bot.channels.teams.incoming import Ignored, Incoming, read
from bot.channels.teams.outgoing import Outgoing
from bot.channels.teams.serving import Serving
from knowledge.reachable import Reachable

log = logging.getLogger(__name__)


class Listening:
    """Hands on what comes in."""

    def __init__(self, talk: Talk, outgoing: Outgoing, lines: Lines, reachable: Reachable, language: str) -> None:
        self._serving = Serving(talk, outgoing, lines, reachable, language)
        self._forms = Forms(talk, outgoing, self._serving, lines, language)

    async def receive(self, activity: dict[str, Any]) -> Answered:
        """Take an activity that may come in; return how it is answered. Of what is left alone the reason is logged, never what it says.

        Raises:
            KeyError: it does not say who did what where.
        """
        found = read(activity)
        if isinstance(found, Ignored):
            log.info("Left alone: %s", found.reason)
            return UNKNOWN if activity["type"] == "invoke" else TAKEN
        return await self._hand_on(found)

    async def _hand_on(self, incoming: Incoming) -> Answered:
        match incoming.doing:
            case "pressed":
                return await self._forms.press(incoming)
            case "sent":
                return await self._forms.sent(incoming)
            case "closed":
                return await self._forms.close(incoming)
            case "challenge":
                return await self._forms.make_challenge(incoming)
            case "said":
                self._serving.hear(incoming)
            case "opened":
                self._serving.welcome(incoming)
            case "added":
                self._serving.greet(incoming)
            case "removed":
                self._serving.forget(incoming)
        return TAKEN
