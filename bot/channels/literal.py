"""Words of people and of the catalogue, whatever the channel: without what cannot be seen, cut, or divided."""

import unicodedata
from collections.abc import Callable, Iterator

_JOINER = "\u200d"


def seen(text: str) -> str:
    """Return the text with its lines and without what cannot be seen: control codes, and marks that turn the direction of reading."""
    return "\n".join("".join(filter(_is_seen, _spaced(line))) for line in text.splitlines())


def cut(text: str, longest: int) -> str:
    """Return the text, cut at a word and ended by an ellipsis where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    begun = text[: longest - 1]
    word = begun.rsplit(" ", 1)[0].rstrip()
    return f"{word if len(word) > longest // 2 else begun}…"


def parts(text: str, longest: int, size: Callable[[str], int] = len) -> Iterator[str]:
    """Yield the text in parts of at most `longest` characters, divided at the end of a line or a word where there is one."""
    while size(text) > longest:
        end = _reach(text, longest, size)
        at = max(text.rfind("\n", 1, end), 0) or max(text.rfind(" ", 1, end), 0) or end
        yield text[:at]
        # The blank that stood there is not shown twice; anything else is kept.
        text = text[at + 1 :] if text[at] in "\n " else text[at:]
    yield text


def _reach(text: str, longest: int, size: Callable[[str], int]) -> int:
    end = min(len(text), longest)
    while size(text[:end]) > longest:
        end -= max(1, (size(text[:end]) - longest) // len("&amp;"))
    return end


def _spaced(line: str) -> str:
    return "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in line)


def _is_seen(sign: str) -> bool:
    return sign.isprintable() or sign == _JOINER
