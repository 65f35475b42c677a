"""Words of people and of the catalogue as Slack is to show them: letter by letter, never as a mention, a link, an emoji or formatting.

Slack reads markup in `mrkdwn` texts and in a message's `text`, emoji names in nearly everything, and nothing in rich text.
"""

import re

from bot.channels.literal import seen

# It has no width and joins nothing that a reader sees, but `:smile:` with it is no emoji's name any more.
_APART = "\u2060"
_EMOJI = re.compile(r":(?=[^\s:]+:)")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack has no way to escape these; it formats only what stands between two of them.
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})


def clean(text: str) -> str:
    """Return the text with its lines, without what cannot be seen and without a name of an emoji."""
    return _EMOJI.sub(":" + _APART, seen(text))


def escaped(text: str) -> str:
    """Return cleaned text as a message's `text` takes it, where `<` would begin a mention or a link."""
    return text.translate(_ESCAPES)


def unformatted(text: str) -> str:
    """Return cleaned text as `mrkdwn` takes it, where `*` and its like would format."""
    return text.translate(_LOOKALIKES).translate(_ESCAPES)
