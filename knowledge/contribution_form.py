"""What is asked of whoever contributes: the questions of each kind, and each answer made clean by one function for every channel.

A function takes what a person wrote and returns the text that is stored, masked, or raises RefusedError with the name of the `field`.
An answer that was skipped is an empty text. Cleaning a clean answer changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from knowledge.errors import RefusedError
from knowledge.masking import mask
from knowledge.plain_text import one_line, readable

Kind = Literal["challenge", "solution", "experience"]

# A contribution tells of something done, so "guidance", which an entry can be, is not among them.
STAGES = ("idea", "study", "pilot", "in_use", "ended", "unknown")

LONGEST_ANSWER = 1000
# What an entry's text and title hold (entry_files.py): an answer that is shorter could not be published.
SHORTEST_ANSWER = 10
SHORTEST_TITLE, LONGEST_TITLE = 8, 90
_LONGEST_SOURCE = 500
_LONGEST_ID = 60

WEB_ADDRESS = re.compile(r"""https?://[^\s<>"')\]]+[^\s<>"')\].,;:!?]""")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Clean = Callable[[object], str]


def text(name: str, value: object) -> str:
    """Return an answer that may be left out, masked; at most 1 000 characters."""
    answer = mask(readable(value)).strip()
    if len(answer) > LONGEST_ANSWER:
        raise RefusedError("text_too_long", field=name, most=LONGEST_ANSWER, length=len(answer))
    return answer


def needed_text(name: str, value: object) -> str:
    """Return an answer that may not be left out, masked; 10 to 1 000 characters."""
    answer = text(name, value)
    if len(answer) < SHORTEST_ANSWER:
        raise RefusedError("answer_too_short", field=name, least=SHORTEST_ANSWER)
    return answer


def title(value: object) -> str:
    """Return a title of 8 to 90 characters on one line, masked; empty when one is to be made of the answers."""
    line = mask(one_line(value))
    if line and not SHORTEST_TITLE <= len(line) <= LONGEST_TITLE:
        raise RefusedError("title_length", field="title", least=SHORTEST_TITLE, most=LONGEST_TITLE, length=len(line))
    return line


def source(value: object) -> str:
    """Return where more can be read, at most 500 characters; masked but for web addresses, which may hold any digits."""
    line = one_line(value)
    if len(line) > _LONGEST_SOURCE:
        raise RefusedError("text_too_long", field="source", most=_LONGEST_SOURCE, length=len(line))
    addresses = WEB_ADDRESS.findall(line)
    between = [mask(each) for each in WEB_ADDRESS.split(line)]
    return "".join(part for pair in zip(between, [*addresses, ""], strict=True) for part in pair)


def challenge(value: object) -> str:
    """Return the id of the challenge that is answered; whether a reader may see it is for the database to tell."""
    entry_id = one_line(value)
    if entry_id and not (_ID.fullmatch(entry_id) and len(entry_id) <= _LONGEST_ID):
        raise RefusedError("no_such_challenge", field="challenge", id=entry_id)
    return entry_id


def stage(value: object) -> str:
    """Return how far it has come, one of `STAGES`; empty when that is not told."""
    word = one_line(value)
    if word and word not in STAGES:
        raise RefusedError("contribution_stage_unknown", field="stage", known=", ".join(STAGES))
    return word


def _about_a_solution(lessons: Callable[[str, object], str]) -> Mapping[str, Clean]:
    return {
        "what": partial(needed_text, "what"),
        "challenge": challenge,
        "stage": stage,
        "result": partial(text, "result"),
        "cost": partial(text, "cost"),
        "lessons": partial(lessons, "lessons"),
        "source": source,
        "title": title,
    }


# In the order in which a conversation asks.
FIELDS: Mapping[Kind, Mapping[str, Clean]] = {
    "challenge": {
        "today": partial(needed_text, "today"),
        "often": partial(text, "often"),
        "who": partial(text, "who"),
        "tried": partial(text, "tried"),
        "better": partial(text, "better"),
        "source": source,
        "title": title,
    },
    "solution": _about_a_solution(lessons=text),
    "experience": _about_a_solution(lessons=needed_text),
}
REQUIRED: Mapping[Kind, tuple[str, ...]] = {"challenge": ("today",), "solution": ("what",), "experience": ("what", "lessons")}


def clean_field(kind: Kind, name: str, value: object) -> str:
    """Return one answer as it is stored; raise RefusedError when it cannot be used or nothing of that name is asked."""
    if name not in FIELDS[kind]:
        raise RefusedError("form_field_unknown", field=name, known=", ".join(FIELDS[kind]))
    return FIELDS[kind][name](value)


def first_missing(kind: Kind, fields: Mapping[str, str]) -> str | None:
    """Return the first answer that must be given before a contribution is sent, None when nothing is missing.

    What has ended has taught something: without its lessons the next one who tries learns nothing of it.
    """
    needed = (*REQUIRED[kind], "lessons") if fields.get("stage") == "ended" else REQUIRED[kind]
    return next((name for name in needed if not fields.get(name)), None)
