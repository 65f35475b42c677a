"""`guiden links`: whether the pages that entries rest on can still be opened."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.operating import opened
from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from knowledge.link_checks import LinkChecks, LinkState, Outcome

app = typer.Typer(help="Källornas länkar.", no_args_is_help=True)


@app.command("check")
def check(limit: Annotated[int | None, typer.Option("--limit", min=1, help="Högsta antal länkar den här gången.")] = None) -> None:
    """Prova de länkar som det är dags för. Avbryts det, går nästa körning vidare där den här slutade.

    \b
    guiden links check --limit 100
    """
    import asyncio

    from knowledge.link_checks import LinkChecks

    with opened() as database:
        checks = LinkChecks(database)
        urls = checks.due(settings().link_days, limit)
        failed = asyncio.run(_check(checks, urls)) if urls else 0
    tell("cli.links_checked", count=len(urls), failed=failed)


@app.command("report")
def report(as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False) -> None:
    """Visa de länkar som inte svarar, har flyttat eller inte gick att prova, och vilka poster som har dem.

    \b
    guiden links report
    """
    from knowledge.link_checks import LinkChecks

    with opened() as database:
        found = LinkChecks(database).report()
    for each in found:
        if as_json:
            tell_json(_fields(each))
        else:
            tell(f"cli.link_{each.state}", url=each.url, cause=_cause(each), count=each.failures, entries=", ".join(each.entries))
    if not found and not as_json:
        tell("cli.links_fine")


async def _check(checks: "LinkChecks", urls: list[str]) -> int:
    """Ask every address and remember each answer as it comes; return how many failed."""
    import asyncio

    from rich.console import Console
    from rich.progress import Progress

    from bot.link_checker import LinkChecker

    failed = 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=len(urls))

        async def heard(outcome: "Outcome") -> None:
            nonlocal failed
            failed += outcome.is_failure
            progress.advance(task)
            await asyncio.to_thread(checks.record, [outcome])

        await LinkChecker().check(urls, heard)
    return failed


def _cause(link: "LinkState") -> str:
    """Return in words why an address failed, or where it has moved."""
    if link.state == "moved":
        return link.cause
    return say(f"cli.link_cause_{link.cause}") if link.status is None else say("cli.link_status", status=link.status)


def _fields(link: "LinkState") -> dict[str, object]:
    return {
        "url": link.url,
        "state": link.state,
        "status": link.status,
        "cause": link.cause,
        "failures": link.failures,
        "checked": link.checked_at.isoformat(timespec="seconds"),
        "entries": link.entries,
    }
