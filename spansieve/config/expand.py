"""`${env:X}`, `${X}`, `${env:X:-default}`, `${file:path}` and `${yaml:...}` in values, as the Go Collector has them.

The innermost goes first; what it brings is looked through again; `$$` is a `$`. Alone, it may bring any YAML, and the
field decides between that and the text; inside a longer text it brings text. Keys are not expanded. A variable that is
not set and has no default is a mistake, unlike in Go. One line break at the end of a file is left out.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from .compose import MAX_NODES, compose
from .fetch import MAX_BYTES, SCHEMES, Fetcher, Unavailable, scheme_of
from .problems import Path, Place, Problem, suggestion
from .tree import Entry, Node, sized

__all__ = ["Expander"]

MAX_ROUNDS = 1_000
"""Expansions of one value, one after another (Go's limit)."""
MAX_LEVELS = 20
"""`${...}` that bring sections with `${...}` in them."""

_GIVEN_UP = -(10**12)


class _Brought(NamedTuple):
    text: str
    file: str = ""
    """Where the text has lines of its own."""


class _Failed(Exception):
    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


class Expander:
    """Expands a tree. `problems` and `warnings` are what it met."""

    def __init__(self, fetcher: Fetcher, *, allow_unset_env: bool = False) -> None:
        """`allow_unset_env` takes a variable that is not set for an empty one, with a warning."""
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._fetcher = fetcher
        self._allow_unset = allow_unset_env
        self._room = 2 * MAX_NODES

    def tree(self, node: Node, path: Path = (), level: int = 0) -> Node:
        """`node` with every value expanded; what can't be is marked as broken."""
        self._room -= 1
        if self._room < 0:
            return self._too_much(node, path)
        if isinstance(node.value, dict):
            entries = {
                key: Entry(entry.key, self.tree(entry.node, (*path, key), level)) for key, entry in node.value.items()
            }
            return sized(replace(node, value=entries))
        if isinstance(node.value, list):
            return sized(replace(node, value=[self.tree(item, (*path, i), level) for i, item in enumerate(node.value)]))
        if not isinstance(node.value, str) or "$" not in node.value:
            return node
        try:
            return self._value(node, node.value, path, level)
        except _Failed as failed:
            self.problems.append(Problem.at(node.place, path, failed.text, failed.hint))
            return replace(node, value=None, written=node.value, broken=True)

    def _too_much(self, node: Node, path: Path) -> Node:
        """Give up on all that is left, and say so once."""
        if self._room > _GIVEN_UP:
            text = "the ${...} here bring too much, or lead back to themselves"
            self.problems.append(Problem.at(node.place, path[:4], text))
            self._room = _GIVEN_UP
        return replace(node, value=None, size=1, broken=True)

    def _value(self, node: Node, written: str, path: Path, level: int) -> Node:
        """One text: either it turns out to be one `${...}` that brings more than text, or a text is put together."""
        if level > MAX_LEVELS:
            return self._too_much(node, path)
        text = written
        for _ in range(MAX_ROUNDS):
            span = _innermost(text)
            if span is None:
                return replace(node, value=text.replace("$$", "$"), written=written if text != written else "")
            whole = span == (0, len(text))
            uri = text[span[0] : span[1]]
            brought = self._bring(uri, uri if uri in written else "${...}", node.place, path)
            if whole:
                inner, note = _parsed(brought, node.place)
                if inner is not None:
                    inner = self.tree(inner, path, level + 1)
                    as_text = self._as_text(brought.text, node.place, path)
                    return replace(inner, text=as_text, written=written, broken=inner.broken)
                node = replace(node, note=note)
            elif not brought.file:
                self._refuse_sections(brought, uri if uri in written else "${...}", node.place)
            text = text[: span[0]] + brought.text + text[span[1] :]
            if len(text) > MAX_BYTES:
                raise _Failed(f"the ${{...}} here bring more than {MAX_BYTES // 1024} KiB")
        raise _Failed("the ${...} here lead back to themselves")

    def _as_text(self, text: str, place: Place, path: Path) -> str:
        """The text of what was parsed as YAML, for a field that wants text; what is wrong in it was said already."""
        if "$" not in text:
            return text
        quiet = Expander(self._fetcher, allow_unset_env=self._allow_unset)
        for _ in range(MAX_ROUNDS):
            span = _innermost(text)
            if span is None or len(text) > MAX_BYTES:
                break
            try:
                text = text[: span[0]] + quiet._bring(text[span[0] : span[1]], "", place, path).text + text[span[1] :]
            except _Failed:
                break
        return text.replace("$$", "$")

    def _refuse_sections(self, brought: _Brought, shown: str, place: Place) -> None:
        inner, _ = _parsed(brought, place)
        if inner is not None and isinstance(inner.value, (dict, list)):
            what = "a section" if isinstance(inner.value, dict) else "a list"
            raise _Failed(f"{shown} stands inside a longer text, but brings {what}", "Let it be the whole value.")

    def _bring(self, uri: str, shown: str, place: Place, path: Path) -> _Brought:
        """The text that `uri`, a whole `${...}`, stands for. `shown` is what a problem may repeat of it."""
        scheme, rest = scheme_of(uri[2:-1])
        try:
            if scheme == "file":
                return _Brought(self._fetcher.file(rest).removesuffix("\n").removesuffix("\r"), rest)
            if scheme == "yaml":
                return _Brought(rest)
            if scheme == "env":
                name, dash, default = rest.partition(":-")
                return _Brought(self._variable(name, default if dash else None, shown, place, path))
            if not scheme and ":" not in rest:
                return _Brought(self._variable(rest, None, shown, place, path))
        except Unavailable as missing:
            raise _Failed(f"{shown}: {missing.text}", missing.hint) from None
        raise _Failed(*_unknown_scheme(shown, scheme))

    def _variable(self, name: str, default: str | None, shown: str, place: Place, path: Path) -> str:
        value = self._fetcher.variable(name)
        if value is not None:
            return value
        if default is not None:
            return default
        if not self._allow_unset:
            raise _Failed(
                f"{shown}: the environment variable is not set",
                "Set it, or give a default: ${env:NAME:-default} (nothing behind :- is the empty text).",
            )
        self.warnings.append(Problem.at(place, path, f"{shown}: the environment variable is not set, taken as empty"))
        return ""


def _innermost(text: str) -> tuple[int, int] | None:
    """Where the first `${...}` without another in it stands; one behind an odd number of `$` is escaped."""
    begin = 0
    while (close := text.find("}", begin)) >= 0:
        start = text.rfind("${", begin, close)
        if start >= 0:
            before = start - len(text[begin:start].rstrip("$")) - begin
            if before % 2 == 0:
                return start, close + 1
        begin = close + 1
    return None


def _parsed(brought: _Brought, place: Place) -> tuple[Node | None, str]:
    """What was brought as YAML; None if it is a text or no YAML at all (and why), and then stays as it is."""
    node, problems = compose(brought.text, brought.file, None if brought.file else place)
    if node is None or problems:
        return None, str(problems[0]) if brought.file else "what it brings is no valid YAML"
    return (None if isinstance(node.value, str) else node), ""


def _unknown_scheme(shown: str, scheme: str) -> tuple[str, str]:
    text = f"{shown}: only {', '.join(SCHEMES[:-1])} and {SCHEMES[-1]} can be expanded"
    if name := re.match(r"\$\{([A-Za-z_][A-Za-z0-9_]*):-", shown):
        return text, f"A default needs the scheme: ${{env:{name[1]}:-...}}."
    near = suggestion(scheme, SCHEMES)
    return text, near or "A literal ${...} is written $${...}."
