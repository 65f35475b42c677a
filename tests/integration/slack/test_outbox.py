"""Messages of the outbox reach people and channels in Slack."""

import pytest

from bot.settings import Settings
from knowledge.errors import UnavailableError
from knowledge.outbox import Claimed, UndeliverableError
from tests.integration.slack.conftest import Started
from tests.integration.slack.world import ANNA

WITHDRAWN = {"language": "sv", "title": "Ingen svarar i växeln", "number": "DG-1", "at": "2026-11-24T10:00:00+00:00"}


def claimed(recipient: str) -> Claimed:
    return Claimed("key", "interest.withdrawn", recipient, WITHDRAWN, 1, 1)


async def test_to_a_person(started: Started) -> None:
    """A person is written to in their own chat, with the words of the mail."""
    await started.channel.deliver(claimed(f"slack:T1:{ANNA}"))

    [post] = started.fake.of("chat.postMessage")
    assert (f"D{ANNA}", True) == (post["channel"], "Ingen svarar i växeln" in post["text"])


async def test_to_a_channel(started: Started) -> None:
    """An owner's channel is written to as it is."""
    await started.channel.deliver(claimed("slack:T1:C7"))

    assert ["C7"] == [post["channel"] for post in started.fake.of("chat.postMessage")]


@pytest.mark.parametrize("error", ["user_disabled", "channel_not_found", "not_in_channel", "is_archived"])
async def test_who_is_gone(started: Started, error: str) -> None:
    """Who is gone is not tried again."""
    started.fake.failures["chat.postMessage"] += [error]
    with pytest.raises(UndeliverableError):
        await started.channel.deliver(claimed("slack:T1:C7"))


async def test_unknown_workspace(started: Started) -> None:
    """A workspace that has not installed the guide is not written to with another's token."""
    with pytest.raises(UndeliverableError):
        await started.channel.deliver(claimed(f"slack:T9:{ANNA}"))

    assert [] == started.fake.of("chat.postMessage")


async def test_later(started: Started) -> None:
    """What Slack cannot do now is tried again later."""
    started.fake.failures["chat.postMessage"] += ["internal_error"]
    with pytest.raises(UnavailableError):
        await started.channel.deliver(claimed("slack:T1:C7"))


def test_tokens_are_not_shown(settings: Settings) -> None:
    """No token shows in a log of the settings."""
    assert ("xoxb" in repr(settings), "signerat" in repr(settings)) == (False, False)
