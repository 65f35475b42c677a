"""What hides a person, and what it must leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.masking import identifies, mask

IDENTITY_NUMBERS = [
    "850709-9805",
    "8507099805",
    "850709 9805",
    "850709 - 9805",
    "850709+9805",
    "19850709-9805",
    "198507099805",
    "20050709-9805",
    "1985-07-09-9805",
    "1985-07-09 9805",
    "1985 07 09 9805",
    "85.07.09-9805",
    "1985/07/09-9805",
    "850709-98 05",
    "850709\u20139805",
    "850709\u20119805",
    "850709\u00a09805",
    "850709-T805",
    "850709-t805",
    "131052-308T",
    "131052A308T",
]
COORDINATION_NUMBERS = ["850769-9805", "19850769-9805", "850791-9805", "198507619805"]
PHONES = [
    "070-123 45 67",
    "070 123 45 67",
    "0701-23 45 67",
    "070 - 123 45 67",
    "(070) 123 45 67",
    "070\u2013123 45 67",
    "070.123.45.67",
    "070/123 45 67",
    "070-123\u00a045\u00a067",
    "08-123 456 78",
    "0920-12 34 56",
    "+46 70 123 45 67",
    "+46701234567",
    "+46 (0)70-123 45 67",
    "0046 70 123 45 67",
    "040 123 4567",
    "+358 40 123 4567",
    "+44 20 7946 0958",
]
EMAILS = [
    "anna@kommun.se",
    "Anna.Andersson+arkiv@forvaltning.kommun.se",
    "åsa@höör.se",
    "anna @ kommun.se",
    "anna(at)kommun.se",
    "anna [at] kommun.se",
    "anna (snabel-a) kommun.se",
]
KEPT = [
    "under 2019-2023 och 2024",
    "den 2024-03-01 klockan 12:00",
    "2024-03-01T12:00:00",
    "20240301-20240331",
    "2024-03-01 2024-03-31",
    "05-11-2023",
    "öppet 08.00-16.30",
    "öppet 08:00-16:30",
    "öppet 0800-1630",
    "klockan 07-16 2023",
    "1 200 000 kronor",
    "1 000 000 000 kronor",
    "1 050 000 000 kronor",
    "2 012 345 678 kronor",
    "100 000-200 000 kronor",
    "100 000\u2013200 000 kronor",
    "1 000 000 - 2 000 000 kronor",
    "10 327 589 invånare",
    "15 000 invånare",
    "organisationsnummer 556036-0793",
    "organisationsnummer 212000-1355",
    "organisationsnummer 16212000-1355",
    "bankgiro 123-4567",
    "ISBN 978-91-7000-123-4",
    "SFS 2017:900",
    "dnr KS 2024-01234",
    "ring 112, 1177 eller 90101",
    "steg 01-02-03",
    "0-18 år",
    "sökte 12 personer @anna i tråden",
]


@pytest.mark.parametrize("number", IDENTITY_NUMBERS + COORDINATION_NUMBERS)
def test_hides_identity_numbers(number: str) -> None:
    """An identity or coordination number is hidden in every form that people write it, and the words around it stay."""
    assert "eleven [personnummer], årskurs 5" == mask(f"eleven {number}, årskurs 5")


@pytest.mark.parametrize("number", PHONES)
def test_hides_phone_numbers(number: str) -> None:
    """A phone number is hidden in every form that people write it, and the words around it stay."""
    assert "ring [telefon], fråga efter Anna" == mask(f"ring {number}, fråga efter Anna")


@pytest.mark.parametrize("number", ["070-123 45 67", "08-123 456 78", "0920-12 34 56"])
def test_hides_phone_numbers_after_another_number(number: str) -> None:
    """A phone number is hidden although the number before it could make it a part of a large figure."""
    assert "rum 12 [telefon]" == mask(f"rum 12 {number}")


def test_hides_mobile_number_that_could_be_an_identity_number() -> None:
    """Ten digits that are both a mobile number and a birthday in 2007 are hidden, whichever they are."""
    assert "ring [personnummer]" == mask("ring 0701234567")


@pytest.mark.parametrize("address", EMAILS)
def test_hides_email_addresses(address: str) -> None:
    """An e-mail address is hidden, also when it is written so that machines should not see it."""
    assert "mejla [e-post]" == mask(f"mejla {address}")


def test_keeps_the_sentence_after_an_address() -> None:
    """The full stop after an e-mail address belongs to the sentence."""
    assert "Mejla [e-post]. Tack!" == mask("Mejla anna@kommun.se. Tack!")


def test_hides_several_in_one_text() -> None:
    """Everything that identifies a person is hidden, not only the first of it."""
    hidden = mask("Anna 850709-9805, 070-123 45 67, anna@kommun.se och Bo 19400101-1234")

    assert "Anna [personnummer], [telefon], [e-post] och Bo [personnummer]" == hidden


@pytest.mark.parametrize("text", KEPT)
def test_keeps_figures_that_identify_nobody(text: str) -> None:
    """Years, dates, hours, money, populations, organisation numbers and short service numbers stay as they are."""
    assert text == mask(text)


@pytest.mark.parametrize("text", [*IDENTITY_NUMBERS, *COORDINATION_NUMBERS, *PHONES, *EMAILS])
def test_tells_that_a_text_identifies(text: str) -> None:
    """Whatever would be hidden is also said to identify somebody."""
    assert identifies(text)


@pytest.mark.parametrize("text", KEPT)
def test_tells_that_a_text_does_not_identify(text: str) -> None:
    """Whatever stays is also said to identify nobody."""
    assert not identifies(text)


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-", " ", "+"]), st.booleans(), st.booleans())
def test_hides_every_birthday(day: object, last: int, sign: str, century: bool, coordination: bool) -> None:  # noqa: FBT001
    """Every day of birth with any four last digits is hidden, with and without century, as it is and as coordination number."""
    year, month, date = str(day).split("-")
    date = str(int(date) + 60) if coordination else date
    whole = f"{'19' if century else ''}{year[2:]}{month}{date}{sign}{last:04}"

    assert not any(letter.isdigit() for letter in mask(f"x {whole} x"))


@given(st.text(alphabet="0123456789 -+/.@()abåTF\u2013\u00a0", max_size=60))
def test_leaves_nothing_that_identifies(text: str) -> None:
    """What has been masked needs no second masking."""
    assert mask(text) == mask(mask(text))
