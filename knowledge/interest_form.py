"""The fields of an interest form, each made clean by one function that every channel uses.

A function takes what a person entered and returns the value that is stored, or raises RefusedError with the name of the `field`.
Cleaning a clean value changes nothing, so a value may be checked when it is entered and again when the form is sent.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any, Literal, get_args

from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError
from stdnum.se import orgnr

from knowledge.errors import RefusedError
from knowledge.masking import mask
from knowledge.plain_text import one_line, readable

Kind = Literal["existing", "could_develop", "partner", "research"]

LONGEST_MESSAGE = 1000
_LONGEST_NAME = 120
_LONGEST_REFERENCE = 300
_LONGEST_HARM = 500
_SHORTEST_HARM = 10
_PHONE = re.compile(r"\+?\d{6,15}")


@dataclass(frozen=True, slots=True)
class InterestForm:
    """A form with every field clean; a company without number is a sole trader, or a foreign one.

    `secrecy` maps a field to the harm that its release would do.
    """

    company: str
    organisation_number: str | None
    contact: str
    email: str
    phone: str | None
    kind: Kind
    message: str
    reference: str
    notify: bool
    secrecy: Mapping[str, str] = field(default_factory=dict)

    @property
    def company_key(self) -> str:
        """Return what tells this company from others: its number, else a hash of its name and e-mail address."""
        if self.organisation_number:
            return self.organisation_number
        return sha256(f"{name_key(self.company)}|{self.email.casefold()}".encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the fields as they are stored."""
        return asdict(self)


def name_key(name: str) -> str:
    """Return a company's name without what people write now one way, now another: case, spaces and signs."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold()))


def company(value: object) -> str:
    """Return a company's name, 2 to 120 characters, without anybody's identity number."""
    name = one_line(value)
    if not 1 < len(name) <= _LONGEST_NAME:
        raise RefusedError("company_missing", field="company", most=_LONGEST_NAME)
    if mask(name) != name:
        raise RefusedError("name_holds_personal_data", field="company")
    return name


def organisation_number(value: object) -> str | None:
    """Return a legal person's number as ten digits; None for a sole trader or a company without Swedish number.

    A sole trader's number is a personal number: it is accepted, and never stored. Legal persons have 2 or more as their third
    digit: https://www.skatteverket.se/foretag/drivaforetag/startaochregistrera/organisationsnummer
    """
    digits = re.sub(r"[\s\-+.]", "", one_line(value)).upper()
    if not digits:
        return None
    digits = re.sub(r"^SE(\d{10})\d\d$", r"\1", digits)  # a VAT number holds it
    digits = re.sub(r"^(?:16|19|20)(\d{10})$", r"\1", digits)  # authorities write 16 before it, and a century before a person's
    try:
        number: str = orgnr.validate(digits)
    except ValidationError as error:
        raise RefusedError("organisation_number_wrong", field="organisation_number") from error
    return number if number[2] >= "2" else None


def contact(value: object) -> str:
    """Return the name of the contact, 2 to 120 characters, without identity number."""
    name = one_line(value)
    if not 1 < len(name) <= _LONGEST_NAME:
        raise RefusedError("contact_missing", field="contact", most=_LONGEST_NAME)
    if mask(name) != name:
        raise RefusedError("name_holds_personal_data", field="contact")
    return name


def email(value: object) -> str:
    """Return an e-mail address in its normal form; whether anybody reads it is for a code to show."""
    try:
        return validate_email(one_line(value), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise RefusedError("email_wrong", field="email") from error


def phone(value: object) -> str | None:
    """Return a phone number as digits, with its + when it has one; None when there is none."""
    digits = re.sub(r"\(0\)|[\s\-/().]", "", one_line(value))
    if not digits:
        return None
    if not _PHONE.fullmatch(digits):
        raise RefusedError("phone_wrong", field="phone")
    return digits


def kind(value: object) -> Kind:
    """Return what the company has to offer, one of the four kinds."""
    for known in get_args(Kind):
        if value == known:
            return known  # type: ignore[no-any-return]  # get_args has no types
    raise RefusedError("kind_unknown", field="kind", known=", ".join(get_args(Kind)))


def message(value: object) -> str:
    """Return the message, masked; at most 1 000 characters, empty when there is none."""
    return _text(value, "message", LONGEST_MESSAGE)


def reference(value: object) -> str:
    """Return a customer who can be asked, masked; at most 300 characters, empty when there is none."""
    return _text(value, "reference", _LONGEST_REFERENCE)


def notify(value: object) -> bool:
    """Return whether the company wants messages; nobody chooses for it, so nothing is assumed."""
    if not isinstance(value, bool):
        raise RefusedError("notify_missing", field="notify")
    return value


def secrecy(value: object) -> dict[str, str]:
    """Return the requests for secrecy: for each field, the harm that its release would do.

    A general request is seldom enough: https://inkopsradet.se/expert/sa-funkar-sekretess/
    """
    if value is not None and not isinstance(value, Mapping):
        raise RefusedError("secrecy_unreadable", field="secrecy")
    requests: dict[str, str] = {}
    for name, harm in (value or {}).items():
        if name not in SECRECY_FIELDS:
            raise RefusedError("secrecy_field_unknown", field="secrecy", name=name, known=", ".join(SECRECY_FIELDS))
        requests[name] = _text(harm, "secrecy", _LONGEST_HARM)
        if len(requests[name]) < _SHORTEST_HARM:
            raise RefusedError("secrecy_harm_missing", field="secrecy", name=name)
    return requests


# In the order in which a conversation asks.
FIELDS: Mapping[str, Callable[[object], Any]] = {
    "company": company,
    "organisation_number": organisation_number,
    "contact": contact,
    "email": email,
    "phone": phone,
    "kind": kind,
    "message": message,
    "reference": reference,
    "secrecy": secrecy,
    "notify": notify,
}
SECRECY_FIELDS = ("company", "organisation_number", "contact", "email", "phone", "kind", "message", "reference")


def clean_field(name: str, value: object) -> Any:
    """Return one field's clean value; raise RefusedError when it cannot be used or there is no such field."""
    if name not in FIELDS:
        raise RefusedError("form_field_unknown", field=name, known=", ".join(FIELDS))
    return FIELDS[name](value)


def clean_form(values: Mapping[str, object]) -> InterestForm:
    """Return the form of what a person entered; raise RefusedError for the first field that cannot be used."""
    return InterestForm(**{each.name: clean_field(each.name, values.get(each.name)) for each in fields(InterestForm)})


def faults(values: Mapping[str, object]) -> dict[str, RefusedError]:
    """Return what is wrong with each field, for a form that comes in whole; empty when nothing is."""
    found: dict[str, RefusedError] = {}
    for name in FIELDS:
        try:
            clean_field(name, values.get(name))
        except RefusedError as error:
            found[name] = error
    return found


def _text(value: object, name: str, most: int) -> str:
    text = mask(readable(value)).strip()
    if len(text) > most:
        raise RefusedError("text_too_long", field=name, most=most, length=len(text))
    return text
