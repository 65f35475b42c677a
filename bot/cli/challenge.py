"""`guiden challenge`: the stages, texts, promises and dialogue of challenges."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from bot.cli import challenge_reading
from bot.cli.operating import Challenge, Day, Stage, opened, operator
from bot.cli.speaking import say, tell

app = typer.Typer(help="Utmaningar: läge, text, löften, frågor och tidig dialog.", no_args_is_help=True)
app.command("list")(challenge_reading.list_)
app.command("show")(challenge_reading.show)
app.command("dialogue")(challenge_reading.dialogue)

_Why = Annotated[str, typer.Option("--why", help="Skälet, som alla får läsa.", show_default=False)]


@app.command("stage")
def stage_(
    challenge: Challenge,
    to: Annotated[Stage, typer.Argument(help="Läget som utmaningen ska gå till.", show_default=False)],
    why: _Why,
    next_update: Annotated[
        datetime | None,
        typer.Option("--next-update", formats=["%Y-%m-%d"], help="Nästa besked kommer senast, ÅÅÅÅ-MM-DD. Krävs för att publicera."),
    ] = None,
    announcement: Annotated[
        str | None, typer.Option("--announcement", help="Annonsens webbadress. Krävs när en upphandling startar.")
    ] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Vad det blev. Krävs för att avsluta.")] = None,
    lessons: Annotated[str | None, typer.Option("--lessons", help="Vad ni har lärt er. Krävs för att avsluta.")] = None,
) -> None:
    """Ändra läget för en utmaning. Alla berörda får veta det, med skälet.

    \b
    guiden challenge stage vikarier-kort-varsel published --why "Granskad" --next-update 2027-03-01
    guiden challenge stage vikarier-kort-varsel procurement --why "Vi köper in" --announcement https://…
    """
    from knowledge.stages import Facts, Stages

    facts = Facts(next_update.date() if next_update else None, announcement, outcome, lessons)
    with opened() as database:
        Stages(database).move(operator(), challenge, to, why, facts)
    tell("cli.challenge_moved", id=challenge, stage=say(f"status.{to}"))


@app.command("text")
def text(
    challenge: Challenge,
    put: Annotated[list[str] | None, typer.Option("--set", help="Ny text för ett fält, som fält=text. Kan anges flera gånger.")] = None,
    why: _Why = "",
) -> None:
    """Ändra texter i en utmaning, och tala om det för alla berörda. Utan --set visas versionerna.

    \b
    guiden challenge text vikarier-kort-varsel --set "goal=Ingen ska behöva ringa runt." --why "Tydligare mål"
    """
    from knowledge.versions import Versions

    with opened() as database:
        versions = Versions(database)
        if not put:
            for version in versions.history(challenge):
                tell("cli.challenge_version", number=version.number, since=version.since.isoformat(timespec="minutes"))
            return
        number = versions.change(operator(), challenge, dict(map(_field, put)), why)
    tell("cli.challenge_changed", id=challenge, version=number)


@app.command("answer")
def answer(
    question: Annotated[int, typer.Argument(help="Frågans nummer.", show_default=False)],
    reply: Annotated[str, typer.Argument(help="Svaret, som alla får läsa.", show_default=False)],
    asked: Annotated[str | None, typer.Option("--asked", help="Frågan så som alla ska läsa den, om den röjer vem som frågar.")] = None,
) -> None:
    """Svara på en fråga. Svaret publiceras och går till alla på en gång, och kan inte ändras.

    \b
    guiden challenge answer 12 "Ja, det ska gå att använda från telefonen."
    """
    from knowledge.questions import Questions

    with opened() as database:
        Questions(database).answer(operator(), question, reply, asked)
    tell("cli.challenge_answered", question=question)


@app.command("promise")
def promise(challenge: Challenge, by: Day) -> None:
    """Lova när nästa besked kommer.

    \b
    guiden challenge promise vikarier-kort-varsel 2027-03-01
    """
    from knowledge.ownership import Ownership

    with opened() as database:
        Ownership(database).promise(operator(), challenge, by.date())
    tell("cli.challenge_promised", id=challenge, date=by.date())


@app.command("owner")
def owner(
    challenge: Challenge,
    email: Annotated[str, typer.Argument(help="E-postadress till en funktion, hellre än till en person.", show_default=False)],
    daily: Annotated[bool, typer.Option("--daily", help="Samla beskeden i ett mejl om dagen.")] = False,
    lang: Annotated[Literal["sv", "en", "fi"], typer.Option("--lang", help="Språk i mejlen.")] = "sv",
) -> None:
    """Bestäm vart besked om intresse och frågor går.

    \b
    guiden challenge owner vikarier-kort-varsel digitalisering@kommunen.se --daily
    """
    from knowledge.ownership import Ownership

    with opened() as database:
        Ownership(database).tell_at(operator(), challenge, email, "daily" if daily else "at_once", lang)
    tell("cli.challenge_owned", id=challenge, email=email)


@app.command("open")
def open_(
    challenge: Challenge,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Sista dagen för intresse; utan dag gäller ingen.")
    ] = None,
    counter: Annotated[
        bool | None, typer.Option("--counter/--no-counter", help="Visa eller dölj hur många som har anmält intresse.")
    ] = None,
) -> None:
    """Bestäm sista dag för intresse, och om räknaren visas.

    \b
    guiden challenge open vikarier-kort-varsel --until 2027-03-31 --no-counter
    """
    from knowledge.ownership import Ownership

    with opened() as database:
        owned = Ownership(database)
        if counter is not None:
            owned.show_counter(operator(), challenge, shown=counter)
        if until is not None or counter is None:
            owned.open_until(operator(), challenge, until.date() if until else None)
    tell("cli.challenge_set", id=challenge)


def _field(given: str) -> tuple[str, str]:
    name, is_set, value = given.partition("=")
    if not is_set:
        raise typer.BadParameter(say("cli.text_not_set", given=given))
    return name.strip(), value
