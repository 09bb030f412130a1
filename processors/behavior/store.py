"""What outlives the process: users, conversations, open tasks, days, workflows and alerts."""

import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from spansieve.plugin import Storage

from .kept import Kept

MadeT = TypeVar("MadeT")
EVERY: Final = 10.0
"""Seconds between two writes."""
_AT_ONCE: Final = 100
"""Records written in one tick, so that other work need not wait for all of them."""
_STATE: Final = "state/"


class Store:
    """Writes what changed. Until it is opened, it does nothing; then every method but `changed` raises StorageError."""

    def __init__(self) -> None:
        """It is not open."""
        self._storage: Storage | None = None
        self._next = 0.0
        self._changed: dict[str, Kept] = {}
        self._left: list[Kept] = []
        self.unread = 0
        """Records that could not be taken."""

    def open(self, storage: Storage) -> None:
        """Write into `storage`."""
        self._storage = storage

    def changed(self, one: Kept) -> None:
        """`one` is to be written, or deleted."""
        if self._storage is not None:
            self._changed[one.key] = one

    def is_due(self, now: float) -> bool:
        """Whether it is time to write, at `now` of the monotonic clock; if so, the next time is set."""
        if self._storage is None or self._left or now < self._next:
            return False
        self._next = now + EVERY
        return True

    def write(self, state: Mapping[str, Any], *, whole: bool = False) -> None:
        """Write `state` by name, fit for JSON, and begin to write what changed; `whole`: all of it."""
        if self._storage is None:
            return
        with self._storage.transaction():
            for name, said in state.items():
                self._storage.put(_STATE + name, json.dumps(said).encode())
        self._left += self._changed.values()
        self._changed = {}
        self.go_on(len(self._left) if whole else _AT_ONCE)

    def go_on(self, most: int = _AT_ONCE) -> None:
        """Write some of the records that are left to write."""
        if self._storage is None or not self._left:
            return
        some = [*islice(self._left, most)]
        with self._storage.transaction():
            for one in some:
                if not one.is_gone:
                    self._storage.put(one.key, json.dumps(one.state()).encode())
            self._storage.delete(*(one.key for one in some if one.is_gone and one.key not in self._changed))
        del self._left[:most]

    def delete(self, *names: str) -> None:
        """Forget states."""
        if self._storage is not None and names:
            self._storage.delete(*(_STATE + name for name in names))

    def names(self, prefix: str) -> list[str]:
        """The states whose names begin with `prefix`."""
        keys = [] if self._storage is None else self._storage.scan(_STATE + prefix)
        return [key.removeprefix(_STATE) for key in keys]

    def load(self, name: str, take: Callable[[Any], object]) -> None:
        """Let `take` have what `write` was given under `name`. What it can't take is left out."""
        raw = None if self._storage is None else self._storage.get(_STATE + name)
        if raw is not None:
            self._made(raw, take)

    def load_all(self, prefix: str, make: Callable[[Any], MadeT]) -> list[MadeT]:
        """The records whose keys begin with `prefix`."""
        found = []
        for key in [] if self._storage is None else self._storage.scan(prefix):
            raw = self._storage.get(key) if self._storage else None
            made = None if raw is None else self._made(raw, make)
            if made is not None:
                found.append(made)
        return found

    def _made(self, raw: bytes, make: Callable[[Any], MadeT]) -> MadeT | None:
        try:
            return make(json.loads(raw))
        except (ValueError, LookupError, TypeError, AttributeError):  # written by another version
            self.unread += 1
            return None
