"""`guiden reindex` and `guiden index`: build the search index and look at it."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import typer

from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from index.evaluation import Row, Unanswerable

app = typer.Typer(help="Sökindexet.", no_args_is_help=True)


def reindex(
    full: Annotated[bool, typer.Option("--full", help="Räkna om allt, även det som inte har ändrats.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv resultatet som JSON.")] = False,
) -> None:
    """Bygg om sökindexet av det som är publicerat; bara ändrade texter räknas om.

    En guide som kör tar upp det nya indexet inom två sekunder. Avbryts bygget gäller det gamla.
    """
    from dataclasses import asdict

    from index.builder import lock_holder
    from index.builder import reindex as build
    from index.encoder import E5Encoder
    from knowledge.database import Database

    database = Database(settings().database)
    database.upgrade()
    started = time.monotonic()
    if not as_json and settings().index.exists() and (holder := lock_holder(settings().index)):
        tell("cli.reindex_waiting", holder=holder)
    encoder = E5Encoder(settings().model, settings().models)
    with _Bar(hidden=as_json) as bar:
        report = build(database, encoder, settings().index, full=full, progress=bar.show)
    if as_json:
        tell_json(asdict(report) | {"seconds": round(time.monotonic() - started, 2)})
    else:
        key = "cli.reindex_done" if report.changed else "cli.reindex_same"
        tell(key, **asdict(report), seconds=round(time.monotonic() - started, 1))


@app.command("status")
def status(as_json: Annotated[bool, typer.Option("--json", help="Skriv som JSON.")] = False) -> None:
    """Visa vilket index som används, hur gammalt det är och om katalogen har ändrats sedan dess."""
    from dataclasses import asdict

    from index.builder import fingerprint, lock_holder
    from index.generation import current_folder, generations, read_meta
    from knowledge.database import Database

    folder = current_folder(settings().index)
    if folder is None:
        tell_json({"generation": None}) if as_json else tell("cli.status_none")
        raise typer.Exit(1)
    meta = read_meta(folder)
    database = Database(settings().database)
    database.upgrade()
    drifted = fingerprint(database) != meta.fingerprint
    holder = lock_holder(settings().index)
    if as_json:
        older = [each.name for each in generations(settings().index) if each != folder]
        tell_json({"generation": folder.name, **asdict(meta), "drifted": drifted, "older": older, "reindexing": holder})
        return
    tell("cli.status_line", generation=folder.name, **asdict(meta))
    tell("cli.status_drift" if drifted else "cli.status_fresh")
    if holder:
        tell("cli.status_holder", holder=holder)


@app.command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Frågor, en JSON-rad för varje.", show_default=False, exists=True, dir_okay=False)],
    part: Annotated[Literal["tuning", "reporting", "all"], typer.Option("--part", help="Vilka frågor.")] = "reporting",
    as_json: Annotated[bool, typer.Option("--json", help="Skriv som JSON.")] = False,
) -> None:
    """Mät sökningen på frågor med kända svar, bredvid enklare sökningar i samma körning.

    \b
    guiden index evaluate tests/benchmarks/questions.jsonl
    """
    from dataclasses import asdict

    from index.encoder import E5Encoder
    from index.evaluation import evaluate as measure
    from index.evaluation import evaluate_leg, evaluate_refusals, legs, read_questions
    from index.search import Search

    questions = read_questions(file, None if part == "all" else part)
    search = Search(settings().index, E5Encoder(settings().model, settings().models))
    answered = measure(search, questions)
    refused = evaluate_refusals(search, questions)
    compared = {name: evaluate_leg(search, questions, leg)[0] for name, leg in legs().items()} if answered else {}
    if as_json:
        tell_json(
            {
                "part": part,
                "answerable": [asdict(row) for row in answered],
                "unanswerable": [asdict(row) for row in refused],
                "searches": {name: asdict(row) for name, row in compared.items()},
            }
        )
        return
    _print_evaluation(part, answered, refused, compared)


def _print_evaluation(part: str, answered: Sequence["Row"], refused: Sequence["Unanswerable"], compared: dict[str, "Row"]) -> None:
    print(f"\n| {part} | n | hit@1 | hit@3 | MRR@10 | nDCG@10 | {say('cli.evaluate_refused')} |\n|---|---|---|---|---|---|---|")
    for row in answered:
        shares = " | ".join(f"{share:.3f}" for share in (row.hit_at_1, row.hit_at_3, row.mrr, row.ndcg, row.refused))
        print(f"| {row.group} | {row.questions} | {shares} |")
    print(f"\n| {say('cli.evaluate_unanswerable')} | n | match | related |\n|---|---|---|---|")
    for kind in refused:
        print(f"| {kind.group} | {kind.questions} | {kind.match:.3f} | {kind.related:.3f} |")
    print(f"\n| {say('cli.evaluate_searches')} | hit@1 | hit@3 | MRR@10 | nDCG@10 |\n|---|---|---|---|---|")
    for name, row in compared.items():
        print(f"| {name} | {row.hit_at_1:.3f} | {row.hit_at_3:.3f} | {row.mrr:.3f} | {row.ndcg:.3f} |")


class _Bar:
    """A progress bar on a terminal, a line every tenth when the output is piped."""

    def __init__(self, *, hidden: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._hidden = hidden
        self._drawn = sys.stderr.isatty() and not hidden
        self._progress = Progress(console=Console(stderr=True), disable=not self._drawn, transient=True)
        self._task = self._progress.add_task("")
        self._told = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def show(self, done: int, total: int) -> None:
        """Show that `done` of `total` texts are ready."""
        self._progress.update(self._task, completed=done, total=total)
        tenth = done * 10 // total
        if not self._drawn and not self._hidden and tenth > self._told:
            self._told = tenth
            tell("cli.reindex_progress", done=done, total=total)
