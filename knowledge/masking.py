"""Hide what identifies a person before a text is stored, logged or embedded."""

import re

# Identity and coordination numbers: 6 or 8 digits of a date (day + 60 for coordination numbers), then 4 digits or letters-and-digits.
_IDENTITY = re.compile(
    r"(?<![\d-])(?:19|20)?\d{2}[ -]?(?:0[1-9]|1[0-2])[ -]?(?:[0-2]\d|3[01]|[6-8]\d|9[01])[ ]?[-+]?[ ]?(?:\d{4}|[TRSUWXJKLMN]\d{3})(?![\d-])"
)
_EMAIL = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/-])(?:(?:\+|00)\d{1,3}[ -]?(?:\(0\)[ -]?)?\d{1,3}|0\d{1,3})(?:[ -]?\d{2,4}){2,4}(?!\w)")

_MASKS = ((_EMAIL, "[e-post]"), (_IDENTITY, "[personnummer]"), (_PHONE, "[telefon]"))


def mask(text: str) -> str:
    """Return `text` with identity numbers, e-mail addresses and phone numbers replaced by what they were."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def identifies(text: str) -> bool:
    """Tell whether `text` holds something that `mask` would hide."""
    return any(pattern.search(text) for pattern, _ in _MASKS)
