"""Answers as lines of plain text."""

import unicodedata

from bot.channels.terminal import plain_lines
from bot.replies import Card, Choice, Fact, Link, Notice, Reply, Text

_SOLUTION = Card(
    title="Höör skickar ut pass",
    subtitle="Höörs kommun · i bruk",
    facts=(Fact(label="Resultat", value="okänt"),),
    links=(Link(text="Artikel", url="https://example.org/a"),),
)
_REPLY = Reply(
    elements=(
        Text(text="Det här liknar det du beskriver:"),
        Card(
            title="1. Vikarier",
            subtitle="Flera kommuner",
            text="Akut frånvaro.",
            facts=(Fact(label="Varför", value="en rad\noch en till"),),
            links=(Link(text="Rapport", url="https://example.org/r"),),
            cards=(_SOLUTION,),
        ),
        Notice(level="warning", text="Bra träffar kan saknas."),
    ),
    choices=(Choice(label="Mer om 1", intent="show_one", entities={"entry": "vikarier"}), Choice(label="Börja om", intent="start_over")),
)


def test_order_of_lines() -> None:
    """A reply reads from top to bottom: title, whose, text, facts, links, the cards within, then the choices and an empty line."""
    expected = [
        "Det här liknar det du beskriver:",
        "",
        "1. Vikarier",
        "  Flera kommuner",
        "  Akut frånvaro.",
        "  Varför: en rad",
        "  och en till",
        "  Rapport: https://example.org/r",
        "",
        "  Höör skickar ut pass",
        "    Höörs kommun · i bruk",
        "    Resultat: okänt",
        "    Artikel: https://example.org/a",
        "! Bra träffar kan saknas.",
        "1) Mer om 1",
        "2) Börja om",
        "",
    ]

    assert expected == list(plain_lines(_REPLY))


def test_choices_are_numbered_from_one() -> None:
    """Each choice has the number that can be typed for it."""
    choices = tuple(Choice(label=f"val {number}", intent="help") for number in range(1, 13))

    assert [f"{n}) val {n}" for n in range(1, 13)] == list(plain_lines(Reply(elements=(), choices=choices)))[:-1]


def test_empty_parts_leave_no_lines() -> None:
    """A card with only a title takes an empty line and its title."""
    assert ["", "Vikarier", ""] == list(plain_lines(Reply(elements=(Card(title="Vikarier"),))))


def test_every_notice_has_a_sign() -> None:
    """How serious a notice is can be read without colour."""
    levels = ("info", "success", "warning", "error")
    signs = [next(plain_lines(Reply(elements=(Notice(level=level, text="x"),)))) for level in levels]

    assert ["i x", "✓ x", "! x", "✗ x"] == signs


def test_no_control_codes() -> None:
    """Plain lines hold no control codes: nothing but letters, signs and spaces."""
    assert [] == [letter for line in plain_lines(_REPLY) for letter in line if unicodedata.category(letter).startswith("C")]
