"""Files for people: the list of interest as CSV and as a workbook, and the dialogue as an annex to a procurement."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill

from knowledge.dialogue import Event
from knowledge.interest_lists import HIDDEN_PERSON, HIDDEN_PERSONAL, HIDDEN_SECRECY, Listed
from knowledge.questions import Question
from knowledge.swedish_time import swedish_time

# Says a key in the reader's language; the keys are below `export.` in `bot/texts`.
Say = Callable[[str], str]

# A spreadsheet takes a cell that begins so for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_MARKED = PatternFill("solid", fgColor="FFF2CC")


def _plain(key: str) -> str:
    return key


def interest_csv(rows: Sequence[Listed], say: Say = _plain) -> str:
    """Return a list of interest as CSV (RFC 4180), with what a spreadsheet would take for a formula made harmless."""
    table = [[say(name) for name in _columns(rows)], *([_cell(value, say) for value in row.values.values()] for row in rows)]
    return _csv(table)


def interest_xlsx(rows: Sequence[Listed], say: Say = _plain) -> bytes:
    """Return a list of interest as a workbook; every cell is text, and those that secrecy is asked for are coloured."""
    workbook = Workbook()
    sheet = workbook.active
    if sheet is None:  # a new workbook has one
        sheet = workbook.create_sheet()
    sheet.append([say(name) for name in _columns(rows)])
    for row in rows:
        sheet.append([""] * len(row.values))
        for cell, (name, value) in zip(sheet[sheet.max_row], row.values.items(), strict=True):
            cell.value = _cell(value, say)
            cell.data_type = "s"  # openpyxl takes what begins with = for a formula
            cell.quotePrefix = True
            if name in row.marked:
                cell.fill = _MARKED
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def annex_csv(events: Iterable[Event], say: Say = _plain) -> str:
    """Return the dialogue as CSV, one event a row."""
    rows = [[swedish_time(event.at).isoformat(timespec="seconds"), say(event.kind), _one_line(event.data, say)] for event in events]
    return _csv([[say("at"), say("kind"), say("what")], *rows])


def annex_markdown(title: str, events: Iterable[Event], questions: Iterable[Question], say: Say = _plain) -> str:
    """Return the dialogue as a Markdown document: what happened, and every question with its answer."""
    lines = [f"# {say('annex')}: {_inline(title)}", "", f"## {say('events')}", ""]
    lines += [f"- {swedish_time(event.at):%Y-%m-%d %H:%M} **{say(event.kind)}** {_inline(_one_line(event.data, say))}" for event in events]
    lines += ["", f"## {say('questions')}", ""]
    for number, question in enumerate(questions, 1):
        lines += [f"### {number}. {_inline(question.text)}", "", *(f"> {line}" for line in (question.answer or "").splitlines()), ""]
    return "\n".join(lines)


def _columns(rows: Sequence[Listed]) -> list[str]:
    return list(rows[0].values) if rows else []


def _csv(table: Iterable[Iterable[str]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    for row in table:
        writer.writerow([_harmless(cell) for cell in row])
    return file.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Any, say: Say) -> str:
    if value in (HIDDEN_SECRECY, HIDDEN_PERSONAL, HIDDEN_PERSON):
        return say(value)
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, Mapping):
        return "; ".join(f"{say(name)}: {text}" for name, text in value.items())
    return "" if value is None else str(value)


def _one_line(data: Mapping[str, Any], say: Say) -> str:
    parts = (f"{say(name)}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}" for name, value in data.items())
    return "; ".join(" ".join(part.split()) for part in parts)


def _inline(text: str) -> str:
    """Return text on one line, where nothing begins a link, a tag or a list."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>#|" else each for each in " ".join(text.split()))
