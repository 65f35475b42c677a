"""`guiden db`: the database."""

import typer

from bot.cli.speaking import settings, tell

app = typer.Typer(help="Databasen.", no_args_is_help=True)


@app.command("upgrade")
def upgrade() -> None:
    """Skapa databasen eller uppdatera den till programmets version."""
    from knowledge.database import Database

    Database(settings().database).upgrade()
    tell("cli.db_done")


@app.callback()
def _noun() -> None:
    """Databasen."""
