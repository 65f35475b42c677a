"""`guiden outbox`: messages on their way out."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.operating import opened, told_where_mail_goes
from bot.cli.speaking import say, tell, tell_json

if TYPE_CHECKING:
    from knowledge.outbox import Listed

app = typer.Typer(help="Meddelanden på väg ut.", no_args_is_help=True)


@app.command("list")
def list_(
    state: Annotated[
        Literal["waiting", "delivered", "dead"] | None,
        typer.Option("--state", help="Bara de som väntar (waiting), är levererade (delivered) eller har strandat (dead)."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Högsta antal.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False,
) -> None:
    """Visa meddelanden, de nyaste först: till vem, hur många försök och vad som gick fel.

    \b
    guiden outbox list --state dead
    """
    from knowledge.outbox import Outbox
    from knowledge.swedish_time import swedish_time

    with opened() as database:
        messages = Outbox(database).list(state, limit)
    if as_json:
        for message in messages:
            tell_json(_fields(message))
        return
    told_where_mail_goes()
    if not messages:
        tell("cli.outbox_none")
    for message in messages:
        # When it is tried next concerns only one that waits; of others it is the end of a worker's lease.
        due_at = message.due_at if message.state == "waiting" else None
        due = say("cli.outbox_due", at=f"{swedish_time(due_at):%Y-%m-%d %H:%M}") if due_at else ""
        fields = _fields(message) | {"state": say(f"cli.outbox_{message.state}"), "kind": say(f"outbox.kind.{message.kind}"), "due": due}
        tell("cli.outbox_line", **fields | {"error": f": {message.error}" if message.error else ""})


@app.command("retry")
def retry(
    ids: Annotated[
        list[int] | None, typer.Argument(help="Meddelandenas nummer; utan nummer alla som har strandat.", show_default=False)
    ] = None,
) -> None:
    """Försök igen med meddelanden som har strandat.

    \b
    guiden outbox retry 17 18
    """
    from knowledge.outbox import Outbox

    with opened() as database:
        tell("cli.outbox_retried", count=Outbox(database).retry(ids or None))


def _fields(message: "Listed") -> dict[str, object]:
    # Not the data: it may hold a code.
    return {
        "id": message.id,
        "state": message.state,
        "kind": message.kind,
        "recipient": message.recipient.removeprefix("mailto:"),
        "attempt": message.attempt,
        "due": message.due_at.isoformat(timespec="seconds") if message.due_at else None,
        "error": message.error,
    }
