"""What a form asks for, and whether what a person writes next answers it, told before Rasa sees a word.

An answer to a form of interest may be an address, a number or a name, and one to an interview may be any words. It is kept word for word
with the conversation until the form has taken it, and Rasa, which stores all it hears, hears only that there was an answer. Everything
else goes to Rasa, masked as always.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.settings import LANGUAGES
from bot.texts import sentences
from knowledge.sensitive import is_sensitive

# What is asked for is named by its form and its field; a harm by the field that is to be kept secret, a code by what it is for.
INTEREST, HARM = "interest.", "interest.harm:"
CONFIRM, CODE, FOLLOW_EMAIL, QUESTION = "interest.confirm", "code", "follow.email", "question.text"
CONTRIBUTION, REPORT, REVIEW = "contribution.", "report.", "review."
# Where nothing is asked for, but a field of what is shown can be named: "ändra rubriken".
SHOWN = REVIEW + "shown"

# The field after the one that has just been answered.
NEXT = "next"
# What a field that is left empty gets from a button or a word, and a request for secrecy that is taken back.
NOTHING, DROP = "-", "drop"
# An interview that is complete: send it, or answer the reviewer first.
SEND, REPLY = "send", "reply"

ANSWER = "give_detail"
ENTER_CODE = "enter_code"
CHANGE = "change_field"
# The same for what staff write: interviews, reports and reviews.
TELL = "contribution_detail"
CHANGE_TOLD = "change_contribution"
EDIT = "review_edit"

# Answers that can be any words: a company may be called "Stopp AB" and a message may begin with "Hjälp", so only whole commands are none.
_FREE = {INTEREST + name for name in ("company", "contact", "message", "reference")} | {QUESTION}
_NAMES = {INTEREST + "company", INTEREST + "contact"}
_OPTIONAL = {INTEREST + name for name in ("organisation_number", "phone", "message", "reference", "secrecy")}

# Choices that answer a question of a form; every other choice that needs nothing more is a command wherever its label is typed.
_ANSWERING = re.compile(r"choice\.(skip|yes|no|dont_know|none_of_these|reply_to_reviewer|(kind|secrecy|send|delete|withdraw|answer)_\w+)")


def _labels() -> str:
    plain = {
        label
        for language in LANGUAGES
        for key, label in sentences(language).items()
        if key.startswith("choice.") and "{" not in label and not _ANSWERING.fullmatch(key)
    }
    return "|".join(re.escape(label) for label in sorted(plain))


COMMANDS = re.compile(
    rf"({_labels()}|stopp|sluta|radera (det här )?samtalet|nej|mina anmälningar|vad följer jag|granska|på (engelska|svenska|finska)"
    r"|stop|cancel it|no|delete (this|the) conversation|what (do|am) i follow(ing)?|in (english|swedish|finnish)"
    r"|keskeytä|alusta|ei|poista (tämä )?keskustelu|mitä (minä )?seuraan"
    r"|(anmäl( vårt)? intresse|register( our)? interest|ilmoita kiinnostus|följ|follow|seuraa)"
    r"( (för|i|till|in|for|haasteeseen|haastetta))? \d{1,3}"
    r"|(visa|öppna|nummer|nr|show|open|number|näytä|avaa|numero) \d{1,3}"
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
_SEND_TOLD = re.compile(
    r"(ja|ok|okej|stämmer|det stämmer|skicka( in| igen| förslaget)?|yes|send|send it|submit|kyllä|lähetä)[ .!]*", re.IGNORECASE
)
_REPLY = re.compile(r"(svara|svara granskaren|reply|answer|answer the reviewer|vastaa|vastaa tarkastajalle)[ .!]*", re.IGNORECASE)
_DONT_KNOW = re.compile(
    r"((det )?vet (inte|ej|vi inte|jag inte)|(vi|jag) vet (inte|ej)|ingen aning|(i |we )?don'?t know|no idea|en tiedä|emme tiedä)[ .!]*",
    re.IGNORECASE,
)
_DONE = re.compile(r"(klart?|färdig|inga fler|nej|ing(en|a|et)|ingen sekretess|done|no more|none|no|valmis|ei)[ .!]*", re.IGNORECASE)
_CODE = re.compile(r"\D{0,20}(\d[ -]?){6}[ .!]*")

_CHANGE = re.compile(
    r"(?:jag vill |vi vill |vi behöver |i want to |we need to )?"
    r"(?:ändra|rätta|korrigera|byt|byta|change|edit|correct|muuta|korjaa)\s+(?P<what>.+?)[ .!]*",
    re.IGNORECASE,
)
_LONGEST_CHANGE = 5
# "y-tunnus 1234567-8", "org.nr 556036-0793": a number with what it is.
_FEWEST_DIGITS, _MOST_WORDS_BESIDE = 6, 3
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
    "notify": ("utskick", "besked", "avisering", "notif", "ilmoitu", "tiedot"),
}
# What an interview asks, and what an entry under review holds.
_TOLD_WORDS = {
    "today": ("nuläge", "idag", "i dag", "händer", "behov", "problem", "today", "nykytila", "tänään"),
    "often": ("ofta", "often", "usein"),
    "who": ("vem", "vilka", "drabbas", "who", "ketä", "keitä"),
    "tried": ("prov", "prövat", "test", "tried", "kokeil"),
    "better": ("bättre", "mål", "better", "goal", "parempi", "tavoite"),
    "source": ("källa", "länk", "source", "lähde"),
    "title": ("rubrik", "titel", "title", "otsikko"),
    "challenge": ("utmaning", "challenge", "haaste"),
    "stage": ("läge", "skede", "stage", "vaihe"),
    "result": ("resultat", "result", "tulos"),
    "cost": ("kostnad", "pris", "cost", "kustann", "hinta"),
    "lessons": ("lärdom", "lesson", "oppi", "opit"),
    "organisation": ("organisation", "kommun", "kunta"),
    "area": ("område", "area", "alue"),
    "what": ("lösning", "vad ni", "vad vi", "solution", "what", "ratkaisu"),
}
_ENTRY_WORDS = {
    "title_en": ("engelsk", "english", "englann"),
    "title": ("rubrik", "titel", "title", "otsikko"),
    "summary": ("sammanfattning", "ingress", "summary", "tiivistelmä"),
    "problem": ("problem", "ongelma"),
    "who": ("vem", "vilka", "who", "keitä"),
    "consequence": ("följd", "konsekvens", "leder", "consequence", "seuraus"),
    "goal": ("mål", "goal", "tavoite"),
    "lessons": ("lärdom", "lesson", "oppi", "opit"),
    "cost": ("kostnad", "cost", "kustann"),
    "organisation": ("organisation", "kommun", "kunta"),
    "area": ("område", "area", "alue"),
    "what": ("vad de", "vad ni", "lösning", "what", "ratkaisu"),
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
    if asked.partition(":")[0] == CODE:
        return Heard(ENTER_CODE, keep=True) if _CODE.fullmatch(typed) else None
    if asked.startswith((CONTRIBUTION, REPORT, REVIEW)):
        return _told(asked, typed)
    if asked.startswith(INTEREST) and (name := field_to_change(typed)):
        return Heard(CHANGE, {"value": name})
    value = _meant(asked, typed)
    if value is not None:
        return Heard(ANSWER, {"value": value})
    return Heard(ANSWER, keep=True) if _is_free_answer(asked, typed) or _is_attempt(asked, typed) else None


def field_to_change(typed: str, known: Mapping[str, tuple[str, ...]] = _FIELD_WORDS) -> str | None:
    """Return the field that a request for a correction names ("ändra e-post"), or None when it is no such request."""
    asked = _CHANGE.fullmatch(typed)
    return field_named(asked["what"], known) if asked and len(asked["what"].split()) <= _LONGEST_CHANGE else None


def field_named(words: str, known: Mapping[str, tuple[str, ...]] = _FIELD_WORDS) -> str | None:
    """Return the field that some words name, of the form of interest when no other fields are `known`, or None."""
    said = words.casefold()
    return next((name for name in known if any(word in said for word in known[name])), None)


def _told(asked: str, typed: str) -> Heard | None:
    """Return what some words mean where staff write what they know: nearly all of it is the answer."""
    known = _ENTRY_WORDS if asked == SHOWN else _TOLD_WORDS if asked.startswith(CONTRIBUTION) else {}
    if name := field_to_change(typed, known):
        return Heard(EDIT if asked == SHOWN else CHANGE_TOLD, {"value": name})
    is_interview = asked.startswith(CONTRIBUTION)
    is_command = COMMANDS.fullmatch(typed) and not (is_interview and _SKIP.fullmatch(typed))
    if asked == SHOWN or is_command or is_sensitive(typed):
        return None
    match asked.removeprefix(CONTRIBUTION):
        case "confirm":
            return Heard(TELL, {"value": SEND if _SEND_TOLD.fullmatch(typed) else REPLY}) if _ends_it(typed) else None
        case "stage" if not skips(typed):
            return None
    if skips(typed):
        return Heard(TELL, {"value": NOTHING})
    return None if _is_question_back(typed) else Heard(TELL, keep=True)


def _ends_it(typed: str) -> bool:
    return bool(_SEND_TOLD.fullmatch(typed) or _REPLY.fullmatch(typed))


def skips(typed: str) -> bool:
    """Tell whether some words leave a voluntary question unanswered."""
    return bool(_SKIP.fullmatch(typed) or _DONT_KNOW.fullmatch(typed))


def _is_question_back(typed: str) -> bool:
    """Tell whether somebody asks something instead of answering: a need is told in more words than "vad menar du?"."""
    return typed.endswith("?") and len(typed.split()) <= _LONGEST_CHANGE


def _meant(asked: str, typed: str) -> str | None:
    """Return the value that some words stand for, or None."""
    match asked.removeprefix(INTEREST):
        case "notify":
            return "yes" if _YES.fullmatch(typed) else "no" if _NO.fullmatch(typed) else None
        case "confirm":
            return "send" if _SEND.fullmatch(typed) else None
        case "secrecy":
            return NOTHING if _DONE.fullmatch(typed) or _SKIP.fullmatch(typed) else field_named(typed)
    # What has to be answered gets nothing too, so that the field itself says why it cannot be left; "no" alone is for Rasa there.
    is_left = skips(typed) and (asked in _OPTIONAL or asked.startswith(HARM) or not COMMANDS.fullmatch(typed))
    return NOTHING if asked.startswith(INTEREST) and is_left else None


def _is_free_answer(asked: str, typed: str) -> bool:
    if (asked in _NAMES and typed.endswith("?")) or skips(typed):
        return False
    return (asked in _FREE or asked.startswith(HARM)) and not COMMANDS.fullmatch(typed) and not is_sensitive(typed)


def _is_attempt(asked: str, typed: str) -> bool:
    """Tell whether some words are an address or a number, right or wrong, and no question about it."""
    if asked in (INTEREST + "email", FOLLOW_EMAIL):
        return "@" in typed or ("." in typed.strip(".") and " " not in typed)
    if asked not in (INTEREST + "phone", INTEREST + "organisation_number"):
        return False
    digits = sum(sign.isdigit() for sign in typed)
    words = [word for word in typed.split() if not any(sign.isdigit() for sign in word)]
    return digits * 2 >= len(typed.replace(" ", "")) or (digits >= _FEWEST_DIGITS and len(words) <= _MOST_WORDS_BESIDE)
