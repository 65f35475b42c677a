"""What companies write in the form of interest in other words than its buttons have."""

import pytest

from bot.actions.interest_words import field_alone, kind_named


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("produkt", "existing"),
        ("we could develop it", "could_develop"),
        ("Vi skulle kunna bygga det", "could_develop"),
        ("etsimme yhteistyötä", "partner"),
        ("forskning", "research"),
        ("vi forskar och utvecklar", None),
        ("vet inte", None),
        ("produkten är en av flera som vi har sålt till olika kommuner", None),
    ],
)
def test_kind_in_own_words(words: str, kind: str | None) -> None:
    """A few words that name one kind of offer stand for it; none or several, or a whole story, do not."""
    assert kind == kind_named(words)


@pytest.mark.parametrize(
    ("words", "field"),
    [("telefon", "phone"), ("the email", "email"), ("sähköposti", "email"), ("mina intressen", None), ("kan vi nå er på telefon", None)],
)
def test_field_alone(words: str, field: str | None) -> None:
    """The bare name of a field says that it is to be changed; a command or a sentence does not."""
    assert field == field_alone(words)
