"""Tell whether a need is already described: for a draft that somebody writes, and for the catalogue as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from index.encoder import Vectors
from index.passages import Passage
from index.search import Hit, Search

# Of twelve challenges that editors merged into others, these recognise three in four; the rest are called similar.
SAME_FROM = 4.0
SAME_LEAD = 1.0
# Below this the nearest is only the least unlike. The gate cannot tell: a need that nobody has is a need to it (docs/search.md).
SIMILAR_FROM = 3.9

# Two challenges whose phrasings are this alike were found by editors to be one need; the closest pair they kept has 0.67.
NEAR_DUPLICATE = 0.70


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a draft compares with the catalogue: the same need, a similar one, or a new one; and the nearest challenges.

    The nearest are there for a new need too, where something is to be chosen among them; `alike` are those that are like it.
    """

    verdict: Literal["same", "similar", "new"]
    hits: list[Hit]

    @property
    def alike(self) -> list[Hit]:
        """Return the nearest challenges that are like the draft; of the same need only that one."""
        return self.hits[:1] if self.verdict == "same" else [hit for hit in self.hits if hit.score >= SIMILAR_FROM]


def compare(search: Search, draft: str, *, itself: str | None = None, limit: int = 3) -> Likeness:
    """Compare a draft with every challenge a reader may see, except `itself`, the id it has when it is in the catalogue already.

    Something is similar when the gate lets it through and the best score is SIMILAR_FROM at least. In the shipped catalogue that leaves
    9 of 12 needs that are described and 34 of 36 merged texts similar or the same, and makes 8 of 11 needs that nobody has (meteorites,
    elephants in the library) new. `docs/search.md` has the rest of what was measured.
    """
    found = search.ask(draft, limit=limit + 1)
    hits = [hit for hit in found.hits if hit.id != itself][:limit]
    if not hits or hits[0].score < SIMILAR_FROM:
        return Likeness("new", hits)
    lead = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
    same = found.band == "match" and hits[0].score >= SAME_FROM and lead >= SAME_LEAD
    return Likeness("same" if same else "similar", hits)


def near_duplicates(passages: Sequence[Passage], vectors: Vectors) -> Iterator[tuple[str, str, float]]:
    """Yield the pairs of entries that are too alike to tell apart, the most alike first, with their likeness (0 to 1).

    Args:
        passages: those of the entries to compare; an entry's stand together.
        vectors: their vectors, shape (passages, dimension).
    """
    ids = list(dict.fromkeys(piece.entry_id for piece in passages))
    numbers = {entry_id: number for number, entry_id in enumerate(ids)}
    owners = np.array([numbers[piece.entry_id] for piece in passages])
    centres = np.stack([vectors[owners == number].mean(axis=0) for number in range(len(ids))])
    centres -= centres.mean(axis=0)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True) + 1e-9
    likeness = np.triu(centres @ centres.T, 1)
    first, second = np.nonzero(likeness >= NEAR_DUPLICATE)
    for place in np.argsort(-likeness[first, second]):
        yield ids[first[place]], ids[second[place]], float(likeness[first[place], second[place]])
