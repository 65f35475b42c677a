"""What a form asks for, and which messages answer it."""

import pytest

from bot.asking import CODE, CONFIRM, FOLLOW_EMAIL, HARM, INTEREST, QUESTION, Heard, field_to_change, heard
from bot.settings import LANGUAGES
from bot.texts import text

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
        (INTEREST + "organisation_number", "y-tunnus 1234567-8"),
        (INTEREST + "organisation_number", "vårt org.nr är 556036-0793"),
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


@pytest.mark.parametrize("typed", ["hoppa över", "Skip", "ohita", "vet inte"])
@pytest.mark.parametrize("asked", [INTEREST + "company", INTEREST + "email", INTEREST + "kind", HARM + "message"])
def test_needed_field_is_not_skipped(asked: str, typed: str) -> None:
    """The word that skips is an empty answer where one is needed: the field refuses it and says why; it is never a name."""
    assert heard(asked, typed) == _value("-")


@pytest.mark.parametrize("asked", ["report.text", "review.return"])
def test_empty_report_and_reason(asked: str) -> None:
    """A report and a reviewer's reason are not skipped either, and "no" to them is for Rasa."""
    assert heard(asked, "hoppa över") == Heard("contribution_detail", {"value": "-"})
    assert heard(asked, "nej") is None


def _plain_labels() -> list[str]:
    intents = ("register_interest", "browse_open", "my_follows", "delete_conversation", "my_contributions", "propose", "share_solution")
    return [text(language, f"choice.{intent}") for language in LANGUAGES for intent in intents]


@pytest.mark.parametrize(
    "typed", [*_plain_labels(), "register interest in 1", "anmäl intresse för 2", "ilmoita kiinnostus haasteeseen 1", "visa 2", "show 12"]
)
@pytest.mark.parametrize("asked", [INTEREST + "company", INTEREST + "message", "contribution.often"])
def test_what_is_offered_is_a_command_when_it_is_typed(asked: str, typed: str) -> None:
    """The label of a choice, in any language, is a command wherever it is typed, and so is one with a number; never a name."""
    assert heard(asked, typed) is None


@pytest.mark.parametrize("typed", ["Visa 24 Rör AB", "Register Interest AB", "Mer om 5G HB", "Följ Oss AB", "Öppna Data i Ume AB"])
def test_name_that_begins_like_a_label_is_a_name(typed: str) -> None:
    """A company is not turned away for a name that only begins as something that is offered."""
    assert heard(INTEREST + "company", typed) == KEPT


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
        ("muuta tiedot", "notify"),
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


TOLD = Heard("contribution_detail", keep=True)


def _told(value: str) -> Heard:
    return Heard("contribution_detail", {"value": value})


@pytest.mark.parametrize("typed", ["vi har problem med att ingen svarar, stopp i systemet", "Hjälp behövs varje morgon", "ja", "12"])
@pytest.mark.parametrize("asked", ["contribution.today", "contribution.often", "report.text", "review.return"])
def test_what_staff_write_is_the_answer(asked: str, typed: str) -> None:
    """In an interview, a report or a review nearly everything is the answer, whatever it sounds like."""
    assert heard(asked, typed) == TOLD


@pytest.mark.parametrize("typed", ["avbryt", "tillbaka", "mina förslag", "kasta förslaget", "vad menar du?", "jag orkar inte leva längre"])
@pytest.mark.parametrize("asked", ["contribution.today", "contribution.title", "report.text", "review.reject"])
def test_command_question_back_or_distress_is_for_rasa(asked: str, typed: str) -> None:
    """A whole command, a short question about the question, and distress are no answers to it."""
    assert heard(asked, typed) is None


@pytest.mark.parametrize("typed", ["hoppa över", "vet inte", "nej", "ingen aning", "skip", "en tiedä"])
def test_question_of_an_interview_is_skipped(typed: str) -> None:
    """Each question of an interview can be left by a word; whether it was needed is for the form to say."""
    assert heard("contribution.often", typed) == _told("-")


@pytest.mark.parametrize(("typed", "value"), [("skicka", "send"), ("det stämmer", "send"), ("svara granskaren", "reply")])
def test_interview_ends_in_a_word(typed: str, value: str) -> None:
    """Below the summary a word sends it, or begins an answer to the reviewer; anything else is not taken for one."""
    assert heard("contribution.confirm", typed) == _told(value)
    assert heard("contribution.confirm", "kanske") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ändra hur ofta", "often"),
        ("ändra nuläget", "today"),
        ("rätta rubriken", "title"),
        ("ändra lärdomarna", "lessons"),
        ("byt område", "area"),
        ("change the title", "title"),
        ("muuta otsikko", "title"),
    ],
)
def test_correction_in_an_interview(typed: str, name: str) -> None:
    """A short request names the answer to correct, also while a text is asked for."""
    assert heard("contribution.better", typed) == Heard("change_contribution", {"value": name})


def test_field_of_what_is_reviewed_is_named() -> None:
    """Where a contribution is shown to a reviewer, a field can be named to be edited, and nothing else is an answer."""
    assert heard("review.shown", "ändra sammanfattningen") == Heard("review_edit", {"value": "summary"})
    assert heard("review.shown", "det ser bra ut") is None
