"""What becomes of an answer on its way to Slack: nothing to show, an address that is used up half way, and an error that is not Slack's."""

from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.channels.slack.places import Place
from bot.channels.slack.render import render_messages
from bot.channels.slack.workspaces import error_code
from bot.replies import Card, Choice, Reply, Text
from knowledge.errors import UnavailableError
from tests.integration.slack.conftest import Started
from tests.integration.slack.world import ANNA

EMPTY = Reply(elements=(Text(text=" \n"),))
PROPOSE = ("choice:propose", "Föreslå som utmaning", "id-1")
ANSWER = Reply(
    elements=(Text(text="Det här <liknar> det & mer:"), Card(title="Nattens besök väcker dem", subtitle="Höörs kommun")),
    choices=(Choice(label="Börja om", intent="start_over", id="id-2"),),
)


def asker(started: Started, hook: str = "h1") -> Place:
    return Place("T1", ANNA, "C1", response_url=f"{started.fake.url}/hook/{hook}")


@pytest.mark.parametrize("extras", [(), (PROPOSE,)])
async def test_nothing_to_show(started: Started, extras: tuple[tuple[str, str, str], ...]) -> None:
    """An answer without a visible word is not sent, and nothing breaks."""
    for place in (Place("T1", ANNA, f"D{ANNA}"), asker(started)):
        await started.channel.outgoing.say(place, EMPTY, "sv", extras)

    assert ([], []) == (started.fake.of("chat.postMessage"), started.fake.of("hook"))


@pytest.mark.parametrize(("refusals", "caps"), [(0, "new"), (1, "classic"), (2, "text")])
async def test_answer_at_an_address(started: Started, refusals: int, caps: Any) -> None:
    """What is answered at an address is what is rendered, only for the asker, in the newest look that is not refused."""
    started.fake.failures["hook"] += ["invalid_blocks"] * refusals
    await started.channel.outgoing.say(asker(started), ANSWER, "sv")

    [rendered] = render_messages(ANSWER, caps=caps)
    [sent] = started.fake.of("hook")
    assert {"response_type": "ephemeral", "replace_original": False, "name": "h1", **rendered} == sent


async def test_address_that_is_used_up_half_way(started: Started) -> None:
    """An answer in several messages goes on in the place itself where the address is used up; no message comes twice or is lost."""
    long = Reply(elements=(Text(text=" ".join(f"ord{number}" for number in range(4000))),))
    messages = render_messages(long, caps="new")
    started.fake.failures["hook"] += ["", *[(404, {})] * len(messages)]
    await started.channel.outgoing.say(asker(started), long, "sv")

    posted = started.fake.of("chat.postEphemeral")
    assert (len(messages) - 1, [each["blocks"] for each in messages[1:]]) == (len(posted), [each["blocks"] for each in posted])


async def test_address_that_cannot_be_reached(started: Started) -> None:
    """When nobody answers at the address, the caller hears that Slack cannot be reached, as everywhere else."""
    with pytest.raises(UnavailableError):
        await started.channel.outgoing.say(Place("T1", ANNA, "C1", response_url="http://127.0.0.1:1/hook"), ANSWER, "sv")


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (SimpleNamespace(data={"ok": False, "error": "invalid_auth"}, status_code=200), "invalid_auth"),
        (SimpleNamespace(data="Bad gateway", status_code=502), "HTTP 502"),
        (SimpleNamespace(data=None, status_code=503), "HTTP 503"),
        (SimpleNamespace(status=502), "HTTP 502"),
    ],
)
def test_errors_that_are_not_slacks(response: Any, code: str) -> None:
    """An error is named by Slack's own word, or by its status where a proxy answered in its place."""
    assert code == error_code(SlackApiError("failed", response))  # type: ignore[no-untyped-call]
