"""Text as a person typed or pasted it, made fit to be stored anywhere."""

import unicodedata


def readable(value: object) -> str:
    """Return text without what does not print; None is empty.

    PostgreSQL takes no NUL, a spreadsheet no other control character, and UTF-8 no half of a surrogate pair.
    """
    text = unicodedata.normalize("NFC", "" if value is None else str(value)).replace("\r\n", "\n")
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def one_line(value: object) -> str:
    """Return text as `readable` does, on one line with single spaces."""
    return " ".join(readable(value).split())
