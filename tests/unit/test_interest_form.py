"""Each field of an interest form, as every channel checks it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import RefusedError
from knowledge.interest_form import FIELDS, LONGEST_MESSAGE, clean_field, clean_form, faults
from tests.interest_world import VALUES, form


@pytest.mark.parametrize(
    "typed",
    ["556036-0793", "5560360793", "16556036-0793", "165560360793", "SE556036079301", "se 5560360793 01", " 556036 0793 "],
)
def test_organisation_number_in_any_spelling(typed: str) -> None:
    """A company's number is understood however it is written, also inside a VAT number."""
    assert clean_field("organisation_number", typed) == "5560360793"


@pytest.mark.parametrize("typed", ["", None, "  ", "811228-9874", "19811228-9874", "811228+9874", "198112289874", "701063-2391"])
def test_sole_trader_has_no_stored_number(typed: object) -> None:
    """A sole trader is accepted without a number, and a personal or coordination number is never kept."""
    assert clean_field("organisation_number", typed) is None


@pytest.mark.parametrize("typed", ["556036-0794", "123", "abc", "55603607930", "SE556036079401", "811228-9875"])
def test_wrong_organisation_number(typed: str) -> None:
    """A number whose check digit or length is wrong is refused, and the field is named."""
    with pytest.raises(RefusedError) as refused:
        clean_field("organisation_number", typed)

    assert ("organisation_number_wrong", "organisation_number") == (refused.value.key, refused.value.details["field"])


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("company", "", "company_missing"),
        ("company", "A", "company_missing"),
        ("company", "A" * 121, "company_missing"),
        ("company", "Firma 811228-9874", "name_holds_personal_data"),
        ("contact", None, "contact_missing"),
        ("contact", "Bo 811228-9874", "name_holds_personal_data"),
        ("email", "anna", "email_wrong"),
        ("email", "Anna <anna@bolaget.se>", "email_wrong"),
        ("email", "anna@localhost", "email_wrong"),
        ("email", "a@b.se\nBcc: alla@b.se", "email_wrong"),
        ("phone", "ring mig", "phone_wrong"),
        ("phone", "12345", "phone_wrong"),
        ("kind", "tender", "kind_unknown"),
        ("kind", [], "kind_unknown"),
        ("message", "x" * (LONGEST_MESSAGE + 1), "text_too_long"),
        ("notify", None, "notify_missing"),
        ("notify", "ja", "notify_missing"),
        ("secrecy", "allt", "secrecy_unreadable"),
        ("secrecy", {"message": ""}, "secrecy_harm_missing"),
        ("secrecy", {"message": "hemligt"}, "secrecy_harm_missing"),
        ("secrecy", {"everything": "Det skulle skada oss mycket."}, "secrecy_field_unknown"),
        ("price", "1", "form_field_unknown"),
    ],
)
def test_refused_values(name: str, value: object, key: str) -> None:
    """What cannot be used is refused with the key of a sentence and the name of the field."""
    with pytest.raises(RefusedError) as refused:
        clean_field(name, value)

    assert (key, name) == (refused.value.key, refused.value.details["field"])


@pytest.mark.parametrize(
    ("name", "value", "clean"),
    [
        ("company", "  Bolaget \x00 AB\n", "Bolaget AB"),
        ("email", "Anna@BOLAGET.se ", "Anna@bolaget.se"),
        ("phone", "+46 (0)70-123 45 67", "+46701234567"),
        ("phone", "", None),
        ("message", "Ring 070-123 45 67 eller skriv till a@b.se", "Ring [telefon] eller skriv till [e-post]"),
        ("message", None, ""),
        ("message", "rad\r\nrad", "rad\nrad"),
        ("secrecy", None, {}),
        ("secrecy", {"reference": " Kunden har bett oss om det. "}, {"reference": "Kunden har bett oss om det."}),
    ],
)
def test_clean_values(name: str, value: object, clean: object) -> None:
    """What can be used is stored in one form, with personal data in free text masked."""
    assert clean == clean_field(name, value)


@given(name=st.sampled_from(sorted(FIELDS)), value=st.one_of(st.text(), st.none(), st.booleans(), st.dictionaries(st.text(), st.text())))
def test_cleaning_twice_changes_nothing(name: str, value: object) -> None:
    """Whatever is entered is either refused, or has a clean form that stays as it is when it is checked again."""
    try:
        clean = clean_field(name, value)
    except RefusedError:
        return

    assert clean == clean_field(name, clean)


@given(st.text(st.characters(codec=None), max_size=200))
def test_texts_can_be_stored_anywhere(text: str) -> None:
    """A clean text holds nothing that a database, a spreadsheet or UTF-8 cannot take."""
    clean = clean_field("message", text)

    clean.encode()
    assert not {unicodedata.category(each) for each in clean} & {"Cs"}
    assert all(each in "\n\t" or unicodedata.category(each) != "Cc" for each in clean)


def test_whole_form_names_every_fault() -> None:
    """A form that comes in whole gets all its faults at once, by field."""
    found = faults({"company": "Bolaget AB", "email": "fel", "kind": "existing"})

    assert {"contact": "contact_missing", "email": "email_wrong", "notify": "notify_missing"} == {
        name: error.key for name, error in found.items()
    }


def test_good_form_has_no_faults() -> None:
    """A form that breaks no rule has no faults, and is the same when it comes back from storage."""
    assert {} == faults(VALUES)
    assert form() == clean_form(form().to_json())


def test_same_company_by_number() -> None:
    """The number tells companies apart, whatever name and address stand beside it."""
    assert form().company_key == form(company="Annat namn", email="bo@bolaget.se").company_key
    assert form().company_key != form(organisation_number="202100-6222").company_key


def test_same_sole_trader_by_name_and_address() -> None:
    """Without a number the name, however it is written, and the address tell companies apart, and neither can be read from the key."""
    one = form(organisation_number="", company="Svea's  Bygg", email="Svea@bygg.se").company_key

    assert one == form(organisation_number="811228-9874", company="svea's bygg", email="svea@bygg.se").company_key
    assert one != form(organisation_number="", company="Svea's Bygg", email="bo@bygg.se").company_key
    assert "svea" not in one
