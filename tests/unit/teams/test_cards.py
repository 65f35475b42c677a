"""An answer as Teams messages."""

import string
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.literal import seen
from bot.channels.teams.cards import render_messages, with_prompts
from bot.channels.teams.elements import SIGNS
from bot.channels.teams.literal import is_address
from bot.channels.terminal import plain_lines
from bot.replies import Card, Choice, Element, Fact, Link, Notice, Reply, Text
from tests.unit.entry_cards import CHALLENGE, SOLUTION, SOURCE
from tests.unit.teams.card_reading import card_of, links, message_faults, nodes, read_by_javascript, shown_words, told

_LABELS = {
    "show_one": "Mer om 1",
    "more_results": "Fler",
    "me_too": "Vi har det också",
    "change_area": "Byt område",
    "register_interest": "Anmäl intresse",
    "useful_yes": "Det hjälpte",
    "useful_no": "Det hjälpte inte",
    "browse_open": "Öppna utmaningar",
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
    "<at>Chefen</at>",
    "<b>fet</b>",
    "**fet**",
    "_kursiv_",
    "`kod`",
    "~~struken~~",
    "& < > &lt; \\",
    "[klicka](https://evil.example)",
    "![bild](https://evil.example/a.png)",
    "<https://evil.example>",
    "{{DATE(2026-02-14T06:00:00Z, SHORT)}}",
    "${namn}",
    "# rubrik",
    "1. lista",
    "- lista",
    "> citat",
    "---",
    "    kod",
    "\u202e",
    "👩‍🔬",
    "\n",
]
_texts = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*_NASTY, "ord ", "och "]), max_size=12).map("".join),
    st.sampled_from([*_NASTY, "", " ", "å" * 4000, "ett ord " * 1500, '"' * 4000, "👩" * 3000]),
)
_urls = st.one_of(
    st.just("https://example.org/a?b=1&c=2"),
    st.just("https://example.org/(a)_[b]*c*&copy;{{d}}"),
    st.just("https://example.org/" + "x" * 1900),
    st.just("javascript:alert(1)"),
    st.text(max_size=20),
)
_links = st.lists(st.builds(Link, text=_texts, url=_urls), max_size=3).map(tuple)
_facts = st.lists(st.builds(Fact, label=_texts, value=_texts), max_size=4).map(tuple)
_inner = st.builds(Card, title=_texts, subtitle=_texts, text=_texts, facts=_facts, links=_links)
_cards = st.builds(
    Card, title=_texts, subtitle=_texts, text=_texts, facts=_facts, links=_links, cards=st.lists(_inner, max_size=6).map(tuple)
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
    max_size=60,
)
_any_reply = st.builds(Reply, elements=st.lists(_elements, max_size=5).map(tuple), choices=_any_choices.map(tuple))
_any_words = st.builds(Reply, elements=st.lists(_elements, max_size=4).map(tuple))
_PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@settings(max_examples=60, deadline=None, suppress_health_check=_PATIENT)
@given(reply=_any_reply)
def test_teams_takes_any_reply(reply: Reply) -> None:
    """Whatever people and content say, every message is one that Teams takes, and every choice can be pressed."""
    messages = render_messages(reply)

    assert [] == [fault for message in messages for fault in message_faults(message)]
    assert sorted(each.id or str(number) for number, each in enumerate(reply.choices, 1)) == sorted(_pressable(messages))


@settings(max_examples=60, deadline=None, suppress_health_check=_PATIENT)
@given(reply=_any_words)
def test_words_are_words(reply: Reply) -> None:
    """What people and content say is shown letter by letter and in order, whatever markup it looks like, and told the same."""
    messages = render_messages(reply)

    assert _bare("".join(_said(reply.elements, with_addresses=True))) == _bare("".join(_unsigned(told(message)) for message in messages))
    if any(card_of(message) for message in messages):
        shown = "".join(_unsigned(line) for message in messages for line in shown_words(message))
        assert _bare("".join(_said(reply.elements, with_addresses=False))) == _bare(shown)
        assert all(is_address(link) for message in messages for link in links(message))


@pytest.mark.parametrize("reply", _REPLIES)
def test_tells_the_same_as_the_terminal(reply: Reply) -> None:
    """As plain text, an answer has the same words in the same order and with the same numbers as in the terminal."""
    lines = "\n".join(plain_lines(reply)).replace("! Ring", "⚠️ Ring")

    assert lines.split() == "\n".join(told(message) for message in render_messages(reply)).split()


