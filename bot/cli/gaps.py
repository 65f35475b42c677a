"""`guiden gaps`: what people have asked for and nobody has described."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.operating import opened, operator
from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from index.gap_groups import GapGroup, GapGroups
    from knowledge.database import Database

app = typer.Typer(help="Frågor som ingen post besvarar.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")]


@app.command("list")
def list_(
    area: Annotated[str, typer.Option("--area", help="Bara frågor från området.")] = "",
    as_json: _Json = False,
) -> None:
    """Visa obesvarade frågor grupperade efter vad de handlar om, de vanligaste först. Grupper med få frågande visas inte.

    \b
    guiden gaps list --area aldreomsorg
    """
    from dataclasses import asdict

    with opened() as database:
        found = _groups(database, area or None)
    for group in found.groups:
        if as_json:
            tell_json({**asdict(group), "areas": dict(group.areas), "causes": dict(group.causes)})
        else:
            _print(group)
    if as_json:
        tell_json({"hidden_groups": found.hidden_groups, "hidden_questions": found.hidden_questions})
        return
    if not found.groups:
        tell("cli.gaps_none")
    if found.hidden_groups:
        tell("cli.gaps_hidden", groups=found.hidden_groups, questions=found.hidden_questions, smallest=settings().smallest_group)


@app.command("areas")
def areas(as_json: _Json = False) -> None:
    """Visa hur många obesvarade frågor det finns i varje område.

    \b
    guiden gaps areas
    """
    from index.gap_groups import count_areas
    from knowledge.gaps import Gaps

    with opened() as database:
        counts, hidden = count_areas(Gaps(database).waiting(), settings().smallest_group)
    for area, questions, askers in counts:
        if as_json:
            tell_json({"area": area, "questions": questions, "askers": askers})
        else:
            tell("cli.gaps_area", area=_area(area), questions=questions, askers=askers)
    if not as_json and not counts:
        tell("cli.gaps_none")
    if not as_json and hidden:
        tell("cli.gaps_hidden_areas", questions=hidden, smallest=settings().smallest_group)


@app.command("draft")
def draft(number: Annotated[int, typer.Argument(help="Gruppens nummer i listan.", show_default=False)]) -> None:
    """Gör ett utkast till utmaning av en grupp. Dess frågor listas sedan inte längre.

    \b
    guiden gaps draft 17
    """
    from knowledge.contributions import Contributions
    from knowledge.errors import NotFoundError
    from knowledge.gaps import Gaps

    with opened() as database:
        group = next((each for each in _groups(database, None).groups if number in each.gaps), None)
        if group is None:
            raise NotFoundError("no_such_gap_group", number=number)
        begun = Contributions(database).begin(
            operator(), "challenge", language="sv", channel="cli", area=group.areas[0][0], fields={"today": group.question}
        )
        linked = Gaps(database).link(operator(), group.gaps, begun.id)
    tell("cli.gaps_drafted", id=begun.id, count=linked)


def _groups(database: "Database", area: str | None) -> "GapGroups":
    from rich.console import Console
    from rich.progress import Progress

    from index.encoder import E5Encoder
    from index.gap_groups import group_gaps
    from knowledge.areas import area as known_area
    from knowledge.gaps import Gaps

    if area:
        known_area(area)
    gaps = Gaps(database).waiting(area)
    encoder = E5Encoder(settings().model, settings().models)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return group_gaps(gaps, encoder, settings().index, settings().smallest_group, show)


def _print(group: "GapGroup") -> None:
    causes = ", ".join(say(f"cli.gaps_cause_{cause}", count=count) for cause, count in group.causes)
    places = ", ".join(f"{_area(area)} {count}" for area, count in group.areas)
    tell("cli.gaps_line", number=group.number, question=group.question, askers=group.askers, causes=causes, areas=places)


def _area(slug: str | None) -> str:
    from knowledge.areas import area

    return area(slug).label(settings().language) if slug else say("cli.gaps_area_unknown")
