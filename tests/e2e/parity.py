"""The conversation that is held in every channel, and how what is said there is compared with what is said in the terminal."""

import re

from bot.app import Guide
from tests.e2e.conftest import Talk

SCRIPT = ("hjälp", "ingen svarar i växeln på eftermiddagen", "1", "vad kostade det?", "tack")

# What stands before a choice and a notice, in the terminal and elsewhere.
_SIGN = re.compile(r"^(\d+\)|[i✓!✗]|[ℹ✅⚠⛔]\ufe0f?) ")


async def in_terminal(guide: Guide) -> list[str]:
    """Return what is said in the terminal: the welcome, and an answer to each line of the script."""
    talk = Talk(guide)
    return [await talk.open(), *[await talk.say(words) for words in SCRIPT]]


def lines_of(text: str) -> list[str]:
    """Return the lines that say something, without the air around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def bare_lines(text: str) -> list[str]:
    """Return the letters and digits of each line; the signs before it are another matter in each channel."""
    return [letters for line in lines_of(text) if (letters := bare(_SIGN.sub("", line)))]


def not_shown(said: str, shown: str) -> list[str]:
    """Return what was said in the terminal and is not among what is shown, by letters and digits and in any order.

    A link is not one run of words there, as the terminal's `text: address` is: the address stands behind its text, or behind a button.
    So its two halves are looked for apart.
    """
    parts = [part for line in lines_of(said) for part in _SIGN.sub("", line).split(": http")]
    return [part for part in parts if bare(part) not in bare(shown)]


def bare(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(sign for sign in text if sign.isalnum())
