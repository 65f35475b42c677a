"""The command line: `guiden` and its nouns, one file each."""

import sys

import typer
from typer.exceptions import TyperException

from bot.cli import (
    challenge,
    chat,
    content,
    database,
    doctor,
    gaps,
    index,
    interest,
    links,
    outbox,
    privacy,
    report,
    review,
    role,
    search,
    serve,
    teams,
)
from bot.cli.speaking import complain
from knowledge.errors import GuidenError

app = typer.Typer(
    name="guiden",
    help="Digitaliseringsguiden: hitta utmaningar och lösningar i kommuner.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("chat")(chat.chat)
app.command("serve")(serve.serve)
app.command("search")(search.search)
app.command("reindex")(index.reindex)
app.command("doctor")(doctor.doctor)
app.add_typer(index.app, name="index")
app.add_typer(content.app, name="content")
app.add_typer(interest.app, name="interest")
app.add_typer(challenge.app, name="challenge")
app.add_typer(review.app, name="review")
app.add_typer(report.app, name="report")
app.add_typer(links.app, name="links")
app.add_typer(gaps.app, name="gaps")
app.add_typer(role.app, name="role")
app.add_typer(teams.app, name="teams")
app.add_typer(outbox.app, name="outbox")
app.add_typer(privacy.app, name="privacy")
app.add_typer(database.app, name="db")


def main() -> None:
    """Run one command; exit 0 when it is done, 1 when it was refused or failed, 2 when it was called wrongly."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except GuidenError as error:
        complain(error)
    except TyperException as error:
        _explain(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        pass
    sys.exit(1)


def _explain(error: TyperException) -> None:
    """Write what is wrong with a call as one line, and which help to read; without arguments the help itself was written."""
    context = getattr(error, "ctx", None)
    help_ = f" ({context.command_path} -h)" if context else ""
    if line := " ".join(error.format_message().split()):
        print(f"{line}{help_}", file=sys.stderr)
