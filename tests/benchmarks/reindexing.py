"""Reindex: the shipped kind of catalogue and a synthetic one of 10 000 entries, changed and unchanged."""

import tempfile
import time
from pathlib import Path
from typing import cast

from bot.settings import load_settings
from index.builder import reindex
from index.encoder import E5Encoder, Encoder
from index.search import Search
from knowledge.content_import import import_content
from knowledge.database import Database
from knowledge.entry_files import CONTENT
from tests.benchmarks.measuring import RandomEncoder, Row, milliseconds, p50, p95, table
from tests.benchmarks.synthetic import fill

_ENTRIES = 10_000


def run() -> None:
    """Print how long each kind of reindex takes, and a search over 10 000 entries."""
    settings = load_settings()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        real = E5Encoder(settings.model, settings.models)
        real.load()
        small = _database(home / "small.db")
        import_content(small, _some_of_the_catalogue(home / "content"), "bench")
        rows += _measured(small, real, home / "small", "60 entries, real encoder")
        large = _database(home / "large.db")
        fill(large, _ENTRIES)
        made_up = cast("Encoder", RandomEncoder())
        rows += _measured(large, made_up, home / "large", f"{_ENTRIES:,} entries, made-up vectors")
        search = Search(home / "large", made_up)
        search.refresh()
        took = milliseconds(lambda: search.ask("ingen svarar i växeln när föräldrar ringer om skolskjuts"), 200)
        rows.append((f"search over {_ENTRIES:,} entries without the encoder, p50 / p95", f"{p50(took)} / {p95(took)} ms", ""))
        small.close()
        large.close()
    table("Reindex", ("what", "took", "texts embedded"), rows)


def _measured(database: Database, encoder: Encoder, root: Path, name: str) -> list[Row]:
    rows: list[Row] = []
    for what in ("first", "unchanged"):
        started = time.perf_counter()
        report = reindex(database, encoder, root)
        rows.append((f"{name}, {what}", f"{time.perf_counter() - started:.2f} s", report.embedded))
    return rows


def _database(file: Path) -> Database:
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    return database


def _some_of_the_catalogue(folder: Path) -> Path:
    """Return a folder with 25 challenges and 35 of the solutions that answer them and nothing else."""
    import yaml

    challenges = sorted((CONTENT / "challenges").glob("*.yml"))[:25]
    kept = {file.stem for file in challenges}
    (folder / "challenges").mkdir(parents=True)
    (folder / "solutions").mkdir()
    for file in challenges:
        (folder / "challenges" / file.name).write_bytes(file.read_bytes())
    count = 0
    for file in sorted((CONTENT / "solutions").glob("*.yml")):
        fields = yaml.safe_load(file.read_text("utf-8"))
        fields["challenges"] = [each for each in fields["challenges"] if each in kept]
        if fields["challenges"] and count < 35:
            (folder / "solutions" / file.name).write_text(yaml.safe_dump(fields, allow_unicode=True), "utf-8")
            count += 1
    return folder
