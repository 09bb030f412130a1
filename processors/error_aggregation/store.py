"""What outlives the process: patterns, names, alerts, and errors that wait."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from spansieve.plugin import Storage

from .config import ErrorAggregationConfig
from .pattern import Base, Pattern
from .table import Table, name_of

MadeT = TypeVar("MadeT")
EVERY: Final = 10.0
"""Seconds between two writes."""
_AT_ONCE: Final = 100
"""Patterns written in one tick, so that other work need not wait for all of them."""
_STATE, _PATTERNS, _BASES = "state/", "pattern/", "base/"


class Store:
    """Writes what changed. Until it is opened, it does nothing; then every method raises StorageError."""

    def __init__(self, config: ErrorAggregationConfig) -> None:
        """It is not open."""
        self._config = config
        self._storage: Storage | None = None
        self._next = 0.0
        self._left: list[Base | Pattern] = []
        self.unread = 0
        """Records that could not be taken."""

    @property
    def is_open(self) -> bool:
        """Whether it writes."""
        return self._storage is not None

    def open(self, storage: Storage) -> None:
        """Write into `storage`."""
        self._storage = storage

    def is_due(self, now: float) -> bool:
        """Whether it is time to write, at `now` of the monotonic clock; if so, the next time is set."""
        if self._storage is None or now < self._next:
            return False
        self._next = now + EVERY
        return True

    def write(self, state: Mapping[str, Any], table: Table, *, whole: bool = False) -> None:
        """Write `state` by name, fit for JSON, and begin to write the patterns that changed; `whole`: all of them."""
        if self._storage is None:
            return
        with self._storage.transaction():
            for name, said in state.items():
                self._storage.put(_STATE + name, json.dumps(said).encode())
            self._storage.delete(*table.removed)
        table.removed.clear()
        self._left = table.dirty()
        self.go_on(len(self._left) if whole else _AT_ONCE)

    def go_on(self, most: int = _AT_ONCE) -> None:
        """Write some of the patterns that are left to write."""
        if self._storage is None or not self._left:
            return
        some = [one for one in islice(self._left, most) if not one.gone]
        with self._storage.transaction():
            for one in some:
                self._storage.put(name_of(one), json.dumps(one.state()).encode())
        for one in some:
            one.is_dirty = False
        del self._left[:most]

    def load(self, name: str, take: Callable[[Any], object]) -> bool:
        """Let `take` have what `write` was given under `name`; whether it could. What it can't take is left out."""
        raw = None if self._storage is None else self._storage.get(_STATE + name)
        unread = self.unread
        if raw is not None:
            self._made(raw, take)
        return raw is not None and self.unread == unread

    def patterns(self) -> Iterator[Pattern]:
        """Those that were written."""
        return self._all(_PATTERNS, lambda said: Pattern.loaded(said, self._config))

    def bases(self) -> Iterator[Base]:
        """Likewise."""
        return self._all(_BASES, lambda said: Base.loaded(said, self._config))

    def _all(self, prefix: str, make: Callable[[Any], MadeT]) -> Iterator[MadeT]:
        for key in [] if self._storage is None else self._storage.scan(prefix):
            raw = self._storage.get(key) if self._storage else None
            made = None if raw is None else self._made(raw, make)
            if made is not None:
                yield made

    def _made(self, raw: bytes, make: Callable[[Any], MadeT]) -> MadeT | None:
        try:
            return make(json.loads(raw))
        except (ValueError, LookupError, TypeError, AttributeError):  # written by another version
            self.unread += 1
            return None
