"""`guiden doctor`: see whether every part can be used, and what to do about those that cannot."""

from collections.abc import Callable

import typer

from bot.cli.speaking import say, settings
from knowledge.errors import GuidenError, UnavailableError


def doctor() -> None:
    """Kontrollera inställningar, databas, språkmodell, index, dialogserver, mejl, och Slack och Teams där de är på, en rad för varje."""
    from index.encoder import E5Encoder
    from index.search import Search
    from knowledge.database import Database

    encoder = E5Encoder(settings().model, settings().models)
    checks: dict[str, Callable[[], object]] = {
        "GUIDEN_HOME": _home,
        "database": lambda: Database(settings().database).upgrade(),
        "model": encoder.load,
        "index": lambda: Search(settings().index, encoder).generation,
        "rasa": _rasa,
        "mail": _mail,
        **({"slack": _slack} if settings().uses_slack else {}),
        **({"teams": _teams} if settings().uses_teams else {}),
    }
    notes = {} if settings().smtp_host else {"mail": say("cli.mail_to_file", folder=settings().outbox)}
    if settings().teams_development:
        notes["teams"] = say("teams_package.development")
    broken = [name for name, check in checks.items() if not _passes(name, check, notes.get(name))]
    if broken:
        raise typer.Exit(1)


def _passes(name: str, check: Callable[[], object], note: str | None) -> bool:
    try:
        check()
    except GuidenError as error:
        print(f"{name}: {say('cli.doctor_bad')}: {say(f'error.{error.key}', **error.details)}")
        return False
    print(": ".join(filter(None, (name, say("cli.doctor_ok"), note))))
    return True


def _home() -> None:
    try:
        settings().home.mkdir(parents=True, exist_ok=True)
        probe = settings().home / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UnavailableError("home_not_writable", path=settings().home, cause=error.strerror) from error


def _rasa() -> None:
    if settings().rasa_url:
        return
    for path in (settings().rasa_python, settings().rasa_model):
        if not path.exists():
            raise UnavailableError("rasa_not_built", path=path)


def _mail() -> None:
    import asyncio

    from bot.mail import Mail

    if settings().smtp_host:
        asyncio.run(Mail(settings()).check())


def _slack() -> None:
    import asyncio

    from bot.channels.slack.workspaces import Workspaces
    from knowledge.database import Database

    async def check() -> None:
        workspaces = Workspaces(settings(), Database(settings().database))
        try:
            await workspaces.check()
        finally:
            await workspaces.close()

    asyncio.run(check())


def _teams() -> None:
    import asyncio

    from bot.channels.teams.client import Client, MicrosoftToken

    token = MicrosoftToken(settings())
    try:
        asyncio.run(Client(settings(), token).check())
    finally:
        token.close()
