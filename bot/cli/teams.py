"""`guiden teams`: what the one who runs Microsoft Teams needs."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli.speaking import settings, tell

app = typer.Typer(help="Microsoft Teams.", no_args_is_help=True)


@app.command("package")
def package(
    privacy: Annotated[
        str, typer.Option("--privacy", help="Sidan om hur kommunen behandlar personuppgifter, https://…", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Fil att skriva.", dir_okay=False)] = Path("guiden-teams.zip"),
    website: Annotated[str, typer.Option("--website", help="Kommunens webbplats; annars tas den ur --privacy.")] = "",
    terms: Annotated[str, typer.Option("--terms", help="Sidan med användningsvillkor; annars samma som --privacy.")] = "",
    client_id: Annotated[str, typer.Option("--client-id", help="Appens id i Entra; annars GUIDEN_TEAMS_CLIENT_ID.")] = "",
    address: Annotated[str, typer.Option("--address", help="Guidens adress på nätet; annars GUIDEN_PUBLIC_URL.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="Kommunens namn; annars GUIDEN_ORGANISATION.")] = "",
    version: Annotated[
        str, typer.Option("--version", help="Appens version, som 0.1.1; höj den när ett nytt paket ska ersätta ett gammalt.")
    ] = "",
) -> None:
    """Skriv appaketet som laddas upp i Teams. docs/teams.md visar alla steg.

    \b
    guiden teams package --privacy https://www.kommunen.example/personuppgifter
    guiden teams package --privacy https://www.kommunen.example/personuppgifter --version 0.1.1 -o ny.zip
    """
    from importlib.metadata import version as installed

    from bot.channels.teams.package import App, pack, write

    page = urlsplit(privacy)
    made = App(
        client_id=client_id or settings().teams_client_id,
        address=address or settings().public_url,
        organisation=organisation or settings().organisation,
        website=website or f"{page.scheme}://{page.netloc}",
        privacy=privacy,
        terms=terms or privacy,
        version=version or installed("digitaliseringsguiden"),
    )
    packed = pack(made)
    write(output, packed)
    tell("teams_package.written", path=output, size=round(len(packed) / 1000), version=made.version)


@app.callback()
def _noun() -> None:
    """Microsoft Teams."""
