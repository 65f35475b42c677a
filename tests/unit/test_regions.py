"""Counties and municipalities that a company names."""

import pytest
import yaml

from bot.settings import ROOT
from knowledge.regions import region_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("finns det något i Västernorrland?", "Västernorrland"),
        ("öppna utmaningar i skåne", "Skåne"),
        ("Kalmar län", "Kalmar"),
        ("region stockholm", "Stockholm"),
        ("vi arbetar i sundsvall", "Sundsvalls kommun"),
        ("challenges in Lund", "Lunds kommun"),
        ("utmaningar från Vara kommun", "Vara kommun"),
        ("sensorer i mark", None),
        ("vi vill vara med", None),
        ("vi säljer digitala lås", None),
    ],
)
def test_region_that_is_named(text: str, name: str | None) -> None:
    """A county or a municipality is understood where a text says that something is there, and everyday words are not places."""
    region = region_in(text)

    assert (region.name if region else None) == name


def test_organisation_in_a_region() -> None:
    """A municipality is in its county, and so is what bears the county's name."""
    region = region_in("Västernorrland")

    assert region is not None
    assert [True, True, False] == [region.holds(each) for each in ("Timrå kommun", "Region Västernorrland", "Höörs kommun")]


def test_every_municipality_has_a_county() -> None:
    """The counties hold each of the municipalities once."""
    counties = yaml.safe_load((ROOT / "knowledge" / "counties.yml").read_text("utf-8"))["counties"]
    municipalities = yaml.safe_load((ROOT / "knowledge" / "municipalities.yml").read_text("utf-8"))["municipalities"]

    assert sorted(row["name"] for row in municipalities) == sorted(name for county in counties for name in county["municipalities"])
