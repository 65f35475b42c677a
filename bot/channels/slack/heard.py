"""What a person wrote in Slack, as they see it themselves: Slack's own marks for links, people and emoji taken away."""

import re

_MARK = re.compile(r"<([^<>]*)>")
# ":hemtjänst:" in a sentence is rare, and a lone thumb must not count as words.
_EMOJI = re.compile(r"(?<![\w:]):(?!\d+:)[a-z0-9_+'-]+:(?::skin-tone-\d:)?")


def plain(text: str, bot: str = "") -> str:
    """Return a message's text without marks; the mention of `bot` (a user id), which is how it was addressed, is left out."""
    unmarked = _MARK.sub(lambda found: "" if bot and found.group(1).split("|")[0] == f"@{bot}" else _read(found.group(1)), text)
    words = _EMOJI.sub(" ", unmarked)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _read(mark: str) -> str:
    target, _, label = mark.partition("|")
    if target.startswith("#"):
        return f"#{label}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    if target.startswith("@"):
        return label and f"@{label}"  # a bare user id says nothing, and is a person
    return label or target.removeprefix("mailto:").removeprefix("tel:")
