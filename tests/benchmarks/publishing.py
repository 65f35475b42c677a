"""From approval to findable: how long until what is published is found by a bot that runs, and what its turns feel of it meanwhile."""

import asyncio
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

from bot.settings import load_settings
from index.builder import fingerprint, reindex
from index.encoder import E5Encoder, Encoder
from index.keeping_up import KeepingUp
from index.search import Search
from knowledge.catalogue import body_hash
from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.entry_files import CONTENT
from knowledge.tables import EntryRow
from tests.benchmarks.measuring import Row, milliseconds, p50, p95, table
from tests.benchmarks.synthetic import fill
from tests.builders import challenge_fields

_TIMES = 5
_LOOK_SECONDS = 1.0
_QUESTION = "ingen svarar i växeln när föräldrar ringer om skolskjuts"
_MANY = 10_000


def run() -> None:
    """Print the time from approval to findable in the shipped catalogue, searches beside it, and the cost of looking."""
    settings = load_settings()
    encoder = E5Encoder(settings.model, settings.models)
    encoder.load()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = Database(f"sqlite:///{home / 'guiden.db'}")
        database.upgrade()
        import_content(database, CONTENT, "bench")
        if settings.index.exists():  # what is in use already need not be embedded again
            shutil.copytree(settings.index, home / "index")
        reindex(database, encoder, home / "index")
        rows = asyncio.run(_measured(database, encoder, home / "index"))
        rows.append(("looking whether something has changed, 705 entries, p50", f"{_looking(database)} ms"))
        database.close()
        many = Database(f"sqlite:///{home / 'many.db'}")
        many.upgrade()
        fill(many, _MANY)
        rows.append((f"looking whether something has changed, {_MANY:,} entries, p50", f"{_looking(many)} ms"))
        many.close()
    table("From approval to findable", ("what", "took"), rows)


async def _measured(database: Database, encoder: Encoder, root: Path) -> list[Row]:
    search = Search(root, encoder)
    search.refresh()
    quiet = milliseconds(lambda: search.ask(_QUESTION), 100)
    stopping, beside = asyncio.Event(), list[float]()
    asking = asyncio.create_task(_ask(search, stopping, beside))
    looking = asyncio.create_task(_look(KeepingUp(database, encoder, root), search, stopping))
    took = []
    for number in range(_TIMES):
        name = f"ny-utmaning-{number}"
        _publish(database, name)
        started = time.perf_counter()
        while name not in search.generation.number_of:  # noqa: ASYNC110 - the search tells nobody
            await asyncio.sleep(0.01)
        took.append(time.perf_counter() - started)
    stopping.set()
    await asyncio.gather(asking, looking)
    return [
        (f"from approval to findable, 705 entries, median / longest of {_TIMES}", f"{sorted(took)[_TIMES // 2]:.2f} / {max(took):.2f} s"),
        ("a search while nothing is reindexed, p50 / p95", f"{p50(quiet)} / {p95(quiet)} ms"),
        ("a search while it is, p50 / p95", f"{p50(beside)} / {p95(beside)} ms"),
    ]


async def _look(keeping_up: KeepingUp, search: Search, stopping: asyncio.Event) -> None:
    """Do what the chore does (bot/chores.py), as often as it does."""
    while not stopping.is_set():
        if await asyncio.to_thread(keeping_up.look):
            await asyncio.to_thread(search.refresh)
        await asyncio.sleep(_LOOK_SECONDS)


async def _ask(search: Search, stopping: asyncio.Event, took: list[float]) -> None:
    while not stopping.is_set():
        started = time.perf_counter()
        await asyncio.to_thread(search.ask, _QUESTION)
        took.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.1)


def _publish(database: Database, name: str) -> None:
    body = challenge_fields(id=name, phrasings=_said(name))
    with database.transaction() as session:
        row = EntryRow(id=name, kind="challenge", area=body["area"], status="published", body=body, hash=body_hash(body))
        row.published = row.checked = row.next_check = date(2026, 11, 24)
        session.add(row)


def _said(name: str) -> dict[str, list[str]]:
    """Return as many phrasings, and as long, as a challenge of the catalogue has."""
    line = f"det ringer hela dagen och ingen hinner svara när det gäller {name}"
    return {"sv": [f"{line} {number}" for number in range(25)], "en": [f"{line} en {n}" for n in range(5)], "fi": [line], "company": [line]}


def _looking(database: Database) -> str:
    return p50(milliseconds(lambda: fingerprint(database), 20))
