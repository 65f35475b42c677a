"""The activity areas, read once from the content folder."""

from functools import cache

from knowledge.entry_files import Area, read_areas
from knowledge.errors import NotFoundError

WHOLE_MUNICIPALITY = "overgripande"


@cache
def areas() -> tuple[Area, ...]:
    """Return every area in its order of display, the optional ones last."""
    return tuple(sorted(read_areas(), key=lambda area: area.optional))


def area(slug: str) -> Area:
    """Return one area; raise NotFoundError when there is none with that slug."""
    for candidate in areas():
        if candidate.slug == slug:
            return candidate
    raise NotFoundError("no_such_area", area=slug, known=", ".join(each.slug for each in areas()))
