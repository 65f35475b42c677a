"""An answer on its way through the dialogue server."""

import json

import pytest
from pydantic import ValidationError

from bot.replies import Card, Choice, Fact, Link, Notice, Reply, Text, from_wire, to_wire

_INNER = Card(title="Höör låter en robot räkna", subtitle="Höörs kommun", links=(Link(text="Källa", url="https://example.org"),))
_REPLIES = [
    Reply(elements=()),
    Reply(elements=(Text(text="Hej!"),)),
    Reply(elements=(Notice(level="warning", text="Ring 112."),), choices=(Choice(label="Hjälp", intent="help"),)),
    Reply(
        elements=(
            Text(text="Det här liknar:"),
            Card(title="1. Vikarier", text="Text", facts=(Fact(label="Resultat", value="okänt"),), cards=(_INNER, _INNER)),
            Notice(level="info", text="Tidig dialog."),
        ),
        choices=(Choice(label="Mer om 1", intent="show_one", entities={"entry": "vikarier"}), Choice(label="Hjälp", intent="help")),
    ),
]


@pytest.mark.parametrize("reply", _REPLIES)
def test_comes_back_as_it_was(reply: Reply) -> None:
    """A reply that has travelled as JSON is the reply that was sent."""
    assert reply == from_wire(json.loads(json.dumps(to_wire(reply))))


def test_travels_light() -> None:
    """What is empty is not sent, and every element says what it is."""
    wire = to_wire(Reply(elements=(Card(title="Vikarier"),)))

    assert {"elements": [{"type": "card", "title": "Vikarier"}]} == wire


@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"elements": [{"type": "picture", "text": "x"}]},
        {"elements": [{"text": "x"}]},
        {"elements": [{"type": "text"}]},
        {"elements": [], "buttons": []},
        {"elements": [{"type": "notice", "level": "loud", "text": "x"}]},
    ],
)
def test_refuses_what_is_no_reply(wire: dict[str, object]) -> None:
    """JSON that is no reply, or holds an unknown field, is refused."""
    with pytest.raises(ValidationError):
        from_wire(wire)


@pytest.mark.parametrize(
    ("reply", "fallback"), [(_REPLIES[0], ""), (_REPLIES[1], "Hej!"), (_REPLIES[2], "Ring 112."), (Reply(elements=(_INNER,)), _INNER.title)]
)
def test_fallback(reply: Reply, fallback: str) -> None:
    """The fallback is the first element's text, or a card's title, or nothing."""
    assert fallback == reply.fallback


def test_fallback_is_short() -> None:
    """The fallback fits a notification."""
    assert "x" * 300 == Reply(elements=(Text(text="x" * 400),)).fallback
