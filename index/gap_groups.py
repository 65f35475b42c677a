"""Unanswered questions as groups: how many have asked what, in which areas, with the groups of few askers left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.clusters import Themes, cluster, question_vectors
from index.encoder import Encoder
from knowledge.gaps import Cause, Gap


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions that mean the same; `number` is the lowest of theirs, `question` the one nearest to all the others.

    `areas` and `causes` count askers and questions, most first; the area None is unknown.
    """

    number: int
    question: str
    askers: int
    gaps: tuple[int, ...]
    areas: tuple[tuple[str | None, int], ...]
    causes: tuple[tuple[Cause, int], ...]


@dataclass(frozen=True, slots=True)
class GapGroups:
    """The groups that may be shown, those of most askers first, and how many groups and questions may not."""

    groups: list[GapGroup]
    hidden_groups: int
    hidden_questions: int


def group_gaps(
    gaps: Sequence[Gap],
    encoder: Encoder,
    root: Path,
    smallest: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> GapGroups:
    """Group questions by meaning; a group asked by fewer than `smallest` people is only counted.

    Raises:
        UnavailableError: there is no index below `root` to learn from, or the encoder cannot be used.
    """
    if not gaps:
        return GapGroups([], 0, 0)
    themes = Themes.of_catalogue(root, encoder)
    labels, centres = cluster(themes.seen(question_vectors(encoder, [gap.question for gap in gaps], root, progress)))
    members: list[list[Gap]] = [[] for _ in centres]
    for gap, label in zip(gaps, labels, strict=True):
        members[label].append(gap)
    groups = [_group(gaps[centre].question, theirs) for centre, theirs in zip(centres, members, strict=True) if theirs]
    shown = sorted((group for group in groups if group.askers >= smallest), key=lambda group: (-group.askers, group.number))
    hidden = [group for group in groups if group.askers < smallest]
    return GapGroups(shown, len(hidden), sum(len(group.gaps) for group in hidden))


def count_areas(gaps: Iterable[Gap], smallest: int) -> tuple[list[tuple[str | None, int, int]], int]:
    """Return for each area how many questions are unanswered and how many people asked them, most first.

    Areas with fewer than `smallest` askers are left out; their questions are counted together, last in the answer.
    """
    questions: Counter[str | None] = Counter()
    askers: dict[str | None, set[str]] = {}
    for gap in gaps:
        questions[gap.area] += 1
        askers.setdefault(gap.area, set()).add(gap.asker)
    counts = [(area, count, len(askers[area])) for area, count in questions.most_common()]
    return [each for each in counts if each[2] >= smallest], sum(count for _, count, people in counts if people < smallest)


def _group(question: str, gaps: Sequence[Gap]) -> GapGroup:
    by_area = Counter(area for area, _ in {(gap.area, gap.asker) for gap in gaps})
    return GapGroup(
        number=min(gap.id for gap in gaps),
        question=question,
        askers=len({gap.asker for gap in gaps}),
        gaps=tuple(gap.id for gap in gaps),
        areas=tuple(sorted(by_area.items(), key=lambda each: (-each[1], each[0] or ""))),
        causes=tuple(Counter(gap.cause for gap in gaps).most_common()),
    )
