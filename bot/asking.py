"""What a form asks for, and whether what a person writes next answers it, told before Rasa sees a word.

An answer to a form of interest may be an address, a number or a name. It is kept word for word with the conversation until the form has
taken it, and Rasa, which stores all it hears, hears only that there was an answer. Everything else goes to Rasa, masked as always.
"""

import re
from dataclasses import dataclass, field

from knowledge.sensitive import is_sensitive

# What is asked for is named by its form and its field; a harm by the field that is to be kept secret.
INTEREST, HARM = "interest.", "interest.harm:"
CONFIRM, CODE, FOLLOW_EMAIL, QUESTION = "interest.confirm", "code", "follow.email", "question.text"

# The field after the one that has just been answered.
NEXT = "next"
# What a field that is left empty gets from a button or a word, and a request for secrecy that is taken back.
NOTHING, DROP = "-", "drop"

ANSWER = "give_detail"
ENTER_CODE = "enter_code"
CHANGE = "change_field"

# Answers that can be any words: a company may be called "Stopp AB" and a message may begin with "Hjälp", so only whole commands are none.
_FREE = {INTEREST + name for name in ("company", "contact", "message", "reference")} | {QUESTION}
_NAMES = {INTEREST + "company", INTEREST + "contact"}
_OPTIONAL = {INTEREST + name for name in ("organisation_number", "phone", "message", "reference", "secrecy")}

COMMANDS = re.compile(
    r"(avbryt|stopp|sluta|börja om|hjälp|tillbaka|radera samtalet|nej|nej tack|mina intressen|mina anmälningar|vad följer jag"
    r"|fortsätt anmälan|kasta anmälan|anmäl intresse|byt språk|på (engelska|svenska|finska)|öppna utmaningar"
    r"|cancel|stop|start over|help|back|no|no thanks|my interests|resume|discard|in (english|swedish|finnish)"
    r"|peruuta|keskeytä|alusta|apua|takaisin|ei|ei kiitos|jatka ilmoitusta|hylkää ilmoitus|omat ilmoitukset"
    r"|suomeksi|ruotsiksi|englanniksi)[ .!]*",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"(-+|(vi |jag )?(hoppar? över|skippar?|skip|ohita)"
    r"( den| det| detta| frågan| den frågan| den här( frågan)?| this( one| question)?| it)?"
    r"|nej( tack)?|no( thanks)?|ei( kiitos)?|ing(et|en|a)|har ing(et|en)|vi har ing(et|en)|saknas|none|nothing|ei ole|tomt"
    r"|enskild firma|(vi är )?(en )?enskild firma|sole trader|toiminimi)[ .!]*",
    re.IGNORECASE,
)
_YES = re.compile(r"(ja|japp|jo|ja tack|gärna|yes|yes please|kyllä|joo)[ .!]*", re.IGNORECASE)
_NO = re.compile(r"(nej|nä|nej tack|no|no thanks|ei|ei kiitos)[ .!]*", re.IGNORECASE)
_SEND = re.compile(r"(ja|ok|okej|stämmer|det stämmer|skicka|skicka anmälan|skicka in|yes|send|submit|kyllä|lähetä)[ .!]*", re.IGNORECASE)
_DONE = re.compile(r"(klart?|färdig|inga fler|nej|ing(en|a|et)|ingen sekretess|done|no more|none|no|valmis|ei)[ .!]*", re.IGNORECASE)
_CODE = re.compile(r"\D{0,20}(\d[ -]?){6}[ .!]*")

_CHANGE = re.compile(
    r"(?:jag vill |vi vill |vi behöver |i want to |we need to )?"
    r"(?:ändra|rätta|korrigera|byt|byta|change|edit|correct|muuta|korjaa)\s+(?P<what>.+?)[ .!]*",
    re.IGNORECASE,
)
_LONGEST_CHANGE = 5
# In this order: "organisationsnummer" also holds the word "nummer", and "kontaktens mejl" is an address.
_FIELD_WORDS = {
    "organisation_number": ("organisationsn", "orgnr", "org.nr", "org nr", "organisation number", "y-tunnus"),
    "email": ("e-post", "epost", "mejl", "mail", "email", "sähköposti"),
    "phone": ("telefon", "mobil", "phone", "puhelin"),
    "reference": ("referens", "reference", "referenssi"),
    "company": ("företag", "bolag", "firma", "company", "yritys", "yrityksen"),
    "contact": ("kontakt", "namn", "contact", "yhteyshenkilö", "nimi"),
    "kind": ("slag", "erbjud", "sorts", "kind", "offer", "tarjo"),
    "message": ("meddelandet", "meddelande", "text", "message", "viesti"),
    "secrecy": ("sekretess", "hemlig", "secrecy", "salassapito"),
    "notify": ("utskick", "besked", "avisering", "notif", "ilmoitu"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What Rasa is told instead of the person's words; with `keep` the words themselves are kept for the form."""

    intent: str
    entities: dict[str, str] = field(default_factory=dict)
    keep: bool = False


def heard(asked: str, typed: str) -> Heard | None:
    """Return what `typed` means where `asked` was asked for, or None when Rasa has to understand it."""
    if not typed or not asked:
        return None
    if asked == CODE:
        return Heard(ENTER_CODE, keep=True) if _CODE.fullmatch(typed) else None
    if asked.startswith(INTEREST) and (name := field_to_change(typed)):
        return Heard(CHANGE, {"value": name})
    value = _meant(asked, typed)
    if value is not None:
        return Heard(ANSWER, {"value": value})
    return Heard(ANSWER, keep=True) if _is_free_answer(asked, typed) or _is_attempt(asked, typed) else None


def field_to_change(typed: str) -> str | None:
    """Return the field that a request for a correction names ("ändra e-post"), or None when it is no such request."""
    asked = _CHANGE.fullmatch(typed)
    return field_named(asked["what"]) if asked and len(asked["what"].split()) <= _LONGEST_CHANGE else None


def field_named(words: str) -> str | None:
    """Return the field of the form of interest that some words name, or None."""
    said = words.casefold()
    return next((name for name in _FIELD_WORDS if any(word in said for word in _FIELD_WORDS[name])), None)


def _meant(asked: str, typed: str) -> str | None:
    """Return the value that some words stand for, or None."""
    match asked.removeprefix(INTEREST):
        case "notify":
            return "yes" if _YES.fullmatch(typed) else "no" if _NO.fullmatch(typed) else None
        case "confirm":
            return "send" if _SEND.fullmatch(typed) else None
        case "secrecy":
            return NOTHING if _DONE.fullmatch(typed) or _SKIP.fullmatch(typed) else field_named(typed)
    return NOTHING if (asked in _OPTIONAL or asked.startswith(HARM)) and _SKIP.fullmatch(typed) else None


def _is_free_answer(asked: str, typed: str) -> bool:
    if asked in _NAMES and typed.endswith("?"):
        return False
    return (asked in _FREE or asked.startswith(HARM)) and not COMMANDS.fullmatch(typed) and not is_sensitive(typed)


def _is_attempt(asked: str, typed: str) -> bool:
    """Tell whether some words are an address or a number, right or wrong, and no question about it."""
    if asked in (INTEREST + "email", FOLLOW_EMAIL):
        return "@" in typed or ("." in typed.strip(".") and " " not in typed)
    digits = sum(sign.isdigit() for sign in typed)
    return asked in (INTEREST + "phone", INTEREST + "organisation_number") and digits * 2 >= len(typed.replace(" ", ""))
