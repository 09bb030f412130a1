"""What outlives the process: patterns, names, alerts, and errors that wait."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from spansieve.plugin import Storage

from .config import ErrorAggregationConfig
from .pattern import Base, Pattern
from .table import Table, name_of

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

    def state(self, name: str) -> Any:  # noqa: ANN401 (JSON)
        """What `write` was given under `name`, or None."""
        raw = None if self._storage is None else self._storage.get(_STATE + name)
        return None if raw is None else json.loads(raw)

    def patterns(self) -> Iterator[Pattern]:
        """Those that were written."""
        return (Pattern.loaded(said, self._config) for said in self._scan(_PATTERNS))

    def bases(self) -> Iterator[Base]:
        """Likewise."""
        return (Base.loaded(said, self._config) for said in self._scan(_BASES))

    def _scan(self, prefix: str) -> Iterator[dict[str, Any]]:
        if self._storage is not None:
            for key in self._storage.scan(prefix):
                raw = self._storage.get(key)
                if raw is not None:
                    yield json.loads(raw)
