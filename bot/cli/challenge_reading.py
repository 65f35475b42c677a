"""What `guiden challenge` shows: every challenge, one of them, and its early dialogue as an annex."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.operating import Challenge, Output, Stage, opened, operator, write
from bot.cli.speaking import say, tell, tell_json

if TYPE_CHECKING:
    from knowledge.challenge_lists import InStage


def list_(
    stage: Annotated[Stage | None, typer.Option("--stage", help="Bara de i läget.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Bara de där ett utlovat besked inte har kommit.")] = False,
    without_promise: Annotated[
        bool, typer.Option("--without-promise", help="Bara de som läsare ser och som inget besked är utlovat om; importerade börjar så.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False,
) -> None:
    """Visa alla utmaningar, även de som inte är publicerade, med läge och nästa utlovade besked.

    \b
    guiden challenge list --overdue
    guiden challenge list --without-promise
    """
    from knowledge.challenge_lists import in_stages

    with opened() as database:
        found = [
            each
            for each in in_stages(database)
            if stage in (None, each.stage) and (each.days_late > 0 or not overdue) and (each.is_unpromised or not without_promise)
        ]
    for each in found:
        if as_json:
            tell_json({"id": each.id, "stage": each.stage, "title": each.title, "next_update_by": str(each.next_update_by or "") or None})
        else:
            tell("cli.challenge_line", id=each.id, stage=say(f"status.{each.stage}"), title=each.title, promise=_promise(each))
    if not found and not as_json:
        tell("cli.challenge_none")


def show(challenge: Challenge) -> None:
    """Visa hur en utmaning står: läge, intresse, löften, text och frågor som väntar på svar.

    \b
    guiden challenge show vikarier-kort-varsel
    """
    from knowledge.ownership import Ownership
    from knowledge.questions import Questions
    from knowledge.stages import Stages
    from knowledge.standing import standing_of

    with opened() as database:
        standing = standing_of(database, challenge, hidden=True)
        owner = Ownership(database).told(operator(), challenge)
        waiting = Questions(database).waiting(operator(), challenge)
        onward = Stages(database).next_for(operator(), challenge)
    print(standing.title)
    tell("cli.challenge_stage", stage=f"{standing.stage} ({say(f'status.{standing.stage}')})")
    tell("cli.challenge_open", answer=say("export.yes" if standing.is_open else "export.no"))
    for key, value in (
        ("until", {"date": standing.interest_until}),
        ("promised_by", {"date": standing.next_update_by}),
        ("counter", {"band": standing.counter}),
        ("announcement", {"url": standing.announcement_url}),
        ("outcome", {"text": standing.outcome}),
        ("lessons", {"text": standing.lessons}),
        ("next", {"stages": ", ".join(f"{each} ({say(f'status.{each}')})" for each in onward)}),
    ):
        if any(value.values()):
            tell(f"cli.challenge_{key}", **value)
    if owner:
        tell("cli.challenge_owner_at", address=owner.email, told=say(f"cli.challenge_{owner.told}"))
    for question in waiting:
        tell("cli.challenge_question", question=question.id, text=question.text)


def dialogue(
    challenge: Challenge,
    output: Output = None,
    kind: Annotated[Literal["md", "csv"], typer.Option("--format", help="Markdown (md) eller CSV.")] = "md",
    internal: Annotated[bool, typer.Option("--internal", help="Ta med det som bara är för ägaren. Lämna inte ut den filen.")] = False,
) -> None:
    """Skriv den tidiga dialogen som en bilaga till en upphandling: läge, ändringar, frågor och svar.

    \b
    guiden challenge dialogue vikarier-kort-varsel -o bilaga.md
    """
    from dataclasses import replace

    from knowledge.dialogue import dialogue as events_of
    from knowledge.exports import annex_csv, annex_markdown
    from knowledge.questions import Questions
    from knowledge.standing import standing_of

    with opened() as database:
        title = standing_of(database, challenge, hidden=True).title
        events = [replace(event, data=_in_words(event.data)) for event in events_of(database, challenge, internal=internal)]
        questions = Questions(database).published(challenge, hidden=True)
    write(output, annex_csv(events, _word) if kind == "csv" else annex_markdown(title, events, questions, _word))
    if output:
        tell("cli.written", path=output)


def _in_words(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what happened with the names that readers know instead of the program's own."""
    words = dict(data)
    words |= {name: say(f"status.{data[name]}") for name in ("before", "after") if name in data}
    if "fields" in data:
        words["fields"] = ", ".join(say(f"mail.field.{name}") for name in data["fields"])
    return words


def _word(key: str) -> str:
    # A contact is a person in the list of interest; here it is something that happened.
    return say("export.contact_event" if key == "contact" else f"export.{key}")


def _promise(each: "InStage") -> str:
    if each.next_update_by is None:
        return say("cli.challenge_no_promise") if each.is_unpromised else ""
    key = "cli.challenge_late" if each.days_late > 0 else "cli.challenge_promise"
    return say(key, date=each.next_update_by, days=each.days_late)
