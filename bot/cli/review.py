"""`guiden review`: what staff have contributed, and the decisions on it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import review_reading
from bot.cli.operating import opened, operator
from bot.cli.speaking import say, tell

if TYPE_CHECKING:
    from knowledge.review import Review

app = typer.Typer(help="Bidrag: granska, redigera och publicera.", no_args_is_help=True)
app.command("list")(review_reading.list_)
app.command("show")(review_reading.show)

_Number = review_reading.Number
_Revision = Annotated[
    int | None, typer.Option("--revision", help="Versionen som du har läst, från «show». Har den ändrats sedan dess görs inget.")
]
# Fields that hold several values, which --set takes with commas between.
_SEVERAL = ("keywords", "areas", "challenges")


@app.command("approve")
def approve(
    number: _Number,
    next_update: Annotated[
        datetime | None,
        typer.Option("--next-update", formats=["%Y-%m-%d"], help="Nästa besked kommer senast, ÅÅÅÅ-MM-DD. Krävs för en utmaning."),
    ] = None,
    revision: _Revision = None,
) -> None:
    """Publicera ett bidrag. Den som har bidragit, och de som följer området, får veta det.

    \b
    guiden review approve 12 --next-update 2027-03-01
    guiden review approve 12 --revision 4
    """
    from knowledge.review import Review

    day = next_update.date() if next_update else None
    with opened() as database:
        review = Review(database)
        entry = review.approve(operator(), number, _read(review, number, revision), next_update_by=day)
    tell("cli.review_approved", id=number, entry=entry)


@app.command("return")
def return_(
    number: _Number,
    comment: Annotated[str, typer.Argument(help="Vad som behöver göras. Den som har bidragit läser det.", show_default=False)],
    revision: _Revision = None,
) -> None:
    """Skicka tillbaka ett bidrag till den som har bidragit, med en kommentar.

    \b
    guiden review return 12 "Hur ofta händer det?"
    """
    from knowledge.review import Review

    with opened() as database:
        review = Review(database)
        review.return_(operator(), number, _read(review, number, revision), comment)
    tell("cli.review_returned", id=number)


@app.command("reject")
def reject(
    number: _Number,
    reason: Annotated[str, typer.Argument(help="Skälet. Den som har bidragit läser det.", show_default=False)],
    revision: _Revision = None,
) -> None:
    """Avslå ett bidrag, med skäl.

    \b
    guiden review reject 12 "Det finns redan: vikarier-kort-varsel."
    """
    from knowledge.review import Review

    with opened() as database:
        review = Review(database)
        review.reject(operator(), number, _read(review, number, revision), reason)
    tell("cli.review_rejected", id=number)


@app.command("edit")
def edit(
    number: _Number,
    put: Annotated[
        list[str] | None,
        typer.Option("--set", help="Nytt värde för ett fält, som fält=värde. Kan anges flera gånger; komma mellan flera nyckelord."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Posten som YAML, så som «show --yaml» skriver den.", exists=True, dir_okay=False)
    ] = None,
    revision: _Revision = None,
) -> None:
    """Ändra posten som ett bidrag blir. Den som har bidragit får veta vad som är ändrat.

    \b
    guiden review edit 12 --set "title=Ingen vet vilka pass som är lediga" --set keywords=vikarie,schema,pass
    guiden review show 12 --yaml > post.yml && guiden review edit 12 --file post.yml
    """
    from knowledge.review import Review

    fields = {**(_from_file(file) if file else {}), **dict(map(_field, put or ()))}
    if not fields:
        raise typer.BadParameter(say("cli.review_nothing_to_edit"))
    with opened() as database:
        review = Review(database)
        newer = review.edit(operator(), number, _read(review, number, revision), fields)
    tell("cli.review_edited", id=number, revision=newer)


def _read(review: "Review", number: int, revision: int | None) -> int:
    """Return the revision that the reviewer has read: the one they name, or the one that stands."""
    return revision if revision is not None else review.show(operator(), number).contribution.revision


def _field(given: str) -> tuple[str, Any]:
    name, is_set, value = given.partition("=")
    name, value = name.strip(), value.strip()
    if not is_set:
        raise typer.BadParameter(say("cli.text_not_set", given=given))
    return name, list(_several(value)) if name in _SEVERAL else value or None


def _several(value: str) -> Iterator[str]:
    yield from (part for each in value.split(",") if (part := each.strip()))


def _from_file(path: Path) -> dict[str, Any]:
    """Return the fields of an entry in a file, but those that publishing decides; raise BadParameter when it cannot be read."""
    import yaml

    from knowledge.publishing import FIXED

    try:
        read = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise typer.BadParameter(say("cli.review_file_unreadable", path=path, cause=error)) from error
    if not isinstance(read, dict):
        raise typer.BadParameter(say("cli.review_file_unreadable", path=path, cause=say("fault.not_fields")))
    return {name: value for name, value in read.items() if name not in FIXED}
