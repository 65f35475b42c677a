"""Telling which activity area somebody means."""

import pytest

from index.area_finder import AreaFinder
from knowledge.areas import WHOLE_MUNICIPALITY, areas
from knowledge.entry_files import Area
from knowledge.errors import UnavailableError
from tests.fakes import FakeEncoder


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> AreaFinder:
    """A finder with an encoder that sees words only, among whose texts chance nearness reaches higher than among E5's."""
    monkeypatch.setattr("index.area_finder._NEAR_ENOUGH", 0.9)
    return AreaFinder(FakeEncoder())


@pytest.mark.parametrize("area", areas(), ids=lambda area: area.slug)
def test_labels(finder: AreaFinder, area: Area) -> None:
    """An area is found by its slug and by its name in every language, in any case and with a full stop."""
    names = [area.slug, area.sv, area.en, area.fi]

    assert [area.slug] * 4 == [finder.find(f" {name.upper()}. ") for name in names]


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("hemtjänsten", "aldreomsorg"),
        ("jag jobbar i hemtjänst", "aldreomsorg"),
        ("skolan", "skola"),
        ("på skolans expedition", "skola"),
        ("Bygglov!", "plan-bygg"),
        ("open challenges in schools", "skola"),
        ("vanhustenhuoltoa", "aldreomsorg"),
    ],
)
def test_workplaces(finder: AreaFinder, said: str, slug: str) -> None:
    """An area is found by a workplace, also in its definite form and inside a sentence."""
    assert slug == finder.find(said)


@pytest.mark.parametrize("said", ["", "?", "qwerty", "vet inte riktigt", "det är lite olika"])
def test_no_area(finder: AreaFinder, said: str) -> None:
    """Words that could mean any area name none."""
    assert finder.find(said) is None


def test_by_meaning(finder: AreaFinder) -> None:
    """Words that nearly are an area's own find it by nearness."""
    named = next(area for area in areas() if area.slug != WHOLE_MUNICIPALITY and len(area.sv.split()) > 2)
    turned = " ".join(reversed(named.sv.replace(",", " ").split()))

    assert named.slug == finder.find(turned)


def test_encoder_unavailable() -> None:
    """Names are known without the encoder; anything else then needs it, and says so."""
    encoder = FakeEncoder()
    encoder.available = False
    finder = AreaFinder(encoder)

    assert "skola" == finder.find("skolan")
    with pytest.raises(UnavailableError):
        finder.find("där vi tar hand om katter")
