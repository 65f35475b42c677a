"""What companies write in the form of interest in other words than its buttons have."""

import re

from bot.asking import COMMANDS, field_named

_MOST_WORDS_OF_KIND = 8
_MOST_WORDS_OF_FIELD = 3
_KINDS = {
    "existing": re.compile(
        r"produkt|tjänst|färdig|finns redan|product|service|finished|ready|exist|tuote|tuotte|palvelu|valmi", re.IGNORECASE
    ),
    "could_develop": re.compile(r"utveckl|ta fram|bygg|develop|build|kehittä|rakenta", re.IGNORECASE),
    "partner": re.compile(r"samarbet|samverka|partner|collaborat|cooperat|kumppan|yhteisty", re.IGNORECASE),
    "research": re.compile(r"forsk|research|tutki", re.IGNORECASE),
}


def kind_named(words: str) -> str | None:
    """Return the kind of offer that a few words name ("en produkt", "we could build it"), or None when they name none or several."""
    named = [kind for kind, pattern in _KINDS.items() if pattern.search(words)]
    return named[0] if len(named) == 1 and len(words.split()) <= _MOST_WORDS_OF_KIND else None


def field_alone(words: str) -> str | None:
    """Return the field that is to be changed when only its name is written below the summary ("telefon"), or None."""
    return field_named(words) if len(words.split()) <= _MOST_WORDS_OF_FIELD and not COMMANDS.fullmatch(words) else None
