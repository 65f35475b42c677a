"""Hide what identifies a person before a text is stored, logged or embedded."""

import re

# People paste from mail and word processors: every kind of space and dash counts.
_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_DASH = "[-\u2010-\u2013\u2212]"

# Identity and coordination numbers: 6 or 8 digits of a date (day + 60 for coordination numbers), then 4 digits or a letter and 3 digits.
_BETWEEN = rf"(?:{_SPACE}|{_DASH}|[./])?"
_SIGN = rf"{_SPACE}?(?:{_DASH}|\+){_SPACE}?"
_IDENTITY = re.compile(
    rf"(?<!\d)(?<!\d-)(?:19|20)?\d\d{_BETWEEN}(?:0[1-9]|1[0-2]){_BETWEEN}(?:[0-2]\d|3[01]|[6-8]\d|9[01])"
    rf"(?:{_SIGN}(?:\d{{4}}|\d\d{_SPACE}\d\d(?!{_SPACE}?\d))|{_SPACE}?\d{{4}}|(?:{_SIGN}|{_SPACE}?)[TRSUWXJKLMN]\d{{3}})(?!\d)(?!-\d)",
    re.IGNORECASE,
)
# Finland's: day, month, year, a sign for the century, three digits and a check character.
_FINNISH = re.compile(
    r"(?<!\w)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?!\w)",
    re.IGNORECASE,
)
# The lookbehind lets each word be tried once only, not once a letter.
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]+(?:\s?@\s?|\s?[(\[](?:at|a|ät|snabel-a)[)\]]\s?)[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
_GAP = rf"(?:{_SPACE}?{_DASH}{_SPACE}?|{_SPACE})?"
# What has the form of a phone number but is none: "1 050 000 000", "100 000–200 000", "05-11-2023", "07-16 2023", "0800-1630".
_FIGURE = rf"(?<=\d{_SPACE})\d{{3}}(?:{_SPACE}\d{{3}})*(?:{_SPACE}?{_DASH}{_SPACE}?\d{{1,3}}(?:{_SPACE}\d{{3}})+)?(?!{_GAP}\d)"
_DATE = rf"\d\d(?:{_DASH}|{_SPACE})\d\d(?:{_DASH}|{_SPACE})(?:19|20)\d\d(?!{_SPACE}?\d)"
_HOURS = rf"(?:[01]\d|2[0-3]){_SPACE}?[0-5]\d{_SPACE}?{_DASH}{_SPACE}?(?:[01]\d|2[0-4]){_SPACE}?[0-5]\d(?!{_SPACE}?\d)"
_SEVEN_DIGITS = r"(?=[(+]?(?:\d\D{0,3}){7})"
_PHONE = re.compile(
    rf"(?<![\w/-])(?!{_FIGURE}|{_DATE}|{_HOURS}){_SEVEN_DIGITS}(?:"
    rf"(?:(?:\+|00)\d{{1,3}}{_GAP}(?:\(0\){_GAP})?\d{{1,3}}|\(0\d{{1,3}}\)|0\d{{1,3}})(?:{_GAP}\d{{2,4}}){{2,4}}"
    rf"|0\d{{2,3}}[./]\d{{2,4}}(?:(?:\.|{_GAP})\d{{2,4}}){{1,3}})(?!\w)"
)

_MASKS = ((_EMAIL, "[e-post]"), (_IDENTITY, "[personnummer]"), (_FINNISH, "[personnummer]"), (_PHONE, "[telefon]"))


def mask(text: str) -> str:
    """Return `text` with identity numbers, e-mail addresses and phone numbers replaced by what they were."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def identifies(text: str) -> bool:
    """Tell whether `text` holds something that `mask` would hide."""
    return any(pattern.search(text) for pattern, _ in _MASKS)
