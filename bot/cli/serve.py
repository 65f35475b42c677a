"""`guiden serve`: run the assistant as a server."""

import asyncio
import signal

from bot.cli.operating import told_where_mail_goes
from bot.cli.speaking import settings, tell


def serve() -> None:
    """Kör guiden som server: kanaler och dialog i en process, och Rasa som barnprocess."""
    asyncio.run(_serve())


async def _serve() -> None:
    from bot.app import Guide

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    guide = Guide(settings())
    async with guide.running():
        tell("cli.serving", host=settings().host, port=guide.port)
        told_where_mail_goes()
        await stop.wait()
