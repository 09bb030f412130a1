"""A configuration as a tree of values that know where they stand, and how such trees are merged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from .problems import NOWHERE, Path, Place
from .scalars import Expanded, Scalar

__all__ = ["Entry", "Node", "descend", "each_text", "empty", "merge", "plain_tree"]


class Entry(NamedTuple):
    """One key of a mapping, and its value."""

    key: Place
    node: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the configuration."""

    place: Place
    value: "Scalar | dict[str, Entry] | list[Node]"
    size: int = 1
    """The nodes under it and itself, aliases counted each time: what a walk over it costs."""
    text: str | None = None
    """What a `${...}` that was the whole value brought, unparsed; None for anything else."""
    written: str = ""
    """What stood in the file, when a `${...}` in it was replaced."""
    note: str = ""
    """Why `text` is no YAML, for whoever expected some."""
    broken: bool = False
    """Whether the value could not be had; the reason was said already."""

    @property
    def entries(self) -> dict[str, Entry]:
        """The keys of a mapping; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        """The values of a list; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    def children(self) -> "Iterator[tuple[str | int, Node]]":
        """Every value right under this one, with its key or position."""
        yield from ((key, entry.node) for key, entry in self.entries.items())
        yield from enumerate(self.items)

    def child(self, step: str | int) -> "Node | None":
        """The value right under this one that `step` leads to."""
        if isinstance(step, int):
            return self.items[step] if step < len(self.items) else None
        entry = self.entries.get(step)
        return entry.node if entry else None

    def has_broken(self) -> bool:
        """Whether a value could not be had here or anywhere below."""
        return self.broken or any(child.has_broken() for _, child in self.children())


def empty(place: Place = NOWHERE) -> Node:
    """A mapping without keys."""
    return Node(place, {})


def sized(node: Node) -> Node:
    """`node` with its size counted anew from its children."""
    return replace(node, size=1 + sum(child.size for _, child in node.children()))


def merge(base: Node, over: Node) -> Node:
    """`over` laid on `base` as the Go Collector merges sources: mappings deep, all else replaced, by null too."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, entry in over.value.items():
        former = merged.get(key)
        merged[key] = entry if former is None else Entry(entry.key, merge(former.node, entry.node))
    return sized(replace(over, value=merged))


def plain_tree(node: Node, *, typed: bool = False) -> object:
    """The tree as plain Python values. What a `${...}` alone brought is an `Expanded`, so that its field can choose;
    with `typed` it is the value that it parses to.
    """
    value: object = node.value
    if isinstance(node.value, dict):
        value = {key: plain_tree(entry.node, typed=typed) for key, entry in node.value.items()}
    elif isinstance(node.value, list):
        value = [plain_tree(item, typed=typed) for item in node.value]
    return value if node.text is None or typed else Expanded(node.text, value)


class Found(NamedTuple):
    """Where a way down the tree led."""

    path: Path
    key: Place
    """Of the last key, or of the value itself in a list."""
    node: Node
    rest: Path
    """The steps that the tree has no place for: a key that is missing, or words of pydantic's own."""


def descend(top: Node, key: Place, path: Path) -> Found:
    """Follow `path` from `top`, whose own key stands at `key`, and step over what is no key of the tree."""
    taken: list[str | int] = []
    rest: list[str | int] = []
    node = top
    for step in path:
        entry = node.entries.get(step) if isinstance(step, str) else None
        if entry is not None:
            key, node = entry
        elif isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            key = node.place
        else:
            rest.append(step)
            continue
        taken.append(step)
        rest.clear()
    return Found(tuple(taken), key, node, tuple(rest))


def each_text(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every text at or below `node`, with the way to it."""
    if isinstance(node.value, str):
        yield path, node
    for step, child in node.children():
        yield from each_text(child, (*path, step))


def mapping(place: Place, entries: Mapping[str, Entry]) -> Node:
    """A mapping of `entries`."""
    return sized(Node(place, dict(entries)))
