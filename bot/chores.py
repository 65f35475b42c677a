"""What the assistant does by itself while it runs: it delivers messages, sends digests, reminds of promises, and forgets."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from bot.delivery import SCHEMES, Delivery, Scheme
from bot.dialogue import Dialogue
from bot.mail import A_ROUND
from bot.services import Services
from index.keeping_up import KeepingUp
from knowledge.digests import send_digests
from knowledge.errors import UnavailableError
from knowledge.expiry import remove_expired
from knowledge.outbox import Outbox, Recipients

log = logging.getLogger(__name__)

# What a chore does each time; it returns whether there is more to do at once.
Chore = Callable[[], Awaitable[bool]]

_REFRESH_SECONDS = 1.0
_DELIVER_SECONDS = 1.0
_DIGEST_SECONDS = 60.0
_HOURLY = 3600.0
_DIGEST_HOUR = 7
# A message that is on its way when the program stops gets this long to arrive; otherwise it would be sent once more.
_PATIENCE_SECONDS = 10.0


class Chores:
    """Runs beside the conversation from start to stop."""

    def __init__(self, services: Services, dialogue: Dialogue, delivery: Delivery) -> None:
        self._services = services
        self._dialogue = dialogue
        self._delivery = delivery
        self._outbox = Outbox(services.database)
        self._keeping_up = KeepingUp(services.database, services.search.encoder, services.settings.index)
        self._stopping = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run every chore until the block ends; what is under way then is finished."""
        chores: dict[str, tuple[float, Chore]] = {
            "refresh of the index": (_REFRESH_SECONDS, self.refresh),
            "reindexing of what has changed": (_REFRESH_SECONDS, self.reindex),
            # A way that is stuck holds up nobody but those who are reached by it.
            **{f"delivery by {scheme}": (_DELIVER_SECONDS, partial(self.deliver, scheme)) for scheme in SCHEMES},
            "delivery of news": (_DELIVER_SECONDS, self.deliver),
            "digests": (_DIGEST_SECONDS, self.digest),
            "reminders of promises": (_HOURLY, self.nudge),
            "reminders of checks": (_HOURLY, self.remind),
            "removal of what is kept no longer": (_HOURLY, self.remove_expired),
            "removal of old conversations": (_HOURLY, self.forget),
        }
        self._stopping = asyncio.Event()
        tasks = [asyncio.create_task(self._repeat(name, *each), name=name) for name, each in chores.items()]
        try:
            yield
        finally:
            self._stopping.set()
            _, late = await asyncio.wait(tasks, timeout=_PATIENCE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def refresh(self) -> bool:
        """Take up a new index."""
        await asyncio.to_thread(self._services.search.refresh)
        return False

    async def reindex(self) -> bool:
        """Make what has been published or taken away since the last time findable, or not any more."""
        if await asyncio.to_thread(self._keeping_up.look):
            await self.refresh()
        return False

    async def deliver(self, scheme: Scheme | None = None) -> bool:
        """Deliver a round of messages by one way, or (None) to those who are told when they come back."""
        to = Recipients([scheme]) if scheme else Recipients(SCHEMES, others=True)
        async with self._delivery.by(scheme) as deliver:
            done = await self._outbox.deliver_due(deliver, A_ROUND, to)
        if done.failed:
            log.warning("%s messages could not be delivered; see guiden outbox list", done.failed)
        return done.delivered + done.failed == A_ROUND

    async def digest(self) -> bool:
        """Send the day's digests, once their hour has struck."""
        await asyncio.to_thread(send_digests, self._services.database, hour=_DIGEST_HOUR)
        return False

    async def nudge(self) -> bool:
        """Remind the owners of promises that have passed."""
        await asyncio.to_thread(self._services.ownership.nudge)
        return False

    async def remind(self) -> bool:
        """Remind those who look after entries that should have been checked."""
        await asyncio.to_thread(self._services.currency.remind)
        return False

    async def remove_expired(self) -> bool:
        """Remove what goes by itself and is kept no longer."""
        await asyncio.to_thread(remove_expired, self._services.database)
        return False

    async def forget(self) -> bool:
        """Remove conversations that have been silent for as long as they are kept."""
        days = self._services.settings.retention_days
        for conversation in await asyncio.to_thread(self._services.conversations.idle_since, days):
            await self._dialogue.forget(conversation)
        return False

    async def _repeat(self, name: str, seconds: float, chore: Chore) -> None:
        told = ""  # what has been logged already: a database that is down for an hour is one line, not thousands
        while not self._stopping.is_set():
            more = False
            try:
                more = await chore()
                told = ""
            except UnavailableError as error:
                if told != str(error):
                    log.error("%s: %s", name.capitalize(), error)
                told = str(error)
            except Exception:  # the edge of a chore: one that ended would be missed by nobody until much later
                log.exception("%s failed", name.capitalize())
            if not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), seconds)
