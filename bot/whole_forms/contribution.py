"""A challenge, or a solution with its lessons, written as a whole; an answer is judged by the same function as in the interview."""

import asyncio
from collections.abc import Mapping, Sequence

from bot.actions.meant import title_of
from bot.answers import reply
from bot.replies import Choice, Notice, Reply, Text
from bot.services import Services
from bot.whole_forms.form import Asked, Field, FieldKind, FormName, Taken, WholeForm, sentence
from knowledge.contribution_form import FIELDS, LONGEST_ANSWER, LONGEST_TITLE, REQUIRED, STAGES, Kind, clean_field, first_missing
from knowledge.contributions import Contribution, Contributions
from knowledge.errors import NotFoundError, RefusedError

_KINDS: Mapping[str, FieldKind] = {"challenge": "choice", "stage": "choice", "source": "line", "title": "line"}
_LONGEST = {"source": 500, "title": LONGEST_TITLE}


async def open_contribution(services: Services, asked: Asked, choice: Choice, form: FormName) -> WholeForm | Reply:
    """Return the form, with what the person has in progress of the same kind, or what the choice says already."""
    kind: Kind = "challenge" if form == "challenge" else "solution"
    written = Contributions(services.database)
    begun = await asyncio.to_thread(written.in_progress, asked.person)
    known = _known(choice, kind)
    try:
        # What the choice is about goes before what was begun about something else, as in the interview.
        if begun is None or begun.kind != kind or any(begun.fields.get(name) != value for name, value in known.items()):
            begun = await _begin(written, asked, kind, known)
    except RefusedError as error:
        return reply(Notice(level="warning", text=sentence(asked, error)), choices=asked.turn().offer("browse_open", "start_over"))
    # Which challenge is answered is chosen before the form, not in it: there are hundreds.
    names = [name for name in FIELDS[kind] if name != "challenge"]
    intro = [asked.say(f"form.{form}.intro")]
    if answered := begun.fields.get("challenge"):
        intro.append(asked.say("form.solution.answers", title=await title_of(services, asked.turn(), answered)))
    if comment := next((step.comment for step in reversed(begun.steps) if step.step == "returned"), ""):
        intro.append(asked.say("form.returned", comment=comment))
    fields = tuple(_field(asked, kind, name, begun.fields.get(name, "")) for name in names)
    return WholeForm(form, str(begun.id), asked.say(f"form.{form}.title"), tuple(intro), fields, asked.say("form.send"))


async def send_contribution(services: Services, asked: Asked, about: str, values: Mapping[str, str]) -> Taken:
    """Send what was written for review, or say what is wrong with it, field by field."""
    written = Contributions(services.database)
    own = await asyncio.to_thread(written.of, asked.person)
    mine = next((each for each in own if str(each.id) == about), None)
    if mine is None:
        return _refused(asked, NotFoundError("no_such_contribution", id=about))
    names = [name for name in FIELDS[mine.kind] if name != "challenge"]
    if mine.state == "in_review":
        return _thanks(asked, mine) if _says(mine, names, values) else _sent_before(asked, mine)
    if wrong := _faults(asked, mine, {name: values.get(name, "") for name in names}):
        return wrong
    try:
        for name in names:
            await asyncio.to_thread(written.put, asked.person, mine.id, name, values.get(name, ""))
        return _thanks(asked, await asyncio.to_thread(written.send, asked.person, mine.id))
    except (RefusedError, NotFoundError) as error:
        return _refused(asked, error)


def _known(choice: Choice, kind: Kind) -> dict[str, str]:
    """Return what a choice says already: the challenge that is answered, or the words that tell of a need; else it is asked for."""
    name, told = ("challenge", choice.entities.get("entry")) if kind == "solution" else ("today", choice.entities.get("value"))
    try:
        return {name: clean_field(kind, name, told)} if told else {}
    except RefusedError:
        return {}


async def _begin(written: Contributions, asked: Asked, kind: Kind, known: Mapping[str, str]) -> Contribution:
    return await asyncio.to_thread(
        written.begin,
        asked.person,
        kind,
        language=asked.language,
        channel=asked.channel,
        organisation=asked.organisation,
        fields=known,
    )


def _faults(asked: Asked, mine: Contribution, values: Mapping[str, str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for name, value in values.items():
        try:
            clean_field(mine.kind, name, value)
        except RefusedError as error:
            wrong[name] = sentence(asked, error)
    missing = first_missing(mine.kind, values)
    return wrong if wrong or not missing else {missing: asked.say("form.missing")}


def _says(mine: Contribution, names: Sequence[str], values: Mapping[str, str]) -> bool:
    """Tell whether a form that comes once more says what was sent: it was clicked twice, and not changed where it still stood open."""
    try:
        return all(clean_field(mine.kind, name, values.get(name, "")) == mine.fields.get(name, "") for name in names)
    except RefusedError:
        return False


def _field(asked: Asked, kind: Kind, name: str, value: str) -> Field:
    options = tuple((stage, asked.say(f"stage.{stage}")) for stage in STAGES) if name == "stage" else ()
    return Field(
        name,
        asked.say(f"form.contribution.label.{name}"),
        _KINDS.get(name, "text"),
        name in REQUIRED[kind],
        hint=asked.say(f"form.contribution.hint.{name}"),
        value=value,
        options=options,
        longest=_LONGEST.get(name, LONGEST_ANSWER),
    )


def _thanks(asked: Asked, contribution: Contribution) -> Reply:
    thanks = Notice(level="success", text=asked.say("form.contribution.sent", number=contribution.id))
    return reply(thanks, Text(text=asked.say("form.contribution.next")), choices=asked.turn().offer("start_over"))


def _sent_before(asked: Asked, contribution: Contribution) -> Reply:
    told = Notice(level="warning", text=asked.say("form.contribution.sent_before", number=contribution.id))
    return reply(told, choices=asked.turn().offer("my_contributions", "start_over"))


def _refused(asked: Asked, error: RefusedError | NotFoundError) -> Reply:
    return reply(Notice(level="warning", text=sentence(asked, error)), choices=asked.turn().offer("start_over"))
