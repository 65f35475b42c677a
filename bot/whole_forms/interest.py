"""The form of interest, filled in as a whole: the same notices, rules and receipt as in the conversation."""

import asyncio
from collections.abc import Mapping
from typing import Any, get_args

from bot.actions.interest import earlier_form, not_now, notices
from bot.actions.meant import title_of
from bot.actions.own_interests import sent
from bot.actions.turn import Turn
from bot.asking import field_named
from bot.replies import Choice, Reply
from bot.services import Services
from bot.whole_forms.form import NO, YES, Asked, Field, FieldKind, Taken, WholeForm, sentence
from knowledge.errors import NotFoundError, RefusedError
from knowledge.interest_form import FIELDS, LONGEST_MESSAGE, Kind, clean_form, faults
from knowledge.notices import shown_now
from knowledge.tables import now

_KINDS: Mapping[str, FieldKind] = {
    "email": "email",
    "phone": "phone",
    "kind": "choice",
    "message": "text",
    "reference": "text",
    "secrecy": "text",
    "notify": "yes_no",
}
_REQUIRED = ("company", "contact", "email", "kind", "notify")
_LONGEST = {"company": 120, "contact": 120, "organisation_number": 20, "phone": 30, "message": LONGEST_MESSAGE, "reference": 300}
_LONGEST_ELSE = 3000


async def open_interest(services: Services, asked: Asked, choice: Choice) -> WholeForm | Reply:
    """Return the form for the challenge that was chosen, begun as a draft with the text and the notices that are shown."""
    turn, challenge = asked.turn(), choice.entities.get("entry", "")
    begin = services.drafts.begin
    try:
        draft = await asyncio.to_thread(begin, asked.conversation, challenge, shown_now(asked.language, now()), asked.person)
    except (RefusedError, NotFoundError) as error:
        return not_now(turn, challenge, error).replies[0]
    earlier = await earlier_form(services, turn, challenge)
    values = {**(earlier.fields if earlier else {}), **draft.fields}
    title = await title_of(services, turn, challenge)
    intro = [asked.say("interest.begin", title=title), *(notice.text for notice in notices(turn))]
    if earlier:
        intro.append(asked.say("interest.update", number=earlier.number))
    fields = tuple(_field(asked, turn, name, values.get(name)) for name in FIELDS)
    return WholeForm("interest", challenge, asked.say("form.interest.title"), tuple(intro), fields, asked.say("form.send"))


async def send_interest(services: Services, asked: Asked, challenge: str, values: Mapping[str, str]) -> Taken:
    """Register what was filled in, or say what is wrong with it, field by field."""
    turn = asked.turn()
    wrong: dict[str, str] = {}
    entered: dict[str, Any] = {name: values.get(name, "") for name in FIELDS}
    entered["notify"] = {YES: True, NO: False}.get(values.get("notify", ""))
    try:
        entered["secrecy"] = _secrecy(values.get("secrecy", ""))
    except RefusedError as error:
        wrong["secrecy"], entered["secrecy"] = sentence(asked, error), {}
    wrong = {name: sentence(asked, error) for name, error in faults(entered).items()} | wrong
    if wrong:
        return wrong
    # The draft holds what was shown when the form was opened; a second click finds it gone, and the registration there.
    draft = await asyncio.to_thread(services.drafts.find, asked.conversation, challenge)
    try:
        registration = await asyncio.to_thread(
            services.interests.register,
            asked.person,
            challenge,
            clean_form(entered),
            draft.notices if draft else shown_now(asked.language, now()),
            language=asked.language,
            version=draft.version if draft else None,
            conversation=asked.conversation,
        )
    except (RefusedError, NotFoundError) as error:
        return not_now(turn, challenge, error, kept_too=False).replies[0]
    return sent(turn, challenge, registration).replies[0]


def _field(asked: Asked, turn: Turn, name: str, value: Any) -> Field:
    options: tuple[tuple[str, str], ...] = ()
    if name == "kind":
        options = tuple((kind, asked.say(f"choice.kind_{kind}")) for kind in get_args(Kind))
    return Field(
        name,
        turn.say(f"interest.label.{name}"),
        _KINDS.get(name, "line"),
        name in _REQUIRED,
        hint=asked.say(f"form.interest.hint.{name}"),
        value=_shown(asked, name, value),
        options=options,
        longest=_LONGEST.get(name, _LONGEST_ELSE),
    )


def _shown(asked: Asked, name: str, value: Any) -> str:
    match name:
        case "notify":
            return "" if value is None else YES if value else NO
        case "secrecy":
            return "\n".join(f"{asked.say(f'interest.label.{field}')}: {harm}" for field, harm in (value or {}).items())
    return str(value or "")


def _secrecy(lines: str) -> dict[str, str]:
    """Return requests for secrecy that are written a line each, a field and after a colon the harm that its release would do."""
    requests: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        words, _, harm = line.partition(":")
        name = field_named(words)
        if name is None or name in ("secrecy", "notify"):
            raise RefusedError("secrecy_line_unreadable", field="secrecy", line=line[:60])
        requests[name] = harm.strip()
    return requests
