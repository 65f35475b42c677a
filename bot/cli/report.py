"""`guiden report`: what readers say is not right, and the answers they get."""

from typing import Annotated

import typer

from bot.cli.operating import opened, operator
from bot.cli.speaking import tell, tell_json

app = typer.Typer(help="Det som läsare säger inte stämmer.", no_args_is_help=True)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False) -> None:
    """Visa det som väntar på svar, det äldsta först. Vem som har sagt det visas inte.

    \b
    guiden report list
    """
    from knowledge.reports import Reports

    with opened() as database:
        found = Reports(database).open(operator())
    for each in found:
        fields = {"report": each.id, "entry": each.entry, "title": each.title, "text": each.text, "date": each.at.date().isoformat()}
        tell_json(fields) if as_json else tell("cli.report_line", **fields)
    if not found and not as_json:
        tell("cli.report_none")


@app.command("answer")
def answer(
    report: Annotated[int, typer.Argument(help="Rapportens nummer.", show_default=False)],
    text: Annotated[str, typer.Argument(help="Svaret, som den som rapporterade får läsa.", show_default=False)],
    changed: Annotated[bool, typer.Option("--changed", help="Tala om att posten har ändrats.")] = False,
) -> None:
    """Svara den som har sagt att något inte stämmer.

    \b
    guiden report answer 3 "Tack! Siffran gällde 2019." --changed
    """
    from knowledge.reports import Reports

    with opened() as database:
        Reports(database).answer(operator(), report, text, changed=changed)
    tell("cli.report_answered", report=report)
