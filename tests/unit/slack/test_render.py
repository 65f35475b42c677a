"""An answer as Slack messages."""

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.slack.render import Caps, render_messages
from bot.channels.terminal import plain_lines
from bot.replies import Card, Choice, Fact, Link, Notice, Reply, Text
from tests.unit.entry_cards import CHALLENGE, SOLUTION, SOURCE
from tests.unit.slack.payloads import message_faults, shown_words

CAPS: tuple[Caps, ...] = ("new", "classic", "text")

_LABELS = {
    "show_one": "Mer om 1",
    "more_results": "Fler",
    "me_too": "Vi har det också",
    "change_area": "Byt område",
    "useful_yes": "Det hjälpte",
    "useful_no": "Det hjälpte inte",
    "start_over": "Börja om",
}


def _choices(*intents: str) -> tuple[Choice, ...]:
    return tuple(Choice(label=_LABELS[intent], intent=intent, id=f"id-{intent}") for intent in intents)


_RESULTS = Reply(elements=(Text(text="Det här liknar det du beskriver:"), CHALLENGE, CHALLENGE), choices=_choices(*_LABELS))
_REPLIES = [
    Reply(elements=(Text(text="Så här kan du göra:\n• Skriv «hjälp».\n\nTack!"),)),
    Reply(elements=(Notice(level="warning", text="Ring 112.\nEller 1177."),), choices=_choices("start_over")),
    _RESULTS,
    Reply(elements=(CHALLENGE.model_copy(update={"links": (SOURCE,)}),), choices=_choices("me_too", "start_over")),
]

_NASTY = [
    "<!channel>",
    "<@U012>",
    ":smile:",
    "*fet*",
    "_kursiv_",
    "`kod`",
    "& < >",
    "<https://evil.example|klicka>",
    "@here",
    "\u202e",
    "👩‍🔬",
    "\n",
]
_texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*_NASTY, "ord ", "och "]), max_size=12).map("".join),
    st.sampled_from([*_NASTY, "", " ", "å" * 4000, "ett ord " * 1500]),
)
_urls = st.one_of(
    st.just("https://example.org/a?b=1&c=2"),
    st.just("https://example.org/" + "x" * 2900),
    st.just("javascript:alert(1)"),
    st.text(max_size=20),
)
_links = st.lists(st.builds(Link, text=_texts, url=_urls), max_size=3).map(tuple)
_facts = st.lists(st.builds(Fact, label=_texts, value=_texts), max_size=4).map(tuple)
_inner = st.builds(Card, title=_texts, subtitle=_texts, text=_texts, facts=_facts, links=_links)
_cards = st.builds(
    Card, title=_texts, subtitle=_texts, text=_texts, facts=_facts, links=_links, cards=st.lists(_inner, max_size=12).map(tuple)
)
_elements = st.one_of(
    st.builds(Text, text=_texts), st.builds(Notice, level=st.sampled_from(["info", "success", "warning", "error"]), text=_texts), _cards
)
_any_choices = st.lists(
    st.builds(
        Choice,
        label=_texts,
        intent=st.sampled_from(["show_one", "useful_yes", "useful_no", "help"]),
        id=st.text(string.ascii_letters + string.digits, max_size=32),
    ),
    max_size=120,
)
_any_reply = st.builds(Reply, elements=st.lists(_elements, max_size=6).map(tuple), choices=_any_choices.map(tuple))


@pytest.mark.parametrize("caps", CAPS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)
@given(reply=_any_reply)
def test_slack_takes_any_reply(caps: Caps, reply: Reply) -> None:
    """Whatever people and content say, every message is one that Slack takes, and none begins a mention or a link by itself."""
    for message in render_messages(reply, caps=caps):
        assert [] == message_faults(message)
        assert "<" not in message["text"]
        assert not any("<!" in words or "<@" in words for words in _read_as_markup(message))


