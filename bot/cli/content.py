"""`guiden content`: entries from files into the database and back."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.speaking import complain, say, settings, tell

if TYPE_CHECKING:
    from knowledge.content_import import Change
    from knowledge.entry_files import Fault, ReadEntry

app = typer.Typer(help="Katalogens poster: kontrollera, läs in, skriv ut.", no_args_is_help=True)

_Folder = Annotated[Path, typer.Argument(help="Mapp med challenges/ och solutions/, eller en fil.", show_default=False)]


@app.command("import")
def import_(
    path: _Folder,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Visa bara vad som skulle ändras.")] = False,
) -> None:
    """Läs in poster. Det som har ändrats i databasen skrivs aldrig över.

    \b
    guiden content import knowledge/content --dry-run
    """
    from knowledge.content_import import FaultyContentError, import_content, plan_import
    from knowledge.database import Database

    database = Database(settings().database)
    database.upgrade()
    try:
        changes = plan_import(database, _existing(path))[1] if dry_run else import_content(database, _existing(path), "cli")
    except FaultyContentError as error:
        _print_faults(error.faults)
        complain(error)
        raise typer.Exit(1) from error
    _print_changes(changes)
    if dry_run:
        tell("cli.import_dry")
    if any(change.kind == "edited_here" for change in changes):
        tell("cli.import_edited_hint")
        raise typer.Exit(1)


@app.command("export")
def export(path: Annotated[Path, typer.Argument(help="Mapp att skriva till.", show_default=False, file_okay=False)]) -> None:
    """Skriv ut alla poster som YAML-filer."""
    from knowledge.content_import import export_content
    from knowledge.database import Database

    database = Database(settings().database)
    database.upgrade()
    tell("cli.export_done", count=export_content(database, path), path=path)


@app.command("check")
def check(path: Annotated[Path | None, typer.Argument(help="Mapp eller fil; annars den medföljande katalogen.")] = None) -> None:
    """Kontrollera poster mot schema och regler, utan att läsa in dem."""
    from knowledge import content_rules
    from knowledge.entry_files import CONTENT, SolutionFile, read_folder

    entries, faults = read_folder(_existing(path or CONTENT))
    faults += content_rules.check(entries) + content_rules.advise(entries)
    faults += _near_duplicates(entries)
    _print_faults(faults)
    if faults:
        print(say("cli.check_faults", count=len(faults)), file=sys.stderr)
        raise typer.Exit(1)
    solutions = [read.entry for read in entries if isinstance(read.entry, SolutionFile)]
    figures = sum(any(result.figure for result in solution.results) for solution in solutions)
    tell("cli.check_done", challenges=len(entries) - len(solutions), solutions=len(solutions), figures=figures)


@app.command("due")
def due(
    area: Annotated[str, typer.Option("--area", help="Bara poster i området.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False,
) -> None:
    """Visa de poster som borde ha kontrollerats igen, de som har väntat längst först.

    \b
    guiden content due --area aldreomsorg
    """
    from dataclasses import asdict

    from bot.cli.operating import opened
    from bot.cli.speaking import tell_json
    from knowledge.areas import area as known_area
    from knowledge.currency import Currency

    if area:
        known_area(area)
    with opened() as database:
        found = Currency(database).due(area or None)
    for each in found:
        if as_json:
            tell_json(asdict(each) | {"checked": str(each.checked), "next_check": str(each.next_check)})
        else:
            tell("cli.due_line", **asdict(each))
    if not found and not as_json:
        tell("cli.due_none")


@app.command("checked")
def checked(
    entry: Annotated[str, typer.Argument(help="Postens id.", show_default=False)],
    next_check: Annotated[
        datetime, typer.Option("--next", formats=["%Y-%m-%d"], help="När den ska kontrolleras nästa gång.", show_default=False)
    ],
) -> None:
    """Intyga att en post har kontrollerats i dag och fortfarande stämmer.

    \b
    guiden content checked vikarier-kort-varsel --next 2027-06-01
    """
    from bot.cli.operating import opened, operator
    from knowledge.currency import Currency

    with opened() as database:
        Currency(database).confirm(operator(), entry, next_check.date())
    tell("cli.checked_done", id=entry, next_check=next_check.date())


@app.command("schema")
def schema() -> None:
    """Skriv ut JSON Schema för utmaningar och lösningar."""
    import json

    from knowledge.entry_files import schemas

    print(json.dumps(schemas(), ensure_ascii=False, indent=2))


def _near_duplicates(entries: Sequence["ReadEntry"]) -> list["Fault"]:
    import numpy as np

    from index.builder import known_vectors
    from index.encoder import E5Encoder
    from index.likeness import near_duplicates
    from index.passages import passages
    from knowledge.catalogue import Challenge
    from knowledge.entry_files import ChallengeFile

    challenges = {read.entry.id: read for read in entries if isinstance(read.entry, ChallengeFile)}
    pieces = [
        piece
        for read in challenges.values()
        if isinstance(read.entry, ChallengeFile)
        for piece in passages(Challenge(read.entry, "published", ()))
    ]
    if not pieces:
        return []
    encoder = E5Encoder(settings().model, settings().models)
    known = known_vectors(settings().index, encoder)
    missing = [piece for piece in pieces if piece.key not in known]
    if missing:
        known |= dict(zip((piece.key for piece in missing), encoder.passages([piece.text for piece in missing]), strict=True))
    alike = near_duplicates(pieces, np.stack([known[piece.key] for piece in pieces]))
    return [challenges[one].fault("title", "near_duplicate", other=other, likeness=round(value, 2)) for one, other, value in alike]


def _existing(path: Path) -> Path:
    if not path.exists():
        from knowledge.errors import NotFoundError

        raise NotFoundError("no_such_file", path=path)
    return path


def _print_faults(faults: Sequence["Fault"]) -> None:
    for fault in faults:
        print(f"{fault.file}:{fault.line}: {fault.at}: {say(f'fault.{fault.key}', **fault.details)}", file=sys.stderr)


def _print_changes(changes: Sequence["Change"]) -> None:
    for change in changes:
        if change.kind != "same":
            tell("cli.import_line", kind=say(f"cli.import_{change.kind}"), id=change.id, fields="")
            for name, old, new in change.fields:
                print(f"  {name}:\n    - {old}\n    + {new}")
    kinds = [change.kind for change in changes]
    tell(
        "cli.import_done",
        new=kinds.count("new"),
        changed=kinds.count("changed"),
        same=kinds.count("same"),
        edited=kinds.count("edited_here"),
    )
