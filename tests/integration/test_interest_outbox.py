"""Messages out: nothing is lost, nothing is sent twice without cause, and the state machine of both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import delete

from knowledge.database import Database
from knowledge.errors import NotFoundError
from knowledge.interest_tables import OutboxRow
from knowledge.outbox import LEASE, LONGEST_RETRY, MOST_ATTEMPTS, Claimed, Message, Outbox, UndeliverableError, enqueue, wait_after
from tests.interest_world import Clock, count


@pytest.fixture
def outbox(database: Database, clock: Clock) -> Outbox:
    return Outbox(database, clock, lambda: 0.5)


def write(database: Database, clock: Clock, *keys: str) -> int:
    with database.transaction() as session:
        return enqueue(session, [Message(key, "test", f"mailto:{key}@bolaget.se", {"code": "1", "title": "x"}) for key in keys], clock())


def test_same_key_is_the_same_message(database: Database, clock: Clock) -> None:
    """A message whose key is there already is not written again, also in another transaction."""
    assert (2, 1) == (write(database, clock, "a", "b"), write(database, clock, "b", "c"))


def test_written_with_its_event_or_not_at_all(database: Database, clock: Clock) -> None:
    """A transaction that fails leaves no message behind."""

    def fail() -> None:
        with database.transaction() as session:
            enqueue(session, [Message("a", "test", "mailto:a@b.se")], clock())
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert count(database, OutboxRow) == 0


async def test_mail_server_down_for_an_hour(database: Database, outbox: Outbox, clock: Clock) -> None:
    """While the server is down every message waits; afterwards each one arrives, once."""
    write(database, clock, *map(str, range(100)))
    up_again = clock.time + timedelta(hours=1)
    arrived: list[str] = []

    async def deliver(message: Claimed) -> None:
        if clock.time < up_again:
            msg = "mail server is down"
            raise ConnectionError(msg)
        arrived.append(message.key)

    while clock.time < up_again + timedelta(hours=2):
        await outbox.deliver_due(deliver, limit=1000)
        clock.move(minutes=1)

    assert sorted(map(str, range(100))) == sorted(arrived)
    assert {"delivered"} == {each.state for each in outbox.list()}


async def test_codes_are_not_kept(database: Database, outbox: Outbox, clock: Clock) -> None:
    """What opens something to whoever knows it is removed when it has arrived."""
    write(database, clock, "a")

    async def deliver(message: Claimed) -> None:
        assert message.data["code"] == "1"

    await outbox.deliver_due(deliver)
    assert [{"title": "x"}] == [each.data for each in outbox.list()]


async def test_one_bad_message_stops_no_other(database: Database, outbox: Outbox, clock: Clock) -> None:
    """A message that cannot be delivered is dead at once when its recipient will never be reached, and the others go out."""
    write(database, clock, "a", "b", "c")

    async def deliver(message: Claimed) -> None:
        if message.key == "b":
            raise UndeliverableError(cause="550 okänd: b@bolaget.se")

    done = await outbox.deliver_due(deliver)

    assert (2, 1) == (done.delivered, done.failed)
    assert [("b", "undeliverable cause=550 okänd: [e-post]")] == [(each.key, each.error) for each in outbox.list("dead")]


def test_dead_after_many_attempts_and_revived(database: Database, outbox: Outbox, clock: Clock) -> None:
    """After so many failures, about a day, a message is dead; an operator lets it try again from the beginning."""
    write(database, clock, "a")
    began = clock.time
    while messages := outbox.claim():
        outbox.failed(messages[0], TimeoutError())
        clock.move(hours=1)
    dead = outbox.list("dead")

    assert [MOST_ATTEMPTS] == [each.attempt for each in dead]
    assert clock.time - began > timedelta(hours=24)
    assert outbox.retry([dead[0].id]) == 1
    assert [1] == [each.attempt for each in outbox.claim()]
    with pytest.raises(NotFoundError, match="no_dead_message"):
        outbox.retry([dead[0].id])


def test_message_that_kills_its_worker(database: Database, outbox: Outbox, clock: Clock) -> None:
    """A message whose workers never say how it went is dead in the end, and not tried for ever."""
    write(database, clock, "a")
    attempts = 0
    while outbox.claim():
        attempts += 1
        clock.move(seconds=LEASE.total_seconds())

    assert attempts == MOST_ATTEMPTS
    assert ["lease"] == [each.error for each in outbox.list("dead")]


def test_waits_grow_and_are_spread() -> None:
    """Waits double up to an hour, and chance spreads them down to half."""
    assert [15, 30, 60] == [wait_after(1, 0).total_seconds(), wait_after(1, 1).total_seconds(), wait_after(2, 1).total_seconds()]
    assert wait_after(MOST_ATTEMPTS, 1) == LONGEST_RETRY


def test_workers_share_the_work(database: Database, clock: Clock) -> None:
    """Several workers at once take every message, and none takes what another has."""
    write(database, clock, *map(str, range(200)))

    def work(_worker: int) -> list[str]:
        outbox, taken = Outbox(database, clock), []
        while messages := outbox.claim(7):
            for message in messages:
                outbox.delivered(message)
                taken.append(message.key)
        return taken

    with ThreadPoolExecutor(8) as workers:
        taken = [key for keys in workers.map(work, range(8)) for key in keys]

    # A worker that found the rest held by others went home, so some may be left; what was taken was taken once.
    taken += work(0)
    assert sorted(map(str, range(200))) == sorted(taken)


class OutboxMachine(RuleBasedStateMachine):
    """Two kinds of things happen to messages: workers that deliver, fail or die, and time."""

    database: Database
    claimed = Bundle("claimed")

    def __init__(self) -> None:
        super().__init__()
        with self.database.transaction() as session:
            session.execute(delete(OutboxRow))
        self.clock = Clock()
        self.outbox = Outbox(self.database, self.clock, lambda: 0.0)
        self.written: set[str] = set()
        self.arrived: dict[str, int] = {}
        self.hidden_until: dict[str, datetime] = {}

    @rule(keys=st.sets(st.sampled_from("abcde"), min_size=1))
    def write(self, keys: set[str]) -> None:
        """Writing tells how many were new."""
        assert len(keys - self.written) == write(self.database, self.clock, *keys)
        self.written |= keys

    @rule(target=claimed, limit=st.integers(1, 3))
    def claim(self, limit: int) -> object:
        """Nothing is handed out that another worker holds, that waits for its next attempt, or that has arrived."""
        messages = self.outbox.claim(limit)
        for message in messages:
            assert message.key not in self.arrived
            assert self.hidden_until.get(message.key, self.clock.time) <= self.clock.time
            self.hidden_until[message.key] = self.clock.time + LEASE
        return multiple(*messages)

    @rule(message=consumes(claimed))
    def deliver(self, message: Claimed) -> None:
        """A message that has arrived is delivered, even by a worker that was slow."""
        self.outbox.delivered(message)
        self.arrived[message.key] = self.arrived.get(message.key, 0) + 1

    @rule(message=consumes(claimed))
    def fail(self, message: Claimed) -> None:
        """A failure sets the next attempt, unless another worker has the message now."""
        before = {each.key: each for each in self.outbox.list()}[message.key]
        self.outbox.failed(message, TimeoutError())
        if before.state == "waiting" and before.attempt == message.attempt:
            self.hidden_until[message.key] = self.clock.time + wait_after(message.attempt, 0.0)

    @rule(message=consumes(claimed))
    def die(self, message: Claimed) -> None:
        """A worker that dies says nothing."""

    @rule(minutes=st.sampled_from([1, 5, 60]))
    def time_passes(self, minutes: int) -> None:
        """Time passes."""
        self.clock.move(minutes=minutes)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """Each key has one message, which has arrived exactly when a worker said so."""
        listed = self.outbox.list()
        assert sorted(self.written) == sorted(each.key for each in listed)
        assert set(self.arrived) == {each.key for each in listed if each.state == "delivered"}

    def teardown(self) -> None:
        """In the end everything arrives."""
        self.clock.move(days=1)
        for message in self.outbox.claim(100):
            self.deliver_at_last(message)
        assert self.written == set(self.arrived)

    def deliver_at_last(self, message: Claimed) -> None:
        """Deliver what is left; named unlike a rule, since rules are not called."""
        self.outbox.delivered(message)
        self.arrived[message.key] = 1


def test_outbox_machine(database: Database) -> None:
    """Whatever workers and time do, no message is lost, doubled or handed to two at once."""
    machine = type("Machine", (OutboxMachine,), {"database": database})
    limits = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)
