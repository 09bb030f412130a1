"""The state of a component that outlives the process: a few records by name, as JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from spansieve.plugin import Storage

EVERY: Final = 10.0
"""Seconds between two writes."""


class Saved:
    """Writes records now and then. Until it is opened, it does nothing; then every method raises StorageError."""

    def __init__(self) -> None:
        """It is not open."""
        self._storage: Storage | None = None
        self._next = 0.0
        self.unread = 0
        """Records that could not be taken."""

    def open(self, storage: Storage) -> None:
        """Write into `storage`."""
        self._storage = storage

    def is_due(self, now: float) -> bool:
        """Whether it is time to write, at `now` of the monotonic clock; if so, the next time is set."""
        if self._storage is None or now < self._next:
            return False
        self._next = now + EVERY
        return True

    def write(self, state: Mapping[str, Callable[[], Any]]) -> None:
        """Write what each of `state` gives, fit for JSON."""
        if self._storage is not None:
            with self._storage.transaction():
                for name, of in state.items():
                    self._storage.put(name, json.dumps(of()).encode())

    def load(self, name: str, take: Callable[[Any], object]) -> None:
        """Let `take` have what was written under `name`. What it can't take is left out."""
        raw = None if self._storage is None else self._storage.get(name)
        if raw is None:
            return
        try:
            take(json.loads(raw))
        except (ValueError, LookupError, TypeError, AttributeError):  # written by another version
            self.unread += 1
