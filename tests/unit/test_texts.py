"""Every sentence in three languages, and every sentence that the program asks for."""

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import bot.texts
from bot.settings import LANGUAGES, ROOT
from bot.texts import sentences, text
from index.passages import passages
from knowledge.catalogue import OPEN_FOR_INTEREST, VISIBLE, Challenge
from knowledge.entry_files import ChallengeFile
from tests.builders import challenge_fields

_SPEAKERS = {"say": 0, "tell": 0, "text": 1, "speak": 0}
_ERRORS = {"ContentError", "RefusedError", "NotFoundError", "UnavailableError", "SettingsError", "GuidenError"}
_RAISED = ("error.", "fault.")


class Asked(NamedTuple):
    """A sentence that code asks for: where, its key (`*` stands for what is only known later), and the values given."""

    where: str
    key: str
    values: frozenset[str]
    more: bool


@cache
def _asked() -> tuple[Asked, ...]:
    files = [file for room in ("bot", "index", "knowledge") for file in sorted((ROOT / room).rglob("*.py"))]
    return tuple(asked for file in files for asked in _in_file(file))


def _in_file(file: Path) -> Iterator[Asked]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            for key in _keys(node, file):
                values = frozenset(each.arg for each in node.keywords if each.arg)
                yield Asked(f"{file.name}:{node.lineno}", key, values, more=any(each.arg is None for each in node.keywords))


def _keys(call: ast.Call, file: Path) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    in_bot = (ROOT / "bot") in file.parents
    if in_bot and name in _SPEAKERS and len(call.args) > _SPEAKERS[name]:
        yield from _literals(call.args[_SPEAKERS[name]])
    elif in_bot and name == "offer":
        yield from (f"choice.{key}" for argument in call.args for key in _literals(argument))
    elif name in _ERRORS and call.args:
        yield from (f"error.{key}" for key in _literals(call.args[0]))
    elif name == "Fault":
        yield from (f"fault.{key}" for key in _literals(call.args[3]))
    elif name == "fault" and len(call.args) > 1:
        yield from (f"fault.{key}" for key in _literals(call.args[1]))


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def _exists(key: str) -> bool:
    known = sentences("sv")
    return any(each.startswith(key.partition("*")[0]) for each in known) if "*" in key else key in known


def _entry() -> ChallengeFile:
    return ChallengeFile.model_validate(challenge_fields())


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _raw(language: str) -> list[tuple[str, Any]]:
    files = sorted((Path(bot.texts.__file__).parent / language).glob("*.yml"))
    return [leaf for file in files for leaf in _leaves(yaml.safe_load(file.read_text("utf-8")))]


def _leaves(tree: dict[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_sentences_in_every_language(language: str) -> None:
    """Each language has exactly the sentences that Swedish has."""
    assert sentences("sv").keys() == sentences(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_values_in_every_language(language: str) -> None:
    """A sentence takes the same values in each language."""
    expected = {key: _placeholders(sentence) for key, sentence in sentences("sv").items()}

    assert expected == {key: _placeholders(sentence) for key, sentence in sentences(language).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_words(language: str) -> None:
    """No sentence is empty, and none is a YAML `no`, `on` or number that only looks like a word."""
    assert [] == [key for key, value in _raw(language) if not isinstance(value, str) or not value.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_stand_in_one_file(language: str) -> None:
    """No two files of a language have the same sentence, for one of them would never be said."""
    keys = [key for key, _ in _raw(language)]

    assert ([], True) == (sorted({key for key in keys if keys.count(key) > 1}), len(keys) > 0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_have_labels_of_their_own(language: str) -> None:
    """No two choices have the same label, for a typed label can only mean one of them."""
    labels = [sentence.casefold() for key, sentence in sentences(language).items() if key.startswith("choice.")]

    assert [] == [label for label in labels if labels.count(label) > 1]


def test_finds_what_the_program_asks_for() -> None:
    """The search through the code finds sentences of every sort, so that the tests below look at something."""
    found = {asked.key for asked in _asked()}

    assert {
        "find.empty",
        "steer.deleted",
        "choice.start_guided",
        "status.*",
        "cli.db_done",
        "error.no_such_area",
        "fault.double_id",
    } <= found


def test_every_sentence_asked_for_exists() -> None:
    """Each sentence that the bot names is there, and so is at least one for each whose name is put together."""
    assert [] == [asked for asked in _asked() if not asked.key.startswith(_RAISED) and not _exists(asked.key)]


def test_every_error_and_fault_has_a_sentence() -> None:
    """Each error and fault that any room raises can be told to a person."""
    assert [] == [f"{asked.where} {asked.key}" for asked in _asked() if asked.key.startswith(_RAISED) and not _exists(asked.key)]


def test_every_sentence_gets_its_values() -> None:
    """Code gives each sentence every value that it has a place for."""
    known = sentences("sv")
    lacking = [
        (asked, needed - asked.values)
        for asked in _asked()
        if not asked.more and (needed := _placeholders(known.get(asked.key, ""))) - asked.values and not asked.key.startswith("fault.")
    ]

    assert [] == lacking


def test_every_status_has_a_name() -> None:
    """Each status that a reader may see has its sentence."""
    assert set() == {f"status.{status}" for status in (*VISIBLE, *OPEN_FOR_INTEREST)} - sentences("sv").keys()


def test_every_way_to_be_found_has_a_name() -> None:
    """Each part of an entry that may be what was found has its sentence."""
    found = {f"why.{passage.part}" for passage in passages(Challenge(_entry(), "published", ()))}

    assert (True, set()) == (len(found) > 1, found - sentences("sv").keys())


def test_fills_in_values() -> None:
    """Values are put into the sentence, in the language asked for."""
    assert "More about 2" == text("en", "choice.details", number=2)


def test_falls_back_to_swedish() -> None:
    """A language that the program does not speak gets Swedish."""
    assert "Hjälp" == text("de", "choice.help")


def test_unknown_sentence() -> None:
    """A sentence that no language has is an error of the program's, and is not hidden."""
    with pytest.raises(KeyError, match="never"):
        text("sv", "never")
