"""What every command shares: its settings, and how it speaks to the administrator."""

import json
import logging
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.texts import text
from knowledge.errors import GuidenError, SettingsError

if TYPE_CHECKING:
    from bot.settings import Settings


@cache
def settings() -> "Settings":
    """Return the settings, with logging set up as they say."""
    from bot.settings import load_settings

    loaded = load_settings()
    logging.basicConfig(level=loaded.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    return loaded


def say(key: str, **values: object) -> str:
    """Return a sentence in the installation's language."""
    try:
        language = settings().language
    except SettingsError:
        language = "sv"
    return text(language, key, **values)


def tell(key: str, **values: object) -> None:
    """Write a sentence to standard output."""
    print(say(key, **values))


def tell_json(value: Any) -> None:
    """Write a value to standard output as one line of JSON."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def complain(error: GuidenError) -> None:
    """Write an error to standard error as one line that says what to do."""
    line = " ".join(say(f"error.{error.key}", **error.details).split())
    print(line, file=sys.stderr)
