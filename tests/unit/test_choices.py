"""What a typed number or word stands for among the choices of the last answer."""

import pytest

from bot.replies import Choice
from bot.typed import chosen_by

_CHOICES = [
    Choice(label="Mer om 1", intent="show_one", entities={"entry": "vikarier"}),
    Choice(label="Öppna utmaningar", intent="browse_open"),
    Choice(label="Börja om", intent="start_over"),
]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1),
        ("3", 3),
        (" 2 ", 2),
        ("2.", 2),
        ("2)", 2),
        ("2!", 2),
        ("02", 2),
        ("Mer om 1", 1),
        ("öppna utmaningar", 2),
        ("ÖPPNA UTMANINGAR", 2),
        ("Börja om!", 3),
        ("börja om.", 3),
    ],
)
def test_number_or_label(typed: str, number: int) -> None:
    """A number, or a label in any case, stands for its choice."""
    assert _CHOICES[number - 1] == chosen_by(typed, _CHOICES)


@pytest.mark.parametrize("typed", ["0", "4", "99", "-1", "1,5", "1 2", "²", "", " ", ".", "9" * 4000])
def test_wrong_number(typed: str) -> None:
    """A number that no choice has, or something that only looks like a number, stands for nothing."""
    assert chosen_by(typed, _CHOICES) is None


@pytest.mark.parametrize("typed", ["börja", "börja om nu", "vi ringer runt varje morgon", "/start_over", "1 vikarie saknas"])
def test_words(typed: str) -> None:
    """Words that are no label stand for nothing, and so are words."""
    assert chosen_by(typed, _CHOICES) is None


def test_nothing_offered() -> None:
    """A number stands for nothing when nothing was offered."""
    assert chosen_by("1", []) is None


@pytest.mark.parametrize("label", ["Funktionsstöd (LSS och SoL)", "Visa: Hjälp!", "Visa: Vi får inget svar."])
def test_label_that_ends_with_a_sign(label: str) -> None:
    """A label that ends with a bracket or a full stop can be typed as it stands."""
    choice = Choice(label=label, intent="state_area")

    assert choice == chosen_by(label, [choice])
