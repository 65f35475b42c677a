"""What commands share that change what is known: who runs them, the database, and files to write."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.speaking import say, settings, tell
from knowledge.errors import NotFoundError

if TYPE_CHECKING:
    from knowledge.database import Database
    from knowledge.people import Person

Stage = Literal["draft", "in_review", "published", "parked", "procurement", "pilot", "closed", "archived"]
Challenge = Annotated[str, typer.Argument(help="Utmaningens id, till exempel vikarier-kort-varsel.", show_default=False)]
Day = Annotated[datetime, typer.Argument(help="Datum, ÅÅÅÅ-MM-DD.", formats=["%Y-%m-%d"], show_default=False)]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Fil att skriva till, annars standard ut.", dir_okay=False)]


@contextmanager
def opened() -> "Iterator[Database]":
    """Open the database for a block, brought up to date."""
    from knowledge.database import Database

    database = Database(settings().database)
    try:
        database.upgrade()
        yield database
    finally:
        database.close()


def operator() -> "Person":
    """Return who runs the command, as the audit trail names them: the user of the machine."""
    from knowledge.people import Person

    return Person("cli", "-", os.environ.get("SUDO_USER") or os.environ.get("USER") or str(os.getuid()))


def parse_person(given: str) -> "Person":
    """Return the person that a command names as channel:tenant:id; raise BadParameter when it names none."""
    from knowledge.people import Person

    channel, _, rest = given.partition(":")
    tenant, _, name = rest.partition(":")
    if not (channel and tenant and name):
        raise typer.BadParameter(say("cli.person_wrong", person=given))
    return Person(channel, tenant, name)


def write(path: Path | None, content: str | bytes) -> None:
    """Write to a file, or to standard output; raise NotFoundError when the file cannot be written.

    The file may hold personal data and is its owner's only. A spreadsheet reads UTF-8 only after a byte order mark.
    """
    if path is None:
        sys.stdout.write(content if isinstance(content, str) else "")
        return
    mark = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(content.encode(mark) if isinstance(content, str) else content)
    except OSError as error:
        raise NotFoundError("not_writable", path=path, cause=error.strerror) from error


def told_where_mail_goes() -> None:
    """Say that messages lie in a folder when no mail server takes them."""
    if not settings().smtp_host:
        tell("cli.mail_to_file", folder=settings().outbox)
