"""Entries as answers: the same fields in the same order each time, and what is unknown is said to be unknown."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.replies import Card, Choice, Element, Fact, Link, Notice, Reply, Text
from bot.texts import text
from index.passages import Passage
from index.search import Found
from knowledge.areas import area
from knowledge.catalogue import Challenge, Entry, Solution
from knowledge.entry_files import Source

PAGE = 3
SOLUTIONS_BESIDE = 3
_LONGEST_QUOTE = 160

Say = Callable[..., str]


def speaker(language: str) -> Say:
    """Return `text` bound to a language."""
    return lambda key, **values: text(language, key, **values)


def challenge_card(say: Say, number: int, challenge: Challenge, solutions: Sequence[Solution], why: Passage | None) -> Card:
    """Return a challenge as one of several: why it was chosen, how current it is, and its solutions side by side."""
    file = challenge.entry
    shown = solutions[:SOLUTIONS_BESIDE]
    more = len(solutions) - len(shown)
    facts = [Fact(label=say("field.why"), value=_why(say, why))] if why else []
    if not solutions:
        facts.append(Fact(label=say("field.solutions"), value=say("answer.no_solutions")))
    elif more:
        facts.append(Fact(label=say("field.solutions"), value=say("answer.more_solutions", shown=len(shown), count=len(solutions))))
    return Card(
        title=f"{number}. {file.title_in(say('language.code'))}",
        subtitle=_challenge_line(say, challenge),
        text=file.summary,
        facts=tuple(facts),
        cards=tuple(solution_line(say, solution) for solution in shown),
    )


def solution_line(say: Say, solution: Solution) -> Card:
    """Return a solution in short: who, what, stage, result and source."""
    file = solution.entry
    return Card(
        title=file.title_in(say("language.code")),
        subtitle=_solution_line(say, solution) if file.results else f"{_solution_line(say, solution)} · {say('answer.no_result')}",
        facts=(*(Fact(label=say("field.result"), value=result.text) for result in file.results[:1]), *told_here(say, file.sources[:1])),
        links=page_links(sources_of(say, solution)[:1]),
    )


def details(say: Say, entry: Entry, solutions: Sequence[Solution], same_needs: int) -> Card:
    """Return an entry with every field it can have."""
    return _challenge_details(say, entry, solutions, same_needs) if isinstance(entry, Challenge) else _solution_details(say, entry)


def page_links(sources: Sequence[Source]) -> tuple[Link, ...]:
    """Return a link to each source that is a page."""
    return tuple(Link(text=source.title, url=source.url) for source in sources if source.url)


def sources_of(say: Say, entry: Entry) -> list[Source]:
    """Return the sources of an entry; the titles of those that could not be opened lately say so."""
    return [_said_broken(say, source) if source.url in entry.broken else source for source in entry.entry.sources]


def told_here(say: Say, sources: Sequence[Source]) -> tuple[Fact, ...]:
    """Return a line for each source that is no page, but told in the guide first hand."""
    titles = dict.fromkeys(source.title for source in sources if not source.url)
    return tuple(Fact(label=say("field.source"), value=title) for title in titles)


def entry_titles(say: Say, entries: Sequence[Entry]) -> list[Choice]:
    """Return a choice for each entry, to see it in full."""
    return [
        Choice(
            label=say("choice.show", title=each.entry.title_in(say("language.code"))), intent="show_one", entities={"entry": each.entry.id}
        )
        for each in entries
    ]


def opening(say: Say, found: Found, guessed: str | None) -> list[Element]:
    """Return what is said before the hits: how sure the answer is, and which area was guessed."""
    elements: list[Element] = []
    if found.by_words_only:
        elements.append(Notice(level="warning", text=say("answer.words_only")))
    elements.append(Text(text=say(f"answer.{found.band}")))
    if guessed:
        elements.append(Text(text=say("answer.guessed_area", area=area(guessed).label(say("language.code")))))
    return elements


def stale(challenge: Entry, today: date) -> bool:
    """Tell whether an entry should have been checked again by `today`."""
    return challenge.entry.next_check < today


def reply(*elements: Element, choices: Sequence[Choice] = (), asks: str = "") -> Reply:
    """Return a reply of these elements."""
    return Reply(elements=elements, choices=tuple(choices), asks=asks)


def _why(say: Say, why: Passage) -> str:
    quoted = why.text if len(why.text) <= _LONGEST_QUOTE else f"{why.text[: _LONGEST_QUOTE - 2].rsplit(' ', 1)[0]} …"
    return say(f"why.{why.part}", text=quoted)


def _challenge_line(say: Say, challenge: Challenge) -> str:
    file = challenge.entry
    parts = [file.organisation, say(f"status.{challenge.status}"), say("field.checked_on", date=file.checked)]
    if stale(challenge, date.today()):
        parts.append(say("answer.stale"))
    return " · ".join(parts)


def _solution_line(say: Say, solution: Solution) -> str:
    file = solution.entry
    parts = [file.organisation, say(f"kind.{file.kind}"), say(f"stage.{file.stage}"), str(file.year or say("answer.year_unknown"))]
    if stale(solution, date.today()):
        parts.append(say("answer.stale"))
    return " · ".join(parts)


def _said_broken(say: Say, source: Source) -> Source:
    return source.model_copy(update={"title": say("answer.link_broken", title=source.title)})


def _dated(say: Say, entry: Entry) -> list[Source]:
    """Return the sources with their years in their titles, where they are known."""
    return [
        source if source.year is None else source.model_copy(update={"title": f"{source.title} ({source.year})"})
        for source in sources_of(say, entry)
    ]


def _facts(say: Say, named: Sequence[tuple[str, str | None]]) -> tuple[Fact, ...]:
    return tuple(Fact(label=say(f"field.{name}"), value=value or say("answer.unknown")) for name, value in named)


def _areas(say: Say, entry: Entry) -> str:
    return ", ".join(area(slug).label(say("language.code")) for slug in (entry.entry.area, *entry.entry.areas))


def _dates(say: Say, entry: Entry) -> list[tuple[str, str | None]]:
    file = entry.entry
    checked = say("answer.checked", checked=file.checked, next_check=file.next_check)
    return [("checked", f"{checked} {say('answer.stale')}" if stale(entry, date.today()) else checked)]


def _challenge_details(say: Say, challenge: Challenge, solutions: Sequence[Solution], same_needs: int) -> Card:
    file = challenge.entry
    facts = [
        ("problem", file.problem),
        ("who", file.who),
        ("consequence", file.consequence),
        ("goal", file.goal),
        *((("equality", file.equality),) if file.equality else ()),
        ("area", _areas(say, challenge)),
        ("year", str(file.year) if file.year else None),
        ("same_need", say("answer.same_needs", count=same_needs) if same_needs else say("answer.same_needs_none")),
        *_dates(say, challenge),
    ]
    return Card(
        title=file.title_in(say("language.code")),
        subtitle=_challenge_line(say, challenge),
        text=file.summary,
        facts=(*_facts(say, facts), *told_here(say, _dated(say, challenge))),
        links=page_links(_dated(say, challenge)),
        cards=tuple(solution_line(say, solution) for solution in solutions[:SOLUTIONS_BESIDE]),
    )


def _solution_details(say: Say, solution: Solution) -> Card:
    file = solution.entry
    results = "\n".join(result.text if result.year is None else f"{result.text} ({result.year})" for result in file.results)
    facts = [
        ("what", file.what),
        ("organisation", file.organisation),
        ("stage", say(f"stage.{file.stage}")),
        ("year", str(file.year) if file.year else None),
        ("result", results or say("answer.no_result")),
        ("cost", file.cost),
        ("lessons", file.lessons),
        ("prerequisites", file.prerequisites),
        *((("internal_benefit", file.internal_benefit),) if file.internal_benefit else ()),
        *((("external_benefit", file.external_benefit),) if file.external_benefit else ()),
        ("area", _areas(say, solution)),
        *_dates(say, solution),
    ]
    return Card(
        title=file.title_in(say("language.code")),
        subtitle=_solution_line(say, solution),
        text=file.summary,
        facts=(*_facts(say, facts), *told_here(say, _dated(say, solution))),
        links=page_links(_dated(say, solution)),
    )
