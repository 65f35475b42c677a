"""`guiden role`: who may do what."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.operating import opened, operator, parse_person
from bot.cli.speaking import say, tell, tell_json

if TYPE_CHECKING:
    from knowledge.people import Granted, Scope

app = typer.Typer(help="Roller: vem som får göra vad.", no_args_is_help=True)

_Role = Literal["staff", "company", "owner", "reviewer", "administrator"]
_Person = Annotated[str, typer.Argument(help="Personen som kanal:arbetsyta:id, till exempel slack:T012:U345.", show_default=False)]
_Which = Annotated[_Role, typer.Argument(help="Rollen.", show_default=False)]
_Area = Annotated[str, typer.Option("--area", help="Bara för utmaningar i området.")]
_Organisation = Annotated[str, typer.Option("--organisation", help="Bara för organisationens utmaningar.")]
_Challenge = Annotated[str, typer.Option("--challenge", help="Bara för utmaningen.")]


@app.command("grant")
def grant(person: _Person, role: _Which, area: _Area = "", organisation: _Organisation = "", challenge: _Challenge = "") -> None:
    """Ge en person en roll, för allt eller för ett område, en organisation eller en utmaning.

    \b
    guiden role grant slack:T012:U345 owner --challenge vikarier-kort-varsel
    """
    from knowledge.people import People

    granted = _granted(person, role, area, organisation, challenge)
    with opened() as database:
        new = People(database).grant(operator(), granted)
    tell("cli.role_granted" if new else "cli.role_same", person=person, role=role)


@app.command("revoke")
def revoke(person: _Person, role: _Which, area: _Area = "", organisation: _Organisation = "", challenge: _Challenge = "") -> None:
    """Ta tillbaka en roll, så som den gavs.

    \b
    guiden role revoke slack:T012:U345 owner --challenge vikarier-kort-varsel
    """
    from knowledge.people import People

    granted = _granted(person, role, area, organisation, challenge)
    with opened() as database:
        People(database).revoke(operator(), granted)
    tell("cli.role_revoked", person=person, role=role)


@app.command("list")
def list_(
    role: Annotated[_Role | None, typer.Argument(help="Bara de som har rollen.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")] = False,
) -> None:
    """Visa vilka som har roller. Den som är dold enligt beslut visas utan namn.

    \b
    guiden role list administrator
    """
    from knowledge.hiding import who_is_hidden
    from knowledge.people import People

    with opened() as database:
        found, hidden = People(database).list(role), who_is_hidden(database)
    for each in found:
        person = say("export.hidden_person") if each.person in hidden else each.person.address
        fields = {"person": person, "role": each.role, "scope": each.scope, "scope_id": each.scope_id}
        tell_json(fields) if as_json else tell("cli.role_line", **fields)
    if not found and not as_json:
        tell("cli.role_none")


def _granted(person: str, role: _Role, area: str, organisation: str, challenge: str) -> "Granted":
    from knowledge.people import Granted

    named: list[tuple[Scope, str]] = [("area", area), ("organisation", organisation), ("challenge", challenge)]
    scopes = [each for each in named if each[1]]
    if len(scopes) > 1:
        raise typer.BadParameter(say("cli.one_scope"))
    scope, scope_id = scopes[0] if scopes else ("everything", "")
    return Granted(parse_person(person), role, scope, scope_id)