@pytest.mark.parametrize("caps", CAPS)
@pytest.mark.parametrize("reply", _REPLIES)
def test_tells_the_same_as_the_terminal(reply: Reply, caps: Caps) -> None:
    """As plain text, an answer has the same words in the same order and with the same numbers as in the terminal."""
    told = "\n".join(message["text"] for message in render_messages(reply, caps=caps))

    assert _words("\n".join(plain_lines(reply))) == _words(told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@pytest.mark.parametrize("caps", ["new", "classic"])
def test_shows_everything_that_it_tells(caps: Caps) -> None:
    """The blocks show every word of the answer, and link to its source."""
    blocks = [block for message in render_messages(_RESULTS, caps=caps) for block in message["blocks"]]
    shown = " ".join(shown_words(blocks))

    for word in ("Nattens besök", "öppen utmaning", "Lättväckta", "Varför", "förstahandsvalet", "färre störda", "Nattillsyn", "Byt område"):
        assert word in shown
    assert SOURCE.url in str(blocks)


@pytest.mark.parametrize("caps", CAPS)
def test_divides_what_is_long(caps: Caps) -> None:
    """Forty thousand characters come out in their order, in as many messages as it takes, with the choices last."""
    words = [f"ord{number}" for number in range(5000)]
    reply = Reply(elements=(Text(text=" ".join(words)),), choices=_choices("me_too"))

    messages = render_messages(reply, caps=caps)

    shown = (
        [message["text"] for message in messages]
        if caps == "text"
        else [text for message in messages for text in shown_words(message["blocks"])]
    )
    assert [*words, *_LABELS["me_too"].split()] == [word for word in " ".join(shown).split() if word != "1)"]
    assert all([] == message_faults(message) for message in messages)


@pytest.mark.parametrize("caps", ["new", "classic"])
def test_divides_what_has_many_blocks(caps: Caps) -> None:
    """Forty short cards are divided before Slack's limit of blocks, and each stands in its place."""
    cards = tuple(Card(title=f"Kort {number}", subtitle="Höör", text="Kort.") for number in range(40))

    messages = render_messages(Reply(elements=cards), caps=caps)

    assert [f"Kort {number}" for number in range(40)] == [
        words for message in messages for words in shown_words(message["blocks"]) if words.startswith("Kort ")
    ]
    assert all([] == message_faults(message) for message in messages)


def test_divides_what_has_no_spaces() -> None:
    """A text without a single space is divided all the same, and nothing of it is lost."""
    text = "".join(chr(ord("a") + number % 26) for number in range(10_001))

    messages = render_messages(Reply(elements=(Text(text=text),)), caps="classic")

    assert text == "".join(words for message in messages for words in shown_words(message["blocks"])).replace("\n", "")


def test_says_that_a_notification_is_cut() -> None:
    """Where the plain text has no room for all that the blocks show, it ends in an ellipsis."""
    (message,) = render_messages(Reply(elements=(Text(text="ord " * 2000),)), caps="classic")

    assert message["text"].endswith(" …")


def test_few_choices_are_buttons() -> None:
    """Up to five choices are buttons, in order, each with the id of its choice."""
    blocks = _blocks(Reply(elements=(Text(text="Välj."),), choices=_choices("me_too", "change_area", "start_over")), "classic")

    assert ["id-me_too", "id-change_area", "id-start_over"] == [button["value"] for button in blocks[-1]["elements"]]
    assert ["choice:1", "choice:2", "choice:3"] == [button["action_id"] for button in blocks[-1]["elements"]]


def test_many_choices_are_a_menu() -> None:
    """More than five choices are a menu with the numbers that can be typed, and the numbers stand above it."""
    choices = _blocks(_RESULTS, "classic")[-2:]
    options = choices[1]["elements"][0]["options"]

    assert [f"{number}. {label}" for number, label in enumerate(_LABELS.values(), 1)] == [option["text"]["text"] for option in options]
    assert [f"id-{intent}" for intent in _LABELS] == [option["value"] for option in options]
    assert " · ".join(f"{number}) {label}" for number, label in enumerate(_LABELS.values(), 1)) == choices[0]["elements"][0]["text"]


def test_whether_it_helped_is_thumbs() -> None:
    """Where Slack has thumbs, whether an answer helped is told by them, with the same words and ids; everything else keeps its number."""
    *_, buttons, thumbs = _blocks(
        _RESULTS.model_copy(update={"choices": _choices("me_too", "useful_yes", "useful_no", "start_over")}), "new"
    )

    assert ["choice:1", "choice:4"] == [button["action_id"] for button in buttons["elements"]]
    assert "context_actions" == thumbs["type"]
    assert ("Det hjälpte", "id-useful_yes") == _pressed(thumbs["elements"][0]["positive_button"])
    assert ("Det hjälpte inte", "id-useful_no") == _pressed(thumbs["elements"][0]["negative_button"])


def test_solutions_stand_side_by_side() -> None:
    """Where Slack has cards, the solutions of a challenge stand beside each other with a button to each source; else below each other."""
    (new,) = [block for block in _blocks(Reply(elements=(CHALLENGE,)), "new") if block["type"] == "carousel"]

    assert [SOURCE.url, SOURCE.url] == [card["actions"][0]["url"] for card in new["elements"]]
    assert not any(block["type"] in {"carousel", "card"} for block in _blocks(Reply(elements=(CHALLENGE,)), "classic"))


def test_a_card_is_never_cut() -> None:
    """A solution that says more than a card of Slack's has room for is written out instead."""
    long = SOLUTION.model_copy(update={"text": "ord " * 60})

    assert not any(
        block["type"] == "carousel" for block in _blocks(Reply(elements=(CHALLENGE.model_copy(update={"cards": (long,)}),)), "new")
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://example.org/<!channel>", "https://", "inget", "https://example.org/a b"])
def test_only_addresses_are_links(url: str) -> None:
    """What is no web address is written as text and leads nowhere."""
    card = SOLUTION.model_copy(update={"links": (Link(text="Källa", url=url),)})
    blocks = [
        block
        for caps in ("new", "classic")
        for block in _blocks(Reply(elements=(card, CHALLENGE.model_copy(update={"cards": (card,)}))), caps)
    ]

    assert "'url'" not in str(blocks)


def test_markup_is_words() -> None:
    """Formatting signs, mentions, emoji names and links in a title are shown as they were written, or as their likes."""
    title = "*fet* _kursiv_ <!channel> :smile: `kod`"
    (message,) = render_messages(Reply(elements=(CHALLENGE.model_copy(update={"cards": (Card(title=title, text="x"),)}),)), caps="new")
    (card,) = [block for block in message["blocks"] if block["type"] == "carousel"]

    assert "∗fet∗ ˍkursivˍ &lt;!channel&gt; :\u2060smile: ˋkodˋ" == card["elements"][0]["title"]["text"]
    assert card["elements"][0]["title"]["verbatim"]
    assert "&lt;!channel&gt; :\u2060smile:" in message["text"]
    assert message["mrkdwn"] is False


def test_nothing_to_say_is_no_message() -> None:
    """A reply without a visible word is no message, for Slack refuses an empty one."""
    assert [] == [message for caps in CAPS for message in render_messages(Reply(elements=(Text(text=" \u202e"),)), caps=caps)]


def _blocks(reply: Reply, caps: Any) -> list[dict[str, Any]]:
    return [block for message in render_messages(reply, caps=caps) for block in message["blocks"]]


def _pressed(button: dict[str, Any]) -> tuple[str, str]:
    return button["text"]["text"], button["value"]


def _words(text: str) -> list[str]:
    return text.split()


def _read_as_markup(node: Any) -> list[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = [node["text"]] if isinstance(node, dict) and node.get("type") == "mrkdwn" else []
    return own + [words for child in children for words in _read_as_markup(child)]
