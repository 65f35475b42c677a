"""`guiden search`: ask the catalogue without a conversation."""

import sys
from collections.abc import Iterator
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from index.search import Found
    from knowledge.catalogue import Catalogue
    from knowledge.entry_files import EntryFile


def search(
    question: Annotated[str, typer.Argument(help="Vad som är besvärligt, med egna ord.", show_default=False)] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="Läs en fråga per rad och skriv ett JSON-objekt per rad.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="Högsta antal träffar.")] = 10,
    kind: Annotated[
        Literal["challenge", "solution"], typer.Option("--kind", help="Utmaningar med sina lösningar, eller lösningar.")
    ] = "challenge",
    area: Annotated[str, typer.Option("--area", help="Frågarens område; lyfter träffar därifrån.")] = "",
    lang: Annotated[Literal["sv", "en", "fi"] | None, typer.Option("--lang", help="Språk på det som skrivs ut.")] = None,
) -> None:
    """Sök i katalogen, med samma spärrar som i samtalet.

    \b
    guiden search "ingen svarar i växeln"
    guiden search --json --limit 3 --area skola "frånvaro"
    guiden search --json --stdin < fragor.txt
    """
    from index.encoder import E5Encoder
    from index.search import Search
    from knowledge.areas import area as checked_area
    from knowledge.catalogue import Catalogue
    from knowledge.database import Database

    if not question and not stdin:
        raise typer.BadParameter(say("find.empty"), param_hint="QUESTION")
    if area:
        checked_area(area)
    catalogue = Catalogue(Database(settings().database))
    finder = Search(settings().index, E5Encoder(settings().model, settings().models))
    for asked in _questions(question, stdin=stdin):
        found = finder.ask(asked, kind=kind, area=area or None, limit=limit)
        if as_json or stdin:
            tell_json(_answer(asked, found, catalogue, limit))
        else:
            _print(found, catalogue, lang or settings().language)


def _questions(question: str, *, stdin: bool) -> Iterator[str]:
    if question:
        yield question
    if stdin:
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        yield from (line.rstrip("\n") for line in sys.stdin)


def _answer(question: str, found: "Found", catalogue: "Catalogue", limit: int) -> dict[str, Any]:
    """Return the answer as other programs rely on it; its fields never change their meaning."""
    from bot.answers import SOLUTIONS_BESIDE

    names = [each for hit in found.hits for each in (hit.id, *hit.solutions[:SOLUTIONS_BESIDE])]
    entries = {entry.entry.id: entry.entry for entry in catalogue.get(names)}
    hits = [
        {
            "id": hit.id,
            "kind": "challenge" if hit.kind == "challenge" else "solution",
            "title": entries[hit.id].title,
            "area": entries[hit.id].area,
            "band": found.band,
            "score": hit.score,
            "why": hit.why.text,
            "sources": _pages(entries[hit.id]),
            "solutions": [
                {"id": each, "title": entries[each].title, "sources": _pages(entries[each])}
                for each in hit.solutions[:SOLUTIONS_BESIDE]
                if each in entries
            ],
        }
        for hit in found.hits[:limit]
        if hit.id in entries
    ]
    # An entry may have been archived since the index was built.
    return {"query": question, "band": found.band if hits else "none", "area": found.area, "hits": hits}


def _pages(entry: "EntryFile") -> list[str]:
    return [source.url for source in entry.sources if source.url]


def _print(found: "Found", catalogue: "Catalogue", language: str) -> None:
    from bot.answers import challenge_card, solution_line, speaker
    from bot.channels.terminal import plain_lines
    from bot.replies import Reply
    from knowledge.catalogue import Challenge, Solution

    if not found.hits:
        tell("cli.search_none")
    speak = speaker(language)
    for number, hit in enumerate(found.hits, 1):
        match catalogue.get([hit.id]):
            case [Challenge() as challenge]:
                solutions = [each for each in catalogue.get(hit.solutions) if isinstance(each, Solution)]
                card = challenge_card(speak, number, challenge, solutions, hit.why)
            case [Solution() as solution]:
                card = solution_line(speak, solution)
            case _:
                continue
        print("\n".join(plain_lines(Reply(elements=(card,)))))
