"""The names of municipalities as people write them."""

import pytest

from knowledge.municipalities import is_small, municipalities_in, official_name


@pytest.mark.parametrize(
    ("said", "official"),
    [
        ("sundsvall", "Sundsvalls kommun"),
        ("Sundsvalls kommun", "Sundsvalls kommun"),
        ("i Sundsvall", "Sundsvalls kommun"),
        ("vi är i sundsvall.", "Sundsvalls kommun"),
        ("Vi på  Sundsvalls kommun!", "Sundsvalls kommun"),
        ("sundsvalls", "Sundsvalls kommun"),
        ("borås", "Borås stad"),
        ("borås stad", "Borås stad"),
        ("Borås kommun", "Borås stad"),
        ("alingsås kommun", "Alingsås kommun"),
        ("hagfors kommun", "Hagfors kommun"),
        ("Höör", "Höörs kommun"),
        ("gotland", "Region Gotland"),
    ],
)
def test_finds_the_official_name(said: str, official: str) -> None:
    """A municipality gets its official name however it was said, also one whose name ends in s."""
    assert official == official_name(said)


@pytest.mark.parametrize("said", ["Region Skåne", "Vi Unga", "SKR", "Kommunförbundet Norrbotten"])
def test_keeps_other_names(said: str) -> None:
    """An organisation that is no municipality keeps the name it was given."""
    assert said == official_name(f" {said}. ")


def test_finds_every_municipality_in_a_text() -> None:
    """Each municipality that a text names is found, in the genitive too, and no part of another word is."""
    assert ["göteborg", "malmö"] == sorted(municipalities_in("Göteborgs stad, Malmö och Lundby"))


def test_knows_the_small_ones() -> None:
    """A municipality below 15 000 inhabitants is small, a large city is not, and who is not a municipality is not."""
    organisations = ["Arjeplogs kommun", "Göteborgs stad", "Sveriges Kommuner och Regioner (SKR)"]

    assert [True, False, False] == [is_small(each) for each in organisations]


def test_one_small_among_several_is_enough() -> None:
    """A cooperation counts as small when one of its municipalities is."""
    assert is_small("Arjeplog och Luleå")
