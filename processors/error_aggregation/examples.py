"""Errors that a pattern keeps whole: the first, the last, and some that differ."""

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NamedTuple

from .config import ExamplesConfig

Marks = tuple[bytes, bytes, bytes, bytes]
"""What makes an error differ: tool arguments, user, service version, model; empty: it says nothing of it."""
_KNOWN = 64
"""Marks remembered by a pattern, so that what was there is not new."""
_MARK_BYTES = 64


class Example(NamedTuple):
    """An error as it came, and what was found out about it."""

    wire: bytes
    resource: bytes
    scope: bytes
    """Around it, as `Shell` has them."""
    is_record: bool
    above: tuple[str, str, str]
    attempt: int
    caused_by: str
    path: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, about; its envelope is shared."""
        return len(self.wire) + 300


class Examples:
    """Those of one pattern."""

    __slots__ = ("_config", "_diverse", "_first", "_known", "_recent", "size_bytes")

    def __init__(self, config: ExamplesConfig) -> None:
        """There are none."""
        self._config = config
        self._first: list[Example] = []
        self._recent: deque[Example] = deque()
        self._diverse: list[tuple[int, Example]] = []
        """With the place, in the marks, of what was new."""
        self._known: dict[tuple[int, bytes], None] = {}
        self.size_bytes = 0

    def __iter__(self) -> Iterator[Example]:
        seen = set()
        for one in (*self._first, *(example for _, example in self._diverse), *self._recent):
            if id(one) not in seen:
                seen.add(id(one))
                yield one

    def last(self) -> Example | None:
        """The newest one, or else the first."""
        return self._recent[-1] if self._recent else self._first[-1] if self._first else None

    @property
    def places(self) -> tuple[int, int]:
        """Of many that come at once: how many of the first ones, and of the last ones, find a place."""
        config = self._config
        return max(0, config.first - len(self._first)), config.recent + config.diverse

    def add(self, example: Example, marks: Marks, *, room: bool) -> None:
        """Take it in where there is a place for it; without `room` only where none is there yet."""
        if not room and self.size_bytes:
            return
        new = self._new(marks)
        if len(self._first) < self._config.first:
            self._first.append(example)
            self.size_bytes += example.size_bytes
        elif new is not None and self._config.diverse:
            self._differ(new, example)
        elif self._config.recent:
            self._recent.append(example)
            self.size_bytes += example.size_bytes
            if len(self._recent) > self._config.recent:
                self.size_bytes -= self._recent.popleft().size_bytes

    def _new(self, marks: Marks) -> int | None:
        """The place of the first mark that was not there before."""
        new = None
        for place, mark in enumerate(marks):
            short = mark if len(mark) <= _MARK_BYTES else blake2b(mark, digest_size=16).digest()
            if mark and (place, short) not in self._known:
                self._known[place, short] = None
                new = place if new is None else new
        while len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]
        return new

    def _differ(self, kind: int, example: Example) -> None:
        """Replace the oldest of its kind, where there is no place for one more."""
        if len(self._diverse) >= self._config.diverse:
            place = next((place for place, (other, _) in enumerate(self._diverse) if other == kind), 0)
            self.size_bytes -= self._diverse.pop(place)[1].size_bytes
        self._diverse.append((kind, example))
        self.size_bytes += example.size_bytes

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return {
            "first": [_state(one) for one in self._first],
            "recent": [_state(one) for one in self._recent],
            "diverse": [[kind, _state(one)] for kind, one in self._diverse],
            "known": [[place, b64encode(mark).decode()] for place, mark in self._known],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave, as far as there is a place for it."""
        config = self._config
        self._first = [_loaded(one) for one in state["first"]][: config.first]
        self._recent = deque([_loaded(one) for one in state["recent"]][: config.recent])
        self._diverse = [(kind, _loaded(one)) for kind, one in state["diverse"]][: config.diverse]
        self._known = {(place, b64decode(mark)): None for place, mark in state["known"]}
        self.size_bytes = sum(one.size_bytes for one in self)


def _state(example: Example) -> list[Any]:
    raw = [b64encode(part).decode() for part in example[:3]]
    return [*raw, *example[3:]]


def _loaded(state: list[Any]) -> Example:
    wire, resource, scope, is_record, above, attempt, caused_by, path = state
    raw = [b64decode(part) for part in (wire, resource, scope)]
    return Example(raw[0], raw[1], raw[2], is_record, tuple(above), attempt, caused_by, tuple(path))
