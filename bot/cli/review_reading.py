"""What `guiden review` shows: the queue, and one contribution with everything that a decision needs."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.operating import opened, operator
from bot.cli.speaking import say, settings, tell, tell_json

if TYPE_CHECKING:
    from index.likeness import Likeness
    from knowledge.contribution_rows import Contribution, Step
    from knowledge.entry_files import EntryFile, Fault
    from knowledge.review import Reviewed

Number = Annotated[int, typer.Argument(help="Bidragets nummer, från «guiden review list».", show_default=False)]
_Json = Annotated[bool, typer.Option("--json", help="Skriv en JSON-rad för varje.")]


def list_(as_json: _Json = False) -> None:
    """Visa vad som väntar på granskning, det äldsta först.

    \b
    guiden review list
    guiden review list --json
    """
    from knowledge.review import Review

    with opened() as database:
        waiting = Review(database).queue(operator())
    for contribution in waiting:
        if as_json:
            tell_json(_summary(contribution))
        else:
            tell("cli.review_line", **_line(contribution))
    if not waiting and not as_json:
        tell("cli.review_none")


def show(
    number: Number,
    as_json: _Json = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Skriv posten som YAML, att ändra i och läsa in med «edit --file».")] = False,
) -> None:
    """Visa ett bidrag: svaren, posten som den blir, vad som saknas, vad som liknar den i katalogen, och historiken.

    \b
    guiden review show 12
    guiden review show 12 --yaml > post.yml
    """
    from knowledge.content_import import as_author_writes
    from knowledge.review import Review

    with opened() as database:
        reviewed = Review(database).show(operator(), number)
    if as_yaml:
        print(as_author_writes(reviewed.entry), end="")
    elif as_json:
        tell_json(_everything(reviewed))
    else:
        print("\n".join(_lines(reviewed)))


def _line(contribution: "Contribution") -> dict[str, Any]:
    return {
        "id": contribution.id,
        "kind": say(f"kind.{contribution.kind}"),
        "area": _area(contribution),
        "organisation": contribution.organisation or say("cli.review_unknown"),
        "since": f"{contribution.created_at:%Y-%m-%d}",
        "title": contribution.title,
    }


def _area(contribution: "Contribution") -> str:
    from knowledge.areas import area

    return area(contribution.area).label(settings().language) if contribution.area else say("cli.review_unknown")


def _summary(contribution: "Contribution") -> dict[str, Any]:
    return {
        "id": contribution.id,
        "kind": contribution.kind,
        "state": contribution.state,
        "title": contribution.title,
        "area": contribution.area,
        "organisation": contribution.organisation or "",
        "revision": contribution.revision,
        "created_at": contribution.created_at.isoformat(),
        "changed_at": contribution.changed_at.isoformat(),
    }


def _everything(reviewed: "Reviewed") -> dict[str, Any]:
    contribution = reviewed.contribution
    return {
        **_summary(contribution),
        "is_own": reviewed.is_own,
        "entry_id": contribution.entry_id,
        "fields": dict(contribution.fields),
        "entry": reviewed.entry,
        "missing": list(reviewed.missing),
        "faults": [{"at": each.at, "key": each.key} for each in reviewed.faults],
        "advice": [{"at": each.at, "key": each.key} for each in reviewed.advice],
        "steps": [
            {"step": each.step, "by": _role(contribution, each), "comment": each.comment, "at": each.at.isoformat()}
            for each in contribution.steps
        ],
    }


def _lines(reviewed: "Reviewed") -> Iterator[str]:
    from knowledge.swedish_time import swedish_time

    contribution = reviewed.contribution
    state, line = say(f"review.state.{contribution.state}"), _line(contribution)
    yield say("cli.review_head", id=contribution.id, kind=line["kind"], state=state, revision=contribution.revision)
    yield say("cli.review_from", organisation=line["organisation"], area=line["area"])
    if reviewed.is_own:
        yield say("cli.review_own")
    yield ""
    yield say("cli.review_answers")
    for name, answer in contribution.fields.items():
        if answer:
            yield _item(say(f"review.answer.{name}"), answer)
    yield ""
    yield say("cli.review_entry")
    yield from _as_it_reads(reviewed)
    yield ""
    if reviewed.missing:
        yield say("cli.review_missing", fields=", ".join(f"{_field(at)} ({at})" for at in reviewed.missing))
    yield from _listed("cli.review_faults", reviewed.faults)
    yield from _listed("cli.review_advice", reviewed.advice)
    yield from _near(reviewed)
    yield say("cli.review_history")
    for step in contribution.steps:
        said = ", ".join(map(_field, step.comment.split(", "))) if step.step == "edited" else step.comment
        comment = f": {said}" if said else ""
        at, who = f"{swedish_time(step.at):%Y-%m-%d %H:%M}", say(f"review.by.{_role(contribution, step)}")
        yield "  " + say("cli.review_step", at=at, who=who, step=say(f"review.step.{step.step}"), comment=comment)


def _role(contribution: "Contribution", step: "Step") -> str:
    """Return in what role something was done; who did it is for the audit trail alone."""
    return "author" if step.who == contribution.author else "reviewer"


def _as_it_reads(reviewed: "Reviewed") -> Iterator[str]:
    """Return the entry as readers will see it; field by field while it is not whole."""
    from pydantic import ValidationError

    from bot.answers import details, speaker
    from bot.channels.terminal import plain_lines
    from bot.replies import Reply
    from knowledge.catalogue import Challenge, Solution
    from knowledge.entry_files import ChallengeFile
    from knowledge.publishing import FIXED, model_of

    try:
        file: EntryFile = model_of(reviewed.contribution.kind).model_validate(reviewed.entry)
    except ValidationError:
        told = {at: value for at, value in reviewed.entry.items() if value and at not in FIXED}
        yield from (_item(_field(at), value) for at, value in told.items())
        return
    entry = Challenge(file, "published", ()) if isinstance(file, ChallengeFile) else Solution(file, "published")
    yield from plain_lines(Reply(elements=(details(speaker(settings().language), entry, (), 0),)))


def _listed(heading: str, faults: Iterable["Fault"]) -> Iterator[str]:
    lines = [_item(each.at, say(f"fault.{each.key}", **each.details)) for each in faults]
    if lines:
        yield say(heading)
        yield from lines


def _near(reviewed: "Reviewed") -> Iterator[str]:
    """Tell what in the catalogue is like the contribution, or why that cannot be told."""
    from knowledge.catalogue import Catalogue
    from knowledge.errors import UnavailableError

    try:
        likeness = _compared(reviewed)
    except UnavailableError as error:
        yield say("cli.review_unsearched", why=say(f"error.{error.key}", **error.details))
        return
    yield say(f"review.likeness.{likeness.verdict}")
    with opened() as database:
        entries = Catalogue(database).get([hit.id for hit in likeness.alike])
    yield from (_item(each.entry.id, each.entry.title) for each in entries)


def _compared(reviewed: "Reviewed") -> "Likeness":
    from index.encoder import E5Encoder
    from index.likeness import compare
    from index.search import Search

    told = reviewed.entry.get("problem") or reviewed.entry.get("what") or ""
    finder = Search(settings().index, E5Encoder(settings().model, settings().models))
    return compare(finder, f"{reviewed.entry['title']}. {told}", itself=reviewed.contribution.entry_id)


def _item(name: str, what: object) -> str:
    return "  " + say("cli.review_item", at=name, what=what)


def _field(at: str) -> str:
    """Return the word for a field of an entry, given as `sources.0.url` or `title`."""
    return say(f"mail.field.{at.partition('.')[0]}")