def test_microsoft_reads_them() -> None:
    """Microsoft's own reader of cards has nothing to say against what the guide shows."""
    nasty = Reply(elements=(Card(title="1. *fet*", text="\n".join(_NASTY), links=(SOURCE,)),), choices=_choices("start_over"))
    cards = [card_of(message) for reply in [*_REPLIES[1:], nasty] for message in render_messages(reply)]

    assert [[] for _ in cards] == read_by_javascript(cards)


def test_nothing_but_words_is_plain_text() -> None:
    """An answer of nothing but words is plain text, which every client and reader shows; all else is a card with a summary."""
    (words,) = render_messages(Reply(elements=(Text(text="Tack!"), Notice(level="success", text="Klart."))))
    (results,) = render_messages(_RESULTS)

    assert {"type": "message", "text": "Tack!\n✅ Klart.", "textFormat": "plain"} == words
    assert "Det här liknar det du beskriver:" == results["summary"]


def test_titles_are_headings() -> None:
    """A screen reader finds every entry by its heading, those within another smaller than it."""
    headings = [node for node in nodes(render_messages(_RESULTS)) if node.get("style") == "heading"]

    assert 2 * ["Medium", "Default", "Default"] == [node["size"] for node in headings]
    assert [CHALLENGE.title, SOLUTION.title, SOLUTION.title] == list(shown_words(headings))[:3]


def test_divides_what_is_long() -> None:
    """Ten thousand words come out in their order, in as many messages as it takes, with the choices last."""
    words = [f"ord{number}" for number in range(10_000)]
    reply = Reply(elements=(Text(text=" ".join(words)),), choices=_choices("me_too"))

    messages = render_messages(reply)

    assert words == " ".join(line for message in messages for line in shown_words(message)).split()
    assert ["id-me_too"] == _pressable(messages[-1:])
    assert [] == [fault for message in messages for fault in message_faults(message)]


def test_every_message_says_what_it_begins_with() -> None:
    """Where an answer is divided, the notification of each part has words of that part."""
    messages = render_messages(
        Reply(elements=tuple(Text(text=f"Del {number} " + "ord " * 3000) for number in range(4)), choices=_choices("me_too"))
    )

    assert len(messages) > 1
    assert [next(shown_words(message))[:20] for message in messages] == [message["summary"][:20] for message in messages]


def test_few_choices_are_buttons() -> None:
    """Up to eight choices are buttons in order, in rows so short that Teams cuts none, each coming back with the id of its choice alone."""
    (message,) = render_messages(
        Reply(elements=(Text(text="Välj."),), choices=_choices("show_one", "me_too", "register_interest", "change_area", "start_over"))
    )
    rows = [node["actions"] for node in nodes(message) if node.get("type") == "ActionSet"]

    assert [["Mer om 1", "Vi har det också"], ["Anmäl intresse", "Byt område"], ["Börja om"]] == [
        [each["title"] for each in row] for row in rows
    ]
    assert {
        "type": "Action.Execute",
        "title": "Mer om 1",
        "verb": "choice",
        "data": {"choice": "id-show_one"},
        "associatedInputs": "none",
    } == rows[0][0]


def test_many_choices_are_a_menu() -> None:
    """More than eight choices are a menu with a label, and the numbers that can be typed stand above it."""
    areas = [f"Område {number}" for number in range(1, 10)]
    choices = tuple(Choice(label=area, intent="change_area", id=f"id-{area}") for area in areas)
    (message,) = render_messages(Reply(elements=(Text(text="Vilket område?"),), choices=choices))
    (menu,) = [node for node in nodes(message) if node.get("type") == "Input.ChoiceSet"]

    assert "choice" == menu["id"]
    assert [{"title": f"{number}. {area}", "value": f"id-{area}"} for number, area in enumerate(areas, 1)] == menu["choices"]
    assert " · ".join(f"{number}) {area}" for number, area in enumerate(areas, 1)) in list(shown_words(message))
    assert [("choice", {})] == [
        (node["verb"], node["data"]) for node in nodes(message) if node.get("type") == "Action.Execute" and "associatedInputs" not in node
    ]


def test_what_follows_a_search_is_buttons() -> None:
    """The seven choices below what was found are pressed at once, without a menu."""
    (message,) = render_messages(_RESULTS)

    assert [] == [node for node in nodes(message) if node.get("type") == "Input.ChoiceSet"]
    assert [choice.id for choice in _RESULTS.choices if not choice.intent.startswith("useful")] == _pressable([message])[:-2]


def test_more_than_a_menu_are_several() -> None:
    """Two hundred choices are menus in messages of their own, for two in one card would have one name, and each of them can be chosen."""
    choices = tuple(Choice(label=f"Förslag {number}", intent="show_one", id=f"{number:032}") for number in range(200))

    messages = render_messages(Reply(elements=(Text(text="Välj."),), choices=choices))

    assert [choice.id for choice in choices] == _pressable(messages)
    assert [] == [fault for message in messages for fault in message_faults(message)]


