"""What a form asks for, and which messages answer it."""

import pytest

from bot.asking import CODE, CONFIRM, FOLLOW_EMAIL, HARM, INTEREST, QUESTION, Heard, field_to_change, heard

KEPT = Heard("give_detail", keep=True)


def _value(value: str) -> Heard:
    return Heard("give_detail", {"value": value})


@pytest.mark.parametrize(
    "name", ["Stopp AB", "Hjälp & Co", "Avbryt och börja om AB", "Nej Tack Reklam AB", "Ändra Design AB", "Skicka in HB", "24"]
)
@pytest.mark.parametrize("asked", ["company", "contact"])
def test_name_that_sounds_like_a_command_is_a_name(asked: str, name: str) -> None:
    """A company or a person may be called anything: only a whole command is a command."""
    assert heard(INTEREST + asked, name) == KEPT


@pytest.mark.parametrize("command", ["avbryt", "Stopp", "hjälp!", "tillbaka", "cancel", "peruuta", "kasta anmälan", "mina intressen"])
@pytest.mark.parametrize("asked", [INTEREST + "company", INTEREST + "message", HARM + "message", QUESTION])
def test_whole_command_is_no_answer(asked: str, command: str) -> None:
    """A command alone is left to Rasa, whatever was asked for."""
    assert heard(asked, command) is None


@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        (INTEREST + "email", "anna@bolaget.se"),
        (INTEREST + "email", "anna@"),
        (INTEREST + "email", "anna(at)bolaget.se"),
        (FOLLOW_EMAIL, "min adress är anna@bolaget.se"),
        (INTEREST + "phone", "070-123 45 67"),
        (INTEREST + "organisation_number", "556036-0793"),
        (INTEREST + "organisation_number", "19640823-3234"),
        (INTEREST + "message", "Hör av er till anna@bolaget.se"),
        (QUESTION, "Hur länge sparas uppgifterna?"),
    ],
)
def test_address_or_number_is_kept_from_rasa(asked: str, typed: str) -> None:
    """An address or a number, also a wrong one, stays with the conversation: Rasa hears only that there was an answer."""
    assert heard(asked, typed) == KEPT


@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        (INTEREST + "email", "varför behöver ni den?"),
        (INTEREST + "phone", "vad gör ni med numret?"),
        (INTEREST + "organisation_number", "måste man ha ett?"),
        (INTEREST + "kind", "vad betyder det?"),
        (INTEREST + "notify", "vilka besked då?"),
        (INTEREST + "company", "vilka utmaningar är öppna?"),
        (INTEREST + "company", "jag orkar inte leva längre"),
        (CODE, "koden kom aldrig"),
        ("", "anna@bolaget.se"),
        (INTEREST + "company", ""),
    ],
)
def test_anything_else_is_for_rasa(asked: str, typed: str) -> None:
    """A question about a field, distress, or a message when nothing was asked for, is left to Rasa."""
    assert heard(asked, typed) is None


@pytest.mark.parametrize("typed", ["hoppa över", "Skippa", "jag hoppar över den frågan", "nej", "inget", "-", "skip this", "ohita"])
@pytest.mark.parametrize("name", ["organisation_number", "phone", "message", "reference"])
def test_voluntary_field_is_skipped(name: str, typed: str) -> None:
    """A field that is voluntary is left empty by a word."""
    assert heard(INTEREST + name, typed) == _value("-")


def test_needed_field_is_not_skipped() -> None:
    """The word that skips does nothing where an address is needed; for a harm it is an empty reason, which is refused."""
    assert heard(INTEREST + "email", "hoppa över") is None
    assert heard(HARM + "message", "hoppa över") == _value("-")


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (INTEREST + "notify", "Ja tack", "yes"),
        (INTEREST + "notify", "nej", "no"),
        (CONFIRM, "skicka", "send"),
        (CONFIRM, "kyllä", "send"),
        (INTEREST + "secrecy", "inga fler", "-"),
        (INTEREST + "secrecy", "för meddelandet", "message"),
        (INTEREST + "secrecy", "e-posten", "email"),
    ],
)
def test_words_that_stand_for_a_value(asked: str, typed: str, value: str) -> None:
    """Yes, no, send, done and the name of a field are understood without Rasa."""
    assert heard(asked, typed) == _value(value)


@pytest.mark.parametrize("typed", ["123456", "kod 123456", "koden är 123 456", "123-456."])
def test_code(typed: str) -> None:
    """Six digits are the code that was asked for."""
    assert heard(CODE, typed) == Heard("enter_code", keep=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ändra e-post", "email"),
        ("Ändra organisationsnumret!", "organisation_number"),
        ("jag vill ändra telefonnumret", "phone"),
        ("rätta företagets namn", "company"),
        ("byt kontaktperson", "contact"),
        ("change the phone number", "phone"),
        ("muuta sähköposti", "email"),
        ("byt område", None),
        ("ändra", None),
        ("vi vill ändra hur kommunen arbetar med sin e-post", None),
        ("e-post", None),
    ],
)
def test_request_for_a_correction(typed: str, name: str | None) -> None:
    """A short request names the field to correct, in three languages; longer texts are texts."""
    assert field_to_change(typed) == name


def test_correction_comes_before_the_answer() -> None:
    """While a name is asked for, "ändra e-post" is a correction and no name."""
    assert heard(INTEREST + "contact", "ändra e-post") == Heard("change_field", {"value": "email"})
