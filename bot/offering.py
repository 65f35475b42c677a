"""What can be chosen when an answer goes out: one set of choices a turn, remembered for numbers and words, and by id for buttons."""

import asyncio
from collections.abc import Sequence

from bot.interaction import Channel
from bot.replies import Choice, Reply
from knowledge.conversations import Conversations
from knowledge.offers import Offers, new_id
from knowledge.people import Person

_WITH_BUTTONS: tuple[Channel, ...] = ("slack", "teams", "web")


class Offering:
    """Remembers what was offered, and finds what was chosen of it."""

    def __init__(self, conversations: Conversations, offers: Offers) -> None:
        self._conversations = conversations
        self._offers = offers

    async def going_out(
        self, channel: Channel, conversation: str, person: Person, replies: Sequence[Reply], asked: str | None = None
    ) -> list[Reply]:
        """Return the replies of a turn as they are shown, with what they offer and ask for remembered.

        `asked` is what was asked for before, where the turn leaves that standing.
        """
        last = await self.with_ids(channel, conversation, person, _with_choices_of_turn(replies))
        choices = [choice.model_dump(mode="json") for choice in last.choices]
        await asyncio.to_thread(self._conversations.offer, conversation, choices, last.asks if asked is None else asked)
        return [*(reply.model_copy(update={"choices": ()}) for reply in replies[:-1]), last]

    async def with_ids(self, channel: Channel, conversation: str, person: Person, reply: Reply) -> Reply:
        """Return a reply whose choices have ids, where the channel has buttons to carry them."""
        if channel not in _WITH_BUTTONS or not reply.choices:
            return reply
        choices = tuple(choice.model_copy(update={"id": choice.id or new_id()}) for choice in reply.choices)
        stored = {choice.id: choice.model_dump(mode="json", exclude={"id"}) for choice in choices}
        await asyncio.to_thread(self._offers.keep, conversation, person, stored)
        return reply.model_copy(update={"choices": choices})

    async def offered(self, offer: str) -> Choice | None:
        """Return the choice with an id, or None."""
        found = await asyncio.to_thread(self._offers.find, offer)
        return Choice.model_validate(found) if found else None

    async def pressed(self, offer: str, conversation: str, person: Person) -> Choice | None:
        """Return the choice with an id when it was offered in this conversation or to this person, else None."""
        found = await asyncio.to_thread(self._offers.find_for, offer, conversation, person)
        return Choice.model_validate(found) if found else None


def _with_choices_of_turn(replies: Sequence[Reply]) -> Reply:
    """Return the last reply with the one set of choices of a turn, the last, below everything: a number can then mean only one thing."""
    choices = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    return replies[-1].model_copy(update={"choices": choices})