def test_a_long_label_is_a_menu() -> None:
    """A label that a button has no room for stands in full in the list, and can be chosen from the menu."""
    label = "Vi har det också: Nattens besök väcker dem vi ska titta till"
    (message,) = render_messages(Reply(elements=(Text(text="Välj."),), choices=(Choice(label=label, intent="me_too", id="a"),)))

    assert f"1) {label}" in list(shown_words(message))
    assert ["a"] == _pressable([message])


def test_short_labels_stay_buttons() -> None:
    """Beside labels that only a menu has room for, the short ones are pressed at once, and every number is told."""
    long = "Visa: Nattens besök väcker dem vi ska titta till varje natt"
    choices = (*_choices("register_interest"), Choice(label=long, intent="show_one", id="id-long"), *_choices("start_over"))
    (message,) = render_messages(Reply(elements=(Text(text="Så."),), choices=choices))
    rows = [[each["title"] for each in node["actions"]] for node in nodes(message) if node.get("type") == "ActionSet"]

    assert ["Anmäl intresse", "Börja om"] == rows[0]
    assert ["id-register_interest", "id-start_over", "id-long"] == _pressable([message])
    assert ["1) Anmäl intresse", f"2) {long}", "3) Börja om"] == [words for words in shown_words(message) if ") " in words]


def test_whether_it_helped_has_its_own_row() -> None:
    """The two on whether it helped stand beside each other, apart from the others, wherever they are among the choices."""
    (message,) = render_messages(Reply(elements=(Text(text="Så."),), choices=_choices("me_too", "useful_yes", "useful_no", "start_over")))
    rows = [[each["title"] for each in node["actions"]] for node in nodes(message) if node.get("type") == "ActionSet"]

    assert [["Vi har det också", "Börja om"], ["Det hjälpte", "Det hjälpte inte"]] == rows


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://example.org/<b>", "https://", "inget", "https://example.org/a b", "mailto:a@b.example"]
)
def test_only_addresses_are_links(url: str) -> None:
    """What is no web address is written as text and leads nowhere."""
    (message,) = render_messages(Reply(elements=(SOLUTION.model_copy(update={"links": (Link(text="Källa", url=url),)}),)))

    assert [] == links(message)
    assert f"Källa: {url}" in _joined(message)


def test_a_link_leads_where_it_says() -> None:
    """A link's address comes through its Markdown as it was, parentheses and all."""
    link = Link(text="Rapport [2024] *ny*", url="https://example.org/rapport_(slutlig)?a=1&copy=2")
    (message,) = render_messages(Reply(elements=(SOLUTION.model_copy(update={"links": (link,)}),)))

    assert ["https://example.org/rapport_%28slutlig%29?a=1&copy=2"] == links(message)
    assert link.text in list(shown_words(message))


def test_nothing_to_say_is_no_message() -> None:
    """A reply without a visible word is no message, for Teams refuses an empty one."""
    assert [] == render_messages(Reply(elements=(Text(text=" \u202e"),)))


def test_prompts_stand_below_a_message() -> None:
    """Suggestions say their words as if the person had written them."""
    (message,) = render_messages(_REPLIES[0])

    assert [{"type": "imBack", "title": "Öppna utmaningar", "value": "Vilka utmaningar är öppna?"}] == with_prompts(
        message, [("Öppna utmaningar", "Vilka utmaningar är öppna?")]
    )["suggestedActions"]["actions"]


def _pressable(messages: list[dict[str, Any]]) -> list[str]:
    found = [node for node in nodes(messages) if node.get("type") in ("Action.Execute", "Input.ChoiceSet")]
    return [
        value
        for node in found
        for value in ([node["data"]["choice"]] if node.get("data") else [each["value"] for each in node.get("choices", ())])
    ]


def _said(elements: tuple[Element, ...], *, with_addresses: bool) -> Iterator[str]:
    for element in elements:
        if not isinstance(element, Card):
            yield seen(element.text)
            continue
        yield from (seen(each) for each in (element.title, element.subtitle, element.text))
        yield from (seen(fact.label) + seen(fact.value) for fact in element.facts)
        for link in element.links:
            is_link = is_address(link.url) and len(link.text) < 1000
            yield (seen(link.text).strip() or seen(link.url)) + ("" if is_link and not with_addresses else seen(link.url))
        yield from _said(element.cards, with_addresses=with_addresses)


def _joined(message: dict[str, Any]) -> str:
    return "\n".join(shown_words(message)).replace("\u2060", "")


def _unsigned(words: str) -> str:
    for sign in SIGNS.values():
        words = words.replace(sign, "")
    return words


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
