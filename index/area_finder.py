"""Tell which activity area somebody means, from their own words."""

import re
from functools import cached_property

import numpy as np

from index.encoder import Encoder, Vectors
from knowledge.areas import WHOLE_MUNICIPALITY, areas

# Below this cosine, or with a lead smaller than the margin, the words could mean any area.
_NEAR_ENOUGH = 0.86
_LEAD = 0.004
_WORDS = re.compile(r"[\w-]+")


class AreaFinder:
    """Knows the areas by their labels, by words that people in them use, and by meaning."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def find(self, text: str) -> str | None:
        """Return the slug of the area that `text` names, or None when it names none clearly."""
        said = text.casefold().strip(" .!?,")
        if said in self._names:
            return self._names[said]
        # The definite form of a workplace ("hemtjänsten", "skolans") is the word itself with an ending.
        for word in _WORDS.findall(said):
            for ending in ("", "en", "n", "et", "t", "erna", "ar", "s", "ens", "ns", "ets", "a", "ä", "ssa", "ssä"):
                if word.endswith(ending) and (slug := self._names.get(word.removesuffix(ending))):
                    return slug
        return self._by_meaning(text)

    def _by_meaning(self, text: str) -> str | None:
        nearness = self._vectors[1] @ self._encoder.queries([text])[0]
        best: dict[str, float] = {}
        for slug, value in zip(self._vectors[0], nearness, strict=True):
            best[slug] = max(best.get(slug, 0.0), float(value))
        first, second = sorted(best, key=lambda slug: -best[slug])[:2]
        return first if best[first] >= _NEAR_ENOUGH and best[first] - best[second] >= _LEAD else None

    @cached_property
    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for area in areas():
            for name in (area.slug, area.sv, area.en, area.fi, *area.words):
                names.setdefault(name.casefold(), area.slug)
        return names

    @cached_property
    def _vectors(self) -> tuple[list[str], Vectors]:
        texts = [(area.slug, text) for area in areas() if area.slug != WHOLE_MUNICIPALITY for text in (area.sv, area.en, *area.words)]
        return [slug for slug, _ in texts], np.asarray(self._encoder.queries([text for _, text in texts]), np.float32)
