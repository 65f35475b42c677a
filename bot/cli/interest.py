"""`guiden interest`: companies that have registered interest, as the owner of a challenge sees them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.operating import Challenge, Output, opened, operator, write
from bot.cli.speaking import say, tell, tell_json

if TYPE_CHECKING:
    from knowledge.interest_lists import Listed

app = typer.Typer(help="Företag som har anmält intresse.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")]
_Number = Annotated[str, typer.Argument(help="Anmälans nummer, till exempel 2026-000123.", show_default=False)]
_FORMATS = (".csv", ".xlsx")


@app.command("list")
def list_(
    challenge: Annotated[str, typer.Argument(help="Utmaningens id; utan id räknas anmälningarna för var och en.", show_default=False)] = "",
    as_json: _Json = False,
) -> None:
    """Visa vilka som har anmält intresse för en utmaning, eller hur många det är för var och en.

    \b
    guiden interest list
    guiden interest list vikarier-kort-varsel
    """
    from dataclasses import asdict

    from knowledge.interest_lists import InterestLists

    with opened() as database:
        lists = InterestLists(database)
        rows = lists.of(operator(), challenge) if challenge else []
        counts = [] if challenge else lists.counts(operator())
    for count in counts:
        fields = asdict(count)
        tell_json(fields) if as_json else tell("cli.interest_overview", **fields | {"stage": say(f"status.{count.stage}")})
    for row in rows:
        tell_json(_json(row)) if as_json else _print_line(row)
    if not rows and not counts and not as_json:
        tell("cli.interest_none")


@app.command("show")
def show(number: _Number, as_json: _Json = False) -> None:
    """Visa en anmälan med alla uppgifter, och hur den löd före varje ändring.

    \b
    guiden interest show 2026-000123
    """
    from knowledge.interest_lists import InterestLists

    with opened() as database:
        rows = InterestLists(database).show(operator(), number)
    for position, row in enumerate(rows):
        if as_json:
            tell_json(_json(row))
            continue
        if position:
            print()
            tell("cli.interest_earlier")
        for name, value in row.values.items():
            tell("cli.interest_field", name=say(f"export.{name}"), value=_shown(name, value))
    if not rows and not as_json:
        tell("cli.interest_none")


@app.command("export")
def export(
    challenge: Challenge,
    output: Output = None,
    release: Annotated[
        bool, typer.Option("--release", help="Kopia att lämna ut: det som sekretess begärs för och personuppgifter döljs.")
    ] = False,
) -> None:
    """Skriv anmälningarna till en fil: CSV eller Excel, efter filens namn. Utan fil skrivs CSV på skärmen.

    \b
    guiden interest export vikarier-kort-varsel -o intresse.xlsx
    guiden interest export vikarier-kort-varsel -o utlamnas.csv --release
    """
    from knowledge.exports import interest_csv, interest_xlsx
    from knowledge.interest_lists import InterestLists

    kind = _format(output)
    with opened() as database:
        lists = InterestLists(database)
        rows = [_in_words(row) for row in (lists.release_copy if release else lists.of)(operator(), challenge)]
    write(output, interest_xlsx(rows, _word) if kind == ".xlsx" else interest_csv(rows, _word))
    if output:
        tell("cli.interest_exported", count=len(rows), path=output)


@app.command("contact")
def contact(
    number: _Number,
    note: Annotated[str, typer.Argument(help="Vad som sades, och när.", show_default=False)],
) -> None:
    """Anteckna en kontakt med ett företag. Bara ägaren ser anteckningen.

    \b
    guiden interest contact 2026-000123 "Ringde 3 mars, visar lösningen den 10 mars."
    """
    from knowledge.ownership import Ownership

    with opened() as database:
        Ownership(database).record_contact(operator(), number, note)
    tell("cli.interest_contact", number=number)


def _format(output: Path | None) -> str:
    kind = output.suffix.lower() if output else ".csv"
    if kind not in _FORMATS:
        raise typer.BadParameter(say("cli.file_kind", path=output, known=", ".join(_FORMATS)))
    return kind


def _in_words(row: "Listed") -> "Listed":
    """Return a registration with the words that readers know for its status and its kind; a hidden value stays the key it is."""
    from dataclasses import replace

    from knowledge.interest_lists import HIDDEN_SECRECY

    said = {name: _shown(name, row.values[name]) for name in ("status", "kind") if row.values[name] != HIDDEN_SECRECY}
    return replace(row, values=row.values | said)


def _word(key: str) -> str:
    """Return the word for a column or a fixed value of an export."""
    return say(f"export.{key}")


def _json(row: "Listed") -> dict[str, Any]:
    return row.values | {"marked": sorted(row.marked)}


def _print_line(row: "Listed") -> None:
    marked = "  " + say("cli.interest_marked", fields=_names(sorted(row.marked))) if row.marked else ""
    words = {name: _shown(name, row.values[name]) for name in ("number", "status", "company", "kind")}
    tell("cli.interest_line", **words, registered_at=row.values["registered_at"][:10], marked=marked)


def _names(fields: Sequence[str]) -> str:
    return ", ".join(_word(name).lower() for name in fields)


def _shown(name: str, value: Any) -> str:
    from knowledge.interest_lists import HIDDEN_PERSON

    if name in ("status", "kind"):
        return say(f"cli.{name}_{value}")
    if isinstance(value, bool):
        return _word("yes" if value else "no")
    if value == HIDDEN_PERSON:
        return _word(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{_word(field)}: {harm}" for field, harm in value.items())
    return "" if value is None else str(value)
