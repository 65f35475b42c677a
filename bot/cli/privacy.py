"""`guiden privacy`: the retention plan, disposal by decision, and a person's rights."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.operating import Output, opened, operator, write
from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from knowledge.privacy import Export
    from knowledge.retention import Duration, RecordClass

app = typer.Typer(help="Gallring och personuppgifter.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")]
_Classes = Annotated[list[str] | None, typer.Option("--class", help="Slag av handling, som i «guiden privacy plan»; kan upprepas.")]
_Before = Annotated[
    datetime | None, typer.Option("--before", help="Bara de vars tid började före dagen, ÅÅÅÅ-MM-DD.", formats=["%Y-%m-%d"])
]
_Person = Annotated[str, typer.Argument(help="Kanal:arbetsyta:id eller en e-postadress.", show_default=False)]
_Decision = Annotated[str, typer.Option("--decision", help="Beslutets beteckning: datum, diarienummer, paragraf.")]


@app.command("plan")
def plan(as_json: _Json = False, markdown: Annotated[bool, typer.Option("--markdown", help="Skriv en tabell i Markdown.")] = False) -> None:
    """Visa gallringsplanen: vad som finns, hur länge det sparas och om det behövs beslut.

    \b
    guiden privacy plan --markdown > gallringsplan.md
    """
    from knowledge.retention import plan as retention_plan

    rows = [_planned(each) for each in retention_plan(settings().retention_days)]
    if as_json:
        for row in rows:
            tell_json(row)
        return
    columns = ("class", "title", "counted", "kept", "way", "source")
    _table([[say(f"privacy.column.{name}") for name in columns], *([row[name] for name in columns] for row in rows)], markdown=markdown)


@app.command("dry-run")
def dry_run(classes: _Classes = None, before: _Before = None, as_json: _Json = False) -> None:
    """Räkna vad som skulle gå nu, utan att ändra något.

    \b
    guiden privacy dry-run --class interests
    """
    from knowledge.disposal import Disposals

    with opened() as database:
        found = Disposals(database, settings().retention_days).due(classes or (), _moment(before))
    for each in found:
        fields = {"class": each.record.name, "count": each.count, "before": each.before.date().isoformat(), "way": each.record.way}
        if as_json:
            tell_json(fields)
        else:
            tell(
                "privacy.due", **fields | {"title": say(f"privacy.class.{each.record.name}"), "way": say(f"privacy.way.{each.record.way}")}
            )


@app.command("dispose")
def dispose(classes: _Classes = None, decision: _Decision = "", before: _Before = None) -> None:
    """Gallra enligt beslut. Avbryts det fortsätter samma kommando där det slutade; varje post får ett bevis.

    \b
    guiden privacy dispose --class interests --decision "KS 2027-01-12 § 8"
    """
    from knowledge.disposal import Disposals
    from knowledge.errors import RefusedError

    if not classes:
        raise RefusedError("record_class_missing")
    with opened() as database:
        disposals = Disposals(database, settings().retention_days)
        for name in classes:
            done = disposals.dispose(operator(), name, decision, _moment(before))
            if done.was_begun:
                tell("privacy.went_on")
            tell("privacy.disposed", name=name, count=done.count, before=done.before.date(), id=done.id)
            if not done.is_scrubbed:
                tell("privacy.not_scrubbed")


@app.command("proof")
def proof(disposal: Annotated[int, typer.Argument(help="Gallringens nummer.", show_default=False)], output: Output = None) -> None:
    """Skriv beviset för en gallring som JSON: vilket beslut, och varje posts nummer och SHA-256.

    \b
    guiden privacy proof 3 -o bevis.json
    """
    from knowledge.disposal import proof_of

    with opened() as database:
        write(output, json.dumps(proof_of(database, disposal), ensure_ascii=False, indent=1) + "\n")


@app.command("export")
def export(
    person: _Person,
    output: Output = None,
    form: Annotated[Literal["json", "text"], typer.Option("--format", help="json, eller text att läsa.")] = "json",
) -> None:
    """Skriv allt som finns om en person.

    \b
    guiden privacy export namn@foretaget.example -o utdrag.json
    guiden privacy export slack:T012:U345 --format text
    """
    from bot.tracker_store import TrackerStore, tracker_url
    from knowledge.privacy import Privacy

    with opened() as database:
        found = Privacy(database).export(operator(), person)
    tracker = TrackerStore(tracker_url(settings()))
    try:
        said = [message for each in found.conversations for message in tracker.said(each)]
    finally:
        tracker.close()
    whole = _exported(found, said)
    write(output, json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n" if form == "json" else _readable(whole))


@app.command("correct")
def correct(
    person: _Person,
    field: Annotated[Literal["contact", "email", "phone"], typer.Option("--field", help="Uppgiften som är fel.", show_default=False)],
    value: Annotated[str, typer.Option("--value", help="Vad som är rätt.", show_default=False)],
    why: Annotated[str, typer.Option("--why", help="Varför, och hur det är kontrollerat.")] = "",
) -> None:
    """Rätta en uppgift i en persons anmälningar, och adressen dit det som personen följer skickas. Det gamla formuläret finns kvar.

    \b
    guiden privacy correct web:-:anna --field phone --value "060-12 34 56" --why "Ringde själv den 3 mars."
    """
    from knowledge.privacy import Privacy

    with opened() as database:
        corrected = Privacy(database).correct(operator(), person, {field: value}, why)
    if corrected.registrations:
        tell("privacy.corrected", numbers=", ".join(corrected.registrations))
    if corrected.follows:
        tell("privacy.corrected_follows", follows=", ".join(corrected.follows))


@app.command("hide")
def hide(person: _Person, decision: _Decision = "") -> None:
    """Visa inte längre en persons namn och adresser för någon, och skicka inga meddelanden. Handlingarna finns kvar.

    \b
    guiden privacy hide web:-:anna --decision "KS 2027-01-12 § 9"
    """
    from knowledge.privacy import Privacy

    with opened() as database:
        count = Privacy(database).hide(operator(), person, decision)
    tell("privacy.hidden" if count else "privacy.hidden_before", person=person)
    tell("privacy.what_stays")


def _planned(record: "RecordClass") -> dict[str, str]:
    return {
        "class": record.name,
        "title": say(f"privacy.class.{record.name}"),
        "counted": say(f"privacy.counted.{record.counted}") if record.counted else "",
        "kept": _how_long(record.kept) if record.kept else say(f"privacy.kept.{record.way}"),
        "way": say(f"privacy.way.{record.way}"),
        "source": record.source,
    }


def _how_long(kept: "Duration") -> str:
    count, unit = (kept.years, "year") if kept.years else (kept.days, "day")
    return say(f"privacy.kept.one_{unit}" if count == 1 else f"privacy.kept.{unit}s", count=count)


def _table(rows: list[list[str]], *, markdown: bool) -> None:
    if markdown:
        head, *others = [f"| {' | '.join(row)} |" for row in rows]
        print("\n".join([head, "|" + " --- |" * len(rows[0]), *others]))
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _exported(found: "Export", said: list[dict[str, str]]) -> dict[str, Any]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for record in found.records:
        grouped.setdefault(record.record_class, []).append(record.fields)
    return {
        "made_at": found.at.isoformat(timespec="seconds"),
        "people": list(found.people),
        "what_stays": say("privacy.what_stays"),
        "records": grouped,
        "said": said,
    }


def _readable(whole: dict[str, Any]) -> str:
    lines = [say("privacy.export_title", at=whole["made_at"]), *whole["people"], ""]
    for name, rows in whole["records"].items():
        lines.append(f"# {say(f'privacy.class.{name}')}")
        for row in rows:
            lines += [f"  {field}: {value}" for field, value in row.items() if value not in (None, "", [], {})]
            lines.append("")
    if whole["said"]:
        lines += [f"# {say('privacy.said')}", *(f"  {message['at']}  {message['text']}" for message in whole["said"]), ""]
    return "\n".join([*lines, whole["what_stays"], ""])


def _moment(day: datetime | None) -> datetime | None:
    from knowledge.swedish_time import swedish_midnight

    return swedish_midnight(day.date()) if day else None
