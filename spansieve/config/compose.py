"""YAML text to a tree of values with their places.

PyYAML scans and parses; putting together is ours, because values follow YAML 1.2 (`scalars`), every key keeps its
place, a key that stands twice is a mistake, and aliases can't multiply without bound.
"""

from collections.abc import Iterator

import yaml

from .problems import Path, Place, Problem
from .scalars import Scalar, scalar
from .tree import Entry, Node, mapping, sized

__all__ = ["MAX_DEPTH", "MAX_NODES", "compose"]

MAX_NODES = 100_000
"""Values in one source, those behind aliases counted each time."""
MAX_DEPTH = 100
"""Levels of nesting."""

_CORE = "tag:yaml.org,2002:"
_COLLECTIONS = {None, "!", _CORE + "map", _CORE + "seq"}
_SCALARS = {_CORE + name for name in ("null", "bool", "int", "float")}


class _Stop(Exception):
    """Nothing more can be read."""

    def __init__(self, place: Place, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.problem = Problem.at(place, (), text, hint)


def compose(text: str, file: str, at: Place | None = None) -> tuple[Node | None, list[Problem]]:
    """The tree of the YAML `text`, and everything that is wrong with it; no tree if it can't be read at all.

    `file` names the source in places; `at` puts everything into one place instead (for what has no lines of its own). A
    source without content is a null.
    """
    composer = _Composer(file, at)
    try:
        return composer.document(text), composer.problems
    except _Stop as stop:
        return None, [*composer.problems, stop.problem]


class _Composer:
    def __init__(self, file: str, at: Place | None) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._at = at
        self._anchors: dict[str, Node | None] = {}
        self._events: Iterator[yaml.Event] = iter(())

    def document(self, text: str) -> Node:
        self._events = self._parse(text)
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise _Stop(
                        self._place(event), "a second YAML document begins here (`---`)", "Give one file for each."
                    )
                root = self._node(next(self._events), (), 0)
        return root or Node(self._at or Place(self._file, 1, 1), None)

    def _parse(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error, text) from None
        except yaml.reader.ReaderError as error:
            before = text[: error.position]
            place = Place(self._file, before.count("\n") + 1, len(before) - before.rfind("\n"))
            raise _Stop(
                self._at or place, f"the character U+{ord(text[error.position]):04X} can't stand in YAML"
            ) from None
        except (ValueError, IndexError, OverflowError, RecursionError, AttributeError, TypeError):
            # PyYAML's scanner trips over a few inputs, such as "\UFFFFFFFF"
            raise _Stop(self._at or Place(self._file, 1, 1), "not valid YAML") from None

    def _syntax(self, error: yaml.MarkedYAMLError, text: str) -> _Stop:
        mark = error.problem_mark or error.context_mark
        what = (error.problem or "it can't be read").replace("\\t", "tab")
        if error.context:
            what = f"{what} ({error.context})"
        if mark is None:
            return _Stop(self._at or Place(self._file, 1, 1), f"not valid YAML: {what}")
        lines = text.splitlines()
        line = lines[mark.line] if mark.line < len(lines) else ""
        place = self._at or Place(self._file, mark.line + 1, mark.column + 1)
        return _Stop(place, f"not valid YAML: {what}", _mend(line, what))

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return self._at or (Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file, 1, 1))

    def _node(self, event: yaml.Event, path: Path, depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        if depth > MAX_DEPTH:
            raise _Stop(place, f"nested more than {MAX_DEPTH} levels deep")
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = Node(place, self._scalar(event, path))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event.tag, place, path)
            node = self._sequence(place, path, depth)
        elif isinstance(event, yaml.MappingStartEvent):
            self._check_tag(event.tag, place, path)
            node = self._mapping(place, path, depth)
        else:
            raise _Stop(place, "not valid YAML")
        if node.size > MAX_NODES:
            raise _Stop(place, f"more than {MAX_NODES} values, aliases counted each time")
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent, place: Place) -> Node:
        if event.anchor not in self._anchors:
            raise _Stop(place, f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
        node = self._anchors[event.anchor]
        if node is None:
            raise _Stop(place, f"the alias *{event.anchor} stands inside its own anchor")
        return node

    def _check_tag(self, tag: str | None, place: Place, path: Path) -> None:
        if tag not in _COLLECTIONS:
            self.problems.append(_bad_tag(tag, place, path))

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Scalar:
        if event.tag is None or event.tag == "!":
            plain = event.style is None and event.tag is None
            return scalar(event.value) if plain else event.value
        if event.tag in _SCALARS:
            return scalar(event.value)
        if event.tag != _CORE + "str":
            self.problems.append(_bad_tag(event.tag, self._place(event), path))
        return event.value

    def _sequence(self, place: Place, path: Path, depth: int) -> Node:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return sized(Node(place, items))

    def _mapping(self, place: Place, path: Path, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        inherited: dict[str, Entry] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            at = self._place(event)
            if _is_merge(event):
                self._inherit(inherited, self._node(next(self._events), path, depth + 1), at, path)
                continue
            key = self._key(event, path, depth)
            former = entries.get(key)
            node = self._node(next(self._events), (*path, key), depth + 1)
            if former is not None:
                lines = f"in line {former.key.line} and in line {at.line}"
                self.problems.append(
                    Problem.at(at, (*path, key), f"the key stands twice, {lines}", "Remove one of them.")
                )
            entries[key] = Entry(at, node)
        return mapping(place, {**inherited, **entries})

    def _key(self, event: yaml.Event, path: Path, depth: int) -> str:
        place = self._place(event)
        if isinstance(event, yaml.ScalarEvent) and event.value:
            if event.anchor is not None:
                self._anchors[event.anchor] = Node(place, event.value)
            return event.value  # `1:` and `on:` are the keys "1" and "on"
        node = self._node(event, path, depth + 1)
        if isinstance(node.value, str) and node.value:
            return node.value
        raise _Stop(place, "a key must be a text that is not empty")

    def _inherit(self, inherited: dict[str, Entry], node: Node, place: Place, path: Path) -> None:
        """Take over what `<<` names; of several the first that has a key wins."""
        for source in node.items or [node]:
            if not isinstance(source.value, dict):
                self.problems.append(Problem.at(place, (*path, "<<"), "`<<` takes a mapping, or a list of mappings"))
            for key, entry in source.entries.items():
                inherited.setdefault(key, entry)


def _is_merge(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.style is None


def _bad_tag(tag: str | None, place: Place, path: Path) -> Problem:
    return Problem.at(place, path, f"the YAML tag {tag} is not supported", "Write the value without it.")


def _mend(line: str, what: str) -> str:
    """What to do about the commonest slips."""
    if "\t" in line and "tab" in what:
        return "Indent with spaces, not with tabs."
    if "${" in line:
        return 'Put a value with ${...} into quotes: "${env:NAME}".'
    if "mapping values are not allowed" in what:
        return "A text with `: ` in it needs quotes."
    return ""
