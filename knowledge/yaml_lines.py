"""On which line of a YAML file a field begins, and where YAML itself gave up."""

from collections.abc import Iterator, Mapping

import yaml


def lines_of(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield the dotted name of each field below `node` with its line; a field that is written twice comes twice."""
    return _lines(node, set(), "")


def line_of(lines: Mapping[str, int], at: str) -> int:
    """Return the line of the field `at` (dotted) or of its nearest parent."""
    while at not in lines and "." in at:
        at = at.rpartition(".")[0]
    return lines.get(at, 1)


def where_it_broke(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """Return the line on which `text` stops being YAML, and why."""
    cause = getattr(error, "problem", None) or " ".join(str(error).split())
    if mark := getattr(error, "problem_mark", None):
        return mark.line + 1, cause
    # A character that YAML does not allow has only a position, in bytes.
    return text.encode()[: getattr(error, "position", 0)].count(b"\n") + 1, cause


def _lines(node: yaml.Node, seen: set[int], prefix: str) -> Iterator[tuple[str, int]]:
    if id(node) in seen:  # an alias, which may lead round in a ring
        return
    seen.add(id(node))
    children: list[tuple[str, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(number), child, child) for number, child in enumerate(node.value)]
    for name, mark, child in children:
        yield f"{prefix}{name}", mark.start_mark.line + 1
        yield from _lines(child, seen, f"{prefix}{name}.")
